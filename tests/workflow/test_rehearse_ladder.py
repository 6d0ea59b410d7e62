"""`manage.py rehearse_ladder`: only its own output on stdout, a sentence for everything that is wrong."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Membership, today
from tests.people import City
from tests.walking import walk
from tests.workflow.fingerprint import fingerprint
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models.procedures import Measure

SHIPPED = Path(settings.BASE_DIR) / "fixtures" / "ladder.json"
RUNG = {"clock": "deadline", "offset_days": 1, "repeat_days": 30, "audience": ["turn"]}


def said(*arguments: Any) -> str:
    out, noise = io.StringIO(), io.StringIO()
    call_command("rehearse_ladder", *map(str, arguments), stdout=out, stderr=noise)
    assert noise.getvalue() == ""
    return out.getvalue()


def refused(*arguments: Any) -> str:
    with pytest.raises(CommandError) as error:
        said(*arguments)
    return str(error.value)


@pytest.fixture
def due_in_ten_days(city: City) -> City:
    """Two petitions of the environment bureau; its clerk and its head have the turn."""
    for _ in range(2):
        walk(city, State.RECTIFYING, now=timezone.now() - timedelta(days=50))
    return city


@pytest.fixture
def ladder(tmp_path):
    """A file with this ladder."""

    def write(content: Any) -> Path:
        file = tmp_path / "ladder.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return file

    return write


def test_the_text_counts_per_day_and_per_department(due_in_ten_days, ladder):
    text = said("--ladder", ladder([RUNG | {"audience": ["turn", "office"]}]))
    day = today() + timedelta(days=11)
    lines = [line.split() for line in text.splitlines()]
    assert ["8", "0", "8", "0", "0", "0", "0", "4", "8", day.isoformat()] in lines
    assert ["4", "0", "4", "0", "0", "0", "0", due_in_ten_days.environment.name] in lines
    assert ["4", "0", "4", "0", "0", "0", "0", due_in_ten_days.office.name] in lines
    assert "2 个计时中的期限，共 8 条通知。未发送任何通知。" in text


def test_json_and_csv_say_the_same(due_in_ten_days):
    given = json.loads(said("--format", "json"))
    rows = list(csv.DictReader(io.StringIO(said("--format", "csv"))))
    assert [row | {"notices": int(row["notices"])} for row in rows] == given["told"]
    assert sum(row["notices"] for row in given["told"]) == given["notices"] > 0
    assert sum(day["notices"] for day in given["days"]) == given["notices"]
    assert len(given["days"]) == 30
    assert sum(row[measure] for row in given["departments"] for measure in Measure.values) == given["notices"]


def test_the_shipped_ladder_in_a_file_says_what_is_in_force(due_in_ten_days):
    scan()  # what was due before today
    in_force, in_a_file = (json.loads(said("--format", "json", *more)) for more in ((), ("--ladder", SHIPPED)))
    assert in_a_file == in_force


def test_it_writes_nothing(due_in_ten_days):
    before = fingerprint()
    said("--ladder", SHIPPED)
    assert fingerprint() == before


def test_a_vacant_post_is_a_warning(due_in_ten_days):
    Membership.objects.filter(user=due_in_ten_days.environment_head).delete()
    assert "市生态环境局：今天无人担任“单位负责人”" in said()


def test_procedure_office_and_period_narrow_it(due_in_ten_days):
    city, day = due_in_ten_days, today() + timedelta(days=9)
    narrow = ("--procedure", "petition", "--office", city.office.name, "--from", day, "--to", day)
    assert json.loads(said("--format", "json", *narrow))["notices"] == 4  # a day before, to clerk and head
    assert json.loads(said("--format", "json", "--procedure", "campaign"))["clocks"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--procedure", "unheard"), "没有办理程序 unheard"),
        (("--office", "无此单位"), "没有环委办 无此单位"),
        (("--from", "2020-01-01"), "演练只面向未来"),
        (("--to", "2020-01-01"), "结束日期早于开始日期"),
        (("--to", "2099-01-01"), "最多 366 天"),
        (("--from", "31.01.2026"), "31.01.2026"),
        (("--format", "xml"), "xml"),
        (("--ladder", "/nowhere/ladder.json"), "/nowhere/ladder.json"),
    ],
)
def test_what_is_wrong_is_said(city, arguments, sentence):
    assert sentence in refused(*arguments)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "不是 JSON"),
        ("[" * 100_000, "不是 JSON"),
        ({}, "JSON 数组"),
        (["deadline"], "rungs.0.step"),
        ([{"clock": "deadline"}], "rungs.0.audience"),
        ([RUNG | {"clock": "lunch"}], "rungs.0.clock"),
        ([RUNG | {"clock": ["deadline"]}], "rungs.0.clock"),
        ([RUNG | {"clock": "publicity"}], "rungs.0.clock"),
        ([RUNG, RUNG], "rungs.1.offset_days"),
        ([RUNG | {"offset_days": "1"}], "rungs.0.offset_days"),
        ([RUNG | {"offset_days": True}], "rungs.0.offset_days"),
        ([RUNG | {"offset_days": 400}], "rungs.0.offset_days"),
        ([RUNG | {"kind": "reminder"}], "rungs.0.kind"),
        ([RUNG | {"kind": ["overdue"]}], "rungs.0.kind"),
        ([RUNG | {"unit": "weeks"}], "rungs.0.unit"),
        ([RUNG | {"repeat_days": 0}], "rungs.0.repeat_days"),
        ([RUNG | {"repeat_days": 7}, RUNG | {"offset_days": 8}], "rungs.0.repeat_days"),
        ([RUNG | {"audience": []}], "rungs.0.audience"),
        ([RUNG | {"audience": "turn"}], "rungs.0.audience"),
        ([RUNG | {"audience": [["turn"]]}], "rungs.0.audience"),
        ([RUNG | {"audience": ["mayor"]}], "rungs.0.audience"),
        ([RUNG | {"measure": "scolding"}], "rungs.0.measure"),
        ([RUNG | {"measure": ["warning"]}], "rungs.0.measure"),
        ([RUNG | {"measure": "reminder"}], "rungs.0.measure"),
        ([RUNG | {"reply_days": "5"}], "rungs.0.reply_days"),
        ([RUNG | {"reply_days": 5}], "rungs.0.reply_days"),
        ([RUNG | {"measure": "bulletin", "reply_days": 0}], "rungs.0.reply_days"),
        ([RUNG | {"measure": "bulletin", "reply_days": 5}], "rungs: "),
        ([RUNG | {"clock": "approval", "measure": "interview"}], "rungs.0.measure"),
        ([RUNG | {"repeat_days": None}], "rungs.0.repeat_days"),
        ([RUNG | {"repeat_days": None, "audience": ["leader"]}, RUNG | {"offset_days": 8}], "rungs.1.audience"),
        ([RUNG | {"colour": "red"}], "rungs.0.colour"),
        ([RUNG | {"offset_days": n} for n in range(1, 90)], "最多"),
    ],
)
def test_a_wrong_ladder_is_said_at_its_place(city, ladder, content, sentence):
    assert sentence in refused("--ladder", ladder(content))


def test_a_file_in_another_encoding_is_said(city, tmp_path):
    file = tmp_path / "ladder.json"
    file.write_bytes("[时限]".encode("gbk"))
    assert "UTF-8" in refused("--ladder", file)

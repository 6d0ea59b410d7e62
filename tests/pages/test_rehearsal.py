"""The office sees what a ladder would tell before it is kept; nothing is stored, nothing that was typed is lost."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import today
from tests.pages.reading import filled, queries, tags_of, text_of
from tests.people import City
from tests.walking import walk
from tests.workflow.fingerprint import fingerprint
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import Procedure, WorkItem

MANAGEMENT = ("rungs-TOTAL_FORMS", "rungs-INITIAL_FORMS")  # how many rows there are
EDIT, URL = "/procedures/petition/edit/", "/procedures/petition/rehearsal/"


@pytest.fixture
def due_in_ten_days(city: City) -> City:
    """Two petitions of the environment bureau; its clerk and its head have the turn."""
    for _ in range(2):
        walk(city, State.RECTIFYING, now=timezone.now() - timedelta(days=50))
    return city


def form_of(browser: Client) -> dict[str, Any]:
    return filled(browser.get(EDIT), "seen_revision")


def one_rung(given: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The ladder of the form struck out but for one step in the first empty row."""
    numbers = sorted({int(found[1]) for name in given if (found := re.match(r"rungs-(\d+)-clock", name))})
    empty = next(n for n in numbers if given[f"rungs-{n}-clock"] in ("", [""]))
    rung = {
        "clock": "deadline",
        "kind": "overdue",
        "offset_days": "1",
        "unit": "calendar",
        "repeat_days": "30",
        "measure": "warning",
        "audience": ["turn"],
    } | changes
    struck = {f"rungs-{n}-DELETE": "on" for n in numbers if n < empty}
    return given | struck | {f"rungs-{empty}-{name}": value for name, value in rung.items()}


def chart_of(page: HttpResponse) -> dict[str, Any]:
    source = page.content.decode()
    return json.loads(re.search(r'<script id="rehearsal-data" type="application/json">(.*?)</script>', source)[1])


# -- the ladder in force -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["dispatcher", "supervisor"])
def test_the_office_sees_the_ladder_in_force(due_in_ten_days, signed_in, who):
    page = signed_in(getattr(due_in_ten_days, who)).get(URL)
    text = text_of(page)
    assert "提醒演练：信访举报件" in text
    assert "按期间内无人办理推算" in text
    assert due_in_ten_days.environment.name in text
    assert page.context["total"].total == sum(row.total for row in page.context["days"]) > 0


@pytest.mark.parametrize("who", ["verifier", "auditor", "environment_head", "city_leader", "system_admin"])
def test_others_do_not(city, signed_in, who):
    browser = signed_in(getattr(city, who))
    assert browser.get(URL).status_code == 403
    assert browser.post(URL, {"rungs-TOTAL_FORMS": "0"}).status_code == 403
    assert URL not in browser.get("/procedures/petition/").content.decode()


def test_who_is_signed_out_signs_in_first(city, client):
    assert client.get(URL).headers["Location"].startswith("/sign-in/")


def test_an_unknown_procedure_is_said(city, signed_in):
    assert signed_in(city.dispatcher).get("/procedures/unheard/rehearsal/").status_code == 404


def test_chart_and_tables_say_the_same(due_in_ten_days, signed_in):
    page = signed_in(due_in_ten_days.dispatcher).get(URL)
    chart = chart_of(page)
    assert len(chart["days"]) == 30
    drawn = [sum(column) for column in zip(*(bar["data"] for bar in chart["bars"]), strict=True)]
    assert [number for number in drawn if number] == [row.total for row in page.context["days"]]
    assert chart["line"] is None
    assert sum(drawn) == sum(row.total for row in page.context["departments"])


def test_nothing_on_the_page_is_inline(due_in_ten_days, signed_in):
    page = signed_in(due_in_ten_days.dispatcher).get(URL)
    tags = list(tags_of(page))
    assert [attrs for _name, attrs in tags if "style" in attrs or any(name.startswith("on") for name in attrs)] == []
    scripts = [attrs for name, attrs in tags if name == "script"]
    assert all(attrs.get("src") or attrs.get("type") == "application/json" for attrs in scripts)


def test_where_nothing_runs_nobody_is_told_anything(city, signed_in):
    page = signed_in(city.dispatcher).get(URL)
    assert "这段时间内不会发出任何通知" in text_of(page)
    assert "rehearsal-data" not in page.content.decode()


def test_items_of_another_office_are_not_counted(due_in_ten_days, signed_in):
    WorkItem.objects.update(office=due_in_ten_days.forestry)
    assert signed_in(due_in_ten_days.dispatcher).get(URL).context["result"].clocks == 0


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (-1, 5, "请填写今天或以后的日期"),
        (5, 4, "不得早于开始日期"),
        (0, 366, "一次演练最多 366 天"),
        ("31.01.2026", 5, "输入一个有效的日期"),
        ("", 5, "此项必填"),
        ("0000-00-00", 5, "输入一个有效的日期"),
        (0, "9999-12-31", "一次演练最多 366 天"),
    ],
)
def test_a_period_that_is_none_is_said(due_in_ten_days, signed_in, first, last, sentence):
    days = {"first": first, "last": last}
    given = {
        name: (today() + timedelta(day)).isoformat() if isinstance(day, int) else day for name, day in days.items()
    }
    page = signed_in(due_in_ten_days.dispatcher).get(URL, given)
    assert page.status_code == 422
    assert sentence in text_of(page)


def test_the_page_costs_the_same_however_many_items(city, signed_in):
    walk(city, State.RECTIFYING)
    browser = signed_in(city.dispatcher)
    few = queries(lambda: browser.get(URL))
    for department in (city.environment, city.water, city.tongbai):
        walk(city, State.RECTIFYING, lead=department)
    assert queries(lambda: browser.get(URL)) == few <= 22


# -- the ladder that stands in the form --------------------------------------------------------------------------------


def test_a_changed_ladder_stands_beside_the_one_in_force(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    page = browser.post(URL, one_rung(form_of(browser)))
    in_force = browser.get(URL).context["total"].total
    total = page.context["total"]
    assert (total.total, total.in_force) == (4, in_force)
    assert f"现行 {in_force} ，−{in_force - 4}" in text_of(page) or f"现行 {in_force}，−{in_force - 4}" in text_of(page)
    assert sum(chart_of(page)["line"]["data"]) == in_force
    day = next(row for row in page.context["days"] if row.total)
    assert (day.name, day.readers, day.messages) == (today() + timedelta(days=11), 2, 4)


def test_a_form_that_nobody_touched_differs_in_nothing(due_in_ten_days, signed_in):
    scan()  # what was due before today
    browser = signed_in(due_in_ten_days.dispatcher)
    page = browser.post(URL, form_of(browser))
    assert {row.difference for row in (*page.context["days"], *page.context["departments"])} == {"0"}


def test_looking_stores_nothing(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    given = one_rung(form_of(browser)) | {"reason": "按市政府要求调整。"}
    browser.post(URL, given)
    before = fingerprint()
    browser.post(URL, given)
    assert fingerprint() == before


def test_a_reason_is_not_asked_for_by_a_look(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    assert browser.post(URL, one_rung(form_of(browser)) | {"reason": "", "accept_days": "二"}).status_code == 200


def test_another_period_is_rehearsed_with_the_same_ladder(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    again = filled(browser.post(URL, one_rung(form_of(browser))), "first")
    last = (today() + timedelta(days=10)).isoformat()
    page = browser.post(URL, again | {"last": last})
    assert page.context["total"].total == 0
    assert filled(page, "first")["last"] == [last]


def test_a_wrong_period_loses_nothing_of_the_form(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    given = one_rung(form_of(browser)) | {"first": "2020-01-01", "files_to": "省督察办"}
    page = browser.post(URL, given)
    assert page.status_code == 422
    assert filled(page, "first")["files_to"] == ["省督察办"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"audience": []}, "请选择通知对象"),
        ({"offset_days": ""}, "此项必填"),
        ({"offset_days": "0"}, "超期"),
        ({"clock": ""}, "请选择期限"),
        ({"kind": "reminder", "repeat_days": "7"}, "只有超期提醒可以重复"),
    ],
)
def test_a_wrong_step_is_shown_in_the_form_as_on_keeping_it(due_in_ten_days, signed_in, changes, sentence):
    browser = signed_in(due_in_ten_days.dispatcher)
    page = browser.post(URL, one_rung(form_of(browser), **changes) | {"files_to": "省督察办"})
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert filled(page, "seen_revision")["files_to"] == ["省督察办"]


def test_rows_that_were_tampered_with_are_refused(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    given = form_of(browser)
    del given["rungs-TOTAL_FORMS"]
    assert browser.post(URL, given).status_code == 422


def test_one_goes_back_to_the_form_with_everything_still_filled_in_and_keeps_it(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    given = one_rung(form_of(browser), audience=["turn", "office"], offset_days="9")
    given |= {
        "reason": "按市政府要求调整。",
        "files_to": "省督察办",
        "look_back_days": "20，40",
        "departments_may_transfer": "on",
    }
    result = browser.post(URL, given)
    back = browser.post(EDIT, filled(result, "first") | {"back": "1"})
    assert back.status_code == 200
    assert "field-error" not in back.content.decode()
    again = filled(back, "seen_revision")
    typed = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    assert {name for name in typed if again[name] != typed[name]} <= {"csrfmiddlewaretoken", *MANAGEMENT}
    assert Procedure.objects.filter(code="petition").count() == 1
    assert browser.post(EDIT, again).status_code == 302
    kept = Procedure.objects.get(code="petition", is_current=True, office=due_in_ten_days.office)
    assert (kept.files_to, kept.look_back_days) == ("省督察办", [20, 40])
    assert list(kept.rungs.values_list("offset_days", "audience")) == [(9, ["turn", "office"])]


def test_what_was_half_filled_in_comes_back_without_reproach(due_in_ten_days, signed_in):
    browser = signed_in(due_in_ten_days.dispatcher)
    given = form_of(browser) | {"accept_days": "二", "stages-1-days": "3", "submit_evidence": ["document"]}
    back = browser.post(EDIT, given | {"back": "1"})
    assert "field-error" not in back.content.decode()
    again = filled(back, "seen_revision")
    assert (again["accept_days"], again["stages-1-days"], again["submit_evidence"]) == (["二"], ["3"], ["document"])


def test_the_form_offers_the_rehearsal_beside_keeping(city, signed_in):
    page = signed_in(city.dispatcher).get(EDIT)
    assert URL in [attrs.get("formaction") for _name, attrs in tags_of(page, "button")]
    assert "可先演练" in text_of(page)

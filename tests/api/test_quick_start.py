"""docs/api.md: its lines are run by bash and curl against the site, and get the answers that stand below them."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.clients import register_client
from accounts.models import today
from accounts.roles import Role
from tests import walking
from tests.people import City
from workflow.api import bulk
from workflow.api.idempotency import KEPT
from workflow.api.pagination import COUNT_AT_MOST, MOST
from workflow.filters import ORDERINGS, ItemFilter
from workflow.lifecycle import EvidenceKind
from workflow.models import Source
from workflow.services import external_references

GUIDE = (Path(django_settings.BASE_DIR) / "docs/api.md").read_text(encoding="utf-8")
SETTINGS = (Path(django_settings.BASE_DIR) / "config/settings.py").read_text(encoding="utf-8")
ITS_SITE = "http://127.0.0.1:8000"
THERE = {
    "举报化工企业夜间排放刺激性气体": 20,
    "机动车检测机构检测过程不规范": 40,
    "学校周边塑料颗粒加工异味": 60,
}  # due in days
OFFICE_SCOPES = ("items:read", "items:write", "actions", "events:read", "webhooks")
BUREAU_SCOPES = ("items:read", "actions", "evidence:write", "events:read", "webhooks")
OPEN = "…"
END = "---- end of the step ----"
CHANGING = ("RateLimit", "Retry-After")  # headers whose figures depend on the moment

# `./run test` asks for python3 and nothing else, so that a bare machine passes; where there is curl the lines are run.
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Step(NamedTuple):
    """A block of the guide's lines, and the answer that it shows to them."""

    code: str
    shown: str


def steps() -> list[Step]:
    found = re.findall(r"```sh\n(.*?)```(?:\n\n```http\n(.*?)```)?", GUIDE, re.S)
    return [Step(*pair) for pair in found]


# -- what is shown, and what comes -------------------------------------------------------------------------------------


def read(text: str) -> Answer:
    """The last answer in what `curl -i` printed, or one that is shown, in which … stands for anything."""
    head, _, body = text.replace("\r\n", "\n").rpartition("HTTP/1.1 ")[2].partition("\n\n")
    status, *headers = head.splitlines()
    return Answer(int(status.split()[0]), dict(line.split(": ", 1) for line in headers), json.loads(_whole(body)))


def _whole(body: str) -> str:
    """Valid JSON, in which an open end is a member called …, and an open value the text …."""
    body = re.sub(r",\s*…\s*}", ', "…": "…"}', body)
    body = re.sub(r",\s*…\s*]", ', "…"]', body)
    return re.sub(r":\s*…", ': "…"', body)


def differences(shown: Any, real: Any, path: str = "") -> list[str]:
    """Where the real answer is not as shown. Only … leaves anything out."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return list(_of_members(shown, real, path))
    if isinstance(shown, list) and isinstance(real, list):
        return list(_of_elements(shown, real, path))
    return [] if shown == OPEN or _is_like(shown, real) else [f"{path}: {shown!r} is {real!r}"]


def _of_members(shown: dict[str, Any], real: dict[str, Any], path: str) -> Iterator[str]:
    yield from (f"{path}.{name} is not there" for name in shown.keys() - real.keys() - {OPEN})
    if OPEN not in shown:
        yield from (f"{path}.{name} is there as well" for name in real.keys() - shown.keys())
    for name in shown.keys() & real.keys():
        yield from differences(shown[name], real[name], f"{path}.{name}")


def _of_elements(shown: list[Any], real: list[Any], path: str) -> Iterator[str]:
    is_open = shown[-1:] == [OPEN]
    wanted = shown[:-1] if is_open else shown
    if len(real) < len(wanted) or (len(real) > len(wanted) and not is_open):
        yield f"{path} has {len(real)} elements"
    for position, pair in enumerate(zip(wanted, real, strict=False)):
        yield from differences(*pair, f"{path}.{position}")


def _is_like(shown: Any, real: Any) -> bool:
    """A text with a year, a moment or a serial number (four digits and more) is compared by its shape."""
    if not (isinstance(shown, str) and isinstance(real, str)):
        return shown == real and type(shown) is type(real)
    if re.search(r"\d{4}", shown):
        shown, real = _shape(shown), _shape(real)
    return bool(re.fullmatch(".*".join(map(re.escape, shown.split(OPEN))), real, re.S))


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def compare(shown: str, printed: str, site: str) -> list[str]:
    wanted, real = read(shown.replace(ITS_SITE, site)), read(printed)
    headers = {name: _shape(text) if name in CHANGING else text for name, text in wanted.headers.items()}
    given = {name: _shape(text) if name in CHANGING else text for name, text in real.headers.items()}
    status = [] if wanted.status == real.status else [f"{wanted.status} is {real.status}"]
    return status + differences(headers | {OPEN: OPEN}, given, "header") + differences(wanted.body, real.body)


# -- the city that it tells of -----------------------------------------------------------------------------------------


@pytest.fixture
def accounts(committed_city: City, settings: Any) -> dict[str, str]:
    """Items and clients as in the guide; the environment that its lines read."""
    city = committed_city
    for title, left in THERE.items():
        item = walking.register(city, procedure="own-finding", title=title)
        walking.accept(city, walking.assign(city, item, due_on=today() + timedelta(days=left)))
    Source.objects.update(title="市级巡查发现问题")
    settings.WEBHOOK_ALLOWED_HOSTS = ["data.city.example"]
    settings.API_READS_PER_MINUTE = 1200
    office = register_client("环委办调度平台", city.office, [Role.DISPATCHER], OFFICE_SCOPES)
    bureau = register_client("市生态环境局业务系统", city.environment, [Role.CLERK], BUREAU_SCOPES)
    return {"OFFICE_CLIENT": ":".join(office), "BUREAU_CLIENT": ":".join(bureau)}


def run(code: list[str], folder: Path, site: str, accounts: dict[str, str]) -> list[str]:
    """What each of these blocks prints, run one after the other by one shell."""
    script = "set -eu\n" + "".join(f"{block}\necho\necho '{END}'\n" for block in code)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=os.environ | accounts | {"BIHUAN": site, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(END)


@needs_curl
def test_every_line_gets_the_answer_that_is_shown(site: str, accounts: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "整改后.jpg").write_bytes(walking.photo().read())
    printed = run([step.code for step in steps()], tmp_path, site, accounts)
    wrong = {
        step.code: found
        for step, text in zip(steps(), printed, strict=False)
        if step.shown and (found := compare(step.shown, text, site))
    }
    assert wrong == {}


@needs_curl
def test_too_many_requests_get_the_answer_that_is_shown(
    site: str, accounts: dict[str, str], tmp_path: Path, settings: Any
) -> None:
    settings.API_READS_PER_MINUTE = 1
    beginning = [step.code for step in steps()[:4]]
    assert "/me/" in beginning[-1]
    *_, once_more, _nothing = run([*beginning, beginning[-1]], tmp_path, site, accounts)
    (shown,) = re.findall(r"```http\n(HTTP/1.1 429.*?)```", GUIDE, re.S)
    assert compare(shown, once_more, site) == []


# -- the guide itself --------------------------------------------------------------------------------------------------


def test_every_answer_that_is_printed_is_shown() -> None:
    assert [step.code for step in steps() if "curl -sS -i" in step.code and not step.shown] == []
    assert len(re.findall("```http", GUIDE)) == len([step for step in steps() if step.shown]) + 1  # too many requests


def test_its_table_of_errors_is_that_of_the_description(db: None) -> None:
    told = {(status, code) for status, code in re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", GUIDE, re.M)}
    described = set()
    for methods in Client().get("/api/v1/schema/").json()["paths"].values():
        for operation in methods.values():
            errors = ((status, answer) for status, answer in operation["responses"].items() if status >= "400")
            for status, answer in errors:
                (example,) = answer["content"]["application/problem+json"]["examples"].values()
                described.add((status, example["value"]["code"]))
    assert told == described


def test_its_words_and_numbers_are_ours() -> None:
    for name in [*ItemFilter.base_filters, *ORDERINGS, *EvidenceKind.values]:
        assert f"`{name}`" in GUIDE
    minutes = django_settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"] // 60
    quotas = re.findall(r'"API_(?:READS|WRITES|UPLOADS)_PER_MINUTE", default=(\d+)', SETTINGS)
    megabytes = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024**2
    for sentence in (
        f"令牌有效 {minutes} 分钟",
        f"最多 {MOST}。",
        f"最多数到 {COUNT_AT_MOST}，",
        f"{KEPT.days} 天内有效",
        f"1 至 {external_references.LONGEST} 个字",
        f"一次最多 {bulk.MOST} 个动作",
        "每分钟可以读 {} 次，写 {} 次（批量办理按动作数计），上传 {} 次".format(*quotas),
        f"JSON 不超过 {megabytes:.0f} MB",
    ):
        assert sentence in GUIDE


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!http)([^)]+)\)", GUIDE)
    assert len(targets) >= 2
    assert [name for name in targets if not (Path(django_settings.BASE_DIR) / "docs" / name).exists()] == []


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ('{"a": 1}', '{"a": 2}'),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": 1}', '{"a": 1, "b": 2}'),
        ('{"a": 1, "b": 2, …}', '{"a": 1, "c": 2}'),
        ('{"a": [1, 2]}', '{"a": [1]}'),
        ('{"a": [1]}', '{"a": [1, 2]}'),
        ('{"a": [{"b": 1, …}, …]}', '{"a": [{"b": 2}]}'),
        ('{"a": "草稿"}', '{"a": "待交办"}'),
        ('{"a": "v1"}', '{"a": "v2"}'),
        ('{"a": "whsec_…"}', '{"a": "secret"}'),
        ('{"a": "WT2026-0001"}', '{"a": "XF2026-0001"}'),
        ('{"a": "2026-01-01"}', '{"a": null}'),
    ],
)
def test_the_comparison_finds(shown: str, real: str) -> None:
    answers = [f'HTTP/1.1 200 OK\nETag: "v1"\n\n{body}' for body in (shown, real)]
    assert compare(*answers, ITS_SITE) != []
    assert compare(answers[1], answers[1], ITS_SITE) == []
    assert compare(answers[1].replace("200", "201"), answers[1], ITS_SITE) == ["201 is 200"]
    assert compare(answers[1].replace('"v1"', '"v2"', 1), answers[1], ITS_SITE) != []

"""The list and the detail: who sees what, in which order, at which cost."""

from base64 import urlsafe_b64encode
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import today
from accounts.roles import Role
from tests import walking
from tests.api.callers import Caller, fields, machine, person, problem
from tests.people import City
from workflow import services
from workflow.lifecycle import BY_PEOPLE, State
from workflow.models import Milestone, WorkItem
from workflow.services.decomposition import Part

FIELDS = (
    "number kind title description measures standard target "
    "state state_label outcome turn departments acknowledged_by source section region parent due_on "
    "supplement_by original_due_on deadline_kind overdue progress_class progress_percent cycle version external_ref "
    "petition milestones targets allowed_actions created_at updated_at"
)


def numbers(caller: Caller, **query: Any) -> list[str]:
    answer = caller.get("items/", query)
    assert answer.status_code == 200, answer.content.decode()
    return [item["number"] for item in answer.json()["results"]]


def all_pages(caller: Caller, **query: Any) -> list[str]:
    found: list[str] = []
    answer = caller.get("items/", query).json()
    while True:
        found += [item["number"] for item in answer["results"]]
        if answer["next"] is None:
            return found
        answer = caller.http.get(answer["next"], headers=caller.headers).json()


# -- what an item says -------------------------------------------------------------------------------------------------


def test_an_item_says_what_the_contract_lists(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING, departments=[("joint", city.water)])
    milestone = Milestone.objects.create(item=item, position=1, text="完成一半", due_on=date(2030, 6, 30))
    seen = person(city.environment_clerk).get(f"items/{item.number}/").json()
    assert " ".join(seen) == FIELDS
    assert seen["turn"] == {"party": "lead", "department": "市生态环境局"}
    assert seen["departments"] == [
        {"role": "lead", "department": "市生态环境局"},
        {"role": "joint", "department": "市水利局"},
        {"role": "verify", "department": "市生态环境保护委员会办公室"},
    ]
    told = {"text": "完成一半", "due_on": "2030-06-30", "confidence": "stated", "reached_on": None}
    assert seen["milestones"] == [{"id": milestone.pk, "position": 1, **told}]
    assert seen["source"] == {"id": item.source_id, "kind": "petition", "title": "petition 批次"}
    assert (seen["due_on"], seen["overdue"], seen["parent"]) == (item.due_on.isoformat(), False, None)


def test_list_and_detail_say_the_same(city: City) -> None:
    item = walking.walk(city, State.VERIFYING)
    caller = person(city.verifier)
    assert caller.get("items/").json()["results"] == [caller.get(f"items/{item.number}/").json()]


def test_allowed_actions_are_the_refusals_of_the_verbs(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    seen = person(city.environment_clerk).get(f"items/{item.number}/").json()["allowed_actions"]
    assert [entry["action"] for entry in seen] == [action.value for action in BY_PEOPLE]
    assert [entry["action"] for entry in seen if entry["allowed"]] == ["accept", "decline", "transfer"]
    assert all(entry["reason"] for entry in seen if not entry["allowed"])
    assert all(entry["label"] for entry in seen)


def test_a_part_names_its_whole(city: City) -> None:
    whole = walking.walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai)])
    (part,) = person(city.tongbai_clerk).get("items/").json()["results"]
    assert part["parent"] == whole.number


def test_a_detail_carries_its_etag(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    answer = person(city.environment_clerk).get(f"items/{item.number}/")
    assert answer["ETag"] == f'"v{item.version}"' == f'"v{answer.json()["version"]}"'


# -- who sees what -----------------------------------------------------------------------------------------------------


def test_a_department_sees_only_items_on_which_it_has_a_part(city: City) -> None:
    mine = walking.walk(city, State.ASSIGNED, lead=city.water)
    walking.walk(city, State.ASSIGNED)
    walking.walk(city, State.DRAFT)
    assert numbers(person(city.water_clerk)) == numbers(machine(city.water)) == [mine.number]


def test_a_machine_sees_what_its_department_sees_and_no_more(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    assert numbers(machine(city.office, [Role.AUDITOR])) == [item.number]
    assert numbers(machine(city.forestry)) == numbers(machine(city.office, [])) == []


@pytest.mark.parametrize("who", ["system_admin", "security_admin", "xixia_clerk"])
def test_a_hidden_item_is_the_same_as_none(city: City, who: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = person(getattr(city, who))
    hidden, missing = caller.get(f"items/{item.number}/"), caller.get("items/XF1999-9999/")
    problem(hidden, 404, "not-found")
    assert hidden.content == missing.content
    assert {*hidden.headers} == {*missing.headers}


def test_nothing_of_a_hidden_item_comes_through_any_filter(city: City) -> None:
    item = walking.register(city, title="绝密线索", external_ref="D3HA202312150062")
    caller = person(city.xixia_clerk)
    for query in ({"q": "绝密"}, {"number": item.number}, {"external_ref": item.external_ref}, {"state": "draft"}):
        answer = caller.get("items/", query)
        assert (answer.json()["results"], answer.json()["count"]) == ([], 0)
        assert "绝密线索" not in answer.content.decode()


@pytest.mark.parametrize("scopes", [["actions"], ["events:read", "evidence:write"], []])
def test_reading_items_needs_its_scope(city: City, scopes: list[str]) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment, scopes=scopes)
    for path in ("items/", f"items/{item.number}/", "departments/", "sources/", "me/"):
        problem(caller.get(path), 403, "insufficient-scope")


# -- pages -------------------------------------------------------------------------------------------------------------


def several(city: City) -> list[WorkItem]:
    """Seven items, some of them alike in what they are ordered by, two without a deadline."""
    now = timezone.now()
    items = [walking.walk(city, State.ASSIGNED, now=now - timedelta(days=days)) for days in (1, 2, 2, 3, 3)]
    return [*items, walking.walk(city, State.DRAFT, now=now), walking.walk(city, State.DRAFT, now=now)]


@pytest.mark.parametrize("name", ["created_at", "updated_at", "due_on", "number"])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_neither_repeat_nor_skip(city: City, name: str, sign: str, limit: int) -> None:
    items = several(city)
    found = all_pages(person(city.dispatcher), ordering=sign + name, limit=limit)
    assert sorted(found) == sorted(item.number for item in items)
    values = [getattr(WorkItem.objects.get(number=number), name) for number in found]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert all(left >= right if sign else left <= right for left, right in pairwise(known))


def test_a_page_begins_after_the_last_row_even_when_rows_come_in_between(city: City) -> None:
    first, second = walking.register(city), walking.register(city)
    caller = person(city.dispatcher)
    page = caller.get("items/", {"limit": 1}).json()
    walking.register(city)
    following = caller.http.get(page["next"]).json()
    assert [item["number"] for item in (*page["results"], *following["results"])] == [second.number, first.number]


def test_the_next_page_keeps_the_filters(city: City) -> None:
    walking.walk(city, State.DRAFT)
    assigned = [walking.walk(city, State.ASSIGNED).number for _ in range(3)]
    assert sorted(all_pages(person(city.dispatcher), state="assigned", limit=1)) == sorted(assigned)


def test_the_newest_come_first_by_default(city: City) -> None:
    now = timezone.now()
    old, new = walking.register(city, now=now - timedelta(days=1)), walking.register(city, now=now)
    assert numbers(person(city.dispatcher)) == [new.number, old.number]


def test_counting_stops_at_a_thousand(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.api.pagination.COUNT_AT_MOST", 2)
    caller = person(city.dispatcher)
    walking.register(city), walking.register(city)
    answer = caller.get("items/").json()
    assert (answer["count"], answer["count_capped"]) == (2, False)
    walking.register(city)
    with CaptureQueriesContext(connection) as queries:
        answer = caller.get("items/", {"limit": 1}).json()
    assert (answer["count"], answer["count_capped"]) == (2, True)
    (counting,) = [query["sql"] for query in queries if "COUNT(*)" in query["sql"]]
    assert "LIMIT 3" in counting, "nor are the others looked at"


def test_a_page_costs_the_same_number_of_queries_however_long(city: City) -> None:
    caller = machine(city.office, [Role.DISPATCHER])
    costs = []
    for rounds in (1, 2):
        several(city)
        for state in (State.VERIFYING, State.APPROVING, State.CLOSED):
            walking.walk(city, state)
        whole = walking.walk(city, State.RECTIFYING)
        services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai), Part(city.xixia)])
        with CaptureQueriesContext(connection) as queries:
            assert len(numbers(caller, limit=200)) == rounds * 13
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 20


# -- wrong questions ---------------------------------------------------------------------------------------------------


def cursor_at(moment: str) -> str:
    return urlsafe_b64encode(f'["-created_at", "{moment}", 1]'.encode()).decode().rstrip("=")


HALF_A_CHARACTER = urlsafe_b64encode(b'["number", "\\ud800", 1]').decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=1e3", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=٣", "limit"),
        ("limit=", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=WyItY3JlYXRlZF9hdCIsICJ4IiwgMV0", "cursor"),
        ("cursor=中", "cursor"),
        (f"cursor={HALF_A_CHARACTER}&ordering=number", "cursor"),
        ("cursor=" + "W1tb" * 9000, "cursor"),
        ("state=draft&state=closed", "state"),
        ("q=a&q=b", "q"),
        ("ordering=assignee__password", "ordering"),
        ("ordering=", None),
        ("title__regex=(a%2B)%2B$", "title__regex"),
        ("office__name=x", "office__name"),
        ("page=2", "page"),
        ("state=open", "state"),
        ("overdue=1", "overdue"),
        ("due_before=0000-01-01", "due_before"),
        ("due_before=10000-01-01", "due_before"),
        ("due_before=0001-01-01", None),
        ("due_after=9999-12-31", None),
        ("updated_since=0001-01-01T00:00:00Z", None),
        ("updated_since=9999-12-31T23:59:59-12:00", None),
        ("updated_since=2025-01-01T00:00:00 08:00", "updated_since"),
        ("updated_since=2025-01-01T00:00:00%2B15:59", None),
        ("updated_since=2025-01-01T00:00:00%2B16:00", "updated_since"),
        ("updated_since=2025-01-01T00:00:00-23:59", "updated_since"),
        (f"cursor={cursor_at('2026-01-01T00:00:00+16:00')}", None),
        (f"cursor={cursor_at('0001-01-01T00:00:00+14:00')}", "cursor"),
        ("number=%00", "number"),
        ("q=%00", "q"),
        ("lead=%00", "lead"),
        ("q=%F0%9F%91%A8", None),
        ("q=100%25", None),
        ("q=%5C", None),
        ("region=411302", "region"),
        ("source=99999999999999999999999", "source"),
        ("lead=-1", "lead"),
    ],
)
def test_a_wrong_question_is_answered_with_its_name(city: City, query: str, field: str | None) -> None:
    caller = person(city.dispatcher)
    answer = caller.http.get(f"/api/v1/items/?{query}")
    if field is None:
        assert answer.status_code == 200, answer.content.decode()
    else:
        assert fields(problem(answer, 400, "invalid-input")) == [field]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("state=open", "可选：draft, assigned,"),
        ("kind=x", "可选：inspection_issue, plan_task"),
        ("overdue=1", "可选：true, false"),
        ("updated_since=2025-01-01T00:00:00 08:00", "%2B"),
        ("due_before=1.3.2026", "2026-03-01"),
    ],
)
def test_and_with_what_would_be_right(city: City, query: str, told: str) -> None:
    answer = person(city.dispatcher).http.get(f"/api/v1/items/?{query}", headers={"Accept-Language": "zh-CN"})
    assert told in problem(answer, 400, "invalid-input")["errors"][0]["message"]


def test_a_list_says_what_may_be_done_in_the_language_of_each_request(city: City) -> None:
    """What recurs is written out once; and once for each language."""
    walking.walk(city, State.ASSIGNED)
    caller = person(city.dispatcher)

    def told(language: str) -> list[tuple[str, str]]:
        (item,) = caller.get("items/", **{"Accept-Language": language}).json()["results"]
        return [(entry["label"], entry["reason"]) for entry in item["allowed_actions"]]

    first, in_english, again = told("zh-CN"), told("en"), told("zh-CN")
    assert first == again
    assert ("Accept", "Only the lead department may do this.") in in_english
    assert ("签收", "只有牵头单位可以办理。") in first


def test_the_items_of_a_source_by_its_name_or_id(city: City) -> None:
    walking.register(city, procedure="plan-task")
    item = walking.walk(city, State.ASSIGNED)
    caller = person(city.dispatcher)
    for name in (item.source.title, item.source.pk):
        assert numbers(caller, source=name) == [item.number]
    assert fields(problem(caller.get("items/", {"source": "没有这批"}), 400, "invalid-input")) == ["source"]


def test_several_numbers_are_asked_for_at_once(city: City) -> None:
    one, _other, third = (walking.register(city) for _ in range(3))
    found = person(city.dispatcher).get("items/", {"number": f"{one.number},{third.number}"}).json()["results"]
    assert {row["number"] for row in found} == {one.number, third.number}
    problem(person(city.dispatcher).get("items/", {"number": f"{one.number},"}), 400, "invalid-input")


def test_a_cursor_of_another_order_is_refused(city: City) -> None:
    walking.register(city), walking.register(city)
    following = person(city.dispatcher).get("items/", {"limit": 1}).json()["next"]
    answer = person(city.dispatcher).http.get(f"{following}&ordering=number")
    assert fields(problem(answer, 400, "invalid-input")) == ["cursor"]


@pytest.mark.parametrize("query", ["&".join(f"a{n}=1" for n in range(1001))])
def test_a_thousand_parameters_are_too_many(city: City, query: str) -> None:
    problem(person(city.dispatcher).http.get(f"/api/v1/items/?{query}"), 400, "malformed")


def test_an_overdue_item_says_so_everywhere(city: City) -> None:
    item = walking.assign(city, walking.register(city), due_on=today())
    WorkItem.objects.filter(pk=item.pk).update(due_on=today() - timedelta(days=1))
    (seen,) = person(city.dispatcher).get("items/", {"overdue": "true"}).json()["results"]
    assert (seen["overdue"], seen["progress_class"]) == (True, "overdue")

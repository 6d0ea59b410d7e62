"""What was written down about an item on its road: told to those who see the item, and to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import walking
from tests.api.callers import API, Caller, fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from tests.workflow import late
from workflow import services
from workflow.api.records import RECORDS
from workflow.lifecycle import State
from workflow.models import Procedure, Target, WorkItem
from workflow.services.verification import return_for_rework

KINDS = [records.what.replace("_", "-") for records in RECORDS]
ADMINISTRATORS = ("auditor", "system_admin", "security_admin")


def listed(caller: Caller, item: WorkItem, kind: str) -> list[dict[str, Any]]:
    answer = caller.get(f"items/{item.number}/{kind}/")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


# -- an item with something of a kind ----------------------------------------------------------------------------------


def with_report(city: City) -> WorkItem:
    item = walking.walk(city, State.RECTIFYING)
    return services.report(item, by=city.environment_clerk, text="已清运一半", percent=50)


def with_extension(city: City) -> WorkItem:
    item = walking.walk(city, State.RECTIFYING)
    day = item.due_on + timedelta(days=20)
    return services.request_extension(item, by=city.environment_clerk, due_on=day, reason="雨季")


def with_objection(city: City) -> WorkItem:
    item = walking.walk(city, State.PUBLICIZING)
    said = {"text": "仍有异味，电话 13711112222", "name": "张三丰", "contact": "13899998888", "channel": "phone"}
    return services.object_to(item, by=city.dispatcher, **said)


def with_suspension(city: City) -> WorkItem:
    return walking.walk(city, State.SUSPENDED)


def with_paper(city: City) -> WorkItem:
    item = late.late_item(city)
    late.sign(city, item, late.overdue_by(7))
    return item


def with_closure(city: City) -> WorkItem:
    Procedure.objects.filter(code="petition").update(look_back_share=100, look_back_days=[30, 90])
    return walking.walk(city, State.CLOSED)


MADE: dict[str, Callable[[City], WorkItem]] = {
    "reports": with_report,
    "submissions": with_closure,
    "verifications": with_closure,
    "publicities": with_closure,
    "objections": with_objection,
    "extensions": with_extension,
    "suspensions": with_suspension,
    "papers": with_paper,
    "closures": with_closure,
    "look-backs": with_closure,
}


def test_every_kind_is_tested() -> None:
    assert list(MADE) == KINDS


# -- what they say -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_listed_and_read_by_its_id(city: City, kind: str) -> None:
    item, caller = MADE[kind](city), machine(city.environment, scopes=["items:read"])
    rows = listed(caller, item, kind)
    assert rows
    assert [caller.get(f"items/{item.number}/{kind}/{row['id']}/").json() for row in rows] == rows
    assert {row["cycle"] for row in rows} == {1}


def test_a_report_says_what_was_measured(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    target = Target.objects.create(item=item, position=1, text="收集率", comparator=">=", value=80, unit="%")
    said = {"text": "完成", "percent": 60, "values": {"1": 81.5, "备注": "含镇区"}}
    person(city.environment_clerk).act(item, "report", said)
    (row,) = listed(person(city.dispatcher), item, "reports")
    assert (row["text"], row["percent"], row["values"]) == ("完成", 60, said["values"])
    assert row["measurements"] == [{"target": target.pk, "value": 81.5, "unit": "%"}]
    assert (row["department"], row["by"]) == ("市生态环境局", "生态环境局经办人")


def test_an_extension_says_whether_it_was_granted_and_by_how_many_days(city: City) -> None:
    item, caller = with_extension(city), person(city.environment_clerk)
    (asked,) = listed(caller, item, "extensions")
    assert (asked["status"], asked["days"], asked["granted_days"]) == ("open", 20, None)
    assert (asked["reason"], asked["decider"]) == ("雨季", "office")
    person(city.dispatcher).act(
        item, "decide-extension", {"approved": True, "due_on": str(item.due_on + timedelta(days=7)), "reason": "七天"}
    )
    (granted,) = listed(caller, item, "extensions")
    assert (granted["status"], granted["days"], granted["granted_days"]) == ("granted", 20, 7)
    assert (granted["opinion"], granted["decided_by"]) == ("七天", "环委办调度员甲")


def test_a_pass_counts_until_something_changes(city: City) -> None:
    item, caller = walking.walk(city, State.PUBLICIZING), person(city.dispatcher)
    assert [row["counts"] for row in listed(caller, item, "verifications")] == [True]
    walking.add_evidence(item, city.environment_clerk)
    assert [row["counts"] for row in listed(caller, item, "verifications")] == [False]


def test_once_closed_nobody_asks_which_pass_counts(city: City) -> None:
    (row,) = listed(person(city.dispatcher), with_closure(city), "verifications")
    assert (row["counts"], row["stage"], row["conclusion"], row["method"]) == (None, 1, "pass", "paper")


def test_a_verification_says_what_was_checked(city: City) -> None:
    item = walking.walk(city, State.VERIFYING)
    said = {
        "conclusion": "pass",
        "opinion": "好",
        "checklist": {"measures": True},
        "visited_on": str(walking.day_of(None)),
    }
    person(city.verifier).act(item, "verify", said)
    (row,) = listed(person(city.environment_clerk), item, "verifications")
    assert row["checklist"] == {"measures": {"met": True, "note": ""}}
    assert (row["method"], row["visited_on"]) == ("site", said["visited_on"])
    assert row["submission"] == listed(person(city.verifier), item, "submissions")[0]["id"]


def test_a_paper_waits_for_its_answer_and_has_it(city: City) -> None:
    item, caller = with_paper(city), person(city.environment_clerk)
    (waiting,) = listed(caller, item, "papers")
    assert (waiting["reply_state"], waiting["measure"], waiting["addressee"]) == (
        "waiting",
        "supervision_order",
        "市生态环境局",
    )
    assert waiting["number"] and waiting["reply_by"] == waiting["due_on"]
    assert caller.act(item, "reply", {"text": "已整改", "paper": waiting["id"]}).status_code == 200
    (answered,) = listed(caller, item, "papers")
    assert (answered["reply_state"], answered["answer"], answered["answered_for"]) == (
        "answered",
        "已整改",
        "市生态环境局",
    )


def test_a_closure_has_its_filing_and_its_look_backs(city: City) -> None:
    item, caller = with_closure(city), person(city.environment_clerk)
    (closure,) = listed(caller, item, "closures")
    assert (closure["opinion"], closure["by"], closure["was_late"], closure["filing"]) == (
        "同意销号。",
        "环委办负责人甲",
        False,
        None,
    )
    assert [(row["number"], row["finding"], row["at"]) for row in listed(caller, item, "look-backs")] == [
        (1, None, None),
        (2, None, None),
    ]


def test_records_of_all_rounds_are_there_oldest_first(city: City) -> None:
    item = with_closure(city)
    item = services.reopen(item, by=city.dispatcher, reason="反弹", due_on=walking.day_of(None) + timedelta(days=30))
    walking.submit(city, item)
    assert [row["cycle"] for row in listed(person(city.verifier), item, "submissions")] == [1, 2]
    assert [bool(row["dropped_at"]) for row in listed(person(city.verifier), item, "look-backs")] == [True, True]


# -- who objects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dispatcher", "supervisor"])
def test_those_who_deal_with_an_objection_learn_who_objects(city: City, name: str) -> None:
    (row,) = listed(person(getattr(city, name)), with_objection(city), "objections")
    assert (row["name"], row["contact"]) == ("张三丰", "13899998888")
    assert "13711112222" in row["text"]


@pytest.mark.parametrize("name", ["environment_clerk", "auditor", "verifier", "city_leader"])
def test_nobody_else_learns_who_objects(city: City, name: str) -> None:
    item, caller = with_objection(city), person(getattr(city, name))
    pk = item.objections.get().pk
    for address in ("objections/", f"objections/{pk}/"):
        answer = caller.get(f"items/{item.number}/{address}").content.decode()
        assert "仍有异味" in answer
        assert [secret for secret in ("张三丰", "13899998888", "13711112222") if secret in answer] == []


def test_the_machine_of_a_department_does_not_either(city: City) -> None:
    (row,) = listed(machine(city.environment), with_objection(city), "objections")
    assert (row["name"], row["contact"]) == (None, None)


# -- no ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_belongs_to_a_hidden_item_is_not_there(city: City, kind: str) -> None:
    item = MADE[kind](city)
    pk = getattr(item, kind.replace("-", "_")).first().pk
    for caller in (person(city.xixia_clerk), machine(city.forestry), person(city.system_admin)):
        problem(caller.get(f"items/{item.number}/{kind}/"), 404, "not-found")
        problem(caller.get(f"items/{item.number}/{kind}/{pk}/"), 404, "not-found")


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_another_item_is_not_there(city: City, kind: str) -> None:
    item, other = MADE[kind](city), walking.walk(city, State.RECTIFYING)
    pk = getattr(item, kind.replace("-", "_")).first().pk
    caller = person(city.dispatcher)
    problem(caller.get(f"items/{other.number}/{kind}/{pk}/"), 404, "not-found")
    assert [row for row in listed(caller, other, kind) if row["id"] == pk] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_machine_needs_the_scope_and_everybody_credentials(city: City, kind: str) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment, scopes=["actions", "events:read"])
    for address in (f"items/{item.number}/{kind}/", f"items/{item.number}/{kind}/1/"):
        problem(caller.get(address), 403, "insufficient-scope")
        problem(Client().get(API + address), 401, "not-authenticated")


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_a_record_that_never_was(city: City, pk: str) -> None:
    item = with_report(city)
    problem(person(city.dispatcher).get(f"items/{item.number}/reports/{pk}/"), 404, "not-found")


@pytest.mark.parametrize(
    ("name", "value"), [("limit", "0"), ("limit", "201"), ("cursor", "x"), ("cursor", "\0"), ("state", "open")]
)
def test_a_wrong_question_is_named(city: City, name: str, value: str) -> None:
    answer = person(city.environment_clerk).get(f"items/{with_report(city).number}/reports/", {name: value})
    assert fields(problem(answer, 400, "invalid-input")) == [name]


def test_records_are_only_read(city: City) -> None:
    item = with_report(city)
    problem(person(city.environment_clerk).post(f"items/{item.number}/reports/"), 405, "method-not-allowed")


# -- pages and cost ----------------------------------------------------------------------------------------------------


def test_pages_follow_each_other(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    for percent in range(5):
        services.report(item, by=city.environment_clerk, text=f"{percent}", percent=percent)
    caller = person(city.dispatcher)
    page = caller.get(f"items/{item.number}/reports/", {"limit": 2}).json()
    found = [row["text"] for row in page["results"]]
    while page["next"]:
        page = caller.http.get(page["next"]).json()
        found += [row["text"] for row in page["results"]]
    assert (found, page["count"]) == (list("01234"), 5)


def test_a_longer_list_costs_no_query_more(city: City) -> None:
    item, caller = walking.walk(city, State.RECTIFYING), person(city.dispatcher)
    Target.objects.create(item=item, position=1, text="收集率", unit="%")
    clerks = [city.environment_clerk, city.environment_head]

    def again(times: int) -> int:
        for _ in range(times):
            walking.submit(city, item, by=clerks[0], now=timezone.now())
            return_for_rework(item, by=city.verifier, reason="补充")
            services.report(item, by=clerks[1], text="进展", values={"1": 5})
        kinds = ("reports", "submissions", "verifications", "extensions", "papers", "look-backs")
        return sum(queries(lambda kind=kind: caller.get(f"items/{item.number}/{kind}/")) for kind in kinds)

    assert again(1) == again(4)

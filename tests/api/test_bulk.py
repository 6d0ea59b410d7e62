"""Many actions in one request: each by itself, refused as it would be alone."""

from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from accounts.roles import Role
from tests import walking
from tests.api.callers import fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from tests.workflow.fingerprint import fingerprint
from workflow import services
from workflow.api import bulk
from workflow.lifecycle import Action, State
from workflow.models import Event, IdempotencyRecord, WorkItem
from workflow.services import VERBS

KEY = {"Idempotency-Key": "b4"}


def element(item: WorkItem, action: str = "accept", **given: Any) -> dict[str, Any]:
    return {"action": action, "number": item.number, "version": item.version, **given}


def state_of(item: WorkItem) -> str:
    return WorkItem.objects.get(pk=item.pk).state


def test_each_element_is_done_and_answered_in_order(city: City) -> None:
    one, other = (walking.walk(city, State.ASSIGNED) for _ in range(2))
    answer = machine(city.environment).bulk(
        [element(other), element(one, note="收到"), element(one, "report", version=one.version + 1, text="已动工")]
    )
    assert answer.status_code == 200
    assert answer.json() == [
        {"number": other.number, "status": 200, "version": other.version + 1},
        {"number": one.number, "status": 200, "version": one.version + 1},
        {"number": one.number, "status": 200, "version": one.version + 2},
    ]
    assert (state_of(one), state_of(other)) == (State.RECTIFYING, State.RECTIFYING)


def test_what_is_refused_keeps_nobody_from_going_on(city: City) -> None:
    good, hidden, wrong_state = (
        walking.walk(city, State.ASSIGNED),
        walking.walk(city, State.ASSIGNED, lead=city.water),
        walking.walk(city, State.RECTIFYING),
    )
    results = (
        machine(city.environment)
        .bulk(
            [
                element(hidden),
                element(wrong_state),
                element(good, version=0),
                element(good, version=None),
                element(good, "assign"),
                element(good, "decline"),
                element(good, text="多余"),
                {"action": "accept", "number": "XF1900-0001", "version": 1},
                element(good),
            ]
        )
        .json()
    )
    seen = [(row["status"], row.get("problem", {}).get("code")) for row in results]
    assert seen == [
        (404, "not-found"),
        (409, "not-in-this-state"),
        (412, "stale"),
        (428, "precondition-required"),
        (403, "not-the-office"),
        (400, "invalid-input"),
        (400, "invalid-input"),
        (404, "not-found"),
        (200, None),
    ]
    assert [error["field"] for error in results[5]["problem"]["errors"]] == ["reason"]
    assert [error["field"] for error in results[6]["problem"]["errors"]] == ["text"]
    assert state_of(hidden) == State.ASSIGNED


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("accept", [""]),
        ({}, ["action", "number"]),
        ({"action": "fly", "number": "XF2026-0001", "version": 1}, ["action"]),
        ({"action": "end-publicity", "number": "XF2026-0001", "version": 1}, ["action"]),
        ({"action": ["accept"], "number": 7, "version": "1"}, ["action", "number", "version"]),
        ({"action": "accept", "number": "XF2026-0001", "version": True}, ["version"]),
    ],
)
def test_an_element_that_cannot_be_read_says_what_is_wrong(city: City, given: Any, named: list[str]) -> None:
    (result,) = person(city.dispatcher).bulk([given]).json()
    assert (result["status"], [error["field"] for error in result["problem"]["errors"]]) == (400, named)


@pytest.mark.parametrize("body", [{}, {"items": []}, "accept", None, 7])
def test_the_body_is_a_list(city: City, body: Any) -> None:
    raw = b"null" if body is None else None
    problem(person(city.dispatcher).post("items/bulk/", body, raw=raw), 400, "parse-error")


def test_five_hundred_and_no_more(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = person(city.environment_clerk)
    assert len(caller.bulk([element(item, version=0)] * 500).json()) == 500
    before = fingerprint()
    answer = caller.bulk([element(item)] * 501)
    assert fields(problem(answer, 400, "invalid-input")) == [""]
    assert fingerprint() == before


def test_an_empty_list_is_answered_with_one(city: City) -> None:
    assert person(city.dispatcher).bulk([]).json() == []


def test_two_people_rules_hold_here_too(city: City) -> None:
    clerk = machine(city.office, [Role.DISPATCHER, Role.VERIFIER, Role.SUPERVISOR])
    item = walking.walk(city, State.APPROVING)
    judged = walking.walk(city, State.VERIFYING)
    verified = services.verify(judged, by=clerk.user, conclusion="pass", opinion="属实。")
    waiting = walking.end_publicity(verified, now=walking.after_publicity(verified))
    closing = {"opinion": "同意", "outcome": "rectified"}
    results = clerk.bulk([element(waiting, "approve", **closing), element(item, "approve", **closing)]).json()
    assert [(row["status"], row.get("problem", {}).get("code")) for row in results] == [(403, "verifier"), (200, None)]


def test_every_verb_is_open_to_it(city: City) -> None:
    offered = machine(city.office).get("schema/").json()["paths"]["/api/v1/items/bulk/"]["post"]
    schema = offered["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["items"]["properties"]["action"]["enum"]) == {action.value for action in VERBS}


# -- once --------------------------------------------------------------------------------------------------------------


def test_the_first_answers_come_again(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller, sent = machine(city.environment), [element(item), element(item, version=0)]
    first, again = caller.bulk(sent, **KEY), caller.bulk(sent, **KEY)
    assert first.json() == again.json()
    assert [row["status"] for row in again.json()] == [200, 412]
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert Event.objects.filter(item=item, action=Action.ACCEPT).count() == 1


def test_another_list_under_the_same_key_is_refused(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    caller.bulk([element(item)], **KEY)
    problem(caller.bulk([element(item), element(item)], **KEY), 422, "idempotency-key-reused")


def test_a_machine_without_a_key_or_without_the_scope_does_nothing(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = machine(city.environment).bulk([element(item)], **{"Idempotency-Key": ""})
    problem(answer, 400, "idempotency-key-required")
    problem(machine(city.environment, scopes=["items:read"]).bulk([element(item)]), 403, "insufficient-scope")
    assert state_of(item) == State.ASSIGNED


@pytest.mark.parametrize(("cause", "status"), [(None, 503), (LockNotAvailable(), 409)])
def test_after_a_failure_a_retry_does_what_was_left_undone(
    city: City, monkeypatch: pytest.MonkeyPatch, cause: Exception | None, status: int
) -> None:
    one, other = (walking.walk(city, State.ASSIGNED) for _ in range(2))
    caller, sent = machine(city.environment), [element(one), element(other)]

    def down(item: WorkItem, **given: Any) -> WorkItem:
        if item.pk == other.pk:
            raise OperationalError from cause
        return services.accept(item, **given)

    with monkeypatch.context() as broken:
        broken.setitem(bulk.VERBS, Action.ACCEPT, down)
        assert [row["status"] for row in caller.bulk(sent, **KEY).json()] == [200, status]
    assert not IdempotencyRecord.objects.exists()
    assert [row["status"] for row in caller.bulk(sent, **KEY).json()] == [412, 200]
    assert [row["status"] for row in caller.bulk(sent, **KEY).json()] == [412, 200]


def test_a_programming_error_of_one_is_told_without_details(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    item = walking.walk(city, State.ASSIGNED)

    def broken(item: WorkItem, **given: Any) -> WorkItem:
        raise AssertionError("secret of the house")

    monkeypatch.setitem(bulk.VERBS, Action.ACCEPT, broken)
    answer = person(city.environment_clerk).bulk([element(item), element(item, "decline", reason="不属本局")])
    assert [row["status"] for row in answer.json()] == [500, 200]
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(("given", "told"), [({}, "请填写办理动作。"), ({"action": "close"}, "未知的办理动作。")])
def test_no_action_is_told_from_an_unknown_one(city: City, given: dict[str, str], told: str) -> None:
    (row,) = person(city.environment_clerk).bulk([{"number": "X", "version": 1} | given]).json()
    assert row["problem"]["errors"] == [{"field": "action", "message": told}]


def test_who_is_named_again_and_again_is_looked_up_once(city: City) -> None:
    item, caller = walking.walk(city, State.DRAFT), person(city.dispatcher)
    parties = [{"role": "joint", "department": city.water.name}, {"role": "supervise", "department": "市林业局"}]

    def cost(length: int, times: int) -> int:
        wish = element(item, "assign", lead=city.environment.name, departments=parties * times)
        return queries(lambda: caller.bulk([wish | {"version": item.version + 1}] * length))

    cost(1, 1)  # what is asked only once is out of the way
    assert cost(1, 1) == cost(1, 50)
    assert cost(3, 50) - cost(2, 50) == cost(2, 50) - cost(1, 50)

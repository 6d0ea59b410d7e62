"""What a webhook has told is sent once more: by its id or a range of the feed."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.roles import Role
from notifications.models import Delivery
from notifications.outbox import deliver
from tests import walking
from tests.api.callers import Caller, fields, machine, problem
from tests.api.webhooks import SCOPES, allowed, caller, hook, made
from tests.gateway import Gateway
from tests.notifications.world import world
from tests.people import City
from workflow.lifecycle import State
from workflow.pushing import push

__all__ = ["allowed", "caller", "hook", "world"]


def test_by_its_id_under_the_same_webhook_id(
    hook: tuple[Caller, dict[str, Any]], committed_city: City, world: Gateway
) -> None:
    caller, told = hook
    walking.walk(committed_city, State.ASSIGNED)
    push()
    deliver("webhook")
    first = [record.reference for record in world.records]
    meant = {"deliveries": [Delivery.objects.filter(channel="webhook").earliest("pk").pk]}
    answer = caller.post(f"webhooks/{told['id']}/replay/", meant)
    assert (answer.status_code, answer.json()) == (202, {"count": 1, "next": None})
    deliver("webhook")
    assert [record.reference for record in world.records] == [*first, first[0]]


def test_by_a_range_of_the_feed(hook: tuple[Caller, dict[str, Any]], committed_city: City, world: Gateway) -> None:
    caller, told = hook
    walking.walk(committed_city, State.RECTIFYING)
    push()
    deliver("webhook")
    first = [record.json["data"] for record in world.records]
    body = {"after": first[0]["cursor"], "until": first[-2]["cursor"]}
    answer = caller.post(f"webhooks/{told['id']}/replay/", body).json()
    assert answer == {"count": len(first) - 2, "next": None}
    deliver("webhook")
    again = [record.json["data"]["id"] for record in world.records][len(first) :]
    assert again == [event["id"] for event in first[1:-1]]


def test_a_long_range_in_steps(
    hook: tuple[Caller, dict[str, Any]], committed_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, told = hook
    walking.walk(committed_city, State.RECTIFYING)
    push()
    n = deliver("webhook")
    monkeypatch.setattr("workflow.pushing.REPLAYED_AT_ONCE", 1)
    after, counts = told["position"], []
    while after:
        answer = caller.post(f"webhooks/{told['id']}/replay/", {"after": after}).json()
        after = answer["next"]
        counts.append(answer["count"])
    assert sum(counts) == n


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"deliveries": [1], "after": "1-1"}, ""),
        ({"until": "1-1"}, ""),
        ({"deliveries": []}, "deliveries"),
        ({"deliveries": ["1"]}, "deliveries.0"),
        ({"deliveries": [2**63]}, "deliveries.0"),
        ({"deliveries": [2**40]}, "deliveries"),
        ({"after": "1"}, "after"),
        ({"after": f"{2**62}-0"}, "after"),
        ({"after": "1-1", "until": f"{2**62}-0"}, "until"),
    ],
)
def test_what_cannot_be_sent_again_is_named(caller: Caller, body: dict[str, Any], field: str) -> None:
    pk = made(caller)["id"]
    assert fields(problem(caller.post(f"webhooks/{pk}/replay/", body), 400, "invalid-input")) == [field]


def test_a_delivery_of_another_webhook_is_none_of_this_one(caller: Caller, city: City) -> None:
    other = machine(city.office, [Role.DISPATCHER], SCOPES)
    theirs = other.post(f"webhooks/{made(other)['id']}/test/").json()["id"]
    pk, elsewhere = made(caller)["id"], made(caller, url="https://other.example/elsewhere")["id"]
    own = caller.post(f"webhooks/{elsewhere}/test/").json()["id"]
    answers = [caller.post(f"webhooks/{pk}/replay/", {"deliveries": [one]}) for one in (theirs, own, 2**40)]
    assert [fields(problem(answer, 400, "invalid-input")) for answer in answers] == [["deliveries"]] * 3

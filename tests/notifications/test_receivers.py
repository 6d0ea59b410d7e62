"""Receivers that do not answer as they should: nothing is lost, nothing told twice, nothing overtakes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from notifications.models import Alarm, Delivery, Endpoint, Message
from notifications.outbox import claim, deliver
from notifications.outbox.outcomes import Outcome
from notifications.outbox.rules import WEBHOOK_DELAYS
from notifications.outbox.settling import settle
from notifications.webhook_notices import tell_departments
from notifications.webhooks import enable
from tests import walking
from tests.gateway import Gateway
from tests.notifications.webhooks import hook, of, passes, until_the_next_attempt, visible, webhook_of
from tests.notifications.world import world
from tests.people import City
from workflow.lifecycle import State
from workflow.models import Event
from workflow.pushing import push, send_test

__all__ = ["hook", "world"]
DAY = timedelta(days=1)


# -- a receiver that does not answer as it should ----------------------------------------------------------------------


@pytest.mark.parametrize("line", ["500", "503 60", "404", "302 http://127.0.0.1:1/", "drop", "reset"])
def test_an_hour_of_failures_loses_nothing_and_keeps_the_order(
    hook: Endpoint, committed_city: City, world: Gateway, line: str
) -> None:
    world.script["webhook"] = line
    items = [walking.walk(committed_city, State.ASSIGNED) for _ in range(2)]
    push()
    waited = timedelta()
    while waited < timedelta(hours=1):
        assert deliver("webhook") == 0
        waited += until_the_next_attempt()
    for item in items:
        walking.accept(committed_city, item)
    push()
    world.script["webhook"] = "ok"
    for _ in range(20):
        until_the_next_attempt()
        deliver("webhook")
    arrived = _first_of_each(world)
    assert sorted(arrived) == visible(hook)
    for item in items:
        own = set(Event.objects.filter(item=item).values_list("pk", flat=True))
        assert [pk for pk in arrived if pk in own] == sorted(own)
    assert hook.disabled_at is None and not Delivery.objects.filter(endpoint=hook).exclude(state="sent").exists()


def _first_of_each(world: Gateway) -> list[int]:
    """What was taken with a good answer at last; some were taken before and told again under the same id."""
    good = [record for record in world.executed("webhook") if record.behaviour == "ok"]
    assert len({record.reference for record in good}) == len(good)
    return [record.json["data"]["id"] for record in good]


def test_the_id_stays_and_each_attempt_is_signed_anew(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    world.script["webhook"] = ["500", "500", "ok"]
    item = walking.walk(committed_city, State.ASSIGNED)
    push()
    for _ in range(12):
        deliver("webhook")
        until_the_next_attempt()
    first = [record for record in world.records if record.json["data"]["item"] == item.number]
    for record in first:
        assert Webhook(hook.secret).verify(record.body, record.headers)
    assert len({record.body for record in first}) == len({record.reference for record in first})


@pytest.mark.parametrize(("line", "end"), [("500", "dead"), ("drop", "unknown")])
def test_the_schedule_is_the_published_one(
    hook: Endpoint, committed_city: City, world: Gateway, line: str, end: str
) -> None:
    """Given up after ten attempts, when something else arrived meanwhile: so it is this one that cannot be taken."""
    world.script["webhook"] = line
    walking.assign(committed_city, walking.register(committed_city))
    Endpoint.objects.update(event_types=["item.assign"])
    push()
    seen = []
    (delivery,) = of(hook)
    while delivery.state == "pending":
        deliver("webhook")
        delivery.refresh_from_db()
        if delivery.next_attempt_at:
            seen.append(delivery.next_attempt_at - delivery.claimed_at)
        if delivery.attempts == 3:
            _takes_a_test(hook, world, line)
        passes(2 * DAY)
    assert (delivery.state, delivery.attempts) == (end, 10)
    assert len(seen) == len(WEBHOOK_DELAYS)
    for delay, published in zip(seen, WEBHOOK_DELAYS, strict=True):
        assert 0.89 * published < delay < 1.11 * published + timedelta(seconds=1)


def _takes_a_test(hook: Endpoint, world: Gateway, afterwards: str) -> None:
    passes(timedelta(minutes=6))
    world.script["webhook"] = "ok"
    send_test(hook)
    assert deliver("webhook") == 1
    world.script["webhook"] = afterwards


@pytest.mark.parametrize("line", ["500", "drop"])
def test_one_that_is_down_until_it_is_disabled_gets_everything_afterwards(
    hook: Endpoint, committed_city: City, world: Gateway, line: str
) -> None:
    """More than ten attempts of each; the notice says that nothing is lost."""
    world.script["webhook"] = line
    walking.walk(committed_city, State.RECTIFYING)
    push()
    while Endpoint.objects.get(pk=hook.pk).disabled_at is None:
        passes(timedelta(hours=8))
        for _ in range(3):
            deliver("webhook")
            passes(timedelta(minutes=6))
    assert max(delivery.attempts for delivery in of(hook)) > 10
    passes(DAY)
    assert deliver("webhook") == 0
    assert {delivery.state for delivery in of(hook)} == {"paused"}
    world.script["webhook"] = "ok"
    enable(hook)
    deliver("webhook")
    good = [record.json["data"]["id"] for record in world.records if record.behaviour == "ok"]
    assert good == visible(hook) != []


def test_three_refusals_are_the_end_and_not_three_attempts(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    """Whoever was down and answers 422 once when he is back may have meant anything."""
    world.script["webhook"] = ["500", "500", "422", "422", "ok"]
    walking.assign(committed_city, walking.register(committed_city))
    Endpoint.objects.update(event_types=["item.assign"])
    push()
    for _ in range(5):
        deliver("webhook")
        until_the_next_attempt()
    (delivery,) = of(hook)
    assert (delivery.state, delivery.attempts, delivery.refusals) == ("sent", 5, 2)


def test_what_was_given_up_lets_the_next_one_go(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    """A receiver that cannot make anything of one message gets the others."""
    world.script["webhook"] = ["422", "422", "422", "ok"]
    walking.walk(committed_city, State.ASSIGNED)
    push()
    for _ in range(12):
        deliver("webhook")
        until_the_next_attempt()
    states = [delivery.state for delivery in of(hook)]
    assert states == ["dead"] + ["sent"] * (len(states) - 1)


def test_the_next_one_goes_as_soon_as_the_one_before_it_has_arrived(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    """Whoever looked at it meanwhile had put it off."""
    walking.walk(committed_city, State.ASSIGNED)
    push()
    first = claim("webhook")
    assert (deliver("webhook"), world.records) == (0, [])
    assert settle(first, Outcome(Delivery.State.SENT))
    assert deliver("webhook") == len(of(hook)) - 1 > 0


def test_items_do_not_wait_for_each_other(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    world.script["webhook"] = ["422", "ok"]
    first, second = (walking.walk(committed_city, State.ASSIGNED) for _ in range(2))
    push()
    until_the_next_attempt()
    deliver("webhook")
    arrived = {record.json["data"]["item"] for record in world.executed("webhook") if record.behaviour == "ok"}
    assert arrived == {second.number}
    assert first.number not in arrived


def test_a_receiver_that_hangs_does_not_hold_up_another(
    hook: Endpoint, committed_city: City, world: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.channels.calls.SECONDS", 0.3)
    other = webhook_of(committed_city, world, path="/webhook/2")
    world.script["webhook /webhook/1"] = "execute_and_timeout"
    walking.walk(committed_city, State.ASSIGNED)
    push()
    for _ in range(4):
        deliver("webhook")
        passes(timedelta(seconds=20))
    assert {delivery.state for delivery in of(other)} == {"sent"}
    assert {delivery.state for delivery in of(hook)} <= {"pending", "sent"}


def test_a_failing_receiver_is_left_alone_for_minutes_and_no_longer(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    world.script["webhook"] = "500"
    for _ in range(8):
        walking.walk(committed_city, State.ASSIGNED)
    push()
    rests = []
    for _ in range(9):
        deliver("webhook")
        latest = Delivery.objects.filter(endpoint=hook, claimed_at__isnull=False).latest("claimed_at")
        rests.append(Endpoint.objects.get(pk=hook.pk).refilled_at - latest.claimed_at)
        until_the_next_attempt()
    assert [round(rest.total_seconds(), -1) for rest in rests[2:]] == [20, 40, 80, 160, 300, 300, 300]


# -- the end of patience -----------------------------------------------------------------------------------------------


def fail_for(days: float, committed_city: City) -> None:
    """Several attempts a day; each item brings its own."""
    for _ in range(int(days * 3)):
        walking.walk(committed_city, State.ASSIGNED)
        push()
        deliver("webhook")
        passes(timedelta(hours=8))
    deliver("webhook")


def test_five_days_without_any_success_disable_it_and_it_is_told(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    world.script["webhook"] = "500"
    fail_for(5.4, committed_city)
    hook.refresh_from_db()
    assert (hook.disabled_reason, hook.failures >= 10) == ("HTTP 500", True)
    assert not Delivery.objects.filter(endpoint=hook, state="sending").exists()
    assert Alarm.objects.filter(key=f"webhook:{hook.pk}", cleared_at=None).exists()
    assert tell_departments() > 0 and tell_departments() == 0
    readers = set(Message.objects.filter(kind="webhook").values_list("recipient__memberships__department", flat=True))
    assert readers == {committed_city.environment.pk}


def test_failures_now_and_then_do_not(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    world.script["webhook"] = "500"
    fail_for(4, committed_city)
    world.script["webhook"] = ["ok"]
    passes(DAY)
    deliver("webhook")
    world.script["webhook"] = "500"
    fail_for(2, committed_city)
    hook.refresh_from_db()
    assert hook.disabled_at is None


def test_two_bad_moments_far_apart_do_not(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    """A receiver that is seldom told anything is not judged by the days between."""
    world.script["webhook"] = "500"
    walking.assign(committed_city, walking.register(committed_city))
    push()
    deliver("webhook")
    passes(timedelta(days=6))
    deliver("webhook")
    hook.refresh_from_db()
    assert hook.disabled_at is None and hook.failing_since is not None

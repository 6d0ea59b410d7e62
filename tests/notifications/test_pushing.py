"""The feed, pushed: nothing is skipped, nothing told twice, nothing overtakes, whatever the receiver does."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from standardwebhooks import Webhook

from accounts.clients.registry import revoke_client
from accounts.models import MachineClient, Membership
from notifications.models import Alarm, Delivery, Endpoint, Message
from notifications.outbox import claim, deliver, sweep
from notifications.outbox.outcomes import Outcome
from notifications.outbox.rules import WEBHOOK_DELAYS
from notifications.outbox.settling import settle
from notifications.webhook_notices import tell_departments
from notifications.webhooks import enable, end
from tests import walking
from tests.api.test_feed import another_transaction
from tests.gateway import Gateway
from tests.notifications.webhooks import hook, of, passes, until_the_next_attempt, webhook_of
from tests.notifications.world import world
from tests.people import City
from workflow import pushing
from workflow.lifecycle import State
from workflow.models import Event
from workflow.pushing import push
from workflow.querysets import events_visible_to

__all__ = ["hook", "world"]
DAY = timedelta(days=1)


def told(world: Gateway) -> list[int]:
    """Ids of the events that were taken, in the order in which they came."""
    return [record.json["data"]["id"] for record in world.executed("webhook") if record.json["type"] != "test"]


def visible(hook: Endpoint) -> list[int]:
    return list(events_visible_to(hook.owner).order_by("transaction_id", "pk").values_list("pk", flat=True))


# -- from the feed to deliveries ---------------------------------------------------------------------------------------


def test_every_event_once_and_in_order(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    for _ in range(2):
        walking.walk(committed_city, State.VERIFYING)
        push()
        push()
        deliver("webhook")
    assert told(world) == visible(hook) != []


def test_page_by_page(hook: Endpoint, committed_city: City, world: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "AT_ONCE", 2)
    walking.walk(committed_city, State.APPROVING)
    push()
    deliver("webhook")
    assert told(world) == visible(hook)


def test_what_the_owner_may_not_see_is_not_told(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    walking.assign(committed_city, walking.register(committed_city), lead=committed_city.forestry, departments=[])
    assert push() == deliver("webhook") == 0
    assert world.records == []


def test_only_the_types_that_are_wanted(committed_city: City, world: Gateway) -> None:
    hook = webhook_of(committed_city, world, event_types=("item.assign",))
    walking.walk(committed_city, State.RECTIFYING)
    push()
    assert [delivery.message.kind for delivery in of(hook)] == ["assign"]


def test_a_late_commit_is_not_skipped(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    with another_transaction():
        walking.walk(committed_city, State.ASSIGNED)
        assert push() == 0  # somebody may still commit something earlier
    push()
    deliver("webhook")
    assert told(world) == visible(hook) != []


def test_several_at_once_tell_nothing_twice(hook: Endpoint, committed_city: City) -> None:
    walking.walk(committed_city, State.APPROVING)
    found: list[int] = []

    def fill() -> None:
        found.append(push())
        connections.close_all()

    threads = [threading.Thread(target=fill) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    push()
    assert sorted(Message.objects.filter(endpoint=hook).values_list("number", "kind")) == sorted(
        Event.objects.filter(pk__in=visible(hook)).values_list("item__number", "action")
    )


def test_nobody_waits_for_whoever_fills_the_lanes(
    hook: Endpoint, committed_city: City, caplog: pytest.LogCaptureFixture
) -> None:
    walking.walk(committed_city, State.RECTIFYING)
    with another_transaction() as somebody:
        somebody.execute("SELECT 1 FROM notifications_endpoint WHERE id = %s FOR NO KEY UPDATE", [hook.pk])
        assert push() == 0
    assert caplog.records == [], "it was left to him, not waited for until patience ended"
    assert push() == len(visible(hook))


def test_place_and_deliveries_stand_or_fall_together(
    hook: Endpoint, committed_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    walking.walk(committed_city, State.RECTIFYING)
    with monkeypatch.context() as patch:
        patch.setattr(pushing, "notify", lambda drafts: (pushing_notify(drafts), 1 / 0))
        with pytest.raises(ZeroDivisionError):
            push()
    assert of(hook) == []
    push()
    assert len(of(hook)) == len(visible(hook))


pushing_notify = pushing.notify


def test_what_does_not_fit_waits_in_the_feed(
    hook: Endpoint, committed_city: City, world: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "AT_ONCE", 2)
    monkeypatch.setattr(pushing, "BACKLOG", 2)
    walking.walk(committed_city, State.APPROVING)
    push()
    assert len(of(hook)) < len(visible(hook))
    while deliver("webhook"):
        push()
    assert told(world) == visible(hook)


def test_a_right_that_was_lost_before_the_sending_counts(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    walking.walk(committed_city, State.ASSIGNED)
    push()
    Membership.objects.filter(user=hook.owner).update(department=committed_city.forestry)
    assert deliver("webhook") == 0
    assert world.records == []
    assert {delivery.state for delivery in of(hook)} == {"suppressed"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_that_has_ended_is_told_nothing(
    hook: Endpoint, committed_city: City, world: Gateway, when: str
) -> None:
    """Whether what happened lies in the feed still, or in a delivery already."""
    client = MachineClient.objects.get(application__user=hook.owner)
    walking.walk(committed_city, State.ASSIGNED)
    if when == "after":
        push()
    revoke_client(client, by=committed_city.system_admin)
    assert (push(), deliver("webhook"), world.records) == (0, 0, [])
    hook.refresh_from_db()
    assert hook.disabled_at is not None


def test_a_client_that_lost_the_scope_is_told_nothing(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    MachineClient.objects.filter(application__user=hook.owner).update(scopes=["webhooks"])
    walking.walk(committed_city, State.ASSIGNED)
    assert (push(), deliver("webhook"), world.records) == (0, 0, [])


def test_one_that_was_deleted_gets_nothing_of_what_waits(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    walking.walk(committed_city, State.ASSIGNED)
    push()
    end(hook)
    assert (push(), deliver("webhook"), world.records) == (0, 0, [])


def test_one_that_was_deleted_with_its_client_while_a_worker_vanished_alarms_nobody(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    walking.walk(committed_city, State.ASSIGNED)
    push()
    assert claim("webhook") is not None
    end(hook)
    revoke_client(MachineClient.objects.get(application__user=hook.owner), by=committed_city.system_admin)
    Delivery.objects.filter(state="sending").update(lease_until=Now())
    sweep()
    assert (deliver("webhook"), world.records) == (0, [])
    assert {delivery.state for delivery in of(hook)} == {"suppressed"}
    assert not Alarm.objects.filter(kind__startswith="webhook").exists()


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


def test_the_schedule_is_the_published_one(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    world.script["webhook"] = "500"
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
        passes(2 * DAY)
    assert (delivery.state, delivery.attempts) == ("dead", 10)
    assert len(seen) == len(WEBHOOK_DELAYS)
    for delay, published in zip(seen, WEBHOOK_DELAYS, strict=True):
        assert 0.89 * published < delay < 1.11 * published + timedelta(seconds=1)


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


def test_a_delivery_may_be_tried_however_often(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    """Somebody may enable it once a minute for weeks; no other may suffer from it."""
    world.script["webhook"] = ["500", "ok"]
    walking.walk(committed_city, State.ASSIGNED)
    push()
    Delivery.objects.filter(pk=of(hook)[0].pk).update(attempts=32_767, earlier_attempts=32_767, claimed_at=Now())
    deliver("webhook")
    enable(hook)
    deliver("webhook")
    assert (of(hook)[0].state, of(hook)[0].attempts, of(hook)[0].earlier_attempts) == ("sent", 32_769, 32_768)


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

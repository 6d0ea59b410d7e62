"""The feed, pushed: nothing is skipped, nothing told twice, nothing overtakes, whatever the receiver does."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from accounts.clients.registry import revoke_client
from accounts.models import MachineClient, Membership
from notifications.models import Alarm, Delivery, Endpoint, Message
from notifications.outbox import claim, deliver, sweep
from notifications.webhooks import end
from tests import walking
from tests.api.test_feed import another_transaction, take_a_number
from tests.gateway import Gateway
from tests.notifications.webhooks import hook, of, told, visible, webhook_of
from tests.notifications.world import world
from tests.people import City
from workflow import pushing
from workflow.lifecycle import State
from workflow.models import Event
from workflow.pushing import push

__all__ = ["hook", "world"]

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


def test_what_happened_to_an_item_later_is_not_told_before_it(
    hook: Endpoint, committed_city: City, world: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that began first acts last: the feed tells it first, and a page may end behind it."""
    monkeypatch.setattr(pushing, "AT_ONCE", 1)
    begun, assigned, items = threading.Event(), threading.Event(), []

    def act_late() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                take_a_number(cursor)
            begun.set()
            assert assigned.wait(20)
            walking.accept(committed_city, items[0])
        connections.close_all()

    late = threading.Thread(target=act_late)
    late.start()
    assert begun.wait(20)
    items.append(walking.walk(committed_city, State.ASSIGNED))
    assigned.set()
    late.join()
    push()
    deliver("webhook")
    assert told(world) == sorted(visible(hook)) != visible(hook)


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
        assert push() == 0
    assert of(hook) == []
    push()
    assert len(of(hook)) == len(visible(hook))


pushing_notify = pushing.notify


def test_what_hinders_one_webhook_hinders_no_other(
    hook: Endpoint, committed_city: City, world: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = webhook_of(committed_city, world, path="/webhook/2")
    walking.walk(committed_city, State.RECTIFYING)
    draft = pushing._draft
    monkeypatch.setattr(pushing, "_draft", lambda event, to: draft(event, to) if to.pk == other.pk else 1 / 0)
    assert push() == len(of(other)) > 0
    assert of(hook) == []


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

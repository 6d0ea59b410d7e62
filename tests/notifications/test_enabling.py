"""A webhook that is enabled, or gets another address: what waits goes at once, whoever has it in hand."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from notifications import addresses
from notifications.channels import ChannelError
from notifications.models import AllowedTarget, Delivery, Endpoint
from notifications.outbox import claim, deliver
from notifications.outbox.outcomes import failure
from notifications.outbox.settling import settle
from notifications.webhooks import change, enable
from tests import walking
from tests.api.test_feed import another_transaction
from tests.faults.house import wait_until
from tests.gateway import Gateway
from tests.notifications.webhooks import hook, of, passes
from tests.notifications.world import world
from tests.people import City
from workflow.lifecycle import State
from workflow.pushing import push

__all__ = ["hook", "world"]


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


@pytest.mark.parametrize("error", [ChannelError("HTTP 500"), ChannelError("broke off", ambiguous=True)])
@pytest.mark.parametrize("attempts", [1, 10])
def test_one_that_is_on_its_way_begins_anew_should_it_fail(
    hook: Endpoint, committed_city: City, attempts: int, error: ChannelError
) -> None:
    """Whoever is back and says so is not told after hours, or never, because the last failing call was still open."""
    walking.walk(committed_city, State.ASSIGNED)
    push()
    claimed = claim("webhook")
    Delivery.objects.filter(pk=claimed.pk).update(attempts=attempts, interruptions=attempts - 1)
    claimed.attempts, claimed.interruptions = attempts, attempts - 1
    enable(hook)
    assert settle(claimed, failure(claimed, error))
    first = of(hook)[0]
    assert (first.state, first.attempts_anew) == ("pending", 0)
    assert first.next_attempt_at - first.claimed_at < timedelta(seconds=7)


def test_one_that_was_disabled_lets_go_also_what_nobody_had_looked_at(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    """It waits with a delay of hours, not paused yet."""
    world.script["webhook"] = ["500"]
    walking.walk(committed_city, State.RECTIFYING)
    push()
    deliver("webhook")
    Delivery.objects.filter(endpoint=hook, state="pending").update(next_attempt_at=Now() + timedelta(hours=20))
    Endpoint.objects.filter(pk=hook.pk).update(disabled_at=Now(), disabled_reason="HTTP 500")
    enable(hook)
    assert deliver("webhook") == len(of(hook)) > 0


def test_another_address_gets_at_once_what_waits_for_the_former_one(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    world.script["webhook /webhook/1"] = "429 86400"
    walking.walk(committed_city, State.RECTIFYING)
    push()
    assert deliver("webhook") == 0
    passes(timedelta(minutes=10))
    changed = change(hook, url=f"{world.url}/webhook/2")
    assert (changed.failures, changed.failing_since) == (0, None)
    assert deliver("webhook") == len(of(hook)) > 0
    assert {record.path for record in world.executed("webhook")} == {"/webhook/2"}


def test_the_same_address_again_is_no_other_one(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    world.script["webhook"] = ["429 86400", "ok"]
    walking.walk(committed_city, State.ASSIGNED)
    push()
    deliver("webhook")
    assert change(hook, url=hook.url, name="市平台").failures == 1
    assert deliver("webhook") == 0


def test_a_name_is_looked_up_before_anything_is_locked(
    hook: Endpoint, committed_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that takes its time must not hold up the workers."""
    seen: list[bool] = []
    monkeypatch.setattr(addresses, "_resolve", lambda _: seen.append(connection.in_atomic_block) or ["10.20.30.5"])
    about = {"networks": ["10.20.30.0/24"], "note": "平台", "created_by": committed_city.security_admin}
    AllowedTarget.objects.create(host="other.example", port=443, **about)
    assert change(hook, url="https://other.example/").url == "https://other.example/"
    assert seen == [False]


def test_whoever_enables_it_waits_for_the_worker_that_is_choosing(hook: Endpoint, committed_city: City) -> None:
    """Each locks what the other wants; one of them would be thrown out by the database."""
    walking.walk(committed_city, State.ASSIGNED)
    push()
    with another_transaction() as worker:
        worker.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"webhook:endpoint:{hook.pk}"])
        enabling = threading.Thread(target=lambda: (enable(hook), connections.close_all()))
        enabling.start()
        wait_until(lambda: is_waiting(worker), "it waits")
        worker.execute("SELECT 1 FROM notifications_endpoint WHERE id = %s FOR UPDATE NOWAIT", [hook.pk])
    enabling.join()


def is_waiting(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
    return cursor.fetchone()[0]

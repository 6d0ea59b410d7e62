"""Where the calls of webhooks go, and how they are signed: nothing inside is reached, whatever a name turns into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from standardwebhooks import Webhook

from notifications import addresses
from notifications.models import AllowedTarget, Endpoint
from notifications.outbox import deliver
from notifications.targets import withdraw
from notifications.webhooks import rotate
from tests import walking
from tests.api.callers import machine
from tests.gateway import Gateway
from tests.notifications.webhooks import SCOPES, hook, hook_for, of, passes
from tests.notifications.world import world
from tests.people import City
from workflow import pushing
from workflow.lifecycle import State
from workflow.pushing import push

__all__ = ["hook", "world"]


# -- nothing inside is reached -----------------------------------------------------------------------------------------


@pytest.fixture
def rebinding(committed_city: City, world: Gateway, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list]:
    """A name that was allowed, and that means our own machine at every second look."""
    settings.WEBHOOK_ALLOWED_HOSTS = []
    looks: list[str] = []

    def resolve(host: str) -> list[str]:
        looks.append(host)
        return ["10.20.30.5"] if len(looks) % 2 else ["127.0.0.1"]

    monkeypatch.setattr(addresses, "_resolve", resolve)
    about = {
        "networks": ["10.20.30.0/24"],
        "allows_http": True,
        "note": "平台",
        "created_by": committed_city.security_admin,
    }
    AllowedTarget.objects.create(host="rebinding.example", port=int(world.url.rpartition(":")[2]), **about)
    yield looks


def test_a_name_that_changes_its_mind_leads_nowhere(
    rebinding: list[str], committed_city: City, world: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.channels.calls.CONNECTING", 0.2)
    url = world.url.replace("127.0.0.1", "rebinding.example")
    hook = hook_for(machine(committed_city.environment, scopes=SCOPES), f"{url}/webhook/1")
    walking.walk(committed_city, State.ASSIGNED)
    push()
    for _ in range(6):
        deliver("webhook")
        passes(timedelta(minutes=10))
    assert len(rebinding) > 2
    assert world.records == []
    assert {delivery.state for delivery in of(hook)} == {"pending"}  # nothing is lost either


def test_a_target_that_was_withdrawn_is_not_even_looked_up(
    rebinding: list[str], committed_city: City, world: Gateway
) -> None:
    url = world.url.replace("127.0.0.1", "rebinding.example")
    hook = hook_for(machine(committed_city.environment, scopes=SCOPES), f"{url}/webhook/1")
    walking.walk(committed_city, State.ASSIGNED)
    push()
    looks = len(rebinding)
    assert withdraw(AllowedTarget.objects.get(), by=committed_city.security_admin)
    deliver("webhook")
    assert (len(rebinding), world.records) == (looks, [])
    first = of(hook)[0]
    assert (first.state, "安全管理员" in first.last_error) == ("pending", True)


def test_a_redirect_into_the_house_is_a_failure(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    world.script["webhook"] = f"302 {world.url}/webhook/inside"
    walking.walk(committed_city, State.ASSIGNED)
    push()
    deliver("webhook")
    assert {record.path for record in world.records} == {"/webhook/1"}


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_both_secrets_sign_until_the_former_one_ends(hook: Endpoint, committed_city: City, world: Gateway) -> None:
    former = hook.secret
    now = rotate(hook).secret
    pushing.send_test(hook)
    deliver("webhook")
    Endpoint.objects.update(former_secret_until=Now() - timedelta(seconds=1))
    pushing.send_test(hook)
    deliver("webhook")
    signatures = [len(record.headers["webhook-signature"].split()) for record in world.records]
    assert signatures == [2, 1]
    for secret, record in ((former, world.records[0]), (now, world.records[0]), (now, world.records[1])):
        assert Webhook(secret).verify(record.body, record.headers)


def test_a_secret_of_another_key_sends_nothing_and_loses_nothing(
    hook: Endpoint, committed_city: City, world: Gateway
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_endpoint SET secret = 'gAAAAunreadable'")
    pushing.send_test(hook)
    assert deliver("webhook") == 0
    assert (world.records, of(hook)[0].state) == ([], "pending")

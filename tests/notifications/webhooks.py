"""A client's webhook to the gateway, and the ways in which time passes for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import DurationField, F, Value
from django.db.models.functions import Now

from notifications.models import Delivery, DeliveryAttempt, Endpoint
from notifications.webhooks import set_up
from tests.api.callers import Machine, machine
from tests.gateway import Gateway
from tests.people import City
from workflow.feed import Position
from workflow.querysets import events_visible_to

SCOPES = ("webhooks", "events:read", "items:read")
State = Delivery.State


@pytest.fixture
def hook(committed_city: City, world: Gateway) -> Endpoint:
    return webhook_of(committed_city, world)


def of(hook: Endpoint) -> list[Delivery]:
    """Its deliveries, in the order of the feed."""
    return list(Delivery.objects.filter(endpoint=hook).order_by("pk"))


def told(world: Gateway) -> list[int]:
    """Ids of the events that were taken, in the order in which they came."""
    return [record.json["data"]["id"] for record in world.executed("webhook") if record.json["type"] != "test"]


def visible(hook: Endpoint) -> list[int]:
    """Ids of the events that its owner sees, in the order of the feed."""
    return list(events_visible_to(hook.owner).order_by("transaction_id", "pk").values_list("pk", flat=True))


def webhook_of(city: City, world: Gateway, *, path: str = "/webhook/1", event_types: tuple[str, ...] = ()) -> Endpoint:
    """Of a client of the environment bureau, from now on."""
    return hook_for(machine(city.environment, scopes=SCOPES), f"{world.url}{path}", event_types)


def hook_for(caller: Machine, url: str, event_types: tuple[str, ...] = ()) -> Endpoint:
    department = caller.user.memberships.get().department
    about = {"name": "数据平台", "url": url, "event_types": list(event_types), "place": str(Position.now())}
    return set_up(caller.user, department, **about)


def passes(delta: timedelta) -> None:
    """As if all that waits had begun so much earlier: the database's clock itself cannot be moved."""
    step = Value(delta, output_field=DurationField())
    Delivery.objects.filter(state=State.PENDING).update(next_attempt_at=F("next_attempt_at") - step)
    DeliveryAttempt.objects.update(started_at=F("started_at") - step)
    Endpoint.objects.update(refilled_at=F("refilled_at") - step, failing_since=F("failing_since") - step)


def until_the_next_attempt() -> timedelta:
    """Time passes until the one that is due first is due; returns how long that was."""
    first = Delivery.objects.filter(state=State.PENDING, channel="webhook").order_by("next_attempt_at")
    rests = Endpoint.objects.filter(refilled_at__gt=Now()).order_by("-refilled_at")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    moments = [*first.values_list("next_attempt_at", flat=True)[:1], *rests.values_list("refilled_at", flat=True)[:1]]
    step = max(max(moments, default=now) - now, timedelta()) + timedelta(milliseconds=1)
    passes(step)
    return step

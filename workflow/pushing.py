"""Webhooks: the change feed, pushed. What the owner of a webhook may see becomes deliveries, in the order of the feed.

The place of a webhook in the feed moves in the transaction that stores its deliveries, under a lock on its row, so
nothing is skipped and nothing is told twice, however many do this at once and wherever one of them dies. Who may see
what is decided here, by `events_visible_to`, and asked again just before each sending.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from rest_framework.utils.encoders import JSONEncoder

from accounts.models import User
from notifications import operating
from notifications.models import IN_THE_LANE, Channel, Delivery, Endpoint
from notifications.outbox.webhooks import NOT_LET_IN, disable, may_be_told
from notifications.services import Draft, notify
from workflow import database_clock
from workflow.api.serializers import FeedEventSerializer
from workflow.feed import Position, read, settled
from workflow.models import Event
from workflow.models.events import EVENT_LABELS
from workflow.notices import item_path
from workflow.querysets import events_visible_to

log = logging.getLogger(__name__)
AT_ONCE = 200  # events in a transaction
BACKLOG = 1000  # deliveries that wait for one receiver; the others wait in the feed, where they cost nothing
REPLAYED_AT_ONCE = 1000  # events
TEST = "test"


def type_of(kind: str) -> str:
    """What the receiver reads as `type`."""
    return kind if kind == TEST else f"item.{kind}"


TYPES_IN_WORDS = [(type_of(kind), label) for kind, label in EVENT_LABELS.items()]


def push() -> int:
    """Fill the lanes of every webhook; returns how many deliveries are new. What hinders one hinders no other."""
    in_use = Endpoint.objects.filter(channel=Channel.WEBHOOK, is_active=True, disabled_at=None).order_by("id")
    return sum(_push_to(pk) for pk in list(in_use.values_list("pk", flat=True)))


def _push_to(pk: int) -> int:
    new = 0
    try:
        while (found := _fill(pk)) is not None:
            new += found
    except Exception:
        log.exception("the feed could not be pushed to webhook %s", pk)
    return new


@transaction.atomic
def _fill(pk: int) -> int | None:
    """One page of the feed; None when there is nothing (more) to do here now."""
    free = Endpoint.objects.filter(is_active=True, disabled_at=None).select_related("owner")
    endpoint = free.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if endpoint is None or _is_full(endpoint):
        return None
    if not may_be_told(endpoint):
        disable(endpoint, NOT_LET_IN)
        return None
    before = Position.read(endpoint.feed_position)
    events, after = _page(_wanted(endpoint), before)
    new = notify(_drafts(events, endpoint))
    Endpoint.objects.filter(pk=pk).update(feed_position=str(after))
    return new or None


def _page(wanted: QuerySet[Event], before: Position) -> tuple[list[Event], Position]:
    """About AT_ONCE events, and the place after them.

    A transaction that began earlier may do something to an item later. `notify` puts the events of a page in the order
    of their ids; so a page does not end between two of an item that the feed tells the other way round.
    """
    limit = AT_ONCE
    while True:
        events, after = read(wanted, before, limit)
        if len(events) < limit or not _comes_earlier(wanted, events, after):
            return events, after
        limit *= 2


def _comes_earlier(wanted: QuerySet[Event], events: list[Event], after: Position) -> bool:
    """Does the feed tell behind this place what happened to one of these items before?"""
    last: dict[int, int] = {}
    for event in events:
        last[event.item_id] = max(event.pk, last.get(event.item_id, 0))
    behind = settled(wanted, after).filter(item__in=last, pk__lt=max(last.values()))
    return any(pk < last[item] for item, pk in behind.order_by().values_list("item_id", "pk"))


def _is_full(endpoint: Endpoint) -> bool:
    waiting = Delivery.objects.filter(endpoint=endpoint, state__in=IN_THE_LANE)
    return waiting[:BACKLOG].count() == BACKLOG


def _wanted(endpoint: Endpoint) -> QuerySet[Event]:
    events = events_visible_to(endpoint.owner).select_related("item", "actor", "department")
    if endpoint.event_types:
        events = events.filter(action__in=[name.removeprefix("item.") for name in endpoint.event_types])
    return events


def _drafts(events: Iterable[Event], endpoint: Endpoint) -> list[Draft]:
    with translation.override(settings.LANGUAGE_CODE):
        return [_draft(event, endpoint) for event in events]


def _draft(event: Event, endpoint: Endpoint) -> Draft:
    """`about` is its lane: what happens to an item arrives in the order in which it happened."""
    return Draft(
        recipient_id=None,
        endpoint_id=endpoint.pk,
        kind=event.action,
        subject=f"{event.item.number} {event.action}",
        body=_body(type_of(event.action), event.at, _told(event)),
        url=item_path(event.item),
        dedup_key=_key(event.pk, endpoint),
        about=f"item:{event.item_id}",
        number=event.item.number,
    )


def _key(event: int, endpoint: Endpoint) -> str:
    return f"event:{event}:endpoint:{endpoint.pk}"


def _told(event: Event) -> dict[str, Any]:
    """As the feed tells it, with the address of the item in the API."""
    where = reverse("api:item", args=[event.item.number])
    return FeedEventSerializer(event).data | {"url": f"{settings.PUBLIC_URL}{where}"}


def _body(name: str, at: datetime, data: dict[str, Any]) -> str:
    told = {"type": name, "timestamp": timezone.localtime(at), "data": data}
    return json.dumps(told, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def send_test(endpoint: Endpoint) -> Delivery:
    """A test event goes the way of all events, in no lane."""
    key = f"test:{endpoint.pk}:{uuid4()}"
    data = {"webhook": endpoint.pk, "name": endpoint.name}
    body = _body(TEST, database_clock.now(), data)
    notify([Draft(None, TEST, TEST, body, "", key, endpoint_id=endpoint.pk)])
    return Delivery.objects.get(message__dedup_key=key)


def replay_range(endpoint: Endpoint, after: Position, until: Position | None, by: User) -> tuple[int, Position | None]:
    """Send once more what this webhook was told of the events after a position, up to another one included.

    At most REPLAYED_AT_ONCE events; returns how many deliveries go out again, and where to go on, None at the end.
    What still waits is not sent twice, and what the owner may not see any more is not sent at all.
    """
    events, reached = read(events_visible_to(endpoint.owner), after, REPLAYED_AT_ONCE)
    is_more = len(events) == REPLAYED_AT_ONCE and (until is None or reached < until)
    meant = [event.pk for event in events if until is None or Position.of(event) <= until]
    told = Delivery.objects.filter(endpoint=endpoint, message__dedup_key__in=[_key(pk, endpoint) for pk in meant])
    return operating.send_again(told, by), reached if is_more else None

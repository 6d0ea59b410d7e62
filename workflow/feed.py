"""The change feed: every event once, in an order that stays, also when transactions commit out of order.

An event's place is its transaction, then its id. It is handed out when no transaction is running any more that could
still put an event before it (docs/decisions/0018); so a reader who has passed a place has missed nothing there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from workflow.models import Event

LATEST = "latest"
AHEAD = _(
    "The feed has not come that far: this position is of another server, or from before a backup was restored. "
    "Ask for “latest”, then read the items anew, and go on from there."
)
_POSITION = re.compile(r"([0-9]{1,19})-([0-9]{1,19})", re.ASCII)
HIGHEST = 2**63 - 1
# Who holds locks in another database of the same server writes no events here, and may take his time.
_OLDEST = """
    SELECT least(min(running), pg_current_xact_id_if_assigned(), pg_snapshot_xmax(pg_current_snapshot()))::text::bigint
    FROM pg_snapshot_xip(pg_current_snapshot()) AS running
    WHERE running::xid NOT IN (
        SELECT own.transactionid FROM pg_locks AS own JOIN pg_locks AS held USING (virtualtransaction)
        WHERE own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock'
        AND held.database NOT IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    )
"""


class AheadOfTheFeed(ValueError):
    """Whoever waits there would wait in silence, for ever so long."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """After an event, or before all events of a transaction (`event` 0). Written `transaction-event`."""

    transaction: int = 0
    event: int = 0

    def __str__(self) -> str:
        return f"{self.transaction}-{self.event}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError."""
        found = _POSITION.fullmatch(text)
        if found is None or max(map(int, found.groups())) > HIGHEST:
            raise ValueError(f"not a position of the feed: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def named(cls, text: str) -> Self:
        """What a reader names: a position that was handed out, or `latest` for now. Raises ValueError."""
        if text == LATEST:
            return cls.now()
        position = cls.read(text)
        if position.transaction > _highest_so_far():
            raise AheadOfTheFeed(f"nothing has come that far: {text}")
        return position

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(event.transaction_id, event.pk)

    @classmethod
    def now(cls) -> Self:
        """Before whatever has not been handed out yet."""
        return cls(_boundary())


def read(events: QuerySet[Event], after: Position, limit: int) -> tuple[list[Event], Position]:
    """At most so many of these events in the feed's order, and the position after them.

    With a page that is not full the position moves on to the end of what is settled, past events that are not among
    `events`: a reader who sees few of them does not look through all the others again.
    """
    boundary = _boundary()
    found = list(_settled(events, after, boundary)[:limit])
    return found, Position.of(found[-1]) if len(found) == limit else max(after, Position(boundary))


def settled(events: QuerySet[Event], after: Position | None = None) -> QuerySet[Event]:
    """Those of the events that can be handed out now, in the feed's order."""
    return _settled(events, after or Position(), _boundary())


def _settled(events: QuerySet[Event], after: Position, boundary: int) -> QuerySet[Event]:
    later = Q(transaction_id__gt=after.transaction) | Q(transaction_id=after.transaction, pk__gt=after.event)
    within = Q(transaction_id__gte=after.transaction, transaction_id__lt=boundary)  # where the index begins and ends
    return events.filter(within, later).order_by("transaction_id", "pk")


def _boundary() -> int:
    """The oldest transaction that still runs: those before it have ended, and none begins there any more.

    Asked before the events are read, so everything below it is seen by the reading.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        (oldest,) = cursor.fetchone()
    return oldest


def _highest_so_far() -> int:
    """No transaction has a number above it yet; unlike the boundary it never goes back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (highest,) = cursor.fetchone()
    return highest

"""How the room of messages is doing, in few queries of which none grows with the messages that are settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count

from notifications.heartbeats import last_beats
from notifications.models import Alarm, Channel, Delivery, DeliveryState
from notifications.models.deliveries import SETTLED

COUNTED = 10_000  # deliveries of a state; more are told as so many
OPEN_STATES = [state for state in DeliveryState.values if state not in SETTLED]


@dataclass(frozen=True)
class Outbox:
    """What is still on its way or waits for a person."""

    counts: Mapping[tuple[str, str], int]  # (channel, state), every one that may be
    due_since: Mapping[str, datetime | None]  # channel → since when its oldest pending delivery could have gone out


@dataclass(frozen=True)
class Reading:
    outbox: Outbox
    alarms: Mapping[str, int]  # kind → open ones
    heartbeats: Mapping[str, datetime | None]  # queue → last sign of life


def read() -> Reading:
    """Four queries."""
    alarms = Alarm.objects.filter(cleared_at=None).order_by().values_list("kind").annotate(Count("id"))
    return Reading(Outbox(_counts(), due_since()), dict(alarms), last_beats())


def _counts() -> dict[tuple[str, str], int]:
    """Counted state by state up to the limit, so that a flood of pending ones does not hide the dead."""
    known = {(channel, state): 0 for channel in Channel.values for state in OPEN_STATES}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT found.channel, wanted.state, count(*)
            FROM unnest(%s::text[]) AS wanted(state) CROSS JOIN LATERAL (
                SELECT channel FROM {Delivery._meta.db_table} AS delivery
                WHERE delivery.state = wanted.state AND NOT (delivery.state = ANY (%s::varchar[])) LIMIT {COUNTED}
            ) AS found
            GROUP BY found.channel, wanted.state
            """,
            [OPEN_STATES, SETTLED],
        )
        return known | {(channel, state): count for channel, state, count in cursor.fetchall()}


def due_since() -> dict[str, datetime | None]:
    """One step into the index of what is due for each channel; None: nothing is due yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT channel, (
                SELECT min(next_attempt_at) FROM {Delivery._meta.db_table} AS delivery
                WHERE delivery.channel = wanted.channel AND delivery.state = 'pending'
                AND next_attempt_at <= statement_timestamp()
            ) FROM unnest(%s::text[]) AS wanted(channel)
            """,
            [Channel.values],
        )
        return dict(cursor.fetchall())

"""What clocks told: lines of the history, rungs that were reached, the clocks moved on. One statement a batch.

SQL by hand, because a thousand clocks are due at half past eight on any working day: the ORM writes the same rows in
three statements and five times as long. Only the clock's own notices are written here; no item changes its state.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from workflow import deadlines
from workflow.models import Event, RungFiring, Timer


@dataclass
class Alert:
    """A clock that speaks now. `event` gets its id when it is written."""

    timer: Timer
    step: deadlines.Step  # the rung that is told, those that are superseded, the one that is next
    event: Event
    proposes: bool  # is the rung's measure proposed to a supervisor?


_WRITE = """
WITH alert AS (
    SELECT row_number() OVER () AS place, * FROM json_to_recordset(%(alerts)s::json) AS alert (
        timer_id bigint, item_id bigint, action text, cycle smallint, state text, data jsonb,
        next_rung bigint, next_repetition smallint, next_moment timestamptz
    )
), told AS (
    INSERT INTO {event} (item_id, action, cycle, from_state, to_state, note, data, at)
    SELECT item_id, action, cycle, state, state, '', data, %(now)s FROM alert ORDER BY place
    RETURNING id, (data ->> 'timer')::bigint AS timer_id
), moved_on AS (
    UPDATE {timer} AS timer SET rung_id = next_rung, repetition = next_repetition, fire_at = next_moment
    FROM alert WHERE timer.id = alert.timer_id
), fired AS (
    INSERT INTO {firing} (timer_id, rung_id, repetition, due_at, fired_at, superseded, event_id)
    SELECT timer_id, rung_id, repetition, due_at, %(now)s, superseded, CASE WHEN NOT superseded THEN told.id END
    FROM json_to_recordset(%(reached)s::json) AS reached (
        timer_id bigint, rung_id bigint, repetition smallint, due_at timestamptz, superseded boolean
    ) JOIN told USING (timer_id) ORDER BY told.id, due_at
    RETURNING id, timer_id, event_id
)
SELECT timer_id, event_id, id FROM fired WHERE event_id IS NOT NULL
"""


def write(alerts: list[Alert], now: datetime) -> dict[int, int]:
    """Inside the transaction that holds the clocks with their items. Returns the ids of the firings by clock."""
    tables = {"event": Event, "timer": Timer, "firing": RungFiring}
    statement = _WRITE.format(**{name: model._meta.db_table for name, model in tables.items()})
    rows = {"alerts": [_alert(alert) for alert in alerts], "reached": [row for one in alerts for row in _reached(one)]}
    with connection.cursor() as cursor:
        cursor.execute(statement, {name: _as_json(of) for name, of in rows.items()} | {"now": now})
        written = cursor.fetchall()
    events = {timer: event for timer, event, _firing in written}
    for alert in alerts:
        alert.event.pk = events[alert.timer.pk]
    return {timer: firing for timer, _event, firing in written}


def _as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=datetime.isoformat)


def _alert(alert: Alert) -> dict[str, Any]:
    event, following = alert.event, alert.step.next
    return {
        "timer_id": alert.timer.pk,
        "item_id": event.item_id,
        "action": event.action,
        "cycle": event.cycle,
        "state": event.to_state,
        "data": event.data,
        "next_rung": following and following.rung.pk,
        "next_repetition": following.repetition if following else 0,
        "next_moment": following and following.at,
    }


def _reached(alert: Alert) -> Iterator[dict[str, Any]]:
    """Every rung that was due; the last one is told."""
    for firing in (*alert.step.superseded, alert.step.fire):
        yield {
            "timer_id": alert.timer.pk,
            "rung_id": firing.rung.pk,
            "repetition": firing.repetition,
            "due_at": firing.at,
            "superseded": firing is not alert.step.fire,
        }

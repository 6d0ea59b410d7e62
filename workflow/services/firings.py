"""What clocks told: lines of the history, rungs that were reached, the clocks moved on. One statement a batch.

SQL by hand, because a thousand clocks are due at half past eight on any working day: the ORM writes the same rows in
three statements and five times as long. Only the clock's own notices are written here; no item changes its state.
"""

from __future__ import annotations

import json
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
    SELECT * FROM unnest(
        %(timers)s::bigint[], %(items)s::bigint[], %(actions)s::text[], %(cycles)s::smallint[], %(states)s::text[],
        %(data)s::jsonb[], %(next_rungs)s::bigint[], %(next_repetitions)s::smallint[], %(next_moments)s::timestamptz[]
    ) WITH ORDINALITY
    AS alert (timer_id, item_id, action, cycle, state, data, next_rung, next_repetition, next_moment, place)
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
    FROM unnest(
        %(reached_timers)s::bigint[], %(rungs)s::bigint[], %(repetitions)s::smallint[], %(moments)s::timestamptz[],
        %(superseded)s::boolean[]
    ) AS reached (timer_id, rung_id, repetition, due_at, superseded) JOIN told USING (timer_id)
    RETURNING id, timer_id, event_id
)
SELECT timer_id, event_id, id FROM fired WHERE event_id IS NOT NULL
"""


def write(alerts: list[Alert], now: datetime) -> dict[int, int]:
    """Inside the transaction that holds the clocks with their items. Returns the ids of the firings by clock."""
    tables = {model.__name__.lower(): model._meta.db_table for model in (Event, Timer)}
    tables["firing"] = RungFiring._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(**tables), _of_alerts(alerts) | _of_rungs(alerts) | {"now": now})
        rows = cursor.fetchall()
    events = {timer: event for timer, event, _firing in rows}
    for alert in alerts:
        alert.event.pk = events[alert.timer.pk]
    return {timer: firing for timer, _event, firing in rows}


def _of_alerts(alerts: list[Alert]) -> dict[str, list[Any]]:
    events = [alert.event for alert in alerts]
    following = [alert.step.next for alert in alerts]
    return {
        "timers": [alert.timer.pk for alert in alerts],
        "items": [event.item_id for event in events],
        "actions": [str(event.action) for event in events],
        "cycles": [event.cycle for event in events],
        "states": [str(event.to_state) for event in events],
        "data": [json.dumps(event.data, ensure_ascii=False) for event in events],
        "next_rungs": [firing and firing.rung.pk for firing in following],
        "next_repetitions": [firing.repetition if firing else 0 for firing in following],
        "next_moments": [firing and firing.at for firing in following],
    }


def _of_rungs(alerts: list[Alert]) -> dict[str, list[Any]]:
    """Every rung that was reached, the one that is told last."""
    reached = [(alert.timer.pk, firing, True) for alert in alerts for firing in alert.step.superseded]
    reached += [(alert.timer.pk, alert.step.fire, False) for alert in alerts]
    return {
        "reached_timers": [timer for timer, _firing, _superseded in reached],
        "rungs": [firing.rung.pk for _timer, firing, _superseded in reached],
        "repetitions": [firing.repetition for _timer, firing, _superseded in reached],
        "moments": [firing.at for _timer, firing, _superseded in reached],
        "superseded": [superseded for _timer, _firing, superseded in reached],
    }

"""The plain-SQL limit: claim 1000 clocks, then one statement a table that inserts rows which are ready-made.

The rows are those that the scan wrote for the round before, under the same constraints, triggers and indexes; nobody
is looked up, no ladder is reckoned and no text is written.
"""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

BATCH = 1000
_ROUNDS = """FROM bench_due AS told JOIN bench_due AS ours ON ours.place = told.place AND ours.round = %(ours)s
{join} WHERE told.round = %(told)s"""
_READY = {  # rows by the clock of our round
    "event": (
        "ours.item_id, e.action, e.cycle, e.from_state, e.to_state, e.note, e.at,"
        " e.data || jsonb_build_object('timer', ours.timer_id) AS data",
        "JOIN workflow_event AS e ON e.item_id = told.item_id AND e.data ->> 'timer' = told.timer_id::text",
    ),
    "firing": (
        "f.rung_id, f.repetition, f.due_at, f.fired_at, f.superseded",
        "JOIN workflow_rungfiring AS f ON f.timer_id = told.timer_id",
    ),
    "proposal": (
        "ours.item_id, p.measure, p.status, p.proposed_at, p.reason",
        "JOIN workflow_proposal AS p ON p.timer_id = told.timer_id",
    ),
    "message": (
        "m.recipient_id, m.kind, m.subject, m.body, m.url, 'item:' || ours.item_id AS about, m.number, m.occasion,"
        " 'timer:' || ours.timer_id AS holds_while, m.notice_class, m.is_urgent",
        "JOIN notifications_message AS m ON m.holds_while = 'timer:' || told.timer_id",
    ),
    "delivery": (
        "d.recipient_id, d.channel, d.to_digest, d.next_attempt_at, 'timer:' || ours.timer_id AS holds_while",
        "JOIN notifications_message AS m ON m.holds_while = 'timer:' || told.timer_id"
        " JOIN notifications_delivery AS d ON d.message_id = m.id",
    ),
    "next": (
        "t.rung_id, t.repetition, t.fire_at",
        "JOIN workflow_timer AS t ON t.id = told.timer_id",
    ),
}


def prepare(told: int, ours: int) -> None:
    """Lay ready for the clocks of one round what the scan has written for those of another."""
    with connection.cursor() as cursor:
        for name, (columns, join) in _READY.items():
            rounds = _ROUNDS.format(join=join)
            select = f"SELECT ours.timer_id AS ready_for, {columns} {rounds}"
            cursor.execute(f"CREATE UNLOGGED TABLE bench_{name} AS {select}", {"told": told, "ours": ours})
            cursor.execute(f"CREATE INDEX ON bench_{name} (ready_for)")


def fire() -> int:
    """Everything that is due; returns how many clocks."""
    fired = taken = _batch()
    while taken == BATCH:
        taken = _batch()
        fired += taken
    return fired


@transaction.atomic
def _batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"batch": BATCH})
        timers = [row[0] for row in cursor.fetchall()]
        if timers:
            _write(cursor, timers)
    return len(timers)


def _write(cursor: CursorWrapper, timers: list[int]) -> None:
    cursor.execute(_EVENTS, {"timers": timers})
    told, events = zip(*cursor.fetchall(), strict=True)
    named = {"timers": list(told), "events": list(events)}
    for statement in (_FIRINGS, _PROPOSALS, _MESSAGES_AND_DELIVERIES, _TIMERS):
        cursor.execute(statement, named)


_CLAIM = """
SELECT timer.id FROM workflow_timer AS timer JOIN workflow_workitem AS item ON item.id = timer.item_id
WHERE timer.fire_at <= statement_timestamp() AND timer.rung_id IS NOT NULL
ORDER BY timer.fire_at, timer.id LIMIT %(batch)s FOR NO KEY UPDATE OF timer, item SKIP LOCKED
"""
_EVENTS = """
INSERT INTO workflow_event (item_id, action, cycle, from_state, to_state, note, at, data)
SELECT item_id, action, cycle, from_state, to_state, note, at, data
FROM bench_event WHERE ready_for = ANY(%(timers)s)
RETURNING (data ->> 'timer')::bigint, id
"""
_FIRINGS = """
INSERT INTO workflow_rungfiring (timer_id, rung_id, repetition, due_at, fired_at, superseded, event_id)
SELECT ready_for, rung_id, repetition, due_at, fired_at, superseded, CASE WHEN NOT superseded THEN event_id END
FROM unnest(%(timers)s::bigint[], %(events)s::bigint[]) AS told (ready_for, event_id)
JOIN bench_firing USING (ready_for)
"""
_PROPOSALS = """
INSERT INTO workflow_proposal (item_id, timer_id, firing_id, measure, status, proposed_at, reason)
SELECT item_id, ready_for, firing.id, measure, status, proposed_at, reason
FROM bench_proposal JOIN workflow_rungfiring AS firing ON firing.timer_id = ready_for AND NOT firing.superseded
WHERE ready_for = ANY(%(timers)s)
"""
_MESSAGES_AND_DELIVERIES = """
WITH fresh AS (
    INSERT INTO notifications_message (recipient_id, kind, subject, body, url, dedup_key, about, number, occasion,
        holds_while, notice_class, is_urgent)
    SELECT recipient_id, kind, subject, body, url, format('event:%%s:%%s', event_id, recipient_id), about, number,
        occasion, holds_while, notice_class, is_urgent
    FROM unnest(%(timers)s::bigint[], %(events)s::bigint[]) AS told (ready_for, event_id)
    JOIN bench_message USING (ready_for)
    RETURNING id, recipient_id, holds_while
)
INSERT INTO notifications_delivery (message_id, recipient_id, channel, to_digest, next_attempt_at)
SELECT fresh.id, recipient_id, channel, to_digest, next_attempt_at
FROM fresh JOIN bench_delivery USING (holds_while, recipient_id) WHERE ready_for = ANY(%(timers)s)
"""
_TIMERS = """
UPDATE workflow_timer AS timer
SET rung_id = following.rung_id, repetition = following.repetition, fire_at = following.fire_at
FROM bench_next AS following WHERE following.ready_for = timer.id AND timer.id = ANY(%(timers)s)
"""

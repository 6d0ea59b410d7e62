"""A load of items in work: some walk there by the real verbs in every department, SQL copies their rows.

Copies are inserted as a replica's rows are (`session_replication_role`), since the triggers let an item begin as a
draft alone; constraints hold. Their deadlines spread over a year and nothing falls due while a benchmark runs, except
the clocks that are kept ready in the table `bench_due`, in rounds of equal make: `make_due` lets a round fall due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Department
from tests.bench.rig import rungs
from tests.bench.rig.lines import say
from tests.people import City
from tests.walking import walk
from workflow import database_clock
from workflow.lifecycle import State
from workflow.models import Assignment, Event, Timer, WorkItem
from workflow.models.procedures import Clock

PROCEDURES = ("petition", "plan-task", "campaign")
CLOCKS = {  # by state the clock that falls due
    State.RECTIFYING: Clock.DEADLINE,
    State.ASSIGNED: Clock.ACCEPT,
    State.VERIFYING: Clock.VERIFICATION,
    State.APPROVING: Clock.APPROVAL,
}
STATES = (*[State.RECTIFYING] * 5, State.ASSIGNED, State.VERIFYING, State.APPROVING)
TABLES = (WorkItem, Assignment, Event, Timer)
ORIGINALS = 40  # items that are walked, at most
YEAR = 365  # days over which the deadlines of the copies spread, half of them past


def clear() -> None:
    """Remove our own tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('DROP TABLE %I', relname) FROM pg_class WHERE relkind = 'r' AND relname ^@ 'bench_'"
        )
        for (drop,) in cursor.fetchall():
            cursor.execute(drop)


def fill(city: City, total: int, due: int = 0, rounds: int = 1) -> None:
    """So many items with their history and running clocks; `rounds` times `due` of them are kept ready to fall due."""
    originals = _walk_some(city, total)
    say(f"copying them to {total:,}")
    with _as_replica() as cursor, _without_indexes(cursor):
        _choose(cursor, originals, total - len(originals), due, rounds)
        _copy(cursor, WorkItem, {"id": "copy.id", "number": "'BM-' || copy.n", **_moved(WorkItem)}, "r.id")
        _copy(cursor, Assignment, {"item_id": "copy.id"})
        _copy(cursor, Event, {"item_id": "copy.id", **_moved(Event)})
        rungs.store_waiting(cursor, database_clock.now())
        waiting = {name: f"waiting.{name}" for name in ("rung_id", "fire_at")}
        _copy(
            cursor,
            Timer,
            {"item_id": "copy.id", "repetition": "coalesce(waiting.repetition, 0)", **_moved(Timer), **waiting},
            more="LEFT JOIN waiting ON (waiting.procedure_id, waiting.clock, waiting.due_on)"
            " = (copy.procedure_id, r.clock, r.due_on + copy.days) WHERE r.ended_at IS NULL AND r.milestone_id IS NULL",
        )
        cursor.execute(_KEEP_READY)
        cursor.execute(_SILENCE_ORIGINALS)
    tidy_up()


def _walk_some(city: City, total: int) -> list[WorkItem]:
    """One in each department that leads."""
    leads = Department.objects.exclude(kind__in=[Department.Kind.GOVERNMENT, Department.Kind.OFFICE]).order_by("id")
    say(f"walking {min(len(leads), total)} items by the real verbs")
    chosen = zip(leads[:total], cycle(PROCEDURES), cycle(STATES))
    return [walk(city, state, procedure=procedure, lead=lead) for lead, procedure, state in chosen]


@contextmanager
def _as_replica() -> Iterator[CursorWrapper]:
    """A transaction in which rows are taken as they come."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield cursor


@contextmanager
def _without_indexes(cursor: CursorWrapper) -> Iterator[None]:
    """Those that enforce nothing are built once at the end."""
    cursor.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique""",
        [[model._meta.db_table for model in TABLES]],
    )
    indexes = cursor.fetchall()
    cursor.execute("".join(f'DROP INDEX "{name}";' for name, _definition in indexes))
    yield
    say("building the indexes")
    for _name, definition in indexes:
        cursor.execute(definition)


def _choose(cursor: CursorWrapper, originals: list[WorkItem], copies: int, due: int, rounds: int) -> None:
    """Which item is copied how often, and by how many days each copy is moved."""
    cursor.execute(_ORIGINAL, [list(CLOCKS), list(CLOCKS.values()), [item.pk for item in originals]])
    rungs.store_today(cursor, database_clock.now())
    cursor.execute(_CHOOSE, {"copies": copies, "due": due, "ready": due * rounds, "year": YEAR})


_ORIGINAL = """
CREATE TEMP TABLE original ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY item.id) - 1 AS position, item.id, item.procedure_id, timer.clock, timer.due_on
FROM workflow_workitem AS item
JOIN unnest(%s::text[], %s::text[]) AS main (state, clock) ON main.state = item.state
JOIN workflow_timer AS timer ON timer.item_id = item.id AND timer.clock = main.clock AND timer.ended_at IS NULL
WHERE item.id = ANY(%s)
"""

# Rounds are of equal make: the same place has the same original and the same rung in each.
_CHOOSE = """
CREATE TEMP TABLE copy ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('workflow_workitem', 'id')) AS id, n, original.id AS original_id,
    original.procedure_id, original.clock, n / nullif(%(due)s, 0) AS round, place,
    today.rung_id, today.repetition, today.fire_at,
    CASE WHEN n < %(ready)s THEN today.due_on - original.due_on ELSE n::bigint * 7919 %% %(year)s - %(year)s / 2 END
        ::integer AS days
FROM (SELECT n, CASE WHEN n < %(ready)s THEN n %% greatest(%(due)s, 1) ELSE n END AS place
    FROM generate_series(0, %(copies)s - 1) AS n) AS chosen
JOIN original ON original.position = place %% (SELECT count(*) FROM original)
LEFT JOIN today ON n < %(ready)s AND (today.procedure_id, today.clock) = (original.procedure_id, original.clock)
    AND today.position = place / (SELECT count(*) FROM original) %% today.of
ORDER BY n
"""

_KEEP_READY = """
CREATE TABLE bench_due AS
SELECT copy.round, copy.place, copy.id AS item_id, timer.id AS timer_id, copy.rung_id, copy.repetition, copy.fire_at
FROM copy JOIN workflow_timer AS timer ON timer.item_id = copy.id AND timer.clock = copy.clock
WHERE copy.fire_at IS NOT NULL
"""

_SILENCE_ORIGINALS = """
UPDATE workflow_timer SET fire_at = statement_timestamp() + interval '1 year'
WHERE fire_at IS NOT NULL AND item_id IN (SELECT id FROM original)
"""


def _moved(model: type[models.Model]) -> dict[str, str]:
    """Days move with the copy; moments only into the past."""
    kinds = {models.DateField: "copy.days", models.DateTimeField: "least(copy.days, 0) * interval '1 day'"}
    fields = [field for field in model._meta.concrete_fields if type(field) in kinds]
    return {field.column: f"r.{field.column} + {kinds[type(field)]}" for field in fields}


def _copy(
    cursor: CursorWrapper, model: type[models.Model], instead: dict[str, str], key: str = "r.item_id", more: str = ""
) -> None:
    own_id = "id" in instead
    columns = [field.column for field in model._meta.concrete_fields if own_id or not field.primary_key]
    table = model._meta.db_table
    values = ", ".join(instead.get(column, f"r.{column}") for column in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
        f"FROM copy JOIN {table} AS r ON {key} = copy.original_id {more}"
    )


def make_due(number: int) -> None:
    """Let the clocks of a round fall due, all at one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE workflow_timer AS timer
            SET rung_id = ready.rung_id, repetition = ready.repetition, fire_at = ready.fire_at
            FROM bench_due AS ready WHERE ready.timer_id = timer.id AND ready.round = %s""",
            [number],
        )


def tidy_up() -> None:
    """As autovacuum would have done by and by; and what was written reaches the disk before anything is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")

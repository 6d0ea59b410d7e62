"""What the ladder says about the copies: which rung their clocks wait for, and which days have a rung today."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from workflow import deadlines, working_calendar
from workflow.deadlines import BUSINESS_ZONE, Firing
from workflow.models import Procedure, Rung
from workflow.models.procedures import Measure

QUIET = timedelta(hours=6)  # nothing but what is asked for falls due in these
NEAR = range(-75, 46)  # days from today in which a deadline may have a rung today
SHARES = {Measure.REMINDER: 4, Measure.WARNING: 2}  # of the clocks that fall due; any other measure has one


class _Row(NamedTuple):
    procedure_id: int
    clock: str
    due_on: date
    firing: Firing


class _Ladders:
    def __init__(self) -> None:
        self._calendar = working_calendar.load()
        self._notice_at = dict(Procedure.objects.values_list("pk", "notice_at"))
        self._rungs: defaultdict[tuple[int, str], list[Rung]] = defaultdict(list)
        for rung in Rung.objects.all():
            self._rungs[rung.procedure_id, rung.clock].append(rung)

    def of(self, procedure: int, clock: str, due_on: date) -> Iterator[Firing]:
        return deadlines.ladder(self._rungs[procedure, clock], due_on, self._notice_at[procedure], self._calendar)


def store_today(cursor: CursorWrapper, now: datetime) -> None:
    """Table `today`: by procedure and clock of the originals, the due days whose latest rung is not a day old."""
    cursor.execute("SELECT DISTINCT procedure_id, clock FROM original")
    ladders, found = _Ladders(), []
    for procedure, clock in cursor.fetchall():
        rows = [_Row(procedure, clock, *pair) for pair in _rungs_today(ladders, procedure, clock, now)]
        weighed = [row for row in rows for _ in range(SHARES.get(Measure(row.firing.rung.measure), 1))]
        found += [(*_values(row), position, len(weighed)) for position, row in enumerate(weighed)]
    _store(cursor, "today", ", position integer, of integer", found)


def _rungs_today(ladders: _Ladders, procedure: int, clock: str, now: datetime) -> Iterator[tuple[date, Firing]]:
    today = now.astimezone(BUSINESS_ZONE).date()
    for offset in NEAR:
        due_on = today + timedelta(days=offset)
        latest = _latest(ladders.of(procedure, clock, due_on), now)
        if latest and latest.at > now - timedelta(days=1):
            yield due_on, latest


def _latest(firings: Iterable[Firing], now: datetime) -> Firing | None:
    latest = None
    for firing in firings:
        if firing.at > now:
            break
        latest = firing
    return latest


def store_waiting(cursor: CursorWrapper, now: datetime) -> None:
    """Table `waiting`: by procedure, clock and due day of the copies, the first rung that is not due for a while."""
    cursor.execute(
        """SELECT DISTINCT copy.procedure_id, timer.clock, timer.due_on + copy.days
        FROM copy JOIN workflow_timer AS timer ON timer.item_id = copy.original_id AND timer.ended_at IS NULL"""
    )
    ladders = _Ladders()
    later = ((key, _first(ladders.of(*key), now + QUIET)) for key in cursor.fetchall())
    _store(cursor, "waiting", "", [_values(_Row(*key, firing)) for key, firing in later if firing])


def _first(firings: Iterable[Firing], after: datetime) -> Firing | None:
    return next((firing for firing in firings if firing.at > after), None)


def _values(row: _Row) -> tuple[object, ...]:
    return row.procedure_id, row.clock, row.due_on, row.firing.rung.pk, row.firing.repetition, row.firing.at


def _store(cursor: CursorWrapper, table: str, more: str, rows: list[tuple[object, ...]]) -> None:
    cursor.execute(
        f"""CREATE TEMP TABLE {table} (procedure_id bigint, clock text, due_on date, rung_id bigint,
        repetition integer, fire_at timestamptz{more}) ON COMMIT DROP"""
    )
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE {table}")

"""How the house is doing: what /metrics, the status page and the alarms are made from. Numbers only, no names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from django.db import connection

from notifications import watching as messages
from workflow.deadlines import BUSINESS_ZONE, business_day
from workflow.models import CalendarYear, Run, Timer
from workflow.models.runs import Job

COUNTED = 100_000  # timers; beyond that PostgreSQL's own estimate does
LATE = timedelta(minutes=5)  # a due timer that has not fired
STALE: Mapping[str, timedelta] = {Job.SCAN: timedelta(seconds=90), Job.AUDIT: timedelta(minutes=15)}


@dataclass(frozen=True)
class Clocks:
    """Armed timers; of them those that are due and have not fired, since when the oldest."""

    armed: int
    due: int
    due_since: datetime | None


@dataclass(frozen=True)
class House:
    """One look at everything, at one moment of the database's clock."""

    now: datetime
    clocks: Clocks
    uncovered_year: int  # the first year from this one on without a published calendar
    runs: Mapping[str, Run]  # job → its latest run
    messages: messages.Reading

    @property
    def today(self) -> date:
        return business_day(self.now)

    @property
    def days_covered(self) -> int:
        """Until the first uncovered year; not positive when it is this one."""
        return (date(self.uncovered_year, 1, 1) - self.today).days

    def age(self, moment: datetime | None) -> timedelta | None:
        """How long ago; None: never."""
        return None if moment is None else max(self.now - moment, timedelta())

    @property
    def clocks_are_late(self) -> bool:
        return (self.age(self.clocks.due_since) or timedelta()) > LATE

    def is_stale(self, job: Job) -> bool:
        return job not in self.runs or self.now - self.runs[job].ended_at > STALE[job]


def look() -> House:
    """Seven queries; none grows with the items, the settled messages or the clocks that have ended."""
    now, clocks = _clocks()
    runs = {run.job: run for run in Run.objects.all()}
    return House(now, clocks, _uncovered_year(now.astimezone(BUSINESS_ZONE).year), runs, messages.read())


def _clocks() -> tuple[datetime, Clocks]:
    """From the index of the armed timers alone, and not further into it than COUNTED rows."""
    table = Timer._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT clock_timestamp(),
                (SELECT count(*) FROM (SELECT FROM {table} WHERE fire_at IS NOT NULL LIMIT {COUNTED}) AS armed),
                (SELECT reltuples::bigint FROM pg_class WHERE oid = 'workflow_timer_armed'::regclass),
                (SELECT count(*) FROM
                    (SELECT FROM {table} WHERE fire_at <= statement_timestamp() LIMIT {COUNTED}) AS due),
                (SELECT min(fire_at) FROM {table} WHERE fire_at <= statement_timestamp())
            """
        )
        now, armed, estimated, due, due_since = cursor.fetchone()
    return now, Clocks(max(armed, estimated) if armed == COUNTED else armed, due, due_since)


def _uncovered_year(this_year: int) -> int:
    in_force = CalendarYear.objects.filter(in_force_at__isnull=False, superseded_at=None)
    covered = set(in_force.values_list("year", flat=True))
    return next(year for year in count(this_year) if year not in covered)

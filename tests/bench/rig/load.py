"""A load of items in work: some walk by the real verbs in every department, their rows are copied, clocks armed.

Copies come as a replica's rows do (`session_replication_role`), since an item that somebody registers begins as a
draft. Due days spread over a year; `make_due` then lets exactly so many clocks be due.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import cycle

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import Department
from tests.bench.rig.lines import say
from tests.people import City
from tests.walking import walk
from workflow import deadlines, working_calendar
from workflow.deadlines import BUSINESS_ZONE, Firing
from workflow.lifecycle import State
from workflow.models import Assignment, Event, Procedure, Timer, WorkItem
from workflow.models.procedures import Clock

PROCEDURES = ("petition", "plan-task", "campaign")
QUIET = timedelta(hours=2)  # nothing but what is asked for falls due while a benchmark runs
YEAR = 365  # days over which the deadlines of the copies spread, half of them past
NEAR = range(-45, 46)  # days from today in which a deadline has a rung today
TABLES = (WorkItem, Assignment, Event, Timer)


def fill(city: City, total: int) -> None:
    """So many items that are being rectified, with lead, history and running clocks; none is due."""
    leads = Department.objects.exclude(kind__in=[Department.Kind.GOVERNMENT, Department.Kind.OFFICE])
    say(f"walking {min(len(leads), total)} items to their rectification")
    originals = [
        walk(city, State.RECTIFYING, procedure=procedure, lead=lead)
        for lead, procedure in zip(leads[:total], cycle(PROCEDURES))
    ]
    say(f"copying them to {total}")
    with as_replica() as cursor, _without_indexes(cursor, TABLES):
        _choose_copies(cursor, originals, total - len(originals))
        _arm(cursor)
        _copy_items(cursor)
        _copy_related(cursor, Assignment)
        _copy_related(cursor, Event)
        _copy_related(cursor, Timer, _WAITING, "LEFT JOIN waiting ON waiting.timer_id = t.id AND waiting.on = copy.due_on")
        cursor.execute("DELETE FROM workflow_timer WHERE item_id IN (SELECT id FROM original)")
        ...
    tidy_up()


@contextmanager
def as_replica() -> Iterator[CursorWrapper]:
    """A transaction in which rows are taken as they come, however long it takes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'; SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '64MB'")
        yield cursor

"""The one door: the only writer of an item's state. Every verb walks through `perform`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from accounts.models import User
from accounts.prepared import Prepared, ask_together, saving, storing
from workflow import notices, permissions
from workflow.database_clock import present_moment
from workflow.deadlines import WorkingCalendar, business_day
from workflow.facts import Facts, read_facts
from workflow.lifecycle import TURN, Action, DepartmentRole, Party, State, leads_to
from workflow.models import Assignment, Event, WorkItem
from workflow.refusal import Refusal, RefusalKind, Refused, conflict
from workflow.services import leaving, timers
from workflow.services.roll_up import roll_up
from workflow.working_calendar import present_calendar

ALWAYS_WRITTEN = ("state", "stage", "turn_party", "turn_department", "version", "updated_at", "entered_at")


@dataclass
class Step:
    """What a verb's effect may look at; the item is locked and read anew."""

    item: WorkItem
    facts: Facts
    by: User | None
    department_id: int | None  # for which the person acts
    now: datetime
    cycle: int  # in which the step began

    @property
    def today(self) -> date:
        return business_day(self.now)

    @property
    def calendar(self) -> WorkingCalendar:
        return self.facts.calendar


@dataclass
class Change:
    """What a verb's effect hands back: where to, and which fields of the item it has set."""

    to: State
    stage: int = 0
    fields: Iterable[str] = ()
    data: dict[str, Any] = field(default_factory=dict)  # for the event
    restarts_clocks: bool = True
    is_anew: bool = False  # even if the state stays: its time begins again


Effect = Callable[[Step], Change]


def perform(
    item: WorkItem,
    action: Action,
    *,
    by: User | None,
    effect: Effect,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> WorkItem:
    """Lock, re-check, change, record and tell, all in one transaction; returns the item as it is afterwards.

    `now` is an aware moment, by default the present. Raises Refused; then nothing has changed.
    """
    with busy_refused(), transaction.atomic():
        return _perform(item, action, by, effect, note, version, now)


@contextmanager
def busy_refused() -> Iterator[None]:
    """A lock that somebody else holds for too long is a refusal, not a failure."""
    try:
        yield
    except OperationalError as error:
        if is_busy(error):
            raise Refused(conflict("busy", _("Somebody else is working on this item right now; try again."))) from error
        raise


def is_busy(error: Exception) -> bool:
    """Was somebody else in the way? Then nothing is wrong, and the same works later."""
    return isinstance(error.__cause__, LockNotAvailable | DeadlockDetected | SerializationFailure)


def _perform(
    seen: WorkItem,
    action: Action,
    by: User | None,
    effect: Effect,
    note: str,
    version: int | None,
    now: datetime | None,
) -> WorkItem:
    item, moment, calendar = _opened(seen)
    now = now or moment
    if version is not None and version != item.version:
        raise Refused(stale())
    facts = read_facts([item], calendar)[item.pk]
    today = business_day(now)
    if refusal := permissions.refuse(action, by, facts, today):
        raise Refused(refusal)
    department_id = permissions.acting_department(action, by, facts) if by else None
    step = Step(item, facts, by, department_id, now, item.cycle)
    before = item.state
    change = effect(step)
    if change.to not in leads_to(action, State(before)):
        raise AssertionError(f"{action} may not lead from {before} to {change.to}")
    event = _write(step, change, Event(action=action, actor=by, department_id=department_id, note=note))
    notices.announce(event, item)
    return item


def _write(step: Step, change: Change, event: Event) -> Event:
    item = step.item
    has_moved = change.is_anew or (item.state, item.stage, item.cycle) != (change.to, change.stage, step.cycle)
    before, item.state, item.stage = item.state, change.to, change.stage
    item.version += 1
    item.updated_at = step.now
    if has_moved:
        item.entered_at = step.now
    set_turn(item)
    event.item, event.version, event.cycle, event.at = item, item.version, item.cycle, step.now
    event.from_state, event.to_state, event.data = before, item.state, change.data
    ask_together(saving(item, {*ALWAYS_WRITTEN, *change.fields}), storing(event))
    if item.parent_id:
        roll_up(item.parent_id)
    leaving.leave(item, before, by=step.by, now=step.now, today=step.today)
    if change.restarts_clocks:
        timers.rearm(item, step.calendar, step.now, has_moved)
    return event


def lock(seen: WorkItem) -> WorkItem:
    """The item read anew under a row lock, its parent before it, so that two verbs on one family never deadlock."""
    return _opened(seen)[0]


def _opened(seen: WorkItem) -> tuple[WorkItem, datetime, WorkingCalendar]:
    """The item as `lock` has it, the moment at which it was locked, and the calendar."""
    if seen.parent_id:  # never changes
        _LOCKED([seen.parent_id])
    (item,), moment, calendar = ask_together(_LOCKED.of([seen.pk]), present_moment(), present_calendar())
    return item, moment, calendar


_LOCKED = Prepared(
    lambda: (
        WorkItem.objects.select_for_update(of=("self",), no_key=True)
        .select_related("procedure", "lead", "office", "source")
        .order_by()
    ),
    "id",
)


def wait_at_most(milliseconds: int) -> None:
    """For locks, until this transaction ends: who works through many items passes by what somebody else holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])


def set_turn(item: WorkItem) -> None:
    """Write down whose turn it is, and in which department."""
    item.turn_party = party = _party_in_turn(item)
    match party:
        case Party.OFFICE | Party.INSPECTOR:
            item.turn_department_id = item.office_id
        case Party.APPROVER:
            item.turn_department_id = item.procedure.approving_department_id or item.office_id
        case Party.LEAD:
            item.turn_department_id = item.lead_id
        case Party.VERIFIER:
            verifying = Assignment.objects.filter(item=item, role=DepartmentRole.VERIFY, stage=item.stage)
            item.turn_department_id = verifying.values_list("department_id", flat=True).get()
        case _:
            item.turn_department_id = None


def _party_in_turn(item: WorkItem) -> Party:
    """That of the state; but an objection is the office's turn, and a closed item may want filing, looking back."""
    if item.state == State.PUBLICIZING and item.objections.filter(upheld__isnull=True).exists():
        return Party.OFFICE
    if item.state == State.CLOSED:
        if item.procedure.files_to and item.closures.filter(cycle=item.cycle, filing=None).exists():
            return Party.OFFICE
        if item.look_backs.filter(cycle=item.cycle, finding="", dropped_at=None).exists():
            return Party.INSPECTOR
    return TURN[State(item.state)]


def stale() -> Refusal:
    return Refusal(
        RefusalKind.STALE,
        "stale",
        _("Somebody else has changed this item in the meantime. Look at it again before you go on."),
    )

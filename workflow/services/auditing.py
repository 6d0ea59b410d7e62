"""The auditor: open items without the clock that should run. Finds, repairs and reports them.

Every run looks at all items by a cheap question that PostgreSQL answers from its indexes, and reckons the clocks of
some of them anew, a few hundred more each time, round and round. It looks without locks; what seems wrong is looked
at again under the item's lock and repaired there, so that any number of auditors may work at once.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from notifications.alarms import clear_others, open_alarms, raise_alarm
from workflow import database_clock, deadlines, working_calendar
from workflow.deadlines import RunningClock, WorkingCalendar
from workflow.lifecycle import State
from workflow.models import Event, Run, Timer, WorkItem
from workflow.models.items import HAS_A_CLOCK
from workflow.models.procedures import Clock
from workflow.models.runs import Job
from workflow.refusal import Refused
from workflow.services import timers
from workflow.services.perform import busy_refused, lock, wait_at_most

log = logging.getLogger(__name__)
PAGE = 10_000  # items that one query asks about
SUSPECTS = 1_000  # at most that are reckoned anew because the cheap question points at them
ROUND = 500  # that are reckoned anew because it is their turn
PATIENCE = 50  # milliseconds that the auditor waits for an item
NAMED = 20  # items of a run that have an alarm each; the others share one
KIND = "idle-item"
MORE = f"{KIND}:more"

# In each state one of these clocks is armed, or there is a reason why not.
_CLOCKS_OF: dict[State, tuple[Clock, ...]] = {
    State.ASSIGNED: (Clock.ACCEPT,),
    State.RECTIFYING: (Clock.DEADLINE, Clock.SUPPLEMENT),
    State.VERIFYING: (Clock.VERIFICATION,),
    State.PUBLICIZING: (Clock.PUBLICITY, Clock.OBJECTION),
    State.APPROVING: (Clock.APPROVAL,),
    State.CLOSED: (Clock.FILING, Clock.LOOK_BACK),
}


@dataclass
class Report:
    checked: int = 0  # items whose clocks were reckoned anew
    repaired: list[str] = field(default_factory=list)  # numbers of items
    left: list[str] = field(default_factory=list)  # found, but busy or beyond repair: the next run

    @property
    def found(self) -> list[str]:
        return self.repaired + self.left


def audit(now: datetime | None = None) -> Report:
    """One run. Raises an alarm for each item that was found and clears those of items that are in order again."""
    now = now or database_clock.now()
    calendar, report = working_calendar.load(), Report()
    run = Run.objects.filter(job=Job.AUDIT).first() or Run(job=Job.AUDIT)
    turn, run.cursor = _next_in_turn(run.cursor)
    for ids in (_suspects(), turn, _alarmed()):
        for item in _with_clocks(ids):
            _look_at(item, calendar, now, report)
    _alarm(report)
    run.ended_at, run.handled, run.left = database_clock.now(), len(report.repaired), len(report.left)
    run.save()
    return report


def _alarm(report: Report) -> None:
    """Those that were repaired have theirs since then, with their repair."""
    for number in report.left[:NAMED]:
        raise_alarm(_key(number), _("%(number)s may lack a running clock; it could not be set.") % {"number": number})
    more = max(len(report.repaired) - NAMED, 0) + max(len(report.left) - NAMED, 0)
    if more:
        raise_alarm(MORE, _("%(count)s more items had no running clock.") % {"count": more})
    named = report.repaired[:NAMED] + report.left[:NAMED]
    clear_others(KIND, still=[*map(_key, named), *([MORE] if more else [])])


# -- whom to look at ---------------------------------------------------------------------------------------------------


def _suspects() -> list[int]:
    """Items without an armed clock of their state, page by page, so that no query runs long."""
    found: list[int] = []
    after = 0
    while after is not None and len(found) < SUSPECTS:
        page = list(_watched(after).values_list("pk", flat=True)[:PAGE])
        within = _watched(after).filter(pk__lte=page[-1]) if page else WorkItem.objects.none()
        found += within.filter(_is_unarmed()).values_list("pk", flat=True)[: SUSPECTS - len(found)]
        after = page[-1] if len(page) == PAGE else None
    return found


def _watched(after: int) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(HAS_A_CLOCK, pk__gt=after).order_by("pk")


def _is_unarmed() -> Q:
    armed = Timer.objects.filter(item=OuterRef("pk"), ended_at=None, fire_at__isnull=False)
    silent = Q()
    for state, clocks in _CLOCKS_OF.items():
        silent |= Q(state=state) & ~Exists(armed.filter(clock__in=clocks))
    return silent & ~Q(state=State.RECTIFYING, due_on=None, supplement_by=None)  # a long-term task


def _next_in_turn(cursor: int) -> tuple[list[int], int]:
    """Those whose turn it is, and where the next run goes on: from the beginning after the last one."""
    page = list(_watched(cursor).values_list("pk", flat=True)[:ROUND])
    return page, page[-1] if len(page) == ROUND else 0


def _alarmed() -> list[int]:
    """Of which an alarm tells: are they in order now?"""
    numbers = [key.partition(":")[2] for key in open_alarms().filter(kind=KIND).values_list("key", flat=True)[:ROUND]]
    return list(WorkItem.objects.filter(number__in=numbers).values_list("pk", flat=True))


def _with_clocks(ids: list[int]) -> Iterator[WorkItem]:
    running = Prefetch("timers", Timer.objects.filter(ended_at=None), to_attr="running")
    items = WorkItem.objects.filter(pk__in=ids).select_related("procedure").order_by("pk")
    yield from items.prefetch_related("procedure__rungs", running)


# -- what is wrong -----------------------------------------------------------------------------------------------------


@dataclass
class _Fault:
    missing: list[str]  # clocks that should run and do not
    broken: list[Timer]  # that run and will never ring, though their ladder goes on

    def __bool__(self) -> bool:
        return bool(self.missing or self.broken)


def _fault(item: WorkItem, running: list[Timer], calendar: WorkingCalendar, now: datetime) -> _Fault:
    """Compares which clocks run, not until when: days that moved with the calendar are a matter of people."""
    wanted = deadlines.running_clocks(timers.clock_facts(item, calendar, running), item.procedure, calendar)
    there = {_which(timer): timer for timer in running}
    missing = [clock.clock for clock in wanted if _which(clock) not in there]
    asked = {_which(clock) for clock in wanted}
    broken = [timer for key, timer in there.items() if key in asked and _is_broken(timer, item, calendar, now)]
    return _Fault(missing, broken)


def _which(clock: Timer | RunningClock) -> tuple[str, int | None, int | None]:
    return clock.clock, clock.milestone_id, clock.paper_id


def _is_broken(timer: Timer, item: WorkItem, calendar: WorkingCalendar, now: datetime) -> bool:
    if timer.clock == Clock.PUBLICITY:
        return timer.fire_at is None
    own = [rung for rung in item.procedure.rungs.all() if rung.clock == timer.clock]
    firings = deadlines.ladder(own, timer.due_on, item.procedure.notice_at, calendar)
    if timer.fire_at is None:  # right when the procedure has no rung, or none any more
        return any(firing.at > now for firing in firings)
    return not _is_on(firings, timer)


def _is_on(firings: Iterable[deadlines.Firing], timer: Timer) -> bool:
    for firing in firings:
        if (firing.rung.pk, firing.repetition) == (timer.rung_id, timer.repetition):
            return True
        if firing.repetition > timer.repetition:  # an endless ladder
            return False
    return False


# -- repair ------------------------------------------------------------------------------------------------------------


def _look_at(item: WorkItem, calendar: WorkingCalendar, now: datetime, report: Report) -> None:
    """One that fails stops none of the others."""
    if item.number in report.found:
        return
    report.checked += 1
    try:
        is_named = len(report.repaired) < NAMED
        if _fault(item, item.running, calendar, now) and _repair(item, calendar, now, is_named):
            report.repaired.append(item.number)
    except Refused:  # somebody works on it
        report.left.append(item.number)
    except Exception:
        log.exception("the clocks of item %s cannot be reckoned", item.number)
        report.left.append(item.number)


def _repair(seen: WorkItem, calendar: WorkingCalendar, now: datetime, is_named: bool) -> bool:
    """With its event and alarm. False if all is in order under the lock: somebody was faster, or it has moved on."""
    with busy_refused(), transaction.atomic():
        wait_at_most(PATIENCE)
        item = lock(seen)
        running = list(item.timers.filter(ended_at=None))
        fault = _fault(item, running, calendar, now)
        if not fault:
            return False
        Timer.objects.filter(pk__in=[timer.pk for timer in fault.broken]).update(ended_at=now, fire_at=None)
        timers.rearm(item, calendar, now, has_moved=False)
        _record(item, {timer.pk for timer in running}, now)
        if is_named:
            raise_alarm(
                _key(item.number), _("%(number)s had no running clock; it was set again.") % {"number": item.number}
            )
    return True


def _record(item: WorkItem, before: set[int], now: datetime) -> None:
    started = item.timers.filter(ended_at=None).exclude(pk__in=before)
    clocks = [{"clock": timer.clock, "due_on": timer.due_on.isoformat()} for timer in started]
    Event.objects.create(
        item=item,
        action=Event.REARM,
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        data={"clocks": clocks},
        at=now,
    )


def _key(number: str) -> str:
    return f"{KIND}:{number}"

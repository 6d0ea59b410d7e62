"""Find, claim and handle what is due. Run it as often and as parallel as you like: each rung is told once.

A batch is one transaction: claim timers with their items (`FOR UPDATE SKIP LOCKED`: what somebody else holds is left
to the next run), write firings, events and messages set-based, move the timers on. A crash rolls the batch back.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.alarms import raise_alarm
from workflow import database_clock, deadlines, working_calendar
from workflow.audiences import told_by
from workflow.deadlines import WorkingCalendar
from workflow.lifecycle import Action
from workflow.models import Event, Rung, Timer
from workflow.models.procedures import Clock, Measure
from workflow.notices import Announcement, announce_all
from workflow.refusal import Refused
from workflow.services import firings, proposals
from workflow.services.firings import Alert
from workflow.services.perform import is_busy, wait_at_most
from workflow.services.publicity import end_publicity

BATCH = 1000
PATIENCE = 50  # milliseconds that a scan waits for an item
POISONED = timedelta(hours=1)  # a timer that fails is looked at again after this
log = logging.getLogger(__name__)


def scan(now: datetime | None = None, batch: int = BATCH) -> int:
    """Handle everything that is due at `now` (aware; None: the present). Returns how many clocks were handled."""
    now = now or database_clock.now()
    handled = taken = _fire_batch(now, batch)
    while taken == batch:  # a short page is the last one
        taken = _fire_batch(now, batch)
        handled += taken
    return handled + _end_publicities(now)


def _due(now: datetime):
    return Timer.objects.filter(fire_at__lte=now)


# -- rungs: set-based --------------------------------------------------------------------------------------------------

# What is read of a clock and its item: enough to say who is told what. A thousand descriptions stay where they are;
# procedures, departments and papers are few, and read once for the batch.
_OF_THE_CLOCK = ("item", "clock", "due_on", "rung", "repetition", "paper")
_OF_THE_ITEM = (
    *("number", "title", "state", "cycle", "parent", "due_on", "supplement_by", "assigned_at"),
    *("procedure", "office", "lead", "turn_party", "turn_department"),
)
_READ = (*_OF_THE_CLOCK, *(f"item__{name}" for name in _OF_THE_ITEM))
_SHARED = ("item__procedure", "item__lead", "item__office", "paper")


@contextmanager
def _no_looking_for_cycles() -> Iterator[None]:
    """A batch makes a hundred thousand objects and no cycle; looking for some takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fire_batch(now: datetime, size: int) -> int:
    try:
        with _no_looking_for_cycles(), transaction.atomic():
            return _fire(_claim(now, size), now)
    except Exception as error:
        if is_busy(error):
            return _leave_to_the_next_run(error)
        log.exception("a batch of due timers failed; trying them one by one")
        return _fire_one_by_one(now, size)


def _leave_to_the_next_run(error: Exception) -> int:
    log.warning("somebody else holds what due timers need; the next scan tries again: %s", error)
    return 0


def _claim(now: datetime, size: int, **narrower: int) -> list[Timer]:
    due = _due(now).filter(rung__isnull=False, **narrower).order_by("fire_at", "id")
    locked = due.select_for_update(of=("self", "item"), skip_locked=True, no_key=True)
    return list(locked.select_related("item").only(*_READ).prefetch_related(*_SHARED)[:size])


def _fire(timers: list[Timer], now: datetime) -> int:
    if not timers:
        return 0
    ladders = _Ladders({timer.item.procedure_id for timer in timers}, working_calendar.load(), now)
    steps = [(timer, ladders.step(timer)) for timer in timers]
    proposing = proposals.due([(timer, step.fire.rung) for timer, step in steps])
    alerts = [_alert(timer, step, timer.pk in proposing, now) for timer, step in steps]
    fired = firings.write(alerts, now)
    proposals.propose([alert for alert in alerts if alert.proposes], fired, now)
    announce_all([_announcement(alert) for alert in alerts])
    return len(timers)


def _alert(timer: Timer, step: deadlines.Step, proposes: bool, now: datetime) -> Alert:
    item, measure = timer.item, step.fire.rung.measure
    data = {"clock": timer.clock, "due_on": timer.due_on.isoformat(), "timer": timer.pk, "measure": measure}
    if timer.paper:
        data["paper"] = timer.paper.number
    if proposes:
        data["proposed"] = True
    action = Action.REMIND if measure == Measure.REMINDER else Action.ESCALATE
    states = {"from_state": item.state, "to_state": item.state}
    return Alert(timer, step, Event(item=item, action=action, cycle=item.cycle, data=data, at=now, **states), proposes)


def _announcement(alert: Alert) -> Announcement:
    told = told_by(alert.step.fire.rung, alert.proposes)
    return Announcement(alert.event, alert.timer.item, told, alert.timer.pk, alert.timer.paper)


class _Ladders:
    """The rungs of the procedures in a batch: one query. Clocks that end on one day step alike."""

    def __init__(self, procedures: set[int], calendar: WorkingCalendar, now: datetime) -> None:
        self.calendar, self.now = calendar, now
        self.rungs = list(Rung.objects.filter(procedure__in=procedures))
        self.known: dict[tuple[object, ...], deadlines.Step] = {}

    def step(self, timer: Timer) -> deadlines.Step:
        key = (timer.item.procedure_id, timer.clock, timer.due_on, timer.rung_id, timer.repetition)
        if key not in self.known:
            self.known[key] = self._step(timer)
        return self.known[key]

    def _step(self, timer: Timer) -> deadlines.Step:
        procedure = timer.item.procedure
        own = [rung for rung in self.rungs if (rung.procedure_id, rung.clock) == (procedure.pk, timer.clock)]
        ladder = deadlines.ladder(own, timer.due_on, procedure.notice_at, self.calendar)
        return deadlines.step(ladder, timer.rung_id, timer.repetition, self.now)


# -- a bad row never stops the others ----------------------------------------------------------------------------------


def _fire_one_by_one(now: datetime, size: int) -> int:
    ids = list(_due(now).filter(rung__isnull=False).order_by("fire_at", "id").values_list("pk", flat=True)[:size])
    return sum(_guarded(pk, partial(_fire_single, pk, now), now) for pk in ids)


def _fire_single(pk: int, now: datetime) -> int:
    with transaction.atomic():
        return _fire(_claim(now, 1, pk=pk), now)


def _guarded(pk: int, handle: Callable[[], int], now: datetime) -> int:
    """Push a row that fails an hour away, so that a scan goes on without it and it is not forgotten.

    From the later of the present and the scan's `now`: a scan of the future must not find it due again at once.
    """
    try:
        return handle()
    except Exception as error:
        if is_busy(error):
            return _leave_to_the_next_run(error)
        log.exception("timer %s failed; trying again in an hour", pk)
        Timer.objects.filter(pk=pk, fire_at__isnull=False).update(fire_at=max(database_clock.now(), now) + POISONED)
        raise_alarm(
            f"poisoned:{pk}", _("Clock %(timer)s cannot be fired; it is tried again every hour.") % {"timer": pk}
        )
        return 0


# -- publicity: a step of the road, so it walks through the one door --------------------------------------------------


def _end_publicities(now: datetime) -> int:
    over = _due(now).filter(clock=Clock.PUBLICITY).select_related("item").order_by("fire_at", "id")[:BATCH]
    return sum(_guarded(timer.pk, partial(_end_publicity, timer, now), now) for timer in over)


def _end_publicity(timer: Timer, now: datetime) -> int:
    try:
        with transaction.atomic():
            wait_at_most(PATIENCE)
            end_publicity(timer.item, now=now)
    except Refused:  # somebody holds it, another scan was faster, or an objection came in between: the next run
        return 0
    return 1

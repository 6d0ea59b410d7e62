"""Pausing an item, with all its parts in work: the days of a suspension never count (DOMAIN "Time")."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from workflow import database_clock
from workflow.lifecycle import IN_WORK, Action, State
from workflow.models import Suspension, WorkItem
from workflow.services import papers
from workflow.services.perform import Change, Effect, Step, busy_refused, perform
from workflow.services.required import require

_WORKING = {"accept_by": "accept_days_left", "supplement_by": "supplement_days_left"}  # limits in working days


def suspend(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """A supervisor lets the clocks of the item stand still, with a reason; its parts in work pause along."""
    effect = _pausing(by, reason)
    return _with_parts(item, Action.SUSPEND, IN_WORK, effect, by=by, note=note or reason, **door)


def resume(item: WorkItem, *, by: User, reason: str = "", note: str = "", **door: Any) -> WorkItem:
    """The item goes on where it stood, with as much time left as when it was suspended; so do its parts."""
    effect = _going_on(reason)
    return _with_parts(item, Action.RESUME, (State.SUSPENDED,), effect, by=by, note=note or reason, **door)


def _with_parts(
    item: WorkItem, action: Action, states: tuple[State, ...], effect: Effect, *, by: User, note: str, **door: Any
) -> WorkItem:
    """The whole first, then each of its parts that stands in one of the states; all or nothing."""
    now = door.pop("now", None) or database_clock.now()
    with busy_refused(), transaction.atomic():
        whole = perform(item, action, by=by, effect=effect, note=note, now=now, **door)
        for part in whole.children.filter(state__in=states).order_by("pk"):
            perform(part, action, by=by, effect=effect, note=note, now=now)
        return whole


def _pausing(by: User, reason: str) -> Effect:
    def effect(step: Step) -> Change:
        require(reason=reason)
        left = {
            kept: step.calendar.days_left(step.today, last)
            for limit, kept in _WORKING.items()
            if (last := getattr(step.item, limit)) is not None
        }
        suspension = Suspension.objects.create(
            item=step.item,
            cycle=step.item.cycle,
            reason=reason.strip(),
            state_before=step.item.state,
            started_on=step.today,
            started_at=step.now,
            by=by,
            **left,
        )
        return Change(State.SUSPENDED, data={"suspension": suspension.pk, "reason": reason.strip()})

    return effect


def _going_on(reason: str) -> Effect:
    def effect(step: Step) -> Change:
        suspension = step.item.suspensions.get(ended_at=None)  # the one door ends it when the item leaves
        days = (step.today - suspension.started_on).days
        if days:
            _move_the_limits(step, suspension, timedelta(days=days))
        due_on = step.item.due_on
        data = {"days": days, "due_on": due_on.isoformat() if due_on else None, "reason": reason.strip()}
        return Change(State(suspension.state_before), fields=["due_on", *_WORKING], data=data)

    return effect


def _move_the_limits(step: Step, suspension: Suspension, length: timedelta) -> None:
    """Calendar days to the deadline and the milestones, working days to short limits and answers: as many as before."""
    item = step.item
    if item.due_on:
        item.due_on += length
    item.milestones.filter(reached_on=None, due_on__isnull=False).update(due_on=F("due_on") + length)
    for limit, kept in _WORKING.items():
        if (left := getattr(suspension, kept)) is not None:
            setattr(item, limit, step.calendar.with_days_left(step.today, left))
    papers.put_off(step, suspension.started_on)

"""Arming and ending the clocks of an item, inside the transaction of the verb that moves it."""

from datetime import datetime

from django.db.models import Max

from workflow import deadlines
from workflow.deadlines import BUSINESS_ZONE, ClockFacts, RunningClock, WorkingCalendar
from workflow.lifecycle import IN_WORK, State
from workflow.models import Timer, WorkItem
from workflow.models.procedures import Clock

# A deadline that stays the same day keeps its clock; the others begin anew with each step of the road.
_KEPT = (Clock.DEADLINE, Clock.MILESTONE)


def rearm(item: WorkItem, calendar: WorkingCalendar, now: datetime) -> None:
    """End the clocks that no longer run and start those that now do, each with a new generation."""
    wanted = set(deadlines.running_clocks(clock_facts(item, now), item.procedure, calendar))
    running = {_key(timer): timer for timer in item.timers.filter(ended_at__isnull=True)}
    kept = {clock for clock in wanted & running.keys() if clock.clock in _KEPT}
    ended = [timer.pk for clock, timer in running.items() if clock not in kept]
    Timer.objects.filter(pk__in=ended).update(ended_at=now, fire_at=None)
    starting = sorted(wanted - kept, key=lambda clock: (clock.clock, clock.milestone_id or 0))
    if starting:
        _start(item, starting, calendar, now)


def _start(item: WorkItem, clocks: list[RunningClock], calendar: WorkingCalendar, now: datetime) -> None:
    generations = dict(item.timers.order_by().values_list("clock").annotate(Max("generation")))
    rungs = list(item.procedure.rungs.all())
    timers = []
    for clock in clocks:
        timer = Timer(
            item=item,
            clock=clock.clock,
            milestone_id=clock.milestone_id,
            due_on=clock.due_on,
            generation=generations.get(clock.clock, 0) + 1,
            armed_at=now,
        )
        own = [rung for rung in rungs if rung.clock == clock.clock]
        if clock.clock == Clock.PUBLICITY:
            timer.fire_at = deadlines.end_of(clock.due_on)
        else:
            ladder = deadlines.ladder(own, clock.due_on, item.procedure.notice_at, calendar)
            if firing := deadlines.first_firing(ladder, now):
                timer.rung, timer.repetition, timer.fire_at = firing.rung, firing.repetition, firing.at
        timers.append(timer)
    Timer.objects.bulk_create(timers)


def clock_facts(item: WorkItem, now: datetime) -> ClockFacts:
    """What deadlines.running_clocks needs to know about an item."""
    is_public = item.state == State.PUBLICIZING
    milestones = item.milestones.filter(due_on__isnull=False) if item.state in IN_WORK else item.milestones.none()
    running = item.publicities.filter(ended_at__isnull=True).values_list("ends_on", flat=True)
    return ClockFacts(
        state=item.state,
        today=now.astimezone(BUSINESS_ZONE).date(),
        due_on=item.due_on,
        milestones=tuple(milestones.values_list("pk", "due_on")),
        publicity_ends_on=running.first() if is_public else None,
        is_objection_open=is_public and item.objections.filter(upheld__isnull=True).exists(),
    )


def _key(timer: Timer) -> RunningClock:
    return RunningClock(timer.clock, timer.milestone_id, timer.due_on)

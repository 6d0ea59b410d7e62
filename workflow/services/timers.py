"""Arming and ending the clocks of an item, inside the transaction of the verb that moves it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max

from workflow import deadlines
from workflow.deadlines import ClockFacts, RunningClock, WorkingCalendar, business_day
from workflow.lifecycle import GOING_ON, DepartmentRole, State
from workflow.models import Proposal, Timer, WorkItem
from workflow.models.procedures import Clock

# A deadline that stays the same day keeps its clock; the others begin anew with each step of the road.
_KEPT = (Clock.DEADLINE, Clock.MILESTONE, Clock.REPORT, Clock.OBJECTION, Clock.REPLY)


def rearm(item: WorkItem, calendar: WorkingCalendar, now: datetime, has_moved: bool = True) -> None:
    """End the clocks that no longer run and start those that now do, each with a new generation.

    `has_moved`: to another state or stage, so that the clocks of the turn begin anew even if they end the same day.
    """
    wanted = set(deadlines.running_clocks(clock_facts(item, calendar), item.procedure, calendar))
    running = {_key(timer): timer for timer in item.timers.filter(ended_at__isnull=True)}
    kept = {clock for clock in wanted & running.keys() if clock.clock in _KEPT or not has_moved}
    ended = [timer.pk for clock, timer in running.items() if clock not in kept]
    if ended:
        _end(ended, now)
    starting = sorted(wanted - kept, key=lambda clock: (clock.clock, clock.milestone_id or 0, clock.paper_id or 0))
    if starting:
        _start(item, starting, calendar, now)


def _end(timers: list[int], now: datetime) -> None:
    """An ended clock is silent, and what it proposed is nobody's to sign any more."""
    Timer.objects.filter(pk__in=timers).update(ended_at=now, fire_at=None)
    proposed = Proposal.objects.filter(timer__in=timers, status=Proposal.Status.OPEN)
    proposed.update(status=Proposal.Status.LAPSED, decided_at=now)


def _start(item: WorkItem, clocks: list[RunningClock], calendar: WorkingCalendar, now: datetime) -> None:
    generations = dict(item.timers.order_by().values_list("clock").annotate(Max("generation")))
    rungs = list(item.procedure.rungs.all())
    timers = []
    for clock in clocks:
        timer = Timer(
            item=item,
            clock=clock.clock,
            milestone_id=clock.milestone_id,
            paper_id=clock.paper_id,
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


def clock_facts(item: WorkItem, calendar: WorkingCalendar) -> ClockFacts:
    """What deadlines.running_clocks needs to know about an item; a state's facts are read only in that state."""
    read = _FACTS_OF.get(State(item.state))
    return ClockFacts(
        state=item.state,
        entered_on=business_day(item.entered_at),
        due_on=item.due_on,
        objection_decide_by=_objection_decide_by(item) if item.state in _OBJECTED else None,
        answer_by=_answer_by(item) if item.state in GOING_ON else (),
        **(read(item, calendar) if read else {}),
    )


_OBJECTED = (State.RECTIFYING, State.VERIFYING, State.PUBLICIZING)


def _objection_decide_by(item: WorkItem) -> date | None:
    rows = item.objections.filter(upheld__isnull=True).order_by("decide_by").values_list("decide_by", "at")
    return next((decide_by or business_day(at) for decide_by, at in rows), None)


def _answer_by(item: WorkItem) -> tuple[tuple[int, date], ...]:
    """Of the papers of this cycle that wait for an answer; handing in the work does not answer them."""
    waiting = item.papers.filter(cycle=item.cycle, answered_at=None, due_on__isnull=False)
    return tuple(waiting.order_by("pk").values_list("pk", "due_on"))


def _while_assigned(item: WorkItem, calendar: WorkingCalendar) -> dict[str, Any]:
    return {"accept_by": item.accept_by, "milestones": _milestones(item)}


def _while_rectifying(item: WorkItem, calendar: WorkingCalendar) -> dict[str, Any]:
    asked = item.extensions.filter(is_approved=None, lapsed_at=None).values_list("decide_by", flat=True)
    return {
        "supplement_by": item.supplement_by,
        "milestones": _milestones(item),
        "extension_decide_by": asked.first(),
        "report_due_on": _report_due_on(item),
    }


def _milestones(item: WorkItem) -> tuple[tuple[int, date], ...]:
    return tuple(item.milestones.filter(due_on__isnull=False, reached_on=None).values_list("pk", "due_on"))


def _report_due_on(item: WorkItem) -> date | None:
    """The due day that nobody has answered yet; a missed one stays until the lead department reports."""
    reports = item.reports.filter(cycle=item.cycle, department=item.lead_id)
    answered = reports.aggregate(last=Max("period_due_on"))["last"]
    missed = item.timers.filter(clock=Clock.REPORT, ended_at=None).values_list("due_on", flat=True).first()
    if missed and (answered is None or answered < missed):
        return missed
    entered_on = business_day(item.entered_at)
    return deadlines.report_day(
        max(entered_on, answered + timedelta(days=1)) if answered else entered_on, item.procedure
    )


def _while_verifying(item: WorkItem, calendar: WorkingCalendar) -> dict[str, Any]:
    stage = item.assignments.filter(role=DepartmentRole.VERIFY, stage=item.stage)
    return {"stage_days": stage.values_list("days", flat=True).get()}


def _while_publicizing(item: WorkItem, calendar: WorkingCalendar) -> dict[str, Any]:
    return {"publicity_ends_on": item.publicities.filter(ended_at=None).values_list("ends_on", flat=True).first()}


def _once_closed(item: WorkItem, calendar: WorkingCalendar) -> dict[str, Any]:
    to_file = item.procedure.files_to and item.closures.filter(cycle=item.cycle, filing=None).exists()
    pending = item.look_backs.filter(cycle=item.cycle, finding="", dropped_at=None)
    return {
        "file_by": calendar.add_working_days(business_day(item.closed_at), item.procedure.filing_days)
        if to_file
        else None,
        "look_back_on": pending.order_by("due_on").values_list("due_on", flat=True).first(),
    }


_FACTS_OF: dict[State, Callable[[WorkItem, WorkingCalendar], dict[str, Any]]] = {
    State.ASSIGNED: _while_assigned,
    State.RECTIFYING: _while_rectifying,
    State.VERIFYING: _while_verifying,
    State.PUBLICIZING: _while_publicizing,
    State.CLOSED: _once_closed,
}


def _key(timer: Timer) -> RunningClock:
    return RunningClock(timer.clock, timer.milestone_id, timer.due_on, timer.paper_id)

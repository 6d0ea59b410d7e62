"""Arming and ending the clocks of an item, inside the transaction of the verb that moves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max

from accounts.prepared import Prepared, Question, ask, ask_together
from workflow import deadlines
from workflow.deadlines import ClockFacts, RunningClock, WorkingCalendar, business_day
from workflow.lifecycle import GOING_ON, DepartmentRole, State
from workflow.models import Proposal, Timer, WorkItem
from workflow.models.procedures import Clock, Rung
from workflow.presence import Kind, present

# A deadline that stays the same day keeps its clock; the others begin anew with each step of the road.
_KEPT = (Clock.DEADLINE, Clock.MILESTONE, Clock.REPORT, Clock.OBJECTION, Clock.REPLY)


def rearm(item: WorkItem, calendar: WorkingCalendar, now: datetime, has_moved: bool = True) -> None:
    """End the clocks that no longer run and start those that now do, each with a new generation.

    `has_moved`: to another state or stage, so that the clocks of the turn begin anew even if they end the same day.
    """
    timers, there = ask_together(_RUNNING.of([item.pk]), present([item.pk]))
    wanted = set(deadlines.running_clocks(_facts(_Look(item, calendar, there, timers)), item.procedure, calendar))
    running = {_key(timer): timer for timer in timers}
    kept = {clock for clock in wanted & running.keys() if clock.clock in _KEPT or not has_moved}
    ended = [timer.pk for clock, timer in running.items() if clock not in kept]
    starting = sorted(wanted - kept, key=lambda clock: (clock.clock, clock.milestone_id or 0, clock.paper_id or 0))
    if ended or starting:
        begun = json.dumps([_begun(item, clock, calendar, now) for clock in starting], cls=DjangoJSONEncoder)
        ask_together(Question(_END, {"timers": ended, "now": now}, len), Question(_START, [begun], len))


_RUNNING = Prepared(lambda: Timer.objects.filter(ended_at__isnull=True).order_by())

# An ended clock is silent, and what it proposed is nobody's to sign any more.
_END = f"""
    WITH ended AS (
        UPDATE {Timer._meta.db_table} SET ended_at = %(now)s, fire_at = NULL
        WHERE id = ANY(%(timers)s::bigint[]) RETURNING id
    )
    UPDATE {Proposal._meta.db_table} AS proposal
    SET status = '{Proposal.Status.LAPSED}', decided_at = %(now)s
    FROM ended WHERE proposal.timer_id = ended.id AND proposal.status = '{Proposal.Status.OPEN}'
    RETURNING proposal.id
"""
_BEGUN = "item_id, clock, milestone_id, paper_id, due_on, rung_id, repetition, fire_at, armed_at"
_START = f"""
    INSERT INTO {Timer._meta.db_table} ({_BEGUN}, generation)
    SELECT {_BEGUN}, (
        SELECT coalesce(max(earlier.generation), 0) + 1 FROM {Timer._meta.db_table} AS earlier
        WHERE (earlier.item_id, earlier.clock) = (begun.item_id, begun.clock)
    )
    FROM json_populate_recordset(NULL::{Timer._meta.db_table}, %s) AS begun
    RETURNING id
"""


def _begun(item: WorkItem, clock: RunningClock, calendar: WorkingCalendar, now: datetime) -> dict[str, Any]:
    """A clock at the rung with which it begins."""
    rung, repetition, fire_at = None, 0, None
    if clock.clock == Clock.PUBLICITY:
        fire_at = deadlines.end_of(clock.due_on)
    else:
        own = [rung for rung in _rungs(item.procedure_id) if rung.clock == clock.clock]
        ladder = deadlines.ladder(own, clock.due_on, item.procedure.notice_at, calendar)
        if firing := deadlines.first_firing(ladder, now):
            rung, repetition, fire_at = firing.rung.pk, firing.repetition, firing.at
    what = {"item_id": item.pk, "clock": clock.clock, "milestone_id": clock.milestone_id, "paper_id": clock.paper_id}
    until = {"due_on": clock.due_on, "rung_id": rung, "repetition": repetition, "fire_at": fire_at, "armed_at": now}
    return what | until


@lru_cache(maxsize=256)
def _rungs(procedure: int) -> tuple[Rung, ...]:
    """A procedure in use stands (migration 0014), so its rungs are read once a process."""
    return tuple(Rung.objects.filter(procedure=procedure))


def clock_facts(item: WorkItem, calendar: WorkingCalendar, running: Iterable[Timer]) -> ClockFacts:
    """What deadlines.running_clocks needs to know about an item."""
    return _facts(_Look(item, calendar, ask(present([item.pk])), running))


def _facts(look: _Look) -> ClockFacts:
    """Only what there is and what its state asks for is read."""
    item, there = look.item, look.there
    read = _FACTS_OF.get(State(item.state))
    is_objected = item.state in _OBJECTED and there[Kind.OPEN_OBJECTIONS]
    is_asked = item.state in GOING_ON and there[Kind.PAPERS]
    return ClockFacts(
        state=item.state,
        entered_on=business_day(item.entered_at),
        due_on=item.due_on,
        objection_decide_by=_objection_decide_by(item) if is_objected else None,
        answer_by=_answer_by(item) if is_asked else (),
        **(read(look) if read else {}),
    )


@dataclass(frozen=True)
class _Look:
    """What the facts of a state are read from; `there`: by kind of rows whether the item has some."""

    item: WorkItem
    calendar: WorkingCalendar
    there: dict[Kind, list[int]]
    running: Iterable[Timer]


_OBJECTED = (State.RECTIFYING, State.VERIFYING, State.PUBLICIZING)


def _objection_decide_by(item: WorkItem) -> date | None:
    rows = item.objections.filter(upheld__isnull=True).order_by("decide_by").values_list("decide_by", "at")
    return next((decide_by or business_day(at) for decide_by, at in rows), None)


def _answer_by(item: WorkItem) -> tuple[tuple[int, date], ...]:
    """Of the papers of this cycle that wait for an answer; handing in the work does not answer them."""
    waiting = item.papers.filter(cycle=item.cycle, answered_at=None, due_on__isnull=False)
    return tuple(waiting.order_by("pk").values_list("pk", "due_on"))


def _while_assigned(look: _Look) -> dict[str, Any]:
    return {"accept_by": look.item.accept_by, "milestones": _milestones(look)}


def _while_rectifying(look: _Look) -> dict[str, Any]:
    asked = look.item.extensions.filter(is_approved=None, lapsed_at=None).values_list("decide_by", flat=True)
    return {
        "supplement_by": look.item.supplement_by,
        "milestones": _milestones(look),
        "extension_decide_by": asked.first() if look.there[Kind.EXTENSIONS] else None,
        "report_due_on": _report_due_on(look),
    }


def _milestones(look: _Look) -> tuple[tuple[int, date], ...]:
    if not look.there[Kind.MILESTONES]:
        return ()
    return tuple(look.item.milestones.filter(due_on__isnull=False, reached_on=None).values_list("pk", "due_on"))


def _report_due_on(look: _Look) -> date | None:
    """The due day that nobody has answered yet; a missed one stays until the lead department reports."""
    item, answered = look.item, _answered(look)
    missed = next((timer.due_on for timer in look.running if timer.clock == Clock.REPORT), None)
    if missed and (answered is None or answered < missed):
        return missed
    entered_on = business_day(item.entered_at)
    return deadlines.report_day(
        max(entered_on, answered + timedelta(days=1)) if answered else entered_on, item.procedure
    )


def _answered(look: _Look) -> date | None:
    """The last due day that the lead department has reported for in this cycle."""
    if not look.there[Kind.REPORTS]:
        return None
    reports = look.item.reports.filter(cycle=look.item.cycle, department=look.item.lead_id)
    return reports.aggregate(last=Max("period_due_on"))["last"]


def _while_verifying(look: _Look) -> dict[str, Any]:
    stage = look.item.assignments.filter(role=DepartmentRole.VERIFY, stage=look.item.stage)
    return {"stage_days": stage.values_list("days", flat=True).get()}


def _while_publicizing(look: _Look) -> dict[str, Any]:
    running = look.item.publicities.filter(ended_at=None)
    return {"publicity_ends_on": running.values_list("ends_on", flat=True).first()}


def _once_closed(look: _Look) -> dict[str, Any]:
    item = look.item
    to_file = item.procedure.files_to and item.closures.filter(cycle=item.cycle, filing=None).exists()
    pending = item.look_backs.filter(cycle=item.cycle, finding="", dropped_at=None)
    return {
        "file_by": look.calendar.add_working_days(business_day(item.closed_at), item.procedure.filing_days)
        if to_file
        else None,
        "look_back_on": pending.order_by("due_on").values_list("due_on", flat=True).first(),
    }


_FACTS_OF: dict[State, Callable[[_Look], dict[str, Any]]] = {
    State.ASSIGNED: _while_assigned,
    State.RECTIFYING: _while_rectifying,
    State.VERIFYING: _while_verifying,
    State.PUBLICIZING: _while_publicizing,
    State.CLOSED: _once_closed,
}


def _key(timer: Timer) -> RunningClock:
    return RunningClock(timer.clock, timer.milestone_id, timer.due_on, timer.paper_id)

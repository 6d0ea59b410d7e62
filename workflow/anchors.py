"""What each running clock is counted from: the one source for moving clocks with the calendar and for explaining them.

A clock without an anchor ends on a day that people agreed on (deadline, milestone, report, look-back, the answer to a
paper, a supplement with a day of its own, a notice in calendar days): it never moves with the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from workflow.deadlines import WorkingCalendar, business_day
from workflow.lifecycle import DepartmentRole
from workflow.models import Assignment, Extension, Objection, Publicity, Suspension, Timer
from workflow.models.procedures import Clock, DayUnit


@dataclass(frozen=True)
class Anchor:
    """So many working days from a day on."""

    start: date
    days: int
    counts_start: bool = False  # public notices, and what is left after a suspension
    suspended: tuple[date, date] | None = None  # that it was left from
    never_earlier: bool = False  # a notice that people have read keeps its last day at least

    def last_day(self, calendar: WorkingCalendar) -> date:
        if self.counts_start:
            return calendar.with_days_left(self.start, self.days)
        return calendar.add_working_days(self.start, self.days)

    def moved(self, present: date, before: WorkingCalendar, after: WorkingCalendar) -> date:
        """Where the last day lies with another calendar. One that was agreed instead of counted stays."""
        if present != self.last_day(before):
            return present
        wanted = self.last_day(after)
        return max(wanted, present) if self.never_earlier else wanted


COUNTED = (
    Clock.ACCEPT,
    Clock.SUPPLEMENT,
    Clock.EXTENSION,
    Clock.VERIFICATION,
    Clock.PUBLICITY,
    Clock.OBJECTION,
    Clock.APPROVAL,
    Clock.FILING,
)


def anchors(timers: Iterable[Timer]) -> dict[int, Anchor]:
    """Anchors by timer; at most five queries for any number. The timers bring their item and its procedure."""
    timers = [timer for timer in timers if timer.clock in COUNTED]
    rows = _Rows(timers)
    found = {timer.pk: _ANCHOR_OF[Clock(timer.clock)](timer, rows) for timer in timers}
    return {pk: anchor for pk, anchor in found.items() if anchor}


class _Rows:
    """What the anchors of a batch are read from, by item."""

    def __init__(self, timers: list[Timer]) -> None:
        of = {clock: [timer.item_id for timer in timers if timer.clock == clock] for clock in COUNTED}
        limited = [*of[Clock.ACCEPT], *of[Clock.SUPPLEMENT]]
        self.suspensions = {
            (row.item_id, row.ended_at): row for row in _of(Suspension.objects.filter(ended_at__isnull=False), limited)
        }
        open_extensions = Extension.objects.filter(is_approved=None, lapsed_at=None)
        self.extensions = {row.item_id: row for row in _of(open_extensions, of[Clock.EXTENSION])}
        open_objections = Objection.objects.filter(upheld=None).order_by("-decide_by", "-pk")  # the nearest one wins
        self.objections = {row.item_id: row for row in _of(open_objections, of[Clock.OBJECTION])}
        self.publicities = {
            row.item_id: row for row in _of(Publicity.objects.filter(ended_at=None), of[Clock.PUBLICITY])
        }
        stages = Assignment.objects.filter(role=DepartmentRole.VERIFY)
        self.stage_days = {(row.item_id, row.stage): row.days for row in _of(stages, of[Clock.VERIFICATION])}


def _of(rows: QuerySet[Any], items: list[int]) -> Iterable[Any]:
    return rows.filter(item__in=items) if items else ()


def _from_entering(days: Callable[[Timer, _Rows], int]) -> Callable[[Timer, _Rows], Anchor]:
    return lambda timer, rows: Anchor(business_day(timer.item.entered_at), days(timer, rows))


def _limit(days: str, kept: str) -> Callable[[Timer, _Rows], Anchor]:
    """A short time limit: from the step on, or what was left of it when the item was suspended."""

    def anchor(timer: Timer, rows: _Rows) -> Anchor:
        suspension = rows.suspensions.get((timer.item_id, timer.item.entered_at))
        if suspension and getattr(suspension, kept) is not None:
            pause = (suspension.started_on, suspension.ended_on)
            return Anchor(suspension.ended_on, getattr(suspension, kept), counts_start=True, suspended=pause)
        return Anchor(business_day(timer.item.entered_at), getattr(timer.item.procedure, days))

    return anchor


def _extension(timer: Timer, rows: _Rows) -> Anchor | None:
    row = rows.extensions.get(timer.item_id)
    return Anchor(business_day(row.asked_at), timer.item.procedure.decision_days) if row and row.decide_by else None


def _objection(timer: Timer, rows: _Rows) -> Anchor | None:
    row = rows.objections.get(timer.item_id)
    return Anchor(business_day(row.at), timer.item.procedure.decision_days) if row and row.decide_by else None


def _publicity(timer: Timer, rows: _Rows) -> Anchor | None:
    row = rows.publicities.get(timer.item_id)
    if row is None or row.unit != DayUnit.WORKING or not row.days:
        return None
    return Anchor(row.starts_on, row.days, counts_start=True, never_earlier=True)


_ANCHOR_OF: dict[Clock, Callable[[Timer, _Rows], Anchor | None]] = {
    Clock.ACCEPT: _limit("accept_days", "accept_days_left"),
    Clock.SUPPLEMENT: _limit("supplement_days", "supplement_days_left"),
    Clock.EXTENSION: _extension,
    Clock.VERIFICATION: _from_entering(lambda timer, rows: rows.stage_days[timer.item_id, timer.item.stage]),
    Clock.PUBLICITY: _publicity,
    Clock.OBJECTION: _objection,
    Clock.APPROVAL: _from_entering(lambda timer, rows: timer.item.procedure.approval_days),
    Clock.FILING: lambda timer, rows: Anchor(business_day(timer.item.closed_at), timer.item.procedure.filing_days),
}

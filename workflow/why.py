"""Why a clock ends on its day: from where, how many days of which kind, which were counted, which not and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from workflow import working_calendar
from workflow.anchors import Anchor, anchors
from workflow.deadlines import WorkingCalendar
from workflow.models import Timer

LONGEST = 400  # days told one by one


@dataclass(frozen=True)
class Day:
    """A day on the way, counted or not."""

    day: date
    is_counted: bool
    number: int  # of the working days counted so far
    name: str  # the holiday, or the one that a worked weekend makes up for
    is_weekend: bool
    is_provisional: bool

    @property
    def is_made_up(self) -> bool:
        return self.is_counted and self.is_weekend


@dataclass(frozen=True)
class Explanation:
    """`anchor` is None where the day was agreed on, or set by hand; then no days are counted."""

    timer: Timer
    anchor: Anchor | None = None
    days: list[Day] = field(default_factory=list)
    is_kept: bool = False  # a notice that ends later than its days ask for, because it had been published so

    @property
    def is_provisional(self) -> bool:
        return any(day.is_provisional for day in self.days)


def explain(timer: Timer, calendar: WorkingCalendar) -> Explanation:
    """Counted with the calendar in force. `timer` brings its item with the procedure."""
    anchor = anchors([timer]).get(timer.pk)
    if anchor is None:
        return Explanation(timer)
    last = anchor.last_day(calendar)
    is_kept = anchor.never_earlier and last < timer.due_on
    if last != timer.due_on and not is_kept:
        return Explanation(timer)  # a day was named instead of a number
    return Explanation(timer, anchor, list(_days(anchor, last, calendar)), is_kept)


def _days(anchor: Anchor, last: date, calendar: WorkingCalendar) -> Iterator[Day]:
    first = anchor.start if anchor.counts_start else anchor.start + timedelta(days=1)
    names = working_calendar.names(first, last) if first <= last else {}
    number = 0
    for offset in range(min((last - first).days + 1, LONGEST)):
        day = first + timedelta(days=offset)
        is_counted = calendar.is_working(day)
        number += is_counted
        is_weekend = day.weekday() >= 5
        yield Day(day, is_counted, number, names.get(day, ""), is_weekend, calendar.is_provisional(day))

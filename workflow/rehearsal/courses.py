"""What a clock tells while nobody moves: the steps of a scan that never sleeps. Pure; no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from workflow.deadlines import Firing, RungTerms, WorkingCalendar, business_day, end_of, first_firing


class Waiting(NamedTuple):
    """Where a running clock stands: this repetition of this rung is told at `moment`."""

    rung: RungTerms
    repetition: int
    moment: datetime


def course(firings: Iterable[Firing], waiting: Waiting, until: datetime) -> Iterator[Firing]:
    """Every rung that is told before `until`, at the moment at which it is.

    The highest one due is told, those that it outran are not. A rung that is not on the ladder tells nothing: the
    scan puts such a clock aside.
    """
    told: Firing | None = None
    moment = waiting.moment
    for firing in firings:
        if told is None:
            if firing.repetition > waiting.repetition:
                return
            if (firing.rung, firing.repetition) != (waiting.rung, waiting.repetition):
                continue
        elif firing.at > moment:
            yield told._replace(at=moment)
            moment = firing.at
        if moment >= until:
            return
        told = firing
    if told is not None:
        yield told._replace(at=moment)


def armed(firings: Iterable[Firing], moment: datetime) -> Waiting | None:
    """Where a clock that is armed at this moment begins; None: it has nothing to tell."""
    first = first_firing(firings, moment)
    return Waiting(first.rung, first.repetition, first.at) if first else None


def approval_after(ends_on: date, days: int, now: datetime, calendar: WorkingCalendar) -> tuple[date, datetime]:
    """Publicity ends by itself: the last day to approve, and the moment from which that clock runs."""
    moment = max(end_of(ends_on), now)
    return calendar.add_working_days(business_day(moment), days), moment

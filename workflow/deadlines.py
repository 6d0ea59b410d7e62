"""Working-day arithmetic and the ladder: pure functions of facts, procedure, calendar and now. No database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from workflow.lifecycle import IN_WORK, State

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
_ONE_DAY = timedelta(days=1)
# Statutory days with a fixed date (国务院令第795号, 2024); Qingming, Dragon Boat, Spring Festival move with the year.
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True)
class WorkingCalendar:
    """Published years as exceptions from Monday-to-Friday; other years provisionally: weekends, fixed holidays."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)  # day → is it worked?
    published_years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        if day in self.exceptions:
            return self.exceptions[day]
        holiday = day.year not in self.published_years and (day.month, day.day) in _FIXED_HOLIDAYS
        return day.weekday() < 5 and not holiday

    def is_provisional(self, day: date) -> bool:
        """Is the arrangement of that year still unpublished, so that the day may move?"""
        return day.year not in self.published_years

    def _working_days(self, first: date, step: timedelta) -> Iterator[date]:
        return (day for n in count() if self.is_working(day := first + n * step))

    def add_working_days(self, start: date, days: int) -> date:
        """The day that lies so many working days after (negative: before) `start`, which is not counted itself."""
        if days == 0:
            return start
        step = _ONE_DAY if days > 0 else -_ONE_DAY
        return _nth(self._working_days(start + step, step), abs(days))

    def last_day_of_period(self, first: date, days: int) -> date:
        """The last of so many working days when the first day counts (public notices)."""
        return _nth(self._working_days(first, _ONE_DAY), days)

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie in first…last, both included; not day by day, as `last` may be far away."""
        weeks, rest = divmod(max((last - first).days + 1, 0), 7)
        regular = weeks * 5 + sum((first.weekday() + n) % 7 < 5 for n in range(rest))
        arranged = dict.fromkeys(self._fixed_holidays(first.year, last.year), False) | dict(self.exceptions)
        within = ((day, is_worked) for day, is_worked in arranged.items() if first <= day <= last)
        return regular + sum(is_worked - (day.weekday() < 5) for day, is_worked in within)

    def _fixed_holidays(self, first_year: int, last_year: int) -> Iterator[date]:
        """Those of the years whose arrangement is unpublished."""
        years = (year for year in range(first_year, last_year + 1) if year not in self.published_years)
        return (date(year, month, day) for year in years for month, day in _FIXED_HOLIDAYS)


def _nth(days: Iterator[date], number: int) -> date:
    for _ in range(number - 1):
        next(days)
    return next(days)


class PublicityTerms(Protocol):
    publicity_days: int
    publicity_unit: str


def publicity_period(first: date, terms: PublicityTerms, calendar: WorkingCalendar) -> tuple[date, date]:
    """First and last day of a public notice; both count, make-up workdays count as working days."""
    if terms.publicity_unit == "working":
        return first, calendar.last_day_of_period(first, terms.publicity_days)
    return first, first + (terms.publicity_days - 1) * _ONE_DAY


# -- which clocks run -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockFacts:
    """What decides the running clocks of an item; days are business days of Asia/Shanghai."""

    state: str
    today: date
    due_on: date | None = None
    milestones: tuple[tuple[int, date], ...] = ()  # (id, due on)
    publicity_ends_on: date | None = None
    is_objection_open: bool = False


class ClockTerms(Protocol):
    accept_days: int
    verification_days: int
    approval_days: int


class RunningClock(NamedTuple):
    clock: str
    milestone_id: int | None
    due_on: date


def running_clocks(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> list[RunningClock]:
    """The clocks that must run now, each with its last day. The state was entered today."""
    return list(_running_clocks(facts, terms, calendar))


def _running_clocks(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> Iterator[RunningClock]:
    def in_days(days: int) -> date:
        return calendar.add_working_days(facts.today, days)

    if facts.state == State.ASSIGNED:
        yield RunningClock("accept", None, in_days(terms.accept_days))
    if facts.state in IN_WORK:
        if facts.due_on:
            yield RunningClock("deadline", None, facts.due_on)
        for milestone_id, due_on in facts.milestones:
            # what was over before this step began is not asked for (again); the last one is the deadline itself
            if due_on != facts.due_on and due_on >= facts.today:
                yield RunningClock("milestone", milestone_id, due_on)
    if facts.state == State.VERIFYING:
        yield RunningClock("verification", None, in_days(terms.verification_days))
    if facts.state == State.PUBLICIZING and facts.publicity_ends_on and not facts.is_objection_open:
        yield RunningClock("publicity", None, facts.publicity_ends_on)
    if facts.state == State.APPROVING:
        yield RunningClock("approval", None, in_days(terms.approval_days))


# -- the ladder -------------------------------------------------------------------------------------------------------


class RungTerms(Protocol):
    pk: int
    kind: str
    offset_days: int
    unit: str
    repeat_days: int | None


class Firing(NamedTuple):
    """A rung and the moment at which it is due."""

    rung: RungTerms
    repetition: int
    at: datetime


def end_of(day: date) -> datetime:
    """The first moment after a business day."""
    return datetime.combine(day + _ONE_DAY, time.min, BUSINESS_ZONE)


def ladder(rungs: Iterable[RungTerms], due_on: date, notice_at: time, calendar: WorkingCalendar) -> Iterator[Firing]:
    """Every firing of a clock in the order of time; endless if the last rung repeats."""

    def on(day: date) -> datetime:
        return datetime.combine(day, notice_at, BUSINESS_ZONE)

    for rung in sorted(rungs, key=lambda rung: rung.offset_days):
        if rung.unit == "working":
            first = calendar.add_working_days(due_on, rung.offset_days)
        else:
            first = due_on + rung.offset_days * _ONE_DAY
        yield Firing(rung, 0, on(first))
        if rung.repeat_days:
            yield from (Firing(rung, n, on(first + n * rung.repeat_days * _ONE_DAY)) for n in count(1))
            return


def first_firing(firings: Iterable[Firing], now: datetime) -> Firing | None:
    """Where a clock that is armed now begins: passed reminders are left out, a passed deadline is said once."""
    passed: Firing | None = None
    for firing in firings:
        if firing.at > now:
            return passed._replace(at=now) if passed else firing
        passed = firing if firing.rung.kind == "overdue" else None
    return passed._replace(at=now) if passed else None


class Step(NamedTuple):
    """What a scan does with a due clock: fire one rung, record those it outran, wait for the next (None: no more)."""

    fire: Firing
    superseded: list[Firing]
    next: Firing | None


def step(firings: Iterable[Firing], rung_id: int, repetition: int, now: datetime) -> Step:
    """From the rung that waits: the highest one due fires, lower ones due as well are superseded (after an outage).

    Raises LookupError if the waiting rung is not among the firings.
    """
    due: list[Firing] = []
    for firing in firings:
        if not due and firing.repetition > repetition:
            raise LookupError(f"rung {rung_id} is not on this ladder")
        if not due and (firing.rung.pk, firing.repetition) != (rung_id, repetition):
            continue  # fired before
        if due and firing.at > now:
            return Step(due[-1], due[:-1], firing)
        due.append(firing)
    return Step(due[-1], due[:-1], None)

"""Working-day arithmetic and the ladder: pure functions of facts, procedure, calendar and now. No database."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from workflow.lifecycle import State

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

    def with_year(self, year: int, exceptions: Mapping[date, bool] | None) -> "WorkingCalendar":
        """The same with another arrangement of one year; None: as if that year were not published."""
        kept = {day: is_worked for day, is_worked in self.exceptions.items() if day.year != year}
        years = self.published_years - {year} if exceptions is None else self.published_years | {year}
        return WorkingCalendar(kept | dict(exceptions or {}), years)

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

    def days_left(self, today: date, last: date) -> int:
        """Working days in today…last; once `last` is over 0, minus the working days that have passed since."""
        if last >= today:
            return self.working_days_between(today, last)
        return -self.working_days_between(last + _ONE_DAY, today - _ONE_DAY)

    def with_days_left(self, today: date, left: int) -> date:
        """The last day of a time limit of which so many working days are left today; undoes `days_left`."""
        return self.last_day_of_period(today, left) if left > 0 else self.add_working_days(today, left - 1)

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


@dataclass(frozen=True)
class StatedPeriod:
    """A public notice as somebody states it, beside what the procedure's days make of its first day."""

    ends_on: date  # that is right
    counted: int | None = None  # days that really lie between the first day and the stated end
    wrong: frozenset[str] = frozenset()  # of "ends_on" and "days"; empty: what is stated is right


def stated_period(
    first: date,
    terms: PublicityTerms,
    calendar: WorkingCalendar,
    *,
    ends_on: date | None = None,
    days: int | None = None,
) -> StatedPeriod:
    """Check a stated last day, a stated number of days, or both; what is left out cannot be wrong."""
    right = publicity_period(first, terms, calendar)[1]
    checks = {"ends_on": ends_on in (None, right), "days": days in (None, terms.publicity_days)}
    counted = _days_of_notice(first, ends_on, terms, calendar) if ends_on else None
    return StatedPeriod(right, counted, frozenset(name for name, is_right in checks.items() if not is_right))


def _days_of_notice(first: date, last: date, terms: PublicityTerms, calendar: WorkingCalendar) -> int:
    if terms.publicity_unit == "working":
        return calendar.working_days_between(first, last)
    return max((last - first).days + 1, 0)


# -- which clocks run -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockFacts:
    """What decides the running clocks of an item; days are business days of Asia/Shanghai."""

    state: str
    entered_on: date  # the state, or the stage of verification
    due_on: date | None = None
    milestones: tuple[tuple[int, date], ...] = ()  # (id, due on), those not reached
    accept_by: date | None = None
    supplement_by: date | None = None
    report_due_on: date | None = None
    extension_decide_by: date | None = None
    stage_days: int = 0  # working days of the present stage of verification
    publicity_ends_on: date | None = None
    objection_decide_by: date | None = None  # of the open objection that waits longest
    file_by: date | None = None
    look_back_on: date | None = None
    answer_by: tuple[tuple[int, date], ...] = ()  # (id, due on) of the papers that wait for an answer


class ClockTerms(Protocol):
    approval_days: int


class RunningClock(NamedTuple):
    clock: str
    milestone_id: int | None
    due_on: date
    paper_id: int | None = None


def running_clocks(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> list[RunningClock]:
    """The clocks that must run now, each with its last day."""
    days = {
        State.ASSIGNED: _to_accept,
        State.RECTIFYING: _to_rectify,
        State.VERIFYING: _to_verify,
        State.PUBLICIZING: _in_publicity,
        State.APPROVING: _to_approve,
        State.CLOSED: _afterwards,
    }
    clocks = days[State(facts.state)](facts, terms, calendar) if facts.state in days else ()
    found = [RunningClock(clock, milestone, due_on) for clock, milestone, due_on in clocks if due_on]
    return found + [RunningClock("reply", None, due_on, paper) for paper, due_on in facts.answer_by]


_Clocks = Iterator[tuple[str, int | None, date | None]]


def _to_accept(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> _Clocks:
    yield "accept", None, facts.accept_by
    yield from _deadlines(facts)


def _to_rectify(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> _Clocks:
    yield "supplement", None, facts.supplement_by
    yield "report", None, facts.report_due_on
    yield "extension", None, facts.extension_decide_by
    yield "objection", None, facts.objection_decide_by
    yield from _deadlines(facts)


def _deadlines(facts: ClockFacts) -> _Clocks:
    if not facts.supplement_by:  # the short time limit stands in its place
        yield "deadline", None, facts.due_on
    for milestone_id, due_on in facts.milestones:
        # what was over before this step began is not asked for (again); the last one is the deadline itself
        if due_on != facts.due_on and due_on >= facts.entered_on:
            yield "milestone", milestone_id, due_on


def _to_verify(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> _Clocks:
    yield "verification", None, calendar.add_working_days(facts.entered_on, facts.stage_days)
    yield "objection", None, facts.objection_decide_by


def _in_publicity(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> _Clocks:
    yield "objection", None, facts.objection_decide_by
    if not facts.objection_decide_by:
        yield "publicity", None, facts.publicity_ends_on


def _to_approve(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> _Clocks:
    yield "approval", None, calendar.add_working_days(facts.entered_on, terms.approval_days)


def _afterwards(facts: ClockFacts, terms: ClockTerms, calendar: WorkingCalendar) -> _Clocks:
    yield "filing", None, facts.file_by
    yield "look_back", None, facts.look_back_on


class ReportTerms(Protocol):
    report_every: str
    report_day: int


def report_day(first: date, terms: ReportTerms) -> date | None:
    """The first due day of a progress report on or after `first`; None where none are asked for.

    A month that is too short for the day asks on its last one.
    """
    match terms.report_every:
        case "week":
            return first + (terms.report_day - first.isoweekday()) % 7 * _ONE_DAY
        case "month":
            here = _in_month(first.year, first.month, terms.report_day)
            return (
                here
                if here >= first
                else _in_month(first.year + first.month // 12, first.month % 12 + 1, terms.report_day)
            )
    return None


def last_report_day(until: date, terms: ReportTerms) -> date:
    """The last due day on or before `until`, where reports are asked for."""
    if terms.report_every == "week":
        return until - (until.isoweekday() - terms.report_day) % 7 * _ONE_DAY
    here = _in_month(until.year, until.month, terms.report_day)
    before = until.replace(day=1) - _ONE_DAY
    return here if here <= until else _in_month(before.year, before.month, terms.report_day)


def answered_report_day(today: date, pending: date, terms: ReportTerms) -> date:
    """Which due day a report of today answers: the last one that was missed, or else that of the present period."""
    if pending <= today:
        return max(pending, last_report_day(today, terms))
    return min(pending, report_day(today, terms) or pending)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


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


def business_day(moment: datetime) -> date:
    """The day in the business zone on which an aware moment lies."""
    return moment.astimezone(BUSINESS_ZONE).date()


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

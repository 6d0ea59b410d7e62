"""The clocks that run now, by groups that are alike, and the people of today: a handful of queries for any number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import Greatest

from workflow import deadlines
from workflow.deadlines import BUSINESS_ZONE, Firing, RungTerms, WorkingCalendar
from workflow.lifecycle import Party
from workflow.models import Procedure, Rung, Timer
from workflow.models.procedures import Clock
from workflow.rehearsal.courses import Waiting, approval_after, armed, course
from workflow.rehearsal.readers import Place, Step, count
from workflow.rehearsal.tally import Period, Rehearsal


class Scope(NamedTuple):
    """Whose clocks: of one procedure in all its revisions, of one committee office; None: of all."""

    code: str | None = None
    office: int | None = None


@dataclass(frozen=True)
class LadderChange:
    """A ladder that is not in force: as if every clock went by it from now on. None: the hour stays as it is."""

    rungs: list[Any]  # services.procedure_terms.RungTerms
    notice_at: time | None = None


class _Clock(NamedTuple):
    """Clocks that tell the same at the same moments; without a rung they are armed at `moment`."""

    procedure: int
    clock: str
    due_on: date
    moment: datetime
    rung: int | None = None
    repetition: int = 0


def rehearse(
    period: Period,
    *,
    now: datetime,
    calendar: WorkingCalendar,
    scope: Scope = Scope(),  # noqa: B008  immutable
    change: LadderChange | None = None,
) -> Rehearsal:
    """What the scan would tell over the period if nobody moved: by the ladders in force, or by a changed one."""
    alike = _alike(_running(scope), now, is_changed=change is not None)
    ladders = _Ladders({clock.procedure for clock, _place in alike}, calendar, change)
    result = Rehearsal(period, clocks=_running(scope).count())
    count(_steps(alike, ladders, period, now), result, now.astimezone(BUSINESS_ZONE).date())
    return result


# -- the clocks --------------------------------------------------------------------------------------------------------

_OF_PLACE = ("item__turn_party", "item__turn_department", "item__office")
_OF_CLOCK = ("item__procedure", "clock", "due_on")


def _running(scope: Scope) -> QuerySet[Timer]:
    found = Timer.objects.filter(ended_at__isnull=True).order_by()
    if scope.code is not None:
        found = found.filter(item__procedure__code=scope.code)
    if scope.office is not None:
        found = found.filter(item__office=scope.office)
    return found


def _alike(timers: QuerySet[Timer], now: datetime, *, is_changed: bool) -> Counter[tuple[_Clock, Place]]:
    """How many clocks stand alike: grouped by PostgreSQL, so a million items are a few thousand rows."""
    standing = () if is_changed else ("moment", "rung", "repetition")
    if not is_changed:
        timers = timers.filter(fire_at__isnull=False).annotate(moment=Greatest("fire_at", now))
    rows = timers.values_list(*_OF_PLACE, *_OF_CLOCK, *standing).annotate(n=Count("pk"))
    found: Counter[tuple[_Clock, Place]] = Counter()
    for party, department, office, *key, number in rows:
        clock = _Clock(*key) if standing else _Clock(*key, now)
        found[clock, Place(party, department, office)] += number
    return found


class _Ladders:
    """Rungs and terms of the procedures in question."""

    def __init__(self, procedures: set[int], calendar: WorkingCalendar, change: LadderChange | None) -> None:
        self.calendar, self.change = calendar, change
        self.procedures = Procedure.objects.in_bulk(procedures)
        self._by_pk = {rung.pk: rung for rung in Rung.objects.filter(procedure__in=procedures)}
        self._own: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
        for rung in self._by_pk.values():
            self._own[rung.procedure_id, rung.clock].append(rung)

    def firings(self, clock: _Clock) -> Iterator[Firing]:
        return deadlines.ladder(self._rungs(clock), clock.due_on, self._notice_at(clock), self.calendar)

    def _rungs(self, clock: _Clock) -> list[RungTerms]:
        if self.change:
            return [rung for rung in self.change.rungs if rung.clock == clock.clock]
        return self._own[clock.procedure, clock.clock]

    def _notice_at(self, clock: _Clock) -> time:
        changed = self.change and self.change.notice_at
        return changed or self.procedures[clock.procedure].notice_at

    def waiting(self, clock: _Clock) -> Waiting | None:
        if clock.rung is None:
            return armed(self.firings(clock), clock.moment)
        return Waiting(self._by_pk[clock.rung], clock.repetition, clock.moment)

    def after_publicity(self, clock: _Clock, place: Place, now: datetime) -> tuple[_Clock, Place]:
        """The end of publicity is a step that the clock takes by itself: the item then waits for its approval."""
        procedure = self.procedures[clock.procedure]
        due_on, moment = approval_after(clock.due_on, procedure.approval_days, now, self.calendar)
        approver = procedure.approving_department_id or place.office
        approval = _Clock(clock.procedure, Clock.APPROVAL.value, due_on, moment)
        return approval, Place(Party.APPROVER.value, approver, place.office)


# -- what they tell ----------------------------------------------------------------------------------------------------


def _steps(alike: Counter[tuple[_Clock, Place]], ladders: _Ladders, period: Period, now: datetime) -> Counter[Step]:
    places: defaultdict[_Clock, Counter[Place]] = defaultdict(Counter)
    for (clock, place), number in alike.items():
        if clock.clock == Clock.PUBLICITY:
            clock, place = ladders.after_publicity(clock, place, now)
        places[clock][place] += number
    found: Counter[Step] = Counter()
    for clock, standing in places.items():
        for told in _course(clock, ladders, period):
            for place, number in standing.items():
                found[Step(*told, place)] += number
    return found


def _course(clock: _Clock, ladders: _Ladders, period: Period) -> Iterator[tuple[date, str, tuple[str, ...]]]:
    if (waiting := ladders.waiting(clock)) is None:
        return
    for firing in course(ladders.firings(clock), waiting, deadlines.end_of(period.last)):
        day = firing.at.astimezone(BUSINESS_ZONE).date()
        if day >= period.first:
            yield day, firing.rung.kind, tuple(firing.rung.audience)

"""When the clocks of an item speak, by the ladders of their procedures or by one that is not in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from typing import Any, NamedTuple

from workflow import deadlines
from workflow.deadlines import Firing, WorkingCalendar
from workflow.lifecycle import Party
from workflow.models import Procedure, Rung
from workflow.models.procedures import Clock as Kind
from workflow.rehearsal.courses import Waiting, approval_after, armed, course
from workflow.rehearsal.standings import Clock, Running, Standing
from workflow.services.procedure_terms import RungTerms


@dataclass(frozen=True)
class LadderChange:
    """A ladder that is not in force: as if every clock went by it from now on. None: the hour stays as it is."""

    rungs: list[RungTerms]
    notice_at: time | None = None


class Step(NamedTuple):
    """A clock of an item speaks; Rung or RungTerms."""

    at: datetime
    rung: Any
    speaker: int  # its place among the clocks of the item
    running: Running


class Ladders:
    """Rungs and terms of the procedures in question: two queries."""

    def __init__(
        self, procedures: set[int], calendar: WorkingCalendar, now: datetime, change: LadderChange | None
    ) -> None:
        self.calendar, self.now, self.change = calendar, now, change
        self.procedures = Procedure.objects.in_bulk(procedures)
        self._by_pk = {rung.pk: rung for rung in Rung.objects.filter(procedure__in=procedures)}
        self._own: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
        for rung in self._by_pk.values():
            self._own[rung.procedure_id, rung.clock].append(rung)
        self._course = cache(self._course_of)  # many items wait alike

    def steps(self, standing: Standing, until: datetime) -> list[Step]:
        """What the clocks of an item say before `until`, in the order in which the scan comes to it."""
        found = []
        for speaker, running in enumerate(map(self._after_publicity, standing.clocks)):
            first = running.clock.moment
            for firing in self._course(running.clock, until):
                found.append((first or firing.at, Step(firing.at, firing.rung, speaker, running)))
                first = None
        found.sort(key=lambda entry: (entry[1].at, entry[0], entry[1].speaker))
        return [step for _waited_since, step in found]

    def _course_of(self, clock: Clock, until: datetime) -> list[Firing]:
        waiting = self._waiting(clock)
        return list(course(self._firings(clock), waiting, until)) if waiting else []

    def _waiting(self, clock: Clock) -> Waiting | None:
        if clock.rung is None:
            return armed(self._firings(clock), clock.moment or self.now)
        return Waiting(self._by_pk[clock.rung], clock.repetition, max(clock.moment, self.now))

    def _firings(self, clock: Clock) -> Iterator[Firing]:
        procedure = self.procedures[clock.procedure]
        notice_at = (self.change and self.change.notice_at) or procedure.notice_at
        return deadlines.ladder(self._rungs(clock), clock.due_on, notice_at, self.calendar)

    def _rungs(self, clock: Clock) -> list[Any]:
        if self.change:
            return [rung.named() for rung in self.change.rungs if rung.clock == clock.clock]
        return self._own[clock.procedure, clock.clock]

    def _after_publicity(self, running: Running) -> Running:
        """The end of publicity is a step that the clock takes by itself: the item then waits for its approval."""
        clock, place = running.clock, running.place
        if clock.clock != Kind.PUBLICITY:
            return running
        days = self.procedures[clock.procedure].approval_days
        due_on, moment = approval_after(clock.due_on, days, self.now, self.calendar)
        approval = Clock(clock.procedure, Kind.APPROVAL.value, due_on, moment)
        turn = {"turn_party": Party.APPROVER.value, "turn_department": place.approver}
        return Running(approval, place._replace(**turn), ())

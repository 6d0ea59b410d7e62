"""The stage of the demo: steps as (when, deed), played in the order of time while clocks fire in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from accounts.models import Department, User
from accounts.roles import Role
from workflow import deadline_scan, working_calendar
from workflow.deadlines import BUSINESS_ZONE, business_day
from workflow.models import Timer

Play = Callable[[datetime], Any]


@dataclass(order=True)
class Step:
    at: datetime
    order: int
    play: Play = field(compare=False)


class Stage:
    """The people of the demo and the clock of its play."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = business_day(now)
        self.random = Random(20230914)  # the same demo each time
        self._calendar = working_calendar.load()
        self._steps: list[Step] = []

    def plan(self, steps: Iterable[tuple[date, Play]]) -> None:
        """Lay one item's steps in working hours, each after the one before; what would lie ahead of us is left out."""
        earliest: datetime | None = None
        for day, play in steps:
            moment = self._moment(day, earliest)
            if moment >= self.now:
                return
            self._steps.append(Step(moment, len(self._steps), play))
            earliest = moment + timedelta(minutes=40)

    def _moment(self, day: date, earliest: datetime | None) -> datetime:
        clock = time(9 + self.random.randrange(8), self.random.randrange(60))
        working = day if self._calendar.is_working(day) else self._calendar.add_working_days(day, 1)
        if working >= self.today:
            working = day  # rather a busy Sunday than a story that stops short
        moment = datetime.combine(working, clock, BUSINESS_ZONE)
        return max(moment, earliest) if earliest else moment

    def play(self, until: datetime) -> None:
        """Play what was planned up to a moment in the order of time; clocks fire in between when they are due."""
        for step in sorted(step for step in self._steps if step.at < until):
            self._let_time_pass(step.at)
            step.play(step.at)
        self._steps = [step for step in self._steps if step.at >= until]
        self._let_time_pass(until)

    @staticmethod
    def _let_time_pass(until: datetime) -> None:
        """Each moment is scanned once: what stays due after its scan is looked at with the next one, never for ever."""
        due = Timer.objects.filter(fire_at__lte=until).order_by("fire_at").values_list("fire_at", flat=True)
        moment = due.first()
        while moment:
            deadline_scan.scan(now=moment)
            moment = due.filter(fire_at__gt=moment).first()

    @staticmethod
    def person(department: Department, role: Role) -> User:
        return User.objects.filter(memberships__department=department, memberships__role=role).earliest("pk")


@dataclass
class Plot:
    """How one item is to go: who, from when to when, and how it ends."""

    lead: Department
    measures: str
    standard: str
    began: date
    due_on: date
    ends: str
    supervise: Department | None = None
    percent: int = 60
    parts: list[Department] = field(default_factory=list)
    passed_to: Department | None = None
    handed_in: date | None = None  # when it was submitted; None: shortly before the deadline

"""Histories: each item's deeds in the order of time, up to where its plot ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from accounts.models import Department, User
from accounts.roles import Permission
from workflow.deadlines import report_day
from workflow.demo.deeds import Deeds
from workflow.demo.stage import Play

A_DAY = timedelta(days=1)
UNFINISHED = ("rectifying", "reported", "overdue", "decomposed", "recorded", "asked", "extended", "suspended")


class History(Deeds):
    """One item's way, planned as steps on the stage."""

    def plan(self) -> None:
        """Lay the steps of this item on the stage, up to where it is to end."""
        self.stage.plan(self._steps())

    def _steps(self) -> Iterator[tuple[date, Play]]:
        plot, ends = self.plot, self.plot.ends
        if ends == "draft":
            return
        yield plot.began, self._assign
        if ends == "assigned":
            return
        if ends == "void":
            yield plot.began + 2 * A_DAY, self._void
            return
        answered = plot.began + A_DAY
        if ends == "declined":
            yield answered, self._decline
            return
        yield answered, self._accept
        if ends == "transferred":
            yield answered + A_DAY, self._transfer
        elif ends != "accepted":
            yield from self._work(answered)

    def _work(self, answered: date) -> Iterator[tuple[date, Play]]:
        plot, ends = self.plot, self.plot.ends
        handed_in = plot.handed_in or plot.due_on - 3 * A_DAY
        if ends == "decomposed":
            yield answered + 2 * A_DAY, self._decompose
        aside = list(self._aside(answered))
        reports = [(day, self._report) for day in self._report_days(answered, min(handed_in, plot.due_on))]
        yield from sorted([*reports, *aside], key=lambda step: step[0])
        if ends not in UNFINISHED:
            yield from self._close_out(handed_in)

    def _aside(self, answered: date) -> Iterator[tuple[date, Play]]:
        """What changes the time limit on the way."""
        middle = answered + (self.plot.due_on - answered) / 3
        match self.plot.ends:
            case "asked":
                yield middle, self._ask_for_time
            case "extended":
                yield middle, self._ask_for_time
                yield middle + 2 * A_DAY, self._grant_time
            case "recorded":
                yield middle, self._record_time
            case "suspended":
                yield middle, self._suspend

    def _report_days(self, answered: date, until: date) -> Iterator[date]:
        """The day before each report is due; where none are asked for, once on the way."""
        terms, day = self.item.procedure, answered + A_DAY
        if not terms.report_every:
            yield answered + (self.plot.due_on - answered) / 4
        while (due_on := report_day(day, terms)) and due_on < until:
            yield max(due_on - A_DAY, answered)
            day = due_on + A_DAY

    def _close_out(self, handed_in: date) -> Iterator[tuple[date, Play]]:
        ends, terms = self.plot.ends, self.item.procedure
        yield handed_in, self._submit
        if ends == "verifying":
            return
        checked = handed_in + 2 * A_DAY
        if ends in ("returned", "supplement"):
            yield checked, self._return if ends == "returned" else self._supplement
            return
        for stage in range(2 if self.plot.supervise else 1):
            yield checked + stage * A_DAY, self._verify
        public_until = checked + A_DAY
        if terms.publicity_days and ends == "objected":
            yield public_until + A_DAY, self._object
        if ends in ("publicizing", "objected", "approving"):
            return
        closed = public_until + 25 * A_DAY
        yield closed, self._approve
        yield from self._afterwards(closed)

    def _afterwards(self, closed: date) -> Iterator[tuple[date, Play]]:
        terms = self.item.procedure
        if terms.files_to:
            yield closed + 4 * A_DAY, self._file
        first, *others = terms.look_back_days
        if self.plot.ends == "reopened":
            yield closed + (first + 1) * A_DAY, self._rebound
            return
        for days in (first, *others):
            yield closed + (days + 1) * A_DAY, self._look_back


def dispatcher_of(office: Department) -> User:
    """The person who keeps the office's list in the demo."""
    return next(user for user in User.objects.order_by("pk") if office.pk in user.departments_with(Permission.DISPATCH))

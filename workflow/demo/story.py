"""Histories: each item's steps as (when, verb), played by the people of the demo in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from accounts.models import Department, User
from accounts.roles import Permission, Role
from workflow import deadline_scan, services, working_calendar
from workflow.deadlines import BUSINESS_ZONE
from workflow.demo import papers
from workflow.lifecycle import DepartmentRole
from workflow.models import Evidence, Timer, WorkItem
from workflow.services.decomposition import Part
from workflow.services.evidence import add_evidence

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
        self.today = now.astimezone(BUSINESS_ZONE).date()
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
    handed_in: date | None = None  # when it was submitted; None: shortly before the deadline


class History:
    """One item's way, planned as steps on the stage."""

    def __init__(self, stage: Stage, item: WorkItem, plot: Plot) -> None:
        self.stage, self.item, self.plot = stage, item, plot
        self.office = item.office

    def plan(self) -> None:
        """Lay the steps of this item on the stage, up to where it is to end."""
        self.stage.plan(self._steps())

    # -- the road ------------------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[tuple[date, Play]]:
        plot, ends = self.plot, self.plot.ends
        if ends == "draft":
            return
        yield plot.began, self._assign
        if ends == "assigned":
            return
        if ends == "void":
            yield plot.began + timedelta(days=2), self._void
            return
        answered = plot.began + timedelta(days=1)
        if ends == "declined":
            yield answered, self._decline
            return
        yield answered, self._accept
        yield from self._work(answered)

    def _work(self, answered: date) -> Iterator[tuple[date, Play]]:
        plot, ends = self.plot, self.plot.ends
        if ends == "accepted":
            return
        if ends == "decomposed":
            yield answered + timedelta(days=2), self._decompose
        yield answered + (plot.due_on - answered) / 3, self._report
        if ends in ("rectifying", "reported", "overdue", "decomposed"):
            return
        yield from self._close_out(plot.handed_in or plot.due_on - timedelta(days=3), ends)

    def _close_out(self, handed_in: date, ends: str) -> Iterator[tuple[date, Play]]:
        yield handed_in, self._submit
        if ends == "verifying":
            return
        checked = handed_in + timedelta(days=2)
        if ends == "returned":
            yield checked, self._return
            return
        for stage in range(2 if self.plot.supervise else 1):
            yield checked + timedelta(days=stage), self._verify
        public_until = checked + timedelta(days=1)
        if self.item.procedure.publicity_days and ends == "objected":
            yield public_until + timedelta(days=1), self._object
        if ends in ("publicizing", "objected", "approving"):
            return
        yield public_until + timedelta(days=25), self._approve
        if self.item.procedure.files_to:
            yield public_until + timedelta(days=30), self._file
        if ends == "reopened":
            yield public_until + timedelta(days=50), self._reopen

    # -- the verbs -----------------------------------------------------------------------------------------------------

    def _present(self) -> WorkItem:
        self.item.refresh_from_db()
        return self.item

    def _clerk(self) -> User:
        return self.stage.person(self.plot.lead, Role.CLERK)

    def _office(self, role: Role) -> User:
        return self.stage.person(self.office, role)

    def _assign(self, now: datetime) -> None:
        item = self._present()
        departments = [
            (DepartmentRole(row.role), row.department) for row in item.assignments.select_related("department")
        ]
        if self.plot.supervise:
            departments.append((DepartmentRole.SUPERVISE, self.plot.supervise))
        services.assign(
            item,
            by=self._office(Role.DISPATCHER),
            lead=self.plot.lead,
            due_on=self.plot.due_on,
            measures=self.plot.measures,
            standard=self.plot.standard,
            departments=departments,
            now=now,
        )

    def _accept(self, now: datetime) -> None:
        services.accept(self._present(), by=self._clerk(), now=now)

    def _decline(self, now: datetime) -> None:
        reason = "该事项不属于本单位职责范围，建议转交属地政府办理。"
        services.decline(self._present(), by=self._clerk(), reason=reason, now=now)

    def _void(self, now: datetime) -> None:
        reason = "经现场核查，反映情况不属实。"
        outcome = WorkItem.Outcome.NOT_SUBSTANTIATED
        services.void(self._present(), by=self._office(Role.DISPATCHER), reason=reason, outcome=outcome, now=now)

    def _decompose(self, now: datetime) -> None:
        parts = [Part(unit) for unit in self.plot.parts]
        services.decompose(self._present(), by=self._office(Role.DISPATCHER), parts=parts, now=now)

    def _report(self, now: datetime) -> None:
        text = "已完成现场排查和方案制定，正按计划推进。"
        services.report(self._present(), by=self._clerk(), text=text, percent=self.plot.percent, now=now)

    def _submit(self, now: datetime) -> None:
        item, clerk = self._present(), self._clerk()
        photo = papers.picture("整改后现场", item.pk * 10 + item.cycle)
        paper = papers.report(f"{item.number}整改情况报告", f"{item.title}：各项措施已落实，现申请验收。")
        add_evidence(item, by=clerk, file=photo, kind=Evidence.Kind.AFTER, now=now)
        add_evidence(item, by=clerk, file=paper, kind=Evidence.Kind.DOCUMENT, now=now)
        services.submit(item, by=clerk, summary="各项整改措施已全部落实，申请验收销号。", now=now)

    def _verifier(self) -> User:
        return self.stage.person(self._present().turn_department, Role.VERIFIER)

    def _verify(self, now: datetime) -> None:
        opinion = "资料齐全，现场核查与报告一致，同意通过。"
        by, day = self._verifier(), now.astimezone(BUSINESS_ZONE).date()
        services.verify(self.item, by=by, conclusion="pass", opinion=opinion, visited_on=day, now=now)

    def _return(self, now: datetime) -> None:
        reason = "佐证材料不足，缺少监测报告，请补充后重新申请。"
        services.return_for_rework(self._present(), by=self._verifier(), reason=reason, now=now)

    def _object(self, now: datetime) -> None:
        text = "群众来电反映现场仍有遗留垃圾，请核实。"
        services.object_to(self._present(), by=self._office(Role.DISPATCHER), text=text, now=now)

    def _approve(self, now: datetime) -> None:
        opinion = "程序完备，同意销号。"
        services.approve(self._present(), by=self._office(Role.SUPERVISOR), opinion=opinion, now=now)

    def _file(self, now: datetime) -> None:
        number = f"环委办备〔{now.year}〕{self.item.pk}号"
        services.file_closure(self._present(), by=self._office(Role.DISPATCHER), document_number=number, now=now)

    def _reopen(self, now: datetime) -> None:
        reason = "回头看发现问题反弹，重新启动整改。"
        services.reopen(self._present(), by=self._office(Role.DISPATCHER), reason=reason, now=now)


def dispatcher_of(office: Department) -> User:
    """The person who keeps the office's list in the demo."""
    return next(user for user in User.objects.order_by("pk") if office.pk in user.departments_with(Permission.DISPATCH))

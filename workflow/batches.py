"""The rows behind the facts, read for all items that are looked at together; nothing before it is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Q

from accounts.prepared import Prepared, ask
from workflow import working_calendar
from workflow.deadlines import WorkingCalendar, business_day
from workflow.lifecycle import FINISHED, Action, Party, State
from workflow.models import (
    AlertNote,
    Assignment,
    Closure,
    Event,
    Evidence,
    Extension,
    LookBack,
    Milestone,
    Objection,
    Paper,
    Petition,
    Proposal,
    Publicity,
    RungFiring,
    Submission,
    Suspension,
    Target,
    Verification,
    WorkItem,
)
from workflow.models.procedures import Measure, Rung
from workflow.models.progress import latest_measurements
from workflow.presence import Kind, present

# What makes somebody a party to the rectification, and what makes him its judge (DOMAIN rule 2).
WORKING = (Action.REPORT.value, Event.EVIDENCE, Event.FINDINGS, Action.SUBMIT.value)
JUDGING = (Action.VERIFY.value, Action.RETURN.value)
# Photographs of a look-back, and what the office files for others, are no rectification.
BESIDES_THE_WORK = Q(action__in=[Event.EVIDENCE, Event.FINDINGS]) & (
    Q(to_state=State.CLOSED) | Q(data__contains={"party": Party.OFFICE})
)


_ASSIGNMENTS = Prepared(
    lambda: Assignment.objects.select_related("department", "acknowledged_by").order_by(
        "item_id", "stage", "position", "id"
    )
)

_PARTS = Prepared(
    lambda: WorkItem.objects.filter(parent__isnull=False).order_by().values_list("id", "parent_id"), "parent_id"
)


def _acts(actions: tuple[str, ...]) -> Prepared:
    """Who did one of these things in which cycle, by item."""
    rows = ("item_id", "cycle", "actor_id")
    return Prepared(
        lambda: Event.objects.filter(action__in=actions).exclude(BESIDES_THE_WORK).order_by().values_list(*rows)
    )


_WORKED, _JUDGED = _acts(WORKING), _acts(JUDGING)


class Batch:
    """The items that are looked at together."""

    def __init__(self, items: Iterable[WorkItem], calendar: WorkingCalendar | None = None) -> None:
        self.items = {item.pk: item for item in items}
        self._calendar = calendar

    def having(self, kind: Kind) -> Collection[int]:
        """Ids of the items that may have such rows; with none of them Django asks nothing."""
        return self._present[kind]

    @cached_property
    def _present(self) -> dict[Kind, list[int]]:
        return ask(present(self.items))

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return self._calendar or working_calendar.load()

    @cached_property
    def assignments(self) -> dict[int, list[Assignment]]:
        return self._by_item(_ASSIGNMENTS(self.items))

    @cached_property
    def workers(self) -> dict[int, set[int]]:
        """People by item. What they did on a part counts for the whole, whatever cycle the part was in."""
        wholes = dict(_PARTS(self.items))
        acts = _WORKED({*self.items, *wholes})
        found = self._in_the_cycle(acts)
        for pk, _cycle, actor in acts:
            if pk in wholes:
                found[wholes[pk]].add(actor)
        return found

    @cached_property
    def judges(self) -> dict[int, set[int]]:
        return self._in_the_cycle(_JUDGED(self.items))

    @cached_property
    def evidence(self) -> dict[int, list[Evidence]]:
        return self._of_the_cycle(Evidence.objects.filter(replaced_by=None).order_by("pk"), Kind.EVIDENCE)

    @cached_property
    def open_children(self) -> dict[int, list[str]]:
        children = (
            WorkItem.objects.filter(parent__in=self.having(Kind.OPEN_CHILDREN))
            .exclude(state__in=FINISHED)
            .order_by("number")
        )
        found: defaultdict[int, list[str]] = defaultdict(list)
        for parent, number in children.values_list("parent_id", "number"):
            found[parent].append(number)
        return found

    @cached_property
    def parent_states(self) -> dict[int, str]:
        parents = {item.parent_id for item in self.items.values()} - {None}
        return dict(WorkItem.objects.filter(pk__in=parents).values_list("pk", "state")) if parents else {}

    @cached_property
    def open_objections(self) -> dict[int, list[Objection]]:
        rows = Objection.objects.filter(item__in=self.having(Kind.OPEN_OBJECTIONS), upheld__isnull=True)
        return self._by_item(rows.select_related("by"))

    @cached_property
    def publicity_ends_on(self) -> dict[int, date]:
        running = Publicity.objects.filter(item__in=self.having(Kind.PUBLICITY), ended_at=None)
        return dict(running.values_list("item_id", "ends_on"))

    @cached_property
    def extensions(self) -> dict[int, list[Extension]]:
        rows = Extension.objects.filter(lapsed_at=None).exclude(is_approved=False).order_by("pk")
        return self._of_the_cycle(rows, Kind.EXTENSIONS)

    @cached_property
    def suspended_days(self) -> dict[int, int]:
        ended = Suspension.objects.filter(item__in=self.having(Kind.SUSPENSIONS), ended_on__isnull=False)
        days: defaultdict[int, int] = defaultdict(int)
        for row in ended.filter(started_at__gte=F("item__assigned_at")):
            days[row.item_id] += row.days
        return days

    @cached_property
    def pending_look_backs(self) -> dict[int, list[LookBack]]:
        rows = LookBack.objects.filter(finding="", dropped_at=None).order_by("due_on", "pk")
        return self._of_the_cycle(rows, Kind.LOOK_BACKS)

    @cached_property
    def closures_to_file(self) -> dict[int, Closure]:
        filed = {pk for pk in self.having(Kind.CLOSURES) if self.items[pk].procedure.files_to}
        found = Closure.objects.filter(item__in=filed, filing=None)
        return {row.item_id: row for row in found if row.cycle == self.items[row.item_id].cycle}

    @cached_property
    def submissions(self) -> dict[int, list[Submission]]:
        return self._of_the_cycle(Submission.objects.order_by("pk"), Kind.SUBMISSIONS)

    @cached_property
    def verifications(self) -> dict[int, list[Verification]]:
        return self._of_the_cycle(Verification.objects.order_by("pk"), Kind.VERIFICATIONS)

    @cached_property
    def open_proposals(self) -> dict[int, list[Proposal]]:
        rows = Proposal.objects.filter(item__in=self.having(Kind.PROPOSALS), status=Proposal.Status.OPEN)
        found = list(rows.select_related("firing__rung", "timer__paper", "timer__milestone").order_by("pk"))
        return self._by_item(sorted(found, key=lambda row: -Measure(row.measure).severity))

    @cached_property
    def papers_to_answer(self) -> dict[int, list[Paper]]:
        waiting = Paper.objects.filter(answered_at=None, due_on__isnull=False)
        return self._of_the_cycle(waiting.select_related("addressee", "department").order_by("pk"), Kind.PAPERS)

    @cached_property
    def alerts(self) -> dict[int, list[RungFiring]]:
        of_these = {"timer__item__in": self.having(Kind.ALERTS), "timer__ended_at": None}
        told = RungFiring.objects.filter(**of_these, superseded=False)
        told = told.filter(rung__kind=Rung.Kind.OVERDUE).select_related("rung", "timer__paper")
        last = list(told.order_by("timer_id", "-pk").distinct("timer_id"))
        notes = AlertNote.objects.filter(firing__in=last).values_list("firing_id", "by_id") if last else ()
        found: defaultdict[int, list[RungFiring]] = defaultdict(list)
        for firing in last:
            firing.noted = {by for pk, by in notes if pk == firing.pk}
            found[firing.timer.item_id].append(firing)
        return found

    @cached_property
    def nudges(self) -> dict[int, list[date]]:
        """The days on which each item's turn was chased."""
        found: defaultdict[int, list[date]] = defaultdict(list)
        rows = Event.objects.filter(item__in=self.having(Kind.NUDGES), action=Action.NUDGE).order_by()
        for pk, at in rows.values_list("item_id", "at"):
            found[pk].append(business_day(at))
        return found

    @cached_property
    def petitions(self) -> dict[int, Petition]:
        rows = Petition.objects.filter(item__in=self.having(Kind.PETITION))
        return {row.item_id: row for row in rows.prefetch_related("sub_issues", "regions")}

    @cached_property
    def milestones(self) -> dict[int, list[Milestone]]:
        return self._by_item(Milestone.objects.filter(item__in=self.having(Kind.MILESTONES)).order_by("position", "id"))

    @cached_property
    def targets(self) -> dict[int, list[Target]]:
        rows = Target.objects.filter(item__in=self.having(Kind.TARGETS)).order_by("position", "id")
        return self._by_item(rows.prefetch_related(latest_measurements()))

    def _in_the_cycle(self, acts: Iterable[tuple[int, int, int]]) -> defaultdict[int, set[int]]:
        found: defaultdict[int, set[int]] = defaultdict(set)
        for pk, cycle, actor in acts:
            if pk in self.items and cycle == self.items[pk].cycle:
                found[pk].add(actor)
        return found

    def _of_the_cycle(self, rows: Any, kind: Kind) -> dict[int, list[Any]]:
        found = rows.filter(item__in=self.having(kind))
        return self._by_item(row for row in found if row.cycle == self.items[row.item_id].cycle)

    @staticmethod
    def _by_item(rows: Iterable[Any]) -> dict[int, list[Any]]:
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.item_id].append(row)
        return found

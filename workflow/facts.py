"""What permissions look at besides the item's own row; each kind of fact is one query for any number of items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Q

from workflow import seal, working_calendar
from workflow.deadlines import WorkingCalendar, business_day
from workflow.lifecycle import FINISHED, Action, DepartmentRole, EvidenceKind, Party, State
from workflow.models import (
    AlertNote,
    Assignment,
    Closure,
    Event,
    Evidence,
    Extension,
    LookBack,
    Objection,
    Paper,
    Petition,
    Proposal,
    Publicity,
    RungFiring,
    Submission,
    Suspension,
    Verification,
    WorkItem,
)
from workflow.models.petitions import COUNTS
from workflow.models.procedures import Measure, Rung

# What makes somebody a party to the rectification, and what makes him its judge (DOMAIN rule 2).
WORKING = (Action.REPORT.value, Event.EVIDENCE, Event.FINDINGS, Action.SUBMIT.value)
JUDGING = (Action.VERIFY.value, Action.RETURN.value)
# Photographs of a look-back, and what the office files for others, are no rectification.
BESIDES_THE_WORK = Q(action__in=[Event.EVIDENCE, Event.FINDINGS]) & (
    Q(to_state=State.CLOSED) | Q(data__contains={"party": Party.OFFICE})
)
_ACTED = ("item_id", "item__parent_id", "cycle", "actor_id")


def read_facts(items: Iterable[WorkItem]) -> dict[int, Facts]:
    """Facts by item id. Nothing is read before it is asked for, and then for all of the items together."""
    batch = _Batch(items)
    return {pk: Facts(item, batch) for pk, item in batch.items.items()}


@dataclass(frozen=True)
class Facts:
    """Of an item in its present cycle. What was read once stays as it was, also if the verb changes it."""

    item: WorkItem
    _batch: _Batch

    @property
    def calendar(self) -> WorkingCalendar:
        return self._batch.calendar

    @property
    def assignments(self) -> list[Assignment]:
        return self._batch.assignments[self.item.pk]

    @property
    def workers(self) -> set[int]:
        """Who reported, added evidence or submitted for the departments, in this cycle or on a part of the item."""
        return self._batch.workers[self.item.pk]

    @property
    def judges(self) -> set[int]:
        """Who verified or returned it in this cycle."""
        return self._batch.judges[self.item.pk]

    @property
    def evidence(self) -> list[Evidence]:
        """Of this cycle, each file in its present version."""
        return self._batch.evidence[self.item.pk]

    @property
    def open_children(self) -> list[str]:
        """Numbers of the parts that are not finished."""
        return self._batch.open_children[self.item.pk]

    @property
    def parent_state(self) -> str | None:
        return self._batch.parent_states.get(self.item.parent_id)

    @property
    def open_objections(self) -> list[Objection]:
        return self._batch.open_objections[self.item.pk]

    @property
    def publicity_ends_on(self) -> date | None:
        return self._batch.publicity_ends_on.get(self.item.pk)

    @property
    def open_extension(self) -> Extension | None:
        return next((row for row in self._batch.extensions[self.item.pk] if row.is_approved is None), None)

    @property
    def granted_extensions(self) -> list[Extension]:
        return [row for row in self._batch.extensions[self.item.pk] if row.is_approved]

    @property
    def suspended_days(self) -> int:
        """Calendar days that did not count since the item was handed out in this cycle."""
        return self._batch.suspended_days[self.item.pk]

    @property
    def pending_look_backs(self) -> list[LookBack]:
        """Of this cycle, the nearest first."""
        return self._batch.pending_look_backs[self.item.pk]

    @property
    def closure_to_file(self) -> Closure | None:
        """The close-out of this cycle, while it still has to be reported to the higher level."""
        return self._batch.closures_to_file.get(self.item.pk)

    @property
    def open_proposals(self) -> list[Proposal]:
        """Measures that wait for a supervisor, the most severe first."""
        return self._batch.open_proposals[self.item.pk]

    @property
    def papers_to_answer(self) -> list[Paper]:
        """Of this cycle, the oldest first."""
        return self._batch.papers_to_answer[self.item.pk]

    @property
    def alerts(self) -> list[RungFiring]:
        """What each running clock said last since it ran out, with `noted`: ids of those who acknowledged it."""
        return self._batch.alerts[self.item.pk]

    def nudges_on(self, day: date) -> int:
        """How often somebody was chased on that day of Shanghai."""
        return self._batch.nudges[self.item.pk].count(day)

    def departments(self, *roles: DepartmentRole) -> set[int]:
        return {row.department_id for row in self.assignments if row.role in roles}

    def verifying_departments(self) -> set[int]:
        """Of the stage the item stands at; of all stages when it stands at none."""
        rows = [row for row in self.assignments if row.role == DepartmentRole.VERIFY]
        return {row.department_id for row in rows if self.item.stage in (0, row.stage)}

    def last_stage(self) -> int:
        return max((row.stage for row in self.assignments), default=0)

    # -- what was seen ---------------------------------------------------------------------------------------------

    @property
    def submissions_of_the_cycle(self) -> list[Submission]:
        return self._batch.submissions[self.item.pk]

    @property
    def submissions(self) -> list[Submission]:
        """What is being judged: the latest submission of the cycle, then what it supplemented, newest first."""
        found = {row.pk: row for row in self.submissions_of_the_cycle}
        chain: list[Submission] = [found[max(found)]] if found else []
        while chain and (before := found.get(chain[-1].supplements_id)):
            chain.append(before)
        return chain

    @property
    def verifications(self) -> list[Verification]:
        """Of this cycle, oldest first."""
        return self._batch.verifications[self.item.pk]

    @cached_property
    def digest(self) -> str:
        """Of the text and the evidence as they are now; a screenshot of the notice comes after verifying."""
        latest = self.submissions[0] if self.submissions else None
        text = {name: getattr(self.item, name) for name in _SEALED_TEXT}
        text |= {"submission": latest and latest.pk, "summary": latest and latest.summary}
        text |= {"petition": self._batch.petitions.get(self.item.pk)}
        files = [
            seal.File(file.pk, file.kind, file.sha256) for file in self.evidence if file.kind != EvidenceKind.PUBLICITY
        ]
        return seal.digest(text, files)

    def standing_passes(self) -> list[Verification]:
        """Passes that still count: nothing has changed since, but by what a supplement added."""
        if not self.submissions:
            return []
        stands = {self.submissions[0].pk: self.digest}
        for row in self.verifications:  # what was there when a supplement was asked for
            if row.conclusion == Verification.Conclusion.SUPPLEMENT:
                stands.setdefault(row.submission_id, row.digest)
        chain = {row.pk for row in self.submissions}
        passes = [row for row in self.verifications if row.conclusion == Verification.Conclusion.PASS]
        return [row for row in passes if row.submission_id in chain and stands.get(row.submission_id) == row.digest]

    def passed_stages(self) -> set[int]:
        """Stages with a pass that still counts."""
        return {row.stage for row in self.standing_passes()}

    def stale_stages(self) -> list[int]:
        """Stages whose pass stands no longer: something has changed since."""
        chain = {row.pk for row in self.submissions}
        passes = [row for row in self.verifications if row.conclusion == Verification.Conclusion.PASS]
        return sorted({row.stage for row in passes if row.submission_id in chain} - self.passed_stages())

    def first_stage_to_pass(self) -> int | None:
        """The first stage without a standing pass; None when all have passed."""
        passed = self.passed_stages()
        return next((stage for stage in range(1, self.last_stage() + 1) if stage not in passed), None)


_SEALED_TEXT = ("title", "description", "measures", "standard", "target")


class _Batch:
    """The items that are looked at together."""

    def __init__(self, items: Iterable[WorkItem]) -> None:
        self.items = {item.pk: item for item in items}

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return working_calendar.load()

    @cached_property
    def assignments(self) -> dict[int, list[Assignment]]:
        return self._by_item(
            Assignment.objects.filter(item__in=self.items).select_related("department", "acknowledged_by")
        )

    @cached_property
    def workers(self) -> dict[int, set[int]]:
        return self._actors(WORKING)

    @cached_property
    def judges(self) -> dict[int, set[int]]:
        return self._actors(JUDGING)

    @cached_property
    def evidence(self) -> dict[int, list[Evidence]]:
        return self._of_the_cycle(Evidence.objects.filter(replaced_by=None).order_by("pk"))

    @cached_property
    def open_children(self) -> dict[int, list[str]]:
        children = WorkItem.objects.filter(parent__in=self.items).exclude(state__in=FINISHED).order_by("number")
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
        return self._by_item(Objection.objects.filter(item__in=self.items, upheld__isnull=True).select_related("by"))

    @cached_property
    def publicity_ends_on(self) -> dict[int, date]:
        return dict(Publicity.objects.filter(item__in=self.items, ended_at=None).values_list("item_id", "ends_on"))

    @cached_property
    def extensions(self) -> dict[int, list[Extension]]:
        return self._of_the_cycle(Extension.objects.filter(lapsed_at=None).exclude(is_approved=False).order_by("pk"))

    @cached_property
    def suspended_days(self) -> dict[int, int]:
        ended = Suspension.objects.filter(item__in=self.items, ended_on__isnull=False)
        days: defaultdict[int, int] = defaultdict(int)
        for row in ended.filter(started_at__gte=F("item__assigned_at")):
            days[row.item_id] += row.days
        return days

    @cached_property
    def pending_look_backs(self) -> dict[int, list[LookBack]]:
        return self._of_the_cycle(LookBack.objects.filter(finding="", dropped_at=None).order_by("due_on", "pk"))

    @cached_property
    def closures_to_file(self) -> dict[int, Closure]:
        filed = {pk for pk, item in self.items.items() if item.procedure.files_to}
        found = Closure.objects.filter(item__in=filed, filing=None)
        return {row.item_id: row for row in found if row.cycle == self.items[row.item_id].cycle}

    @cached_property
    def submissions(self) -> dict[int, list[Submission]]:
        return self._of_the_cycle(Submission.objects.order_by("pk"))

    @cached_property
    def verifications(self) -> dict[int, list[Verification]]:
        return self._of_the_cycle(Verification.objects.order_by("pk"))

    @cached_property
    def open_proposals(self) -> dict[int, list[Proposal]]:
        rows = Proposal.objects.filter(item__in=self.items, status=Proposal.Status.OPEN)
        found = list(rows.select_related("firing__rung", "timer__paper", "timer__milestone").order_by("pk"))
        return self._by_item(sorted(found, key=lambda row: -Measure(row.measure).severity))

    @cached_property
    def papers_to_answer(self) -> dict[int, list[Paper]]:
        waiting = Paper.objects.filter(answered_at=None, due_on__isnull=False)
        return self._of_the_cycle(waiting.select_related("addressee", "department").order_by("pk"))

    @cached_property
    def alerts(self) -> dict[int, list[RungFiring]]:
        told = RungFiring.objects.filter(timer__item__in=self.items, timer__ended_at=None, superseded=False)
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
        rows = Event.objects.filter(item__in=self.items, action=Action.NUDGE).order_by()
        for pk, at in rows.values_list("item_id", "at"):
            found[pk].append(business_day(at))
        return found

    @cached_property
    def petitions(self) -> dict[int, list[Any]]:
        """What a petition says and what was found, as plain values by item."""
        rows = Petition.objects.filter(item__in=self.items).prefetch_related("sub_issues")
        return {
            row.item_id: [
                row.finding,
                row.investigation,
                row.completion,
                [str(getattr(row, name)) for name in COUNTS],
                [[part.text, part.finding, part.explanation] for part in row.sub_issues.all()],
            ]
            for row in rows
        }

    def _actors(self, actions: tuple[str, ...]) -> dict[int, set[int]]:
        """People by item. What they did on a part counts for the whole, whatever cycle the part was in."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        events = Event.objects.filter(Q(item__in=self.items) | Q(item__parent__in=self.items), action__in=actions)
        for pk, parent, cycle, actor in events.exclude(BESIDES_THE_WORK).order_by().values_list(*_ACTED):
            if pk in self.items and cycle == self.items[pk].cycle:
                found[pk].add(actor)
            if parent in self.items and actions is WORKING:
                found[parent].add(actor)
        return found

    def _of_the_cycle(self, rows: Any) -> dict[int, list[Any]]:
        found = rows.filter(item__in=self.items)
        return self._by_item(row for row in found if row.cycle == self.items[row.item_id].cycle)

    @staticmethod
    def _by_item(rows: Iterable[Any]) -> dict[int, list[Any]]:
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.item_id].append(row)
        return found

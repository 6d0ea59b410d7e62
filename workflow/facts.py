"""What permissions look at besides the item's own row; each kind of fact is one query for any number of items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from workflow import seal
from workflow.batches import Batch
from workflow.deadlines import WorkingCalendar
from workflow.lifecycle import DepartmentRole, EvidenceKind, Party
from workflow.models import (
    Assignment,
    Closure,
    Evidence,
    Extension,
    LookBack,
    Milestone,
    Objection,
    Paper,
    Petition,
    Proposal,
    RungFiring,
    Submission,
    Target,
    Verification,
    WorkItem,
)
from workflow.models.petitions import COUNTS


def read_facts(items: Iterable[WorkItem], calendar: WorkingCalendar | None = None) -> dict[int, Facts]:
    """Facts by item id. Nothing is read before it is asked for, and then for all of the items together.

    `calendar`: as it was read already.
    """
    batch = Batch(items, calendar)
    return {pk: Facts(item, batch) for pk, item in batch.items.items()}


@dataclass(frozen=True)
class Facts:
    """Of an item in its present cycle. What was read once stays as it was, also if the verb changes it."""

    item: WorkItem
    _batch: Batch

    @cached_property
    def seats(self) -> dict[tuple[Party, int], int | None]:
        """Kept by permissions: for which department a person is a party here."""
        return {}

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

    @property
    def petition(self) -> Petition | None:
        return self._batch.petitions.get(self.item.pk)

    @property
    def milestones(self) -> list[Milestone]:
        return self._batch.milestones[self.item.pk]

    @property
    def targets(self) -> list[Target]:
        return self._batch.targets[self.item.pk]

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
        text |= {"petition": self.petition and _findings(self.petition)}
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


def _findings(petition: Petition) -> list[Any]:
    """What a petition says and what was found, as plain values."""
    matters = [[part.text, part.finding, part.explanation] for part in petition.sub_issues.all()]
    counts = [str(getattr(petition, name)) for name in COUNTS]
    return [petition.finding, petition.investigation, petition.completion, counts, matters]


_SEALED_TEXT = ("title", "description", "measures", "standard", "target")

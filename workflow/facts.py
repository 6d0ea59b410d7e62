"""What permissions look at besides the item's own row, read for any number of items in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from workflow.lifecycle import FINISHED, DepartmentRole, State
from workflow.models import Assignment, Evidence, Objection, Publicity, Submission, Verification, WorkItem


@dataclass
class Facts:
    """Of the item's present cycle."""

    item: WorkItem
    assignments: list[Assignment] = field(default_factory=list)
    submitters: set[int] = field(default_factory=set)
    verifiers: set[int] = field(default_factory=set)
    evidence_count: int = 0
    open_children: list[str] = field(default_factory=list)  # numbers
    parent_state: str | None = None
    open_objections: list[Objection] = field(default_factory=list)
    publicity_ends_on: date | None = None

    def departments(self, *roles: DepartmentRole) -> set[int]:
        return {row.department_id for row in self.assignments if row.role in roles}

    def verifying_departments(self) -> set[int]:
        """Of the stage the item stands at; of all stages when it stands at none."""
        rows = [row for row in self.assignments if row.role == DepartmentRole.VERIFY]
        return {row.department_id for row in rows if self.item.stage in (0, row.stage)}

    def last_stage(self) -> int:
        return max((row.stage for row in self.assignments), default=0)


def read_facts(items: Iterable[WorkItem]) -> dict[int, Facts]:
    """Facts by item id; eight queries however many items."""
    found = {item.pk: Facts(item) for item in items}
    cycles = {pk: facts.item.cycle for pk, facts in found.items()}

    def present(rows):
        return (row for row in rows if row["cycle"] == cycles[row["item_id"]])

    for row in (
        Assignment.objects.filter(item__in=found).select_related("department").order_by("stage", "position", "id")
    ):
        found[row.item_id].assignments.append(row)
    for row in present(Submission.objects.filter(item__in=found).values("item_id", "cycle", "by_id")):
        found[row["item_id"]].submitters.add(row["by_id"])
    for row in present(Verification.objects.filter(item__in=found).values("item_id", "cycle", "by_id")):
        found[row["item_id"]].verifiers.add(row["by_id"])
    evidence = Evidence.objects.filter(item__in=found).values("item_id", "cycle").order_by().annotate(n=Count("id"))
    for row in present(evidence):
        found[row["item_id"]].evidence_count = row["n"]
    children = WorkItem.objects.filter(parent__in=found).exclude(state__in=FINISHED).order_by("number")
    for row in children.values("parent_id", "number"):
        found[row["parent_id"]].open_children.append(row["number"])
    for objection in Objection.objects.filter(item__in=found, upheld__isnull=True).select_related("by"):
        found[objection.item_id].open_objections.append(objection)
    running = Publicity.objects.filter(item__in=found, ended_at__isnull=True)
    for row in running.values("item_id", "ends_on"):
        found[row["item_id"]].publicity_ends_on = row["ends_on"]
    _read_parents(found)
    return found


def _read_parents(found: dict[int, Facts]) -> None:
    parents = {facts.item.parent_id for facts in found.values()} - {None}
    states: defaultdict[int | None, State | None] = defaultdict(lambda: None)
    if parents:
        states.update(WorkItem.objects.filter(pk__in=parents).values_list("pk", "state"))
    for facts in found.values():
        facts.parent_state = states[facts.item.parent_id]

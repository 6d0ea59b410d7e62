"""What permissions look at besides the item's own row; each kind of fact is one query for any number of items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, Q

from workflow.lifecycle import FINISHED, Action, DepartmentRole
from workflow.models import Assignment, Event, Evidence, Objection, Publicity, WorkItem

# What makes somebody a party to the rectification, and what makes him its judge (DOMAIN rule 2).
WORKING = (Action.REPORT.value, Event.EVIDENCE, Action.SUBMIT.value)
JUDGING = (Action.VERIFY.value, Action.RETURN.value)
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
    def assignments(self) -> list[Assignment]:
        return self._batch.assignments[self.item.pk]

    @property
    def workers(self) -> set[int]:
        """Who reported, added evidence or submitted, on the item in this cycle or on a part of it."""
        return self._batch.workers[self.item.pk]

    @property
    def judges(self) -> set[int]:
        """Who verified or returned it in this cycle."""
        return self._batch.judges[self.item.pk]

    @property
    def evidence_count(self) -> int:
        return self._batch.evidence_counts[self.item.pk]

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

    def departments(self, *roles: DepartmentRole) -> set[int]:
        return {row.department_id for row in self.assignments if row.role in roles}

    def verifying_departments(self) -> set[int]:
        """Of the stage the item stands at; of all stages when it stands at none."""
        rows = [row for row in self.assignments if row.role == DepartmentRole.VERIFY]
        return {row.department_id for row in rows if self.item.stage in (0, row.stage)}

    def last_stage(self) -> int:
        return max((row.stage for row in self.assignments), default=0)


class _Batch:
    """The items that are looked at together."""

    def __init__(self, items: Iterable[WorkItem]) -> None:
        self.items = {item.pk: item for item in items}

    @cached_property
    def assignments(self) -> dict[int, list[Assignment]]:
        return self._by_item(Assignment.objects.filter(item__in=self.items).select_related("department"))

    @cached_property
    def workers(self) -> dict[int, set[int]]:
        return self._actors(WORKING)

    @cached_property
    def judges(self) -> dict[int, set[int]]:
        return self._actors(JUDGING)

    @cached_property
    def evidence_counts(self) -> dict[int, int]:
        rows = Evidence.objects.filter(item__in=self.items).order_by().values_list("item_id", "cycle")
        counted = rows.annotate(Count("id"))
        return defaultdict(int, {pk: n for pk, cycle, n in counted if cycle == self.items[pk].cycle})

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

    def _actors(self, actions: tuple[str, ...]) -> dict[int, set[int]]:
        """People by item. What they did on a part counts for the whole, whatever cycle the part was in."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        events = Event.objects.filter(Q(item__in=self.items) | Q(item__parent__in=self.items), action__in=actions)
        for pk, parent, cycle, actor in events.order_by().values_list(*_ACTED):
            if pk in self.items and cycle == self.items[pk].cycle:
                found[pk].add(actor)
            if parent in self.items and actions is WORKING:
                found[parent].add(actor)
        return found

    @staticmethod
    def _by_item(rows: Iterable[Any]) -> dict[int, list[Any]]:
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.item_id].append(row)
        return found

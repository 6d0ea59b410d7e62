"""The whole and its parts, and what was merged, as the page of an item shows them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from accounts.models import User, today
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.progress import is_overdue
from workflow.querysets import visible_to


@dataclass(frozen=True)
class Summary:
    """How far the parts are together; those that are void do not count."""

    number: int
    by_state: list[tuple[str, int]]
    overdue: int


def family(user: User, item: WorkItem) -> dict[str, Any]:
    """What of it the person may see."""
    visible = visible_to(user)
    parent = visible.filter(pk=item.parent_id).first() if item.parent_id else None
    children = list(visible.filter(parent=item).select_related("lead").order_by("number"))
    return {
        "visible_parent": parent,
        "children": children,
        "parts": _summary(children),
        "merged_into": visible.filter(pk=item.merged_into_id).first() if item.merged_into_id else None,
        "merged_here": visible.filter(merged_into=item).order_by("number"),
    }


def _summary(children: list[WorkItem]) -> Summary:
    counted = [child for child in children if child.state != State.VOID]
    states = Counter(child.state for child in counted)
    by_state = [(str(state.label), states[state]) for state in reversed(State) if states[state]]
    return Summary(len(counted), by_state, sum(is_overdue(child, today()) for child in counted))

"""Splitting an item into parts, one for each department; the whole waits for its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from workflow.lifecycle import Action, DepartmentRole, State
from workflow.models import WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.assignment import Parties, assign
from workflow.services.perform import Change, Step, perform
from workflow.services.registration import new_item, record_creation

_KEPT = (DepartmentRole.SUPERVISE, DepartmentRole.VERIFY)  # a part is checked by whom the whole is checked by


@dataclass(frozen=True)
class Part:
    """One child item to be: its lead, and what differs from the whole."""

    department: Department
    title: str = ""
    due_on: date | None = None


def decompose(
    item: WorkItem, *, by: User, parts: Iterable[Part] = (), group: str = "", note: str = "", **door: Any
) -> WorkItem:
    """Make a part for each department, or for every jurisdiction with group="all_jurisdictions".

    Each is handed out at once with the measures and standard of the whole. A department that has a part gets no second
    one, unless that was declared void.
    """

    def effect(step: Step) -> Change:
        wanted = list(parts) or _all_jurisdictions(step, group)
        taken = set(step.item.children.exclude(state=State.VOID).values_list("lead_id", flat=True))
        new = {part.department.pk: part for part in wanted if part.department.pk not in taken}
        if not new:
            raise Refused(
                invalid("no-parts", _("Name at least one department that has no part yet."), parts=_("Nobody new."))
            )
        children = _create(step, list(new.values()), by)
        data = {"parts": [{"number": child.number, "department": child.lead.name} for child in children]}
        return Change(State(step.item.state), data=data, restarts_clocks=False)

    return perform(item, Action.DECOMPOSE, by=by, note=note, effect=effect, **door)


def _all_jurisdictions(step: Step, group: str) -> list[Part]:
    if group != "all_jurisdictions":
        unknown = format_lazy(_("Unknown group: {group}"), group=group)
        raise Refused(invalid("no-parts", _("Name the departments, or the group of all jurisdictions."), parts=unknown))
    kinds = [Department.Kind.COUNTY, Department.Kind.ZONE]
    units = Department.objects.valid_on(step.today).filter(kind__in=kinds)
    return [Part(unit) for unit in units.filter(superior=step.item.office.superior) if unit.pk != step.item.lead_id]


def _create(step: Step, parts: list[Part], by: User) -> list[WorkItem]:
    whole = step.item
    first = whole.children.count() + 1
    kept = [(DepartmentRole(row.role), row.department) for row in step.facts.assignments if row.role in _KEPT]
    children = []
    for position, part in enumerate(parts, first):
        title = part.title.strip() or f"{whole.title}（{part.department.name}）"
        child = new_item(
            whole.source,
            f"{whole.number}-{position:02}",
            by,
            step.now,
            kind=whole.kind,
            section=whole.section,
            parent=whole,
            title=title[:200],
            description=whole.description,
            region=part.department.region,
            deadline_kind=whole.deadline_kind,
        )
        child.save()
        record_creation([child], by, step.now)
        children.append(_hand_out(child, part, by, step, kept))
    return children


def _hand_out(child: WorkItem, part: Part, by: User, step: Step, departments: Parties) -> WorkItem:
    whole = step.item
    usual = whole.due_on and max(whole.due_on, step.today)
    return assign(
        child,
        by=by,
        lead=part.department,
        due_on=part.due_on or usual,
        measures=whole.measures,
        standard=whole.standard,
        target=whole.target,
        departments=departments,
        now=step.now,
    )

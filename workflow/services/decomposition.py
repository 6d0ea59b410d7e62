"""Splitting an item into parts, one for each department; the whole waits for its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from workflow.lifecycle import Action, DepartmentRole, State
from workflow.models import WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.assignment import Parties, assign, latest_under
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
    item: WorkItem,
    *,
    by: User,
    parts: Iterable[Part] = (),
    group: str = "",
    due_on: date | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Make a part for each department, or for every jurisdiction with group="all_jurisdictions".

    Each is handed out at once with the measures and standard of the whole, due on its own day, else on `due_on`, else
    with the whole. A department that has a part gets no second one, unless that was declared void.
    """

    def effect(step: Step) -> Change:
        wanted = list(parts) or _all_jurisdictions(step, group)
        _check_deadlines(step, wanted, due_on)
        present = dict(step.item.children.exclude(state=State.VOID).values_list("lead_id", "lead__name"))
        new = {part.department.pk: part for part in wanted if part.department.pk not in present}
        left_out = list(dict.fromkeys(part.department.name for part in wanted if part.department.pk in present))
        if not new:
            raise Refused(_nobody_new(left_out))
        children = _create(step, list(new.values()), by, due_on)
        step.item.refresh_from_db(fields=["percent"])
        made = [{"number": child.number, "department": child.lead.name} for child in children]
        data = {"parts": made, "left_out": left_out}
        return Change(State(step.item.state), data=data, restarts_clocks=False)

    return perform(item, Action.DECOMPOSE, by=by, note=note, effect=effect, **door)


def _nobody_new(left_out: list[str]) -> Any:
    names = format_lazy(_("They have a part already: {names}"), names="、".join(left_out))
    return invalid("no-parts", _("Name at least one department that has no part yet."), parts=names)


def _all_jurisdictions(step: Step, group: str) -> list[Part]:
    if group != "all_jurisdictions":
        unknown = format_lazy(_("Unknown group: {group}"), group=group)
        raise Refused(invalid("no-parts", _("Name the departments, or the group of all jurisdictions."), parts=unknown))
    kinds = [Department.Kind.COUNTY, Department.Kind.ZONE]
    units = Department.objects.valid_on(step.today).filter(kind__in=kinds)
    return [Part(unit) for unit in units.filter(superior=step.item.office.superior) if unit.pk != step.item.lead_id]


def _check_deadlines(step: Step, parts: list[Part], due_on: date | None) -> None:
    """Every wrong day at once, each at the field it was given in."""
    given = {"due_on": due_on} | {f"parts.{place}.due_on": part.due_on for place, part in enumerate(parts)}
    wrong = {name: sentence for name, day in given.items() if day and (sentence := _wrong_deadline(step, day))}
    if wrong:
        raise Refused(invalid("deadline", next(iter(wrong.values())), **wrong))


def _wrong_deadline(step: Step, day: date) -> Promise | None:
    if day < step.today:
        return _("The deadline lies in the past.")
    if (latest := latest_under(step.item, step.today)) and day > latest:
        return _("The deadline of a part may not be later than that of the whole item.")
    return None


def _create(step: Step, parts: list[Part], by: User, due_on: date | None) -> list[WorkItem]:
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
        children.append(_hand_out(child, part.department, part.due_on or due_on, by, step, kept))
    return children


def _hand_out(
    child: WorkItem, lead: Department, due_on: date | None, by: User, step: Step, departments: Parties
) -> WorkItem:
    whole = step.item
    return assign(
        child,
        by=by,
        lead=lead,
        due_on=due_on or (whole.due_on and max(whole.due_on, step.today)),
        measures=whole.measures,
        standard=whole.standard,
        target=whole.target,
        departments=departments,
        now=step.now,
    )

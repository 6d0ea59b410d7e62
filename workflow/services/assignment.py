"""Handing out: assign, accept, decline, pass on, acknowledge."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.roles import Permission
from workflow.lifecycle import FINISHED, Action, DepartmentRole, State
from workflow.models import Assignment, Source, Stage, WorkItem
from workflow.needs import COOPERATING
from workflow.refusal import Refused, invalid
from workflow.services.papers import hand_on
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require

FARTHEST = timedelta(days=366 * 100)  # a deadline beyond is a slip of the pen
Parties = Iterable[tuple[DepartmentRole, Department]]

_MISSING = {
    "measures": _("The measures are missing."),
    "lead": _("The lead department is missing."),
    "due_on": _("The deadline is missing."),
    "standard": _("The standard is missing."),
}


def assign(
    item: WorkItem,
    *,
    by: User,
    lead: Department | None,
    due_on: date | None,
    measures: str,
    standard: str,
    departments: Parties = (),
    target: str = "",
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Hand the item out. Refused without the four elements: measures, lead, time limit, standard (DOMAIN rule 1).

    `departments` are (role, department) beside the lead; verifying ones in the order of their stages replace the
    procedure's chain. `due_on` may be left out for long-term items only.
    """
    parties = list(departments)

    def effect(step: Step) -> Change:
        given = {"measures": measures.strip(), "lead": lead, "due_on": due_on, "standard": standard.strip()}
        _check_elements(step, given)
        working = [unit for role, unit in parties if role not in (DepartmentRole.VERIFY, DepartmentRole.SUPERVISE)]
        _check_city(step, lead=[lead], departments=working)
        seats = _seats(step.item, lead, parties)
        _replace_assignments(step.item, seats)
        item = step.item
        item.accept_by = step.calendar.add_working_days(step.today, item.procedure.accept_days)
        item.measures, item.standard, item.lead, item.due_on = measures.strip(), standard.strip(), lead, due_on
        item.target = target.strip() or item.target
        hand_on(item)
        item.assigned_at = step.now
        settled, item.open_questions = item.open_questions, []
        is_planned = item.source.kind == Source.Kind.PLAN and item.original_due_on is not None
        if item.accepted_at is None and not is_planned:  # what the plan says stands, as does what was accepted
            item.original_due_on = due_on
        fields = [
            "measures",
            "standard",
            "lead",
            "due_on",
            "target",
            "assigned_at",
            "accept_by",
            "original_due_on",
            "open_questions",
        ]
        data = {
            "lead": lead.name,
            "due_on": due_on.isoformat() if due_on else None,
            "departments": [{"role": role, "department": unit.name} for role, unit, _stage, _days in seats],
            "settled_questions": settled,
        }
        return Change(State.ASSIGNED, fields=fields, data=data)

    return perform(item, Action.ASSIGN, by=by, note=note, effect=effect, **door)


def _check_elements(step: Step, given: dict[str, Any]) -> None:
    missing = {name: sentence for name, sentence in _MISSING.items() if not given[name]}
    if step.item.deadline_kind == WorkItem.DeadlineKind.LONG_TERM:
        missing.pop("due_on", None)
    wrong_day = _wrong_deadline(step, given["due_on"]) if given["due_on"] else None
    if missing:
        sentence = _("An item is handed out with its measures, lead department, deadline and standard.")
        raise Refused(invalid("four-elements", sentence, **missing, **({"due_on": wrong_day} if wrong_day else {})))
    if wrong_day:
        raise Refused(invalid("deadline", wrong_day, due_on=wrong_day))


def _check_city(step: Step, **charged: Iterable[Department]) -> None:
    """Work is handed to departments of the city whose office keeps the item, and to none that is no more. By field."""
    of_the_city = Department.objects.valid_on(step.today).filter(superior=step.item.office.superior_id)
    named = {department.pk for departments in charged.values() for department in departments}
    there = set(of_the_city.filter(pk__in=named).values_list("pk", flat=True))
    sentence = _("Only a department of this city that exists today can take it on.")
    wrong = {name: sentence for name, departments in charged.items() if {row.pk for row in departments} - there}
    if wrong:
        raise Refused(invalid("unknown-department", sentence, **wrong))


def _wrong_deadline(step: Step, due_on: date) -> Promise | None:
    """Why not this day. The day that a plan fixed may have passed already: then the item is late from the start."""
    if due_on < step.today and due_on != step.item.original_due_on:
        return _("The deadline lies in the past.")
    if due_on > step.today + FARTHEST:
        return _("The deadline lies too far ahead.")
    if (latest := latest_for_a_part(step.item, step.today)) and due_on > latest:
        return _("The deadline of a part may not be later than that of the whole item.")
    if step.item.children.exclude(state__in=FINISHED).filter(due_on__gt=due_on).exists():
        return _("A part of this item is due later than that.")
    return None


def latest_for_a_part(item: WorkItem, today: date) -> date | None:
    """None for what is no part, and where the whole has no deadline."""
    return latest_under(item.parent, today) if item.parent else None


def latest_under(whole: WorkItem, today: date) -> date | None:
    """The deadline of the whole; once that has passed, what a reopened item would get."""
    if whole.due_on is None or whole.due_on >= today:
        return whole.due_on
    return today + timedelta(days=whole.procedure.reopen_days)


class Seat(NamedTuple):
    """A department's place on an item; `stage` and `days` (working) for verifying departments."""

    role: DepartmentRole
    department: Department
    stage: int = 0
    days: int = 0


def _seats(item: WorkItem, lead: Department, departments: Parties) -> list[Seat]:
    """The answering lead first, verifying departments with their stages."""
    others = list(dict.fromkeys((DepartmentRole(role), unit) for role, unit in departments))
    named = [unit for role, unit in others if role == DepartmentRole.VERIFY]
    supervising = [unit for role, unit in others if role == DepartmentRole.SUPERVISE]
    chain = _named_chain(item, named) if named else _chain(item, lead, supervising)
    leads = {lead, *(unit for role, unit in others if role == DepartmentRole.LEAD)}
    refuse_lead_as_verifier(item, leads, {unit for unit, _days in chain})
    rest = [
        Seat(role, unit) for role, unit in others if role != DepartmentRole.VERIFY and (role, unit) != ("lead", lead)
    ]
    stages = [Seat(DepartmentRole.VERIFY, unit, stage, days) for stage, (unit, days) in enumerate(chain, 1)]
    return [Seat(DepartmentRole.LEAD, lead), *rest, *stages]


def refuse_lead_as_verifier(
    item: WorkItem, leads: set[Department], verifying: set[Department], field: str = "departments"
) -> None:
    """Central and provincial items: another department than the lead verifies (DOMAIN rule 2). Raises Refused."""
    wrong = leads & verifying
    if item.procedure.verifier_is_not_lead and wrong:
        sentence = _("Items of this kind are verified by another department than the lead.")
        name = format_lazy(_("{name} is the lead department."), name=min(unit.name for unit in wrong))
        raise Refused(invalid("verifier-is-lead", sentence, **{field: name}))


def _named_chain(item: WorkItem, named: list[Department]) -> list[tuple[Department, int]]:
    """The departments that the issuing list names, each with the days of the procedure's stage at its place."""
    days = [stage.days for stage in item.procedure.stages.all()]
    return [(unit, days[min(place, len(days) - 1)]) for place, unit in enumerate(dict.fromkeys(named))]


def _chain(item: WorkItem, lead: Department, supervising: list[Department]) -> list[tuple[Department, int]]:
    """The procedure's stages as departments. Raises Refused where a stage finds none on the item."""
    chain = []
    for stage in item.procedure.stages.select_related("department"):
        match stage.party:
            case Stage.By.OFFICE:
                unit = item.office
            case Stage.By.LEAD:
                unit = lead
            case Stage.By.DEPARTMENT:
                unit = stage.department
            case _ if supervising:
                unit = supervising[0]
            case _:
                sentence = _("This procedure asks the supervising department to verify; please name one.")
                raise Refused(invalid("supervising-department", sentence, departments=sentence))
        chain.append((unit, stage.days))
    return chain


def _replace_assignments(item: WorkItem, seats: list[Seat]) -> None:
    item.assignments.all().delete()
    Assignment.objects.bulk_create(
        Assignment(item=item, position=position, **seat._asdict()) for position, seat in enumerate(seats)
    )


def accept(item: WorkItem, *, by: User, note: str = "", **door: Any) -> WorkItem:
    """The lead department takes the item on; from now on its original deadline stands for ever."""

    def effect(step: Step) -> Change:
        step.item.accepted_at, step.item.accept_by = step.now, None
        return Change(State.RECTIFYING, fields=["accepted_at", "accept_by"])

    return perform(item, Action.ACCEPT, by=by, note=note, effect=effect, **door)


def decline(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """The lead department gives the item back to the office, with its reason."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        step.item.accept_by = None
        times = step.item.events.filter(action=Action.DECLINE).count() + 1
        return Change(State.DRAFT, fields=["accept_by"], data={"reason": reason.strip(), "times": times})

    return perform(item, Action.DECLINE, by=by, note=note or reason, effect=effect, **door)


def transfer(item: WorkItem, *, by: User, department: Department, reason: str, note: str = "", **door: Any) -> WorkItem:
    """Another department leads from now on and has to accept it; the one before keeps only what else it was.

    The deadline stays, but the procedure's working days are left at least; a part is never due after the whole.
    """

    def effect(step: Step) -> Change:
        require(reason=reason)
        item, before = step.item, step.item.lead
        _check_new_lead(step, department)
        _hand_over(item, department)
        item.lead = department
        hand_on(item)
        item.due_on = _due_on_for_another(step)
        item.accept_by = step.calendar.add_working_days(step.today, item.procedure.accept_days)
        item.supplement_by = None
        data = {
            "reason": reason.strip(),
            "from": before.name,
            "lead": department.name,
            "former_lead": before.pk,
            "due_on": item.due_on.isoformat() if item.due_on else None,
        }
        fields = ["lead", "due_on", "accept_by", "supplement_by"]
        return Change(State.ASSIGNED, fields=fields, data=data, is_anew=True)

    return perform(item, Action.TRANSFER, by=by, note=note or reason, effect=effect, **door)


def _check_new_lead(step: Step, department: Department) -> None:
    if department.pk == step.item.lead_id:
        sentence = _("This department leads the item already.")
        raise Refused(invalid("same-lead", sentence, department=sentence))
    _check_city(step, department=[department])
    verifying = {row.department for row in step.facts.assignments if row.role == DepartmentRole.VERIFY}
    own = {row.department for row in _stages_of_the_lead(step.item)}  # these go along with the lead
    refuse_lead_as_verifier(step.item, {department}, verifying - own, field="department")


def _stages_of_the_lead(item: WorkItem) -> list[Assignment]:
    """The stages that the procedure gives to whoever leads."""
    stages = [stage.position for stage in item.procedure.stages.all() if stage.party == Stage.By.LEAD]
    rows = item.assignments.filter(role=DepartmentRole.VERIFY, stage__in=stages, department=item.lead_id)
    return list(rows.select_related("department"))


def _hand_over(item: WorkItem, department: Department) -> None:
    """The lead's seats change hands; a seat that the new lead had beside it is dropped, but for verifying."""
    seats = [row.pk for row in _stages_of_the_lead(item)]
    item.assignments.filter(department=department).exclude(role=DepartmentRole.VERIFY).delete()
    seats += item.assignments.filter(role=DepartmentRole.LEAD, department=item.lead_id).values_list("pk", flat=True)
    item.assignments.filter(pk__in=seats).update(department=department, acknowledged_by=None, acknowledged_at=None)


def _due_on_for_another(step: Step) -> date | None:
    """The deadline as it is, or moved so that the procedure's days are left."""
    item, days = step.item, step.item.procedure.transfer_min_days
    if item.due_on is None or not days:
        return item.due_on
    least = step.calendar.add_working_days(step.today, days)
    if latest := latest_for_a_part(item, step.today):
        least = min(least, latest)
    return max(item.due_on, least)


def acknowledge(item: WorkItem, *, by: User, note: str = "", **door: Any) -> WorkItem:
    """A cooperating department says that it knows of its part; whoever acts for several answers for all of them."""

    def effect(step: Step) -> Change:
        own = by.departments_with(Permission.HANDLE)
        seats = step.item.assignments.filter(department__in=own, role__in=COOPERATING, acknowledged_at=None)
        names = list(dict.fromkeys(seats.values_list("department__name", flat=True)))
        seats.update(acknowledged_by=by, acknowledged_at=step.now)
        return Change(State(step.item.state), data={"departments": names}, restarts_clocks=False)

    return perform(item, Action.ACKNOWLEDGE, by=by, note=note, effect=effect, **door)

"""May this person do this to this item now? The answer is None or a Refusal: a sentence with a stable code."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from workflow.facts import Facts
from workflow.lifecycle import (
    BY_PEOPLE,
    IN_WORK,
    JUDGED,
    OPEN_STATES,
    PARTY_PERMISSION,
    Action,
    DepartmentRole,
    Party,
    State,
    row_of,
    sources_of,
)
from workflow.models import WorkItem
from workflow.needs import COOPERATING, NEEDS
from workflow.refusal import Refusal, conflict, forbidden

RESPONSIBLE = (DepartmentRole.LEAD, *COOPERATING)

_ONLY: dict[Party, object] = {
    Party.OFFICE: _("Only a dispatcher of the committee office may do this."),
    Party.LEAD: _("Only the lead department may do this."),
    Party.HOLDER: _("Only the lead department or a dispatcher of the committee office may do this."),
    Party.COOPERATING: _("Only a cooperating department may do this."),
    Party.RESPONSIBLE: _("Only a department responsible for this item may do this."),
    Party.DECIDER: _("Only the committee office may do this; a second extension is decided by its supervisor."),
    Party.VERIFIER: _("Only a verifier of the verifying department may do this."),
    Party.APPROVER: _("Only a supervisor of the committee office may do this."),
    Party.INSPECTOR: _("Only the verifying departments and the committee office may do this."),
    Party.OVERSEER: _("Only a dispatcher or a supervisor of the committee office may do this."),
    Party.ALERTED: _("Only those whose turn it is and those above them may do this."),
    Party.ADDRESSEE: _("Only the department to which the paper is addressed may do this."),
    Party.PUBLIC: _("This is for the public."),
    Party.CLOCK: _("Only the passing of time does this."),
}
_WITHOUT_A_PERSON = (Party.CLOCK, Party.PUBLIC)


def rights(party: Party, facts: Facts) -> Iterator[tuple[set[int], Permission]]:
    """What makes somebody this party on the item: a permission in one of these departments (ids)."""
    match party:
        case Party.HOLDER:  # the lead department only where the procedure lets it pass items on
            if facts.item.procedure.departments_may_transfer:
                yield from rights(Party.LEAD, facts)
            yield from rights(Party.OFFICE, facts)
        case Party.DECIDER:
            asked = facts.open_extension
            yield from rights(Party(asked.decider) if asked else Party.OFFICE, facts)
        case Party.INSPECTOR:
            yield facts.verifying_departments(), Permission.VERIFY
            yield from rights(Party.OFFICE, facts)
        case Party.OVERSEER:
            yield from rights(Party.OFFICE, facts)
            yield from rights(Party.APPROVER, facts)
        case Party.ALERTED:
            yield from _alerted(facts)
        case Party.ADDRESSEE:
            waiting = {row.department_id for row in facts.papers_to_answer}
            yield waiting or _departments(Party.LEAD, facts), Permission.HANDLE
        case _ if party in PARTY_PERMISSION:
            yield _departments(party, facts), PARTY_PERMISSION[party]


def _alerted(facts: Facts) -> Iterator[tuple[set[int], Permission]]:
    """Level by level; needs.py says who was told of an alert."""
    item = facts.item
    if (permission := PARTY_PERMISSION.get(Party(item.turn_party))) is not None:
        yield {item.turn_department_id}, permission
    yield {item.turn_department_id, *(row.department_id for row in facts.papers_to_answer)} - {None}, Permission.HANDLE
    yield from rights(Party.OVERSEER, facts)
    yield {item.office.superior_id} - {None}, Permission.SEE_CITY


def _departments(party: Party, facts: Facts) -> set[int]:
    """Ids of the departments that are this party on the item."""
    match party:
        case Party.OFFICE:
            return {facts.item.office_id}
        case Party.APPROVER:
            return {facts.item.procedure.approving_department_id or facts.item.office_id}
        case Party.LEAD:
            return {facts.item.lead_id} - {None}
        case Party.COOPERATING:
            return facts.departments(*COOPERATING)
        case Party.RESPONSIBLE:
            return facts.departments(*RESPONSIBLE)
        case Party.VERIFIER:
            return facts.verifying_departments()
    return set()


def acting_department(action: Action, user: User, facts: Facts) -> int | None:
    """The department for which this person takes the action; None if he may not."""
    return department_as(row_of(action).party, user, facts)


def department_as(party: Party, user: User, facts: Facts) -> int | None:
    """The department in which this person is this party on the item; his lead department before others."""
    key = (party, user.pk)
    if key not in facts.seats:
        own: set[int] = set()
        for departments, permission in rights(party, facts):
            own |= user.departments_with(permission) & departments
        facts.seats[key] = min(own, key=lambda pk: (pk != facts.item.lead_id, pk), default=None)
    return facts.seats[key]


def refuse(action: Action, user: User | None, facts: Facts, today: date) -> Refusal | None:
    """Why not, or None. `user` None is the clock, or the public where only the public acts.

    Order: person, state, needs; the first reason found is the answer.
    """
    row = row_of(action)
    if user is None and row.party not in _WITHOUT_A_PERSON:
        return forbidden("not-by-the-clock", _("Nothing but the end of publicity happens by the passing of time."))
    known = _at_sight(action, user is None or acting_department(action, user, facts) is not None, facts.item.state)
    return known.refusal if known else _unmet(action, user, facts, today)


def _unmet(action: Action, user: User | None, facts: Facts, today: date) -> Refusal | None:
    reasons = (NEEDS[need](facts, user, today) for need in row_of(action).needs if need in NEEDS)
    return next((reason for reason in reasons if reason), None)


@cache
def _not_this_party(party: Party) -> Refusal:
    return forbidden(f"not-the-{party.value}", _ONLY[party])


@cache
def _not_in_this_state(action: Action, state: str) -> Refusal:
    names = [source.label for source in sources_of(action)]
    return conflict(
        "not-in-this-state",
        format_lazy(
            _("The item is “{state}”; “{action}” is possible only when it is: {states}."),
            state=State(state).label,
            action=action.label,
            states=format_lazy("{}" + "、{}" * (len(names) - 1), *names),
        ),
    )


def refuse_registration(user: User, office_id: int) -> Refusal | None:
    """Sources and items are brought in by a dispatcher of the office that keeps them."""
    if office_id in user.departments_with(Permission.DISPATCH):
        return None
    return forbidden("not-the-office", _ONLY[Party.OFFICE])


def refuse_any_registration(user: User) -> Refusal | None:
    """Whoever dispatches nowhere brings nothing in, whatever he names as its source."""
    return None if user.may(Permission.DISPATCH) else forbidden("not-the-office", _ONLY[Party.OFFICE])


_CORRECTING = (State.DRAFT, *IN_WORK, State.SUSPENDED)


def refuse_correction(user: User, item: WorkItem) -> Refusal | None:
    """What was entered is corrected by the office, until it is judged: what was verified is under a seal."""
    if refusal := refuse_registration(user, item.office_id):
        return refusal
    if item.supplement_by:
        told = _(
            "Part of it has been verified, and a supplement is asked for. What is verified stays as it was verified."
        )
        return conflict("supplement-asked", told)
    if item.state in _CORRECTING:
        return None
    sentence = _(
        "The item is “{state}”; it is corrected only when it is: {states}. What is verified stays as it was verified."
    )
    names = "、".join(str(state.label) for state in _CORRECTING)
    return conflict("not-in-this-state", format_lazy(sentence, state=State(item.state).label, states=names))


def may_see_objectors(user: User, item: WorkItem) -> bool:
    """Who objected, and how to reach him, is for those of the office who deal with it."""
    seen_by = user.departments_with(Permission.DISPATCH) | user.departments_with(Permission.APPROVE)
    return item.office_id in seen_by


def refuse_revision(user: User, office_id: int) -> Refusal | None:
    """Procedures are revised by the office that works by them."""
    if office_id in user.departments_with(Permission.MANAGE_PROCEDURES):
        return None
    return forbidden("not-the-office", _("Only a dispatcher or a supervisor of the committee office may do this."))


def refuse_calendar(user: User) -> Refusal | None:
    """The working calendar is the business of those who manage procedures; the administrators see no deadlines."""
    if user.may(Permission.MANAGE_PROCEDURES):
        return None
    return forbidden("not-the-office", _("Only a dispatcher or a supervisor of the committee office may do this."))


def refuse_webhooks(user: User) -> Refusal | None:
    """A webhook sends what its owner sees for as long as he sees it; people read it on their pages."""
    if user.is_machine:
        return None
    return forbidden("not-a-client", _("Only clients of the API have webhooks."))


_ADDING_EVIDENCE: dict[Party, tuple[State, ...]] = {
    Party.RESPONSIBLE: (State.RECTIFYING, *JUDGED),  # while it is judged, it makes what was passed stale
    Party.OFFICE: OPEN_STATES,  # scans of approvals, screenshots of the notice
    Party.INSPECTOR: (State.CLOSED,),  # photographs of a look-back
}
_ONLY_EVIDENCE = _("Evidence is added by the departments responsible, the committee office and those who look back.")


@dataclass(frozen=True)
class EvidenceSeat:
    """As whom somebody adds evidence, and for which department."""

    party: Party
    department_id: int


def evidence_seat(user: User, facts: Facts) -> EvidenceSeat | None:
    """As whom this person may add evidence now. Who does the work on the item never acts for the office alone."""
    if facts.item.state == State.CLOSED and not facts.pending_look_backs:
        return None
    seats = _evidence_seats(user, facts)
    party = next((party for party in seats if facts.item.state in _ADDING_EVIDENCE[party]), None)
    if party is None:
        return None
    is_worker = party == Party.OFFICE and Party.RESPONSIBLE in seats
    return EvidenceSeat(Party.RESPONSIBLE if is_worker else party, seats[party])


def _evidence_seats(user: User, facts: Facts) -> dict[Party, int]:
    found = {party: department_as(party, user, facts) for party in _ADDING_EVIDENCE}
    return {party: pk for party, pk in found.items() if pk}


def refuse_evidence(user: User, facts: Facts) -> Refusal | None:
    """Evidence is added by those who do the work, by the office, and after closing by those who look back."""
    if evidence_seat(user, facts) is not None:
        return None
    seats = _evidence_seats(user, facts)
    if not seats:
        return forbidden("not-the-responsible", _ONLY_EVIDENCE)
    if facts.item.state == State.CLOSED and Party.INSPECTOR in seats:
        return conflict("no-look-back", _("No look-back is planned."))
    states = dict.fromkeys(state for party in seats for state in _ADDING_EVIDENCE[party])
    sentence = _("The item is “{state}”; you add evidence only when it is: {states}.")
    names = "、".join(str(state.label) for state in State if state in states)
    return conflict("not-in-this-state", format_lazy(sentence, state=State(facts.item.state).label, states=names))


_RECORDING_FINDINGS: dict[Party, tuple[State, ...]] = {
    Party.RESPONSIBLE: (State.RECTIFYING,),
    Party.OFFICE: OPEN_STATES,
}


def findings_department(user: User, facts: Facts) -> int | None:
    """The department for which this person may write down what was found of a petition."""
    parties = [party for party, states in _RECORDING_FINDINGS.items() if facts.item.state in states]
    return next((pk for party in parties if (pk := department_as(party, user, facts))), None)


def refuse_findings(user: User, facts: Facts) -> Refusal | None:
    """Findings are written by those who rectify, and by the office as long as the item is open."""
    if findings_department(user, facts) is not None:
        return None
    if all(department_as(party, user, facts) is None for party in _RECORDING_FINDINGS):
        return forbidden("not-the-responsible", _ONLY[Party.RESPONSIBLE])
    return conflict("not-in-this-state", _("Findings cannot be recorded in this state."))


@dataclass(frozen=True, eq=False)
class AllowedAction:
    """Many a one is one object each time, as its refusal is."""

    action: Action
    refusal: Refusal | None

    @property
    def label(self) -> str:
        return str(self.action.label)

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None

    @property
    def reason(self) -> str:
        return str(self.refusal) if self.refusal else ""


@cache
def _at_sight(action: Action, is_this_party: bool, state: str) -> AllowedAction | None:
    """What is clear without looking into the item; the same few hundred answers again and again. None: look."""
    row = row_of(action)
    if not is_this_party:
        return AllowedAction(action, _not_this_party(row.party))
    if state not in sources_of(action):
        return AllowedAction(action, _not_in_this_state(action, state))
    return None if any(need in NEEDS for need in row.needs) else AllowedAction(action, None)


def allowed_actions(user: User, facts: Facts, today: date) -> list[AllowedAction]:
    """Every action that people take, in the order of the road, with the reason where it is refused."""
    return [_allowed(action, user, facts, today) for action in BY_PEOPLE]


def _allowed(action: Action, user: User, facts: Facts, today: date) -> AllowedAction:
    known = _at_sight(action, acting_department(action, user, facts) is not None, facts.item.state)
    return known or AllowedAction(action, _unmet(action, user, facts, today))


def on_the_road(actions: list[AllowedAction], state: str) -> list[AllowedAction]:
    """Those that start from the state the item is in: the buttons of the action panel."""
    return [entry for entry in actions if state in sources_of(entry.action)]

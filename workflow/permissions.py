"""May this person do this to this item now? The answer is None or a Refusal: a sentence with a stable code."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from workflow.facts import Facts
from workflow.lifecycle import (
    BY_PEOPLE,
    FINISHED,
    IN_WORK,
    PARTY_PERMISSION,
    Action,
    DepartmentRole,
    Need,
    Party,
    State,
    row_of,
)
from workflow.refusal import Refusal, conflict, forbidden

RESPONSIBLE = (DepartmentRole.LEAD, DepartmentRole.JOINT, DepartmentRole.COOPERATE, DepartmentRole.IMPLEMENT)

_ONLY: dict[Party, object] = {
    Party.OFFICE: _("Only a dispatcher of the committee office may do this."),
    Party.LEAD: _("Only the lead department may do this."),
    Party.RESPONSIBLE: _("Only a department responsible for this item may do this."),
    Party.VERIFIER: _("Only a verifier of the verifying department may do this."),
    Party.APPROVER: _("Only a supervisor of the committee office may do this."),
    Party.CLOCK: _("Only the passing of time does this."),
}


def party_departments(party: Party, facts: Facts) -> set[int]:
    """Ids of the departments that are this party on the item."""
    match party:
        case Party.OFFICE | Party.APPROVER:
            return {facts.item.office_id}
        case Party.LEAD:
            return {facts.item.lead_id} - {None}
        case Party.RESPONSIBLE:
            return facts.departments(*RESPONSIBLE)
        case Party.VERIFIER:
            return facts.verifying_departments()
    return set()


def acting_department(action: Action, user: User, facts: Facts) -> int | None:
    """The department for which this person takes the action; None if he may not."""
    party = row_of(action).party
    if party not in PARTY_PERMISSION:
        return None
    own = user.departments_with(PARTY_PERMISSION[party]) & party_departments(party, facts)
    return min(own, key=lambda pk: (pk != facts.item.lead_id, pk), default=None)


def refuse(action: Action, user: User | None, facts: Facts, today: date) -> Refusal | None:
    """Why not, or None. `user` None is the clock. Order: person, state, needs; the first reason found is the answer."""
    row = row_of(action)
    if user is None:
        if row.party != Party.CLOCK:
            return forbidden("not-by-the-clock", _("Nothing but the end of publicity happens by the passing of time."))
    elif acting_department(action, user, facts) is None:
        return forbidden(f"not-the-{row.party.value}", _ONLY[row.party])
    if facts.item.state not in row.sources:
        return _not_in_this_state(action, facts.item.state)
    reasons = (_NEEDS[need](facts, user, today) for need in row.needs if need in _NEEDS)
    return next((reason for reason in reasons if reason), None)


def _not_in_this_state(action: Action, state: str) -> Refusal:
    names = [str(source.label) for source in row_of(action).sources]
    return conflict(
        "not-in-this-state",
        format_lazy(
            _("The item is “{state}”; “{action}” is possible only when it is: {states}."),
            state=State(state).label,
            action=action.label,
            states="、".join(names),
        ),
    )


def _not_the_submitter(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if user and user.pk in facts.workers:
        return forbidden("submitter", _("You took part in this rectification, so somebody else has to judge it."))
    return None


def _not_the_verifier(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if user and user.pk in facts.judges:
        return forbidden("verifier", _("You verified this rectification, so somebody else has to close it out."))
    return None


def _children_closed(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if not facts.open_children:
        return None
    numbers = "、".join(facts.open_children[:5])
    return conflict("open-children", format_lazy(_("Parts of this item are still open: {numbers}."), numbers=numbers))


def _evidence(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.evidence_count:
        return None
    return conflict("no-evidence", _("There is no evidence yet; upload at least one file first."))


def _no_open_objection(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if not facts.open_objections:
        return None
    return conflict("open-objection", _("An objection has not been decided yet."))


def _open_objection(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return None if facts.open_objections else conflict("no-objection", _("There is no objection to decide."))


def _publicity_over(facts: Facts, user: User | None, today: date) -> Refusal | None:
    ends_on = facts.publicity_ends_on
    if ends_on is None or today > ends_on:
        return None
    return conflict("in-publicity", format_lazy(_("Publicity runs until {day}."), day=f"{ends_on:%Y-%m-%d}"))


def _parent_open(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.parent_state in FINISHED:
        return conflict("parent-closed", _("The item that this one is a part of is closed; reopen that one first."))
    if facts.parent_state not in (None, *IN_WORK):
        sentence = _("The item that this one is a part of was submitted; it has to be returned first.")
        return conflict("parent-submitted", sentence)
    return None


def _not_a_part(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return conflict("is-a-part", _("A part cannot be split again.")) if facts.item.parent_id else None


# FOUR_ELEMENTS is about the input, not about the person: services.assign says which are missing.
_NEEDS: dict[Need, Callable[[Facts, User | None, date], Refusal | None]] = {
    Need.NOT_THE_SUBMITTER: _not_the_submitter,
    Need.NOT_THE_VERIFIER: _not_the_verifier,
    Need.CHILDREN_CLOSED: _children_closed,
    Need.EVIDENCE: _evidence,
    Need.NO_OPEN_OBJECTION: _no_open_objection,
    Need.OPEN_OBJECTION: _open_objection,
    Need.PUBLICITY_OVER: _publicity_over,
    Need.PARENT_OPEN: _parent_open,
    Need.NOT_A_PART: _not_a_part,
}


def refuse_registration(user: User, office_id: int) -> Refusal | None:
    """Sources and items are brought in by a dispatcher of the office that keeps them."""
    if office_id in user.departments_with(Permission.DISPATCH):
        return None
    return forbidden("not-the-office", _ONLY[Party.OFFICE])


def refuse_evidence(user: User, facts: Facts) -> Refusal | None:
    """Evidence is added by those who may report progress, while they may."""
    if acting_department(Action.REPORT, user, facts) is None:
        return forbidden("not-the-responsible", _ONLY[Party.RESPONSIBLE])
    if facts.item.state not in row_of(Action.REPORT).sources:
        return conflict("not-in-this-state", _("Evidence is added while the item is being rectified."))
    return None


@dataclass(frozen=True)
class AllowedAction:
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
        return str(self.refusal or "")


def allowed_actions(user: User, facts: Facts, today: date) -> list[AllowedAction]:
    """Every action that people take, in the order of the road, with the reason where it is refused."""
    return [AllowedAction(action, refuse(action, user, facts, today)) for action in BY_PEOPLE]


def on_the_road(actions: list[AllowedAction], state: str) -> list[AllowedAction]:
    """Those that start from the state the item is in: the buttons of the action panel."""
    return [entry for entry in actions if state in row_of(entry.action).sources]

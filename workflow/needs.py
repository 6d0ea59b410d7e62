"""What must hold besides person and state before an action is taken: each need as a function that says why not."""

from collections.abc import Callable, Iterable
from datetime import date

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from workflow.audiences import was_told
from workflow.facts import Facts
from workflow.lifecycle import FINISHED, IN_WORK, DepartmentRole, EvidenceKind, Need, Party, State
from workflow.models import Evidence, RungFiring
from workflow.refusal import Refusal, conflict, forbidden


def _not_acknowledged(facts: Facts, user: User | None, today: date) -> Refusal | None:
    own = user.departments_with(Permission.HANDLE) if user else frozenset()
    if any(row.acknowledged_at is None for row in facts.assignments if _cooperates(row) and row.department_id in own):
        return None
    return conflict("acknowledged", _("Your department has acknowledged its part already."))


def _cooperates(row: object) -> bool:
    return row.role in COOPERATING


def _not_a_part(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return conflict("is-a-part", _("A part cannot be split again.")) if facts.item.parent_id else None


# -- extensions --------------------------------------------------------------------------------------------------------


def _extension_possible(facts: Facts, user: User | None, today: date) -> Refusal | None:
    procedure, due_on = facts.item.procedure, facts.item.due_on
    if procedure.extension_is_recorded:
        sentence = _("Only the higher level changes this deadline; the office records its approval.")
        return conflict("higher-level-decides", sentence)
    if facts.open_extension:
        return conflict("extension-pending", _("A request for an extension has not been decided yet."))
    if due_on is None:
        return conflict("no-deadline", _("This item has no deadline."))
    if facts.item.supplement_by:
        return conflict("supplement", _("What is to be supplemented has its own short time limit."))
    if len(facts.granted_extensions) >= len(procedure.extension_deciders):
        return conflict("extension-limit", _("No further extension is possible."))
    latest = facts.calendar.add_working_days(due_on, -procedure.extension_ask_days)
    if today > latest:
        sentence = _("An extension had to be asked for by {day}.")
        return conflict("extension-late", format_lazy(sentence, day=f"{latest:%Y-%m-%d}"))
    return None


def _extension_to_decide(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.open_extension or (facts.item.procedure.extension_is_recorded and facts.item.due_on):
        return None
    return conflict("no-extension", _("Nobody has asked for an extension."))


def _not_the_asker(facts: Facts, user: User | None, today: date) -> Refusal | None:
    asked = facts.open_extension
    if asked and user and asked.asked_by_id == user.pk:
        return forbidden("asker", _("You asked for this extension, so somebody else has to decide it."))
    return None


# -- who judges --------------------------------------------------------------------------------------------------------


def _not_the_submitter(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if user and user.pk in facts.workers:
        return forbidden("submitter", _("You took part in this rectification, so somebody else has to judge it."))
    return None


def _another_department(facts: Facts, user: User | None, today: date) -> Refusal | None:
    """Central and provincial items: neither the lead department nor anybody who works in it (DOMAIN rule 2)."""
    if not facts.item.procedure.verifier_is_not_lead or user is None:
        return None
    leads = facts.departments(DepartmentRole.LEAD) | {facts.item.lead_id}
    if leads & (facts.verifying_departments() | user.departments_with(Permission.SEE_DEPARTMENT)):
        return forbidden("same-department", _("Items of this kind are verified by another department than the lead."))
    return None


def _not_another_stage(facts: Facts, user: User | None, today: date) -> Refusal | None:
    """Each stage has somebody else look at it."""
    chain = {row.pk for row in facts.submissions}
    own = [row for row in facts.verifications if user and row.by_id == user.pk and row.submission_id in chain]
    if any(row.stage != facts.item.stage for row in own):
        return forbidden("another-stage", _("You verified another stage; each stage is verified by somebody else."))
    return None


def _not_the_verifier(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if user and user.pk in facts.judges:
        return forbidden("verifier", _("You verified this rectification, so somebody else has to close it out."))
    return None


# -- what is there -----------------------------------------------------------------------------------------------------


def _children_closed(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if not facts.open_children:
        return None
    numbers = "、".join(facts.open_children[:5])
    return conflict("open-children", format_lazy(_("Parts of this item are still open: {numbers}."), numbers=numbers))


def _evidence(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if not facts.evidence:
        return conflict("no-evidence", _("There is no evidence yet; upload at least one file first."))
    return _refuse_missing(facts, facts.item.procedure.submit_evidence)


def _closing_evidence(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return _refuse_missing(facts, facts.item.procedure.closing_evidence)


def _refuse_missing(facts: Facts, wanted: list[str]) -> Refusal | None:
    missing = missing_kinds(facts.evidence, wanted)
    return conflict("evidence-missing", evidence_missing(missing)) if missing else None


def missing_kinds(files: Iterable[Evidence], wanted: Iterable[str]) -> list[EvidenceKind]:
    """The kinds of evidence that a procedure wants and that are not among the files."""
    present = {file.kind for file in files}
    return [EvidenceKind(kind) for kind in wanted if kind not in present]


def evidence_missing(kinds: list[EvidenceKind]) -> Promise:
    """The sentence that names them."""
    names = format_lazy("{}" + "、{}" * (len(kinds) - 1), *(kind.label for kind in kinds))
    return format_lazy(_("Evidence is missing: {kinds}."), kinds=names)


def _passes_fresh(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.first_stage_to_pass() is None:
        return None
    sentence = _("Evidence or text was changed after it was verified; it has to be verified again first.")
    return conflict("stale-pass", sentence)


# -- publicity and objections ------------------------------------------------------------------------------------------


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


def _publicity_running(facts: Facts, user: User | None, today: date) -> Refusal | None:
    ends_on = facts.publicity_ends_on
    return None if ends_on and today <= ends_on else conflict("no-publicity", _("No public notice is running."))


# -- after closing -----------------------------------------------------------------------------------------------------


def _filing_pending(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return None if facts.closure_to_file else conflict("nothing-to-file", _("There is nothing to file."))


def _look_back_pending(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return None if facts.pending_look_backs else conflict("no-look-back", _("No look-back is planned."))


# -- the whole and its parts -------------------------------------------------------------------------------------------


def _parent_open(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.parent_state == State.SUSPENDED:
        return conflict("whole-suspended", _("The item that this one is a part of is suspended."))
    if facts.parent_state in FINISHED:
        return conflict("parent-closed", _("The item that this one is a part of is closed; reopen that one first."))
    if facts.parent_state not in (None, *IN_WORK):
        sentence = _("The item that this one is a part of was submitted; it has to be returned first.")
        return conflict("parent-submitted", sentence)
    return None


def _whole_suspended(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.parent_state in (None, State.SUSPENDED):
        return None
    return conflict("is-a-part", _("A part is suspended together with the whole item."))


def _whole_resumed(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.parent_state == State.SUSPENDED:
        return conflict("whole-suspended", _("The item that this one is a part of is suspended."))
    return None


# -- the ladder --------------------------------------------------------------------------------------------------------


def _somebodys_turn(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if facts.item.turn_party not in (Party.CLOCK, Party.NOBODY):
        return None
    return conflict("nobodys-turn", _("Nobody has to act now: the item waits for a day."))


def _nudge_left(facts: Facts, user: User | None, today: date) -> Refusal | None:
    most = facts.item.procedure.nudges_per_day
    if facts.nudges_on(today) < most:
        return None
    sentence = _("The nudges of today are used up: {most} an item a day by this procedure.")
    return conflict("nudge-limit", format_lazy(sentence, most=most))


def _alert_to_note(facts: Facts, user: User | None, today: date) -> Refusal | None:
    if alerts_to_note(facts, user):
        return None
    return conflict("no-alert", _("There is no alert that you were told of and have not acknowledged yet."))


def alerts_to_note(facts: Facts, user: User | None) -> list[RungFiring]:
    """The alerts of running clocks of which this person was told and which he has not acknowledged."""
    return [row for row in facts.alerts if user and user.pk not in row.noted and was_told(user, facts.item, row)]


def _proposal_open(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return None if facts.open_proposals else conflict("no-proposal", _("No measure is proposed."))


def _paper_to_answer(facts: Facts, user: User | None, today: date) -> Refusal | None:
    return None if facts.papers_to_answer else conflict("no-paper", _("No paper waits for an answer."))


COOPERATING = (DepartmentRole.JOINT, DepartmentRole.COOPERATE, DepartmentRole.IMPLEMENT)

# FOUR_ELEMENTS is about the input, not about the person: services.assign says which are missing.
NEEDS: dict[Need, Callable[[Facts, User | None, date], Refusal | None]] = {
    Need.NOT_ACKNOWLEDGED: _not_acknowledged,
    Need.NOT_A_PART: _not_a_part,
    Need.EXTENSION_POSSIBLE: _extension_possible,
    Need.EXTENSION_TO_DECIDE: _extension_to_decide,
    Need.NOT_THE_ASKER: _not_the_asker,
    Need.NOT_THE_SUBMITTER: _not_the_submitter,
    Need.ANOTHER_DEPARTMENT: _another_department,
    Need.NOT_ANOTHER_STAGE: _not_another_stage,
    Need.NOT_THE_VERIFIER: _not_the_verifier,
    Need.CHILDREN_CLOSED: _children_closed,
    Need.EVIDENCE: _evidence,
    Need.CLOSING_EVIDENCE: _closing_evidence,
    Need.PASSES_FRESH: _passes_fresh,
    Need.NO_OPEN_OBJECTION: _no_open_objection,
    Need.OPEN_OBJECTION: _open_objection,
    Need.PUBLICITY_OVER: _publicity_over,
    Need.PUBLICITY_RUNNING: _publicity_running,
    Need.FILING_PENDING: _filing_pending,
    Need.LOOK_BACK_PENDING: _look_back_pending,
    Need.PARENT_OPEN: _parent_open,
    Need.WHOLE_SUSPENDED: _whole_suspended,
    Need.WHOLE_RESUMED: _whole_resumed,
    Need.SOMEBODYS_TURN: _somebodys_turn,
    Need.NUDGE_LEFT: _nudge_left,
    Need.ALERT_TO_NOTE: _alert_to_note,
    Need.PROPOSAL_OPEN: _proposal_open,
    Need.PAPER_TO_ANSWER: _paper_to_answer,
}

"""Taking a measure that the clock proposed, or not; and answering the paper by which it was taken.

The clock never takes one itself: a paper exists when a supervisor signs it (docs/decisions/0012).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from workflow.lifecycle import Action, DepartmentRole, State
from workflow.models import Paper, Proposal, WorkItem
from workflow.needs import COOPERATING
from workflow.refusal import Refused, invalid
from workflow.services import paper_text
from workflow.services.numbering import next_paper_number
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require

RESPONSIBLE = (DepartmentRole.LEAD, *COOPERATING)
LONGEST_REPLY = timedelta(days=365)


def sign_paper(
    item: WorkItem,
    *,
    by: User,
    proposal: int | None = None,
    text: str = "",
    reply_by: date | None = None,
    addressee: Department | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """A supervisor takes the proposed measure (`proposal`: its id; None: the most severe one that is open).

    Without `text` the usual one; without `addressee` whoever is late, that is the lead, or the department that has not
    answered a paper; `reply_by` stands in for the working days of the rung.
    """

    def effect(step: Step) -> Change:
        row = _open_proposal(step, proposal)
        unit = addressee or _usual_addressee(step, row)
        _check_addressee(step, unit)
        answer_by = reply_by or usual_reply_by(step, row)
        _check_reply_by(step, answer_by)
        paper = _store(step, row, unit, answer_by, text.strip())
        _decide(step, row, Proposal.Status.SIGNED)
        data = {"paper": paper.pk, "document_number": paper.number, "measure": row.measure, "proposal": row.pk}
        data |= {"addressee": unit.pk, "to": unit.name, "reply_by": answer_by.isoformat() if answer_by else None}
        return _staying(step, data)

    return perform(item, Action.SIGN_PAPER, by=by, note=note, effect=effect, **door)


def dismiss_proposal(
    item: WorkItem, *, by: User, reason: str, proposal: int | None = None, note: str = "", **door: Any
) -> WorkItem:
    """A supervisor does not take the proposed measure, with a reason; the ladder goes on climbing."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        row = _open_proposal(step, proposal)
        _decide(step, row, Proposal.Status.DISMISSED, reason.strip())
        return _staying(step, {"measure": row.measure, "proposal": row.pk, "reason": reason.strip()})

    return perform(item, Action.DISMISS_PROPOSAL, by=by, note=note or reason, effect=effect, **door)


def reply(item: WorkItem, *, by: User, text: str, paper: int | None = None, note: str = "", **door: Any) -> WorkItem:
    """The department answers a paper (`paper`: its id; None: the oldest that waits), which ends its clock."""

    def effect(step: Step) -> Change:
        require(text=text)
        row = _waiting_paper(step, paper)
        row.answer, row.answered_by, row.answered_at = text.strip(), by, step.now
        row.answered_for_id = row.department_id
        row.save(update_fields=["answer", "answered_by", "answered_at", "answered_for"])
        return _staying(step, {"paper": row.pk, "document_number": row.number, "measure": row.measure})

    return perform(item, Action.REPLY, by=by, note=note or text, effect=effect, **door)


def _staying(step: Step, data: dict[str, Any]) -> Change:
    return Change(State(step.item.state), stage=step.item.stage, data=data)


def _open_proposal(step: Step, named: int | None) -> Proposal:
    found = next((row for row in step.facts.open_proposals if named in (None, row.pk)), None)
    if found is None:
        sentence = _("There is no such open proposal.")
        raise Refused(invalid("unknown-proposal", sentence, proposal=sentence))
    return found


def _waiting_paper(step: Step, named: int | None) -> Paper:
    """Of those that wait for the department for which the person acts."""
    own = [row for row in step.facts.papers_to_answer if row.department_id == step.department_id]
    found = next((row for row in own if named in (None, row.pk)), None)
    if found is None:
        sentence = _("There is no such paper that waits for your answer.")
        raise Refused(invalid("unknown-paper", sentence, paper=sentence))
    return found


def _usual_addressee(step: Step, proposal: Proposal) -> Department:
    late = proposal.timer.paper
    return late.department if late else step.item.lead


def _check_addressee(step: Step, unit: Department) -> None:
    if unit.pk not in step.facts.departments(*RESPONSIBLE):
        sentence = _("A paper goes to a department that is responsible for this item.")
        raise Refused(invalid("unknown-addressee", sentence, addressee=sentence))


def usual_reply_by(step: Step, proposal: Proposal) -> date | None:
    """Working days of the rung from today; None where no answer is asked for."""
    days = proposal.firing.rung.reply_days
    return step.calendar.add_working_days(step.today, days) if days else None


def _check_reply_by(step: Step, day: date | None) -> None:
    if day and not step.today <= day <= step.today + LONGEST_REPLY:
        sentence = _("The day of the answer lies from today on and within a year.")
        raise Refused(invalid("reply-by", sentence, reply_by=sentence))


def _store(step: Step, proposal: Proposal, unit: Department, answer_by: date | None, text: str) -> Paper:
    return Paper.objects.create(
        item=step.item,
        cycle=step.item.cycle,
        proposal=proposal,
        measure=proposal.measure,
        office_id=step.department_id,
        number=next_paper_number(step.department_id, proposal.measure, step.today.year),
        addressee=unit,
        department=unit,
        text=text or paper_text.compose(step.item, proposal, answer_by, step.today),
        reply_by=answer_by,
        due_on=answer_by,
        signed_by=step.by,
        signed_at=step.now,
    )


def _decide(step: Step, proposal: Proposal, status: Proposal.Status, reason: str = "") -> None:
    proposal.status, proposal.reason = status, reason
    proposal.decided_by, proposal.decided_at = step.by, step.now
    proposal.save(update_fields=["status", "reason", "decided_by", "decided_at"])


# -- when the item moves -----------------------------------------------------------------------------------------------


def hand_on(item: WorkItem) -> None:
    """A paper of a department that has no part any more is the lead's to answer; what was signed stands."""
    parts = item.assignments.filter(role__in=RESPONSIBLE).values("department")
    waiting = item.papers.filter(cycle=item.cycle, answered_at=None).exclude(department__in=parts)
    waiting.update(department=item.lead)


def put_off(step: Step, since: date) -> None:
    """After a suspension as many working days are left for an answer as there were."""
    for paper in step.facts.papers_to_answer:
        left = step.calendar.days_left(since, paper.due_on)
        later = step.calendar.with_days_left(step.today, left)
        Paper.objects.filter(pk=paper.pk).update(due_on=later)

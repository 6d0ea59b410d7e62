"""The last word: approve or reject the close-out, reopen what came back, void what should not be."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.lifecycle import Action, State
from workflow.models import Closure, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.assignment import FARTHEST
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require
from workflow.services.verification import latest_submission, send_back


def approve(
    item: WorkItem,
    *,
    by: User,
    opinion: str,
    outcome: str = WorkItem.Outcome.RECTIFIED,
    document_number: str = "",
    note: str = "",
    **door: Any,
) -> WorkItem:
    """A supervisor strikes the item off the list. The closure of each cycle stays on record."""

    def effect(step: Step) -> Change:
        require(opinion=opinion)
        if outcome not in WorkItem.Outcome.values:
            raise Refused(invalid("outcome", _("Unknown outcome."), outcome=_("Unknown outcome.")))
        closure = _close(step, outcome, opinion.strip(), document_number.strip())
        step.item.outcome, step.item.closed_at = outcome, step.now
        data = {"outcome": outcome, "document_number": closure.document_number, "late": closure.was_late}
        return Change(State.CLOSED, fields=["outcome", "closed_at"], data=data)

    return perform(item, Action.APPROVE, by=by, note=note or opinion, effect=effect, **door)


def _close(step: Step, outcome: str, opinion: str, document_number: str) -> Closure:
    submission = latest_submission(step.item)
    return Closure.objects.create(
        item=step.item,
        cycle=step.item.cycle,
        outcome=outcome,
        opinion=opinion,
        document_number=document_number,
        digest=step.facts.digest,
        was_late=submission.was_late,
        submitted_by_id=submission.by_id,
        verified_by_id=submission.verifications.latest("id").by_id,
        by=step.by,
        at=step.now,
    )


def reject(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """A supervisor is not convinced: back to the departments."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        return send_back(step, counts=True, data={"reason": reason.strip()})

    return perform(item, Action.REJECT, by=by, note=note or reason, effect=effect, **door)


def reopen(
    item: WorkItem, *, by: User, reason: str, due_on: date | None = None, note: str = "", **door: Any
) -> WorkItem:
    """The problem is back: a new cycle of the same item with a fresh deadline; the first closure is kept.

    Without `due_on` the procedure's days after reopening count. The original deadline stays what it was.
    """

    def effect(step: Step) -> Change:
        require(reason=reason)
        item = step.item
        deadline = due_on or step.today + timedelta(days=item.procedure.reopen_days)
        if not step.today <= deadline <= step.today + FARTHEST:
            sentence = _("The deadline lies in the past or too far ahead.")
            raise Refused(invalid("due-on", sentence, due_on=sentence))
        item.cycle += 1
        item.due_on, item.percent, item.outcome = deadline, 0, ""
        item.submitted_at = item.closed_at = None
        item.assigned_at = step.now  # handed out anew: progress is measured from here
        fields = ["cycle", "due_on", "percent", "outcome", "submitted_at", "closed_at", "assigned_at"]
        data = {"reason": reason.strip(), "due_on": deadline.isoformat()}
        return Change(State.RECTIFYING, fields=fields, data=data)

    return perform(item, Action.REOPEN, by=by, note=note or reason, effect=effect, **door)


def void(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """Take the item off the road, e.g. merged into another or not substantiated; the reason stays."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        step.item.publicities.filter(ended_at__isnull=True).update(ended_at=step.now)
        return Change(State.VOID, data={"reason": reason.strip()})

    return perform(item, Action.VOID, by=by, note=note or reason, effect=effect, **door)

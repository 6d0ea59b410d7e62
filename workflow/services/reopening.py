"""The problem is back: a new cycle of the same item; what was closed before stays on record."""

from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.lifecycle import Action, State
from workflow.models import WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.assignment import FARTHEST, latest_for_a_part
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require


def reopen(
    item: WorkItem, *, by: User, reason: str, due_on: date | None = None, note: str = "", **door: Any
) -> WorkItem:
    """Without `due_on` the procedure's days after reopening count. The original deadline stays what it was."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        return begin_again(step, due_on, {"reason": reason.strip()})

    return perform(item, Action.REOPEN, by=by, note=note or reason, effect=effect, **door)


def begin_again(step: Step, due_on: date | None, data: dict[str, Any]) -> Change:
    """Back to the departments in a new cycle with a fresh deadline; look-backs of the old one are dropped."""
    item = step.item
    deadline = due_on or _usual_deadline(step)
    if wrong := _wrong_deadline(step, deadline):
        raise Refused(invalid("due-on", wrong, due_on=wrong))
    item.look_backs.filter(finding="", dropped_at=None).update(dropped_at=step.now)
    item.cycle += 1
    item.due_on, item.percent, item.outcome, item.merged_into = deadline, 0, "", None
    item.submitted_at = item.closed_at = item.supplement_by = None
    item.submitted_late = False  # the closure of its cycle keeps it
    item.assigned_at = step.now  # handed out anew: progress is measured from here
    fresh = ["cycle", "due_on", "percent", "outcome", "merged_into", "assigned_at"]
    fields = [*fresh, "submitted_at", "submitted_late", "closed_at", "supplement_by"]
    return Change(State.RECTIFYING, fields=fields, data=data | {"due_on": deadline.isoformat()})


def _usual_deadline(step: Step) -> date:
    """As the procedure says; a part is due with the whole at the latest."""
    usual = step.today + timedelta(days=step.item.procedure.reopen_days)
    return min(usual, latest_for_a_part(step.item, step.today) or usual)


def _wrong_deadline(step: Step, deadline: date) -> Promise | None:
    if not step.today <= deadline <= step.today + FARTHEST:
        return _("The deadline lies in the past or too far ahead.")
    if (latest := latest_for_a_part(step.item, step.today)) and deadline > latest:
        return _("The deadline of a part may not be later than that of the whole item.")
    return None

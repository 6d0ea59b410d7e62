"""A later deadline: asked for by the lead and decided, or decided by the higher level and recorded (DOMAIN "Time").

The original deadline never changes. A request that nobody decided lapses when the item moves on (services.leaving).
"""

from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.lifecycle import Action, Party, State
from workflow.models import Evidence, Extension, WorkItem
from workflow.refusal import Refused, conflict, invalid
from workflow.services.assignment import FARTHEST
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require


def request_extension(
    item: WorkItem, *, by: User, due_on: date | None, reason: str, note: str = "", **door: Any
) -> WorkItem:
    """The lead department asks for a later deadline. Until it is decided the present one goes on running."""

    def effect(step: Step) -> Change:
        require(reason=reason, due_on=due_on and due_on.isoformat())
        item = step.item
        latest = item.due_on + timedelta(days=item.procedure.extension_max_days)
        _check_day(step, due_on, latest, _("An extension is possible until {day}."))
        asked = Extension.objects.create(
            item=item,
            cycle=item.cycle,
            deadline_then=item.due_on,
            due_on=due_on,
            reason=reason.strip(),
            department_id=step.department_id,
            asked_by=by,
            asked_at=step.now,
            decider=item.procedure.extension_deciders[len(step.facts.granted_extensions)],
            decide_by=step.calendar.add_working_days(step.today, item.procedure.decision_days),
        )
        data = {"extension": asked.pk, "due_on": due_on.isoformat(), "decider": asked.decider}
        data |= {"decide_by": asked.decide_by.isoformat(), "reason": reason.strip()}
        return Change(State(item.state), data=data)

    return perform(item, Action.REQUEST_EXTENSION, by=by, note=note or reason, effect=effect, **door)


def decide_extension(
    item: WorkItem,
    *,
    by: User,
    approved: bool,
    reason: str,
    extension: int | None = None,
    due_on: date | None = None,
    document_number: str = "",
    scan: int | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Decide the request that is open (`extension`: its id), or grant an earlier day than was asked for.

    Where only the higher level extends there is no request: its approval is recorded, with `due_on`, the number of its
    paper and `scan`, the id of a file of this item.
    """

    def effect(step: Step) -> Change:
        require(reason=reason)
        if asked := step.facts.open_extension:
            row = _decide(step, asked, extension, approved, due_on)
        else:
            row = _record(step, approved, due_on, reason.strip(), document_number.strip(), scan)
        row.is_approved, row.opinion = approved, reason.strip()
        row.decided_by, row.decided_at = by, step.now
        row.save()
        if approved:
            step.item.due_on = row.granted_due_on
        data = {"extension": row.pk, "approved": approved, "reason": reason.strip()}
        data["due_on"] = row.granted_due_on.isoformat() if approved else None
        if row.document_number:
            data["document_number"] = row.document_number
        return Change(State(step.item.state), fields=["due_on"], data=data)

    return perform(item, Action.DECIDE_EXTENSION, by=by, note=note or reason, effect=effect, **door)


def _decide(step: Step, asked: Extension, named: int | None, approved: bool, due_on: date | None) -> Extension:
    """The request, with the day that is granted. Late stays late: what has passed is not extended."""
    if named not in (None, asked.pk):
        sentence = _("There is no such open request.")
        raise Refused(invalid("unknown-extension", sentence, extension=sentence))
    if not approved:
        return asked
    if step.today > step.item.due_on:
        sentence = _("The deadline has passed meanwhile; it cannot be extended any more.")
        raise Refused(conflict("deadline-passed", sentence))
    granted = due_on or asked.due_on
    _check_day(step, granted, asked.due_on, _("An extension until {day} was asked for, so not longer."))
    asked.granted_due_on = granted
    return asked


def _record(
    step: Step, approved: bool, due_on: date | None, reason: str, document_number: str, scan: int | None
) -> Extension:
    """The approval of the higher level; it may come late, and has no limit of days or number."""
    if not approved:
        sentence = _("Only an approval of the higher level is recorded.")
        raise Refused(invalid("only-approvals", sentence, approved=sentence))
    require(due_on=due_on and due_on.isoformat(), document_number=document_number, scan=str(scan or ""))
    _check_day(step, due_on, step.today + FARTHEST, _("The deadline lies too far ahead."))
    return Extension(
        item=step.item,
        cycle=step.item.cycle,
        deadline_then=step.item.due_on,
        due_on=due_on,
        granted_due_on=due_on,
        reason=reason,
        department_id=step.department_id,
        asked_by=step.by,
        asked_at=step.now,
        decider=Party.OFFICE,
        document_number=document_number,
        scan=_scan(step, scan),
    )


def _scan(step: Step, pk: int) -> Evidence:
    found = step.item.evidence.filter(pk=pk).first()
    if found is None:
        sentence = _("This file is no evidence of this item; upload the scan first.")
        raise Refused(invalid("unknown-evidence", sentence, scan=sentence))
    return found


def _check_day(step: Step, day: date, latest: date, beyond: Promise) -> None:
    """Later than the present deadline, not beyond `latest`, and of a part not beyond the whole. Raises Refused."""
    item = step.item
    whole = item.parent.due_on if item.parent else None
    wrong = None
    if day <= item.due_on:
        wrong = format_lazy(_("The new deadline must lie after {day}."), day=f"{item.due_on:%Y-%m-%d}")
    elif day > latest:
        wrong = format_lazy(beyond, day=f"{latest:%Y-%m-%d}")
    elif whole and day > whole:
        wrong = _("The deadline of a part may not be later than that of the whole item.")
    if wrong:
        raise Refused(invalid("due-on", wrong, due_on=wrong))

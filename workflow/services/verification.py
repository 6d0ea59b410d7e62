"""Checking what was submitted: verify stage by stage, return for rework."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import publicity_period
from workflow.lifecycle import Action, State
from workflow.models import Publicity, Submission, Verification, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services import notice_text
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require

Conclusion = Verification.Conclusion


def verify(
    item: WorkItem,
    *,
    by: User,
    conclusion: str,
    opinion: str,
    visited_on: date | None = None,
    checklist: dict[str, Any] | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Conclude the present stage: pass goes on to the next one or leaves, supplement and fail go back."""

    def effect(step: Step) -> Change:
        require(opinion=opinion)
        if conclusion not in Conclusion.values:
            raise Refused(invalid("conclusion", _("Unknown conclusion."), conclusion=_("Pass, supplement or fail.")))
        if visited_on and visited_on > step.today:
            raise Refused(invalid("visited-on", _("A visit lies in the past."), visited_on=_("Not in the future.")))
        verification = _record(step, conclusion, opinion, visited_on, checklist or {})
        data = {"conclusion": conclusion, "opinion": opinion.strip(), "stage": step.item.stage}
        if conclusion == Conclusion.PASS:
            step.facts.verifications.append(verification)
            return _passed(step, data)
        return send_back(step, counts=conclusion == Conclusion.FAIL, data=data)

    return perform(item, Action.VERIFY, by=by, note=note or opinion, effect=effect, **door)


def return_for_rework(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """The verifying department sends the item back without concluding the stage, e.g. because papers are missing."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        return send_back(step, counts=True, data={"reason": reason.strip()})

    return perform(item, Action.RETURN, by=by, note=note or reason, effect=effect, **door)


def send_back(step: Step, *, counts: bool, data: dict[str, Any]) -> Change:
    """Back to the departments: what was submitted is no longer pending, a running publicity ends."""
    item = step.item
    item.submitted_at = None
    item.return_count += counts
    item.publicities.filter(ended_at__isnull=True).update(ended_at=step.now)
    return Change(State.RECTIFYING, fields=["submitted_at", "return_count"], data=data)


def latest_submission(item: WorkItem) -> Submission:
    """The one that is being judged."""
    return item.submissions.filter(cycle=item.cycle).latest("id")


def _record(
    step: Step, conclusion: str, opinion: str, visited_on: date | None, checklist: dict[str, Any]
) -> Verification:
    submission = latest_submission(step.item)
    return Verification.objects.create(
        item=step.item,
        submission=submission,
        cycle=step.item.cycle,
        stage=step.item.stage,
        conclusion=conclusion,
        opinion=opinion.strip(),
        method=Verification.Method.SITE if visited_on else Verification.Method.PAPER,
        visited_on=visited_on,
        checklist=checklist,
        department_id=step.department_id,
        digest=step.facts.digest,
        submitted_by_id=submission.by_id,
        by=step.by,
        at=step.now,
    )


def _passed(step: Step, data: dict[str, Any]) -> Change:
    item = step.item
    if following := step.facts.first_stage_to_pass():
        return Change(State.VERIFYING, stage=following, data=data)
    if not item.procedure.publicity_days:
        # an objection of the round before that nobody has decided yet is decided where objections are
        return Change(State.PUBLICIZING if step.facts.open_objections else State.APPROVING, data=data)
    starts_on, ends_on = publicity_period(step.today, item.procedure, step.calendar)
    period = {"days": item.procedure.publicity_days, "unit": item.procedure.publicity_unit}
    period |= {"starts_on": starts_on, "ends_on": ends_on}
    notice = notice_text.compose(step.facts, **period)
    Publicity.objects.create(item=item, cycle=item.cycle, notice=notice, **period)
    data |= {"publicity": {"from": starts_on.isoformat(), "to": ends_on.isoformat()}}
    return Change(State.PUBLICIZING, data=data)

"""Checking what was submitted: verify stage by stage, return for rework."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import publicity_period
from workflow.lifecycle import Action, State
from workflow.models import Publicity, Submission, Verification, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services import checklist as standards
from workflow.services import notice_text
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require

Conclusion, Method = Verification.Conclusion, Verification.Method
LONGEST_SUPPLEMENT = timedelta(days=60)


def verify(
    item: WorkItem,
    *,
    by: User,
    conclusion: str,
    opinion: str,
    method: str = "",
    visited_on: date | None = None,
    team: str = "",
    checklist: dict[str, Any] | None = None,
    due_on: date | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Conclude the present stage: pass goes on to the next one or leaves, supplement and fail go back.

    `method` paper or site; left empty, a day of a visit means site. `checklist` holds for each standard whether it is
    met, or that with a note. `due_on`: the last day to supplement; without it the procedure's working days count.
    """

    def effect(step: Step) -> Change:
        require(opinion=opinion)
        if conclusion not in Conclusion.values:
            raise Refused(invalid("conclusion", _("Unknown conclusion."), conclusion=_("Pass, supplement or fail.")))
        seen = _how_it_was_seen(step, method, visited_on, team.strip())
        seen["checklist"] = standards.read(checklist or {}, is_pass=conclusion == Conclusion.PASS)
        supplement_by = _supplement_by(step, conclusion, due_on)
        verification = _record(step, conclusion, opinion.strip(), seen)
        data = _said(verification, supplement_by)
        if conclusion == Conclusion.PASS:
            step.facts.verifications.append(verification)
            return _passed(step, data)
        return send_back(step, counts=conclusion == Conclusion.FAIL, data=data, supplement_by=supplement_by)

    return perform(item, Action.VERIFY, by=by, note=note or opinion, effect=effect, **door)


def return_for_rework(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """The verifying department sends the item back without concluding the stage, e.g. because papers are missing."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        return send_back(step, counts=True, data={"reason": reason.strip()})

    return perform(item, Action.RETURN, by=by, note=note or reason, effect=effect, **door)


def send_back(step: Step, *, counts: bool, data: dict[str, Any], supplement_by: date | None = None) -> Change:
    """Back to the departments: what was submitted is no longer pending, a running publicity ends.

    With `supplement_by` they only add what is missing by that day; without it a fresh round begins.
    """
    item = step.item
    item.submitted_at, item.submitted_late = None, False
    item.supplement_by = supplement_by
    item.return_count += counts
    item.publicities.filter(ended_at__isnull=True).update(ended_at=step.now)
    fields = ["submitted_at", "submitted_late", "supplement_by", "return_count"]
    return Change(State.RECTIFYING, fields=fields, data=data)


def latest_submission(item: WorkItem) -> Submission:
    """The one that is being judged."""
    return item.submissions.filter(cycle=item.cycle).latest("id")


def _how_it_was_seen(step: Step, method: str, visited_on: date | None, team: str) -> dict[str, Any]:
    """On paper, or on site on a day. Raises Refused where method, day and team contradict each other."""
    chosen = method or (Method.SITE if visited_on else Method.PAPER)
    if chosen not in Method.values:
        raise Refused(invalid("method", _("Unknown way of checking."), method=_("On paper or on site.")))
    if chosen == Method.PAPER and (visited_on or team):
        sentence = _("A check on paper has neither a day of a visit nor a team.")
        raise Refused(invalid("paper-check", sentence, **{"visited_on" if visited_on else "team": sentence}))
    if chosen == Method.SITE and visited_on is None:
        sentence = _("A check on site names the day of the visit.")
        raise Refused(invalid("visited-on", sentence, visited_on=sentence))
    if visited_on and visited_on > step.today:
        raise Refused(invalid("visited-on", _("A visit lies in the past."), visited_on=_("Not in the future.")))
    if len(team) > Verification._meta.get_field("team").max_length:
        raise Refused(invalid("team", _("This text is too long."), team=_("This text is too long.")))
    return {"method": chosen, "visited_on": visited_on, "team": team}


def _supplement_by(step: Step, conclusion: str, due_on: date | None) -> date | None:
    """The last day to supplement; None where nothing is to be supplemented."""
    if conclusion != Conclusion.SUPPLEMENT:
        if due_on is None:
            return None
        sentence = _("Only a supplement has a day of its own.")
        raise Refused(invalid("due-on", sentence, due_on=sentence))
    if due_on is None:
        return step.calendar.add_working_days(step.today, step.item.procedure.supplement_days)
    if not step.today <= due_on <= step.today + LONGEST_SUPPLEMENT:
        sentence = _("What is missing is supplemented from today on, within 60 days.")
        raise Refused(invalid("due-on", sentence, due_on=sentence))
    return due_on


def _record(step: Step, conclusion: str, opinion: str, seen: dict[str, Any]) -> Verification:
    submission = latest_submission(step.item)
    return Verification.objects.create(
        item=step.item,
        submission=submission,
        cycle=step.item.cycle,
        stage=step.item.stage,
        conclusion=conclusion,
        opinion=opinion,
        **seen,
        department_id=step.department_id,
        digest=step.facts.digest,
        submitted_by_id=submission.by_id,
        by=step.by,
        at=step.now,
    )


def _said(verification: Verification, supplement_by: date | None) -> dict[str, Any]:
    """What the history keeps of it."""
    data = {name: getattr(verification, name) for name in ("conclusion", "opinion", "stage", "method")}
    days = {"visited_on": verification.visited_on, "supplement_by": supplement_by}
    data |= {name: day.isoformat() for name, day in days.items() if day}
    return data | ({"team": verification.team} if verification.team else {})


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

"""The last word: approve or reject the close-out, void what should not be."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import business_day
from workflow.lifecycle import Action, State
from workflow.models import Closure, WorkItem
from workflow.querysets import visible_to
from workflow.refusal import Refusal, Refused, invalid
from workflow.services import look_backs
from workflow.services.evidence_on_disk import refuse_altered
from workflow.services.numbering import next_closure_number
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
    signed_on: date | None = None,
    merged_into: str = "",
    note: str = "",
    **door: Any,
) -> WorkItem:
    """A supervisor strikes the item off the list. The closure of each cycle stays on record.

    Without `document_number` the next one of the office's series is given. `merged_into`: the number of an item.
    """

    def effect(step: Step) -> Change:
        require(opinion=opinion)
        if outcome not in WorkItem.Outcome.values:
            raise Refused(invalid("outcome", _("Unknown outcome."), outcome=_("Unknown outcome.")))
        refuse_altered(step.facts.evidence)
        step.item.merged_into = _merged_into(step, outcome, merged_into)
        closure = _close(step, outcome, opinion.strip(), document_number.strip(), signed_on)
        step.item.outcome, step.item.closed_at = outcome, step.now
        data = {"document_number": closure.document_number, "signed_on": closure.signed_on.isoformat()}
        data |= {"late": closure.was_late, **_fate(step.item)}
        data |= look_backs.schedule(step)
        return Change(State.CLOSED, fields=["outcome", "closed_at", "merged_into"], data=data)

    return perform(item, Action.APPROVE, by=by, note=note or opinion, effect=effect, **door)


def _close(step: Step, outcome: str, opinion: str, document_number: str, signed_on: date | None) -> Closure:
    item, submission = step.item, latest_submission(step.item)
    verification = submission.verifications.latest("id")
    day = signed_on or step.today
    if not business_day(verification.at) <= day <= step.today:
        sentence = _("A close-out is signed after the last verification and not in the future.")
        raise Refused(invalid("signed-on", sentence, signed_on=sentence))
    return Closure.objects.create(
        item=item,
        cycle=item.cycle,
        outcome=outcome,
        opinion=opinion,
        document_number=document_number or next_closure_number(item, day.year),
        signed_on=day,
        digest=step.facts.digest,
        was_late=submission.was_late,
        submitted_by_id=submission.by_id,
        verified_by_id=verification.by_id,
        by=step.by,
        at=step.now,
    )


def _merged_into(step: Step, outcome: str, number: str) -> WorkItem | None:
    """The item in which this one goes on, locked. Raises Refused if it cannot be that."""
    number = (number or "").strip()
    if not number:
        return None
    if outcome != WorkItem.Outcome.MERGED:
        raise Refused(_not_merged(_("Another item is named only for what is merged into it.")))
    visible = visible_to(step.by).filter(office=step.item.office_id, number=number.replace("\0", ""))
    into = WorkItem.objects.select_for_update(no_key=True).filter(pk__in=visible.values("pk")).first()
    if into is None:
        raise Refused(_not_merged(_("There is no such item in this office.")))
    if into.state == State.VOID:
        raise Refused(_not_merged(_("That item is void itself.")))
    if step.item.pk in _chain(into):
        raise Refused(_not_merged(_("That item was merged into this one, or is this one itself.")))
    return into


def _chain(item: WorkItem | None) -> Iterator[int]:
    """The item and those in which it goes on; merging makes no circle, so it ends."""
    while item is not None:
        yield item.pk
        item = item.merged_into


def _not_merged(sentence: Promise) -> Refusal:
    return invalid("merged-into", sentence, merged_into=sentence)


def _fate(item: WorkItem) -> dict[str, str | None]:
    """What became of the item, for its history."""
    return {"outcome": item.outcome, "merged_into": item.merged_into.number if item.merged_into else None}


def reject(item: WorkItem, *, by: User, reason: str, note: str = "", **door: Any) -> WorkItem:
    """A supervisor is not convinced: back to the departments.

    What was changed since it was verified goes back to the first stage that has to look again: nobody failed.
    """

    def effect(step: Step) -> Change:
        require(reason=reason)
        data = {"reason": reason.strip()}
        if stage := step.facts.first_stage_to_pass():
            return Change(State.VERIFYING, stage=stage, data=data | {"stage": stage})
        return send_back(step, counts=True, data=data)

    return perform(item, Action.REJECT, by=by, note=note or reason, effect=effect, **door)


VOID_AS = (WorkItem.Outcome.NOT_SUBSTANTIATED, WorkItem.Outcome.MERGED)


def void(
    item: WorkItem, *, by: User, reason: str, outcome: str = "", merged_into: str = "", note: str = "", **door: Any
) -> WorkItem:
    """Take the item off the road, e.g. merged into another or not substantiated; the reason stays."""

    def effect(step: Step) -> Change:
        require(reason=reason)
        if outcome and outcome not in VOID_AS:
            sentence = _("A void item is not substantiated or merged into another.")
            raise Refused(invalid("outcome", sentence, outcome=sentence))
        step.item.merged_into = _merged_into(step, outcome, merged_into)
        step.item.outcome = outcome
        step.item.publicities.filter(ended_at__isnull=True).update(ended_at=step.now)
        data = {"reason": reason.strip(), **_fate(step.item)}
        return Change(State.VOID, fields=["outcome", "merged_into"], data=data)

    return perform(item, Action.VOID, by=by, note=note or reason, effect=effect, **door)

"""Looking back: some time after closing somebody goes and sees whether it holds; if not, the item is reopened."""

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import business_day
from workflow.lifecycle import Action, EvidenceKind, State
from workflow.models import Evidence, LookBack, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.perform import Change, Step, perform
from workflow.services.reopening import begin_again
from workflow.services.required import require

PHOTOGRAPHS = (EvidenceKind.BEFORE, EvidenceKind.AFTER)


def schedule(step: Step) -> dict[str, Any]:
    """Plan the look-backs of an item that is being closed; what was drawn goes into the closing event.

    Parts have none of their own. A procedure may leave the choice to the lot: so many of a hundred items.
    """
    item, procedure = step.item, step.item.procedure
    if item.parent_id or not procedure.look_back_days:
        return {}
    is_drawn = draw() < procedure.look_back_share
    days = [step.today + timedelta(days=days) for days in sorted(procedure.look_back_days)] if is_drawn else []
    LookBack.objects.bulk_create(
        LookBack(item=item, cycle=item.cycle, number=number, due_on=day) for number, day in enumerate(days, 1)
    )
    return {"look_back_share": procedure.look_back_share, "look_backs": [day.isoformat() for day in days]}


def draw() -> int:
    """A lot that nobody can foresee, 0…99."""
    return secrets.randbelow(100)


def look_back(
    item: WorkItem,
    *,
    by: User,
    finding: str,
    opinion: str,
    visited_on: date | None = None,
    evidence: Iterable[int] = (),
    due_on: date | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Answer the nearest look-back that is planned. Anything but “it holds” reopens the item.

    `evidence`: ids of files added since the close-out, a photograph among them; none named means all that no look-back
    has used yet. `due_on`: the new deadline if it is reopened.
    """

    def effect(step: Step) -> Change:
        require(opinion=opinion)
        _check(step, finding, visited_on)
        files = _files(step, list(evidence))
        answered = _answer(step, finding, opinion.strip(), visited_on, files)
        data = {
            "look_back": answered.number,
            "finding": finding,
            "opinion": opinion.strip(),
            "evidence": [file.pk for file in files],
        }
        if finding == LookBack.Finding.HOLDS:
            return Change(State.CLOSED, data=data)
        return begin_again(step, due_on, data)

    return perform(item, Action.LOOK_BACK, by=by, note=note or opinion, effect=effect, **door)


def fresh_files(item: WorkItem) -> QuerySet[Evidence]:
    """Of a closed item, what was added since the close-out and shown by no look-back yet."""
    since = item.evidence.filter(cycle=item.cycle, at__gt=item.closed_at)
    return since.filter(look_backs=None, replaced_by=None).order_by("pk")


def _check(step: Step, finding: str, visited_on: date | None) -> None:
    if finding not in LookBack.Finding.values:
        sentence = _("Unknown finding.")
        raise Refused(invalid("finding", sentence, finding=sentence))
    closed_on = business_day(step.item.closed_at)
    if visited_on and not closed_on <= visited_on <= step.today:
        sentence = _("The visit lies between the close-out and today.")
        raise Refused(invalid("visited-on", sentence, visited_on=sentence))


def _files(step: Step, named: list[int]) -> list[Evidence]:
    """Those named, or all fresh ones. Raises Refused for others, and without a photograph."""
    files = {file.pk: file for file in fresh_files(step.item)}
    if unknown := [pk for pk in named if pk not in files]:
        sentence = _("A look-back is shown by files that were added since the close-out.")
        ids = ", ".join(map(str, unknown))
        raise Refused(invalid("unknown-evidence", sentence, evidence=format_lazy(_("Unknown: {ids}"), ids=ids)))
    chosen = [files[pk] for pk in dict.fromkeys(named)] or list(files.values())
    if not any(file.kind in PHOTOGRAPHS for file in chosen):
        sentence = _("A look-back needs at least one photograph; add it as evidence first.")
        raise Refused(invalid("no-photograph", sentence, evidence=sentence))
    return chosen


def _answer(step: Step, finding: str, opinion: str, visited_on: date | None, files: list[Evidence]) -> LookBack:
    answered = step.facts.pending_look_backs[0]
    answered.finding, answered.opinion, answered.visited_on = finding, opinion, visited_on
    answered.by, answered.at, answered.department_id = step.by, step.now, step.department_id
    answered.evidence.set(files)
    answered.save(update_fields=["finding", "opinion", "visited_on", "by", "at", "department"])
    return answered

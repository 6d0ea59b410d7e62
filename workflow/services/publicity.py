"""Public notice and objections: the clock ends it, an objection stops it until the office decides."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.lifecycle import Action, State
from workflow.models import Objection, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require
from workflow.services.verification import send_back


def end_publicity(item: WorkItem, **door: Any) -> WorkItem:
    """The last day of the notice has passed: the only step that time takes by itself (DOMAIN rule 5)."""

    def effect(step: Step) -> Change:
        step.item.publicities.filter(ended_at__isnull=True).update(ended_at=step.now)
        return Change(State.APPROVING)

    return perform(item, Action.END_PUBLICITY, by=None, effect=effect, **door)


def object_to(item: WorkItem, *, by: User, text: str, note: str = "", **door: Any) -> WorkItem:
    """Record what somebody objects; the item cannot close until it is decided."""

    def effect(step: Step) -> Change:
        require(text=text)
        objection = Objection.objects.create(
            item=step.item, cycle=step.item.cycle, text=text.strip(), by=by, at=step.now
        )
        return Change(State.PUBLICIZING, data={"objection": objection.pk, "text": text.strip()})

    return perform(item, Action.OBJECT, by=by, note=note or text, effect=effect, **door)


def resolve_objection(
    item: WorkItem,
    *,
    by: User,
    upheld: bool,
    opinion: str,
    objection: int | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Decide an objection (by id; none named: the oldest open one). Upheld sends the item back to rectifying."""

    def effect(step: Step) -> Change:
        require(opinion=opinion)
        decided = _open_objection(step, objection)
        decided.upheld, decided.opinion = upheld, opinion.strip()
        decided.decided_by, decided.decided_at = by, step.now
        decided.save(update_fields=["upheld", "opinion", "decided_by", "decided_at"])
        data = {"objection": decided.pk, "upheld": upheld, "opinion": opinion.strip()}
        return send_back(step, counts=True, data=data) if upheld else _go_on(step, data)

    return perform(item, Action.RESOLVE_OBJECTION, by=by, note=note or opinion, effect=effect, **door)


def _go_on(step: Step, data: dict[str, Any]) -> Change:
    """Where an item goes whose objection was not upheld: an objection may come after the notice has ended."""
    is_public = step.item.publicities.filter(ended_at__isnull=True).exists()
    is_disputed = len(step.facts.open_objections) > 1
    return Change(State.PUBLICIZING if is_public or is_disputed else State.APPROVING, data=data)


def _open_objection(step: Step, pk: int | None) -> Objection:
    found = [row for row in step.facts.open_objections if pk in (None, row.pk)]
    if not found:
        raise Refused(invalid("unknown-objection", _("There is no such open objection."), objection=_("Unknown.")))
    return min(found, key=lambda row: row.pk)

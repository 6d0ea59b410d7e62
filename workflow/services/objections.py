"""Objections: recorded by the office or sent by the public, they stop the close-out until the office decides."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import BUSINESS_ZONE
from workflow.lifecycle import Action, State
from workflow.models import Objection, WorkItem
from workflow.refusal import Refused, conflict, invalid
from workflow.services.notice_text import masked
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require
from workflow.services.verification import send_back

LONGEST = 2000  # characters that the public may write
Channel = Objection.Channel
RECEIVED = tuple(way for way in Channel if way != Channel.PAGE)  # what the office records


def object_to(
    item: WorkItem,
    *,
    by: User,
    text: str,
    name: str = "",
    contact: str = "",
    channel: str = "",
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Record what somebody objects; the item cannot close until it is decided.

    Who it was (`name`, `contact`) is kept with the objection alone, never in the history.
    """

    def effect(step: Step) -> Change:
        require(text=text)
        if channel not in ("", *RECEIVED):
            raise Refused(invalid("channel", _("Unknown way of receiving."), channel=_("Unknown.")))
        return _record(step, text, name=name.strip(), contact=contact.strip(), channel=channel)

    return perform(item, Action.OBJECT, by=by, note=note or masked(text.strip()), effect=effect, **door)


def object_publicly(
    item: WorkItem, *, text: str, sender: str, name: str = "", contact: str = "", **door: Any
) -> WorkItem:
    """What somebody writes on the public page. `sender`: a keyed hash of where it came from, for the limits."""

    def effect(step: Step) -> Change:
        require(text=text)
        if len(text) > LONGEST:
            raise Refused(invalid("too-long", _("At most 2000 characters, please."), text=_("Too long.")))
        _refuse_a_flood(step, sender)
        who = {"name": name.strip(), "contact": contact.strip(), "client_hash": sender}
        return _record(step, text, channel=Channel.PAGE, **who)

    return perform(item, Action.OBJECT_PUBLICLY, by=None, note=masked(text.strip()), effect=effect, **door)


def _record(step: Step, text: str, **about: str) -> Change:
    item = step.item
    days = item.procedure.decision_days
    objection = Objection.objects.create(
        item=item,
        cycle=item.cycle,
        text=text.strip(),
        by=step.by,
        at=step.now,
        decide_by=step.calendar.add_working_days(step.today, days),
        **about,
    )
    data = {"objection": objection.pk, "text": masked(objection.text), "channel": objection.channel}
    return Change(State.PUBLICIZING, data=data | {"decide_by": objection.decide_by.isoformat()})


def _refuse_a_flood(step: Step, sender: str) -> None:
    """So many a day from one sender, and so many on one notice. The item is locked; the sender is locked here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sender])
    today = datetime.combine(step.today, time.min, BUSINESS_ZONE)
    public = Objection.objects.filter(at__gte=today).exclude(client_hash="")
    if public.filter(client_hash=sender).count() >= settings.OBJECTIONS_PER_SENDER:
        raise Refused(conflict("too-many-objections", _("You have sent several objections today already.")))
    if public.filter(item=step.item).count() >= settings.OBJECTIONS_PER_NOTICE:
        raise Refused(conflict("too-many-objections", _("Very many objections to this notice came in today.")))


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
        return _upheld(step, data) if upheld else _go_on(step, data)

    return perform(item, Action.RESOLVE_OBJECTION, by=by, note=note or opinion, effect=effect, **door)


def _upheld(step: Step, data: dict[str, Any]) -> Change:
    """Back to the departments; while they rectify already, what they are told is all that changes."""
    item = step.item
    if item.state != State.RECTIFYING:
        return send_back(step, counts=True, data=data)
    item.supplement_by = None  # supplementing a few papers is no longer enough
    return Change(State.RECTIFYING, fields=["supplement_by"], data=data)


def _go_on(step: Step, data: dict[str, Any]) -> Change:
    """Where an item goes whose objection was not upheld: an objection may come after the notice has ended."""
    item = step.item
    if item.state != State.PUBLICIZING:  # left from a notice before
        return Change(State(item.state), stage=item.stage, data=data)
    is_public = item.publicities.filter(ended_at__isnull=True).exists()
    is_disputed = len(step.facts.open_objections) > 1
    return Change(State.PUBLICIZING if is_public or is_disputed else State.APPROVING, data=data)


def _open_objection(step: Step, pk: int | None) -> Objection:
    found = [row for row in step.facts.open_objections if pk in (None, row.pk)]
    if not found:
        raise Refused(invalid("unknown-objection", _("There is no such open objection."), objection=_("Unknown.")))
    return min(found, key=lambda row: row.pk)

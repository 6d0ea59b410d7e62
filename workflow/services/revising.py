"""Correcting what was entered of an item: no step on the road, but a new version and what stood there before."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Region, User
from workflow import database_clock, notices, permissions
from workflow.lifecycle import State
from workflow.models import Event, Source, WorkItem
from workflow.refusal import Refusal, RefusalKind, Refused
from workflow.services.perform import busy_refused, lock, stale
from workflow.services.petitions import move_to_region, refuse_number_twice
from workflow.services.required import require


class Corrections(TypedDict, total=False):
    """What may be corrected; what is not named stays."""

    title: str
    description: str
    region: Region | None
    external_ref: str
    deadline_kind: str  # only of a draft


def revise(
    item: WorkItem,
    *,
    by: User,
    version: int | None = None,
    note: str = "",
    now: datetime | None = None,
    **corrections: Unpack[Corrections],
) -> WorkItem:
    """Write what was entered wrongly anew; returns the item as it is afterwards. Raises Refused.

    Where nothing differs nothing happens: no event, and the version stays. Deadlines are never touched here.
    """
    if unknown := corrections.keys() - Corrections.__annotations__.keys():
        raise TypeError(f"not to be corrected: {', '.join(sorted(unknown))}")
    with busy_refused(), transaction.atomic():
        locked = lock(item)
        now = now or database_clock.now()  # after the lock: moments follow each other as the changes do
        if version is not None and version != locked.version:
            raise Refused(stale())
        if refusal := permissions.refuse_registration(by, locked.office_id):
            raise Refused(refusal)
        changed = _changed(locked, corrections)
        if changed:
            _check(locked, by, changed)
            _write(locked, changed, now)
            _record(locked, by, changed, note.strip(), now)
    return locked


def _changed(item: WorkItem, corrections: dict[str, Any]) -> dict[str, list[Any]]:
    """By field what stands there and what is to stand there, where the two differ."""
    given = {name: value.strip() if isinstance(value, str) else value for name, value in corrections.items()}
    require(**{name: given[name] for name in ("title", "description") if name in given})
    found = {name: [getattr(item, name), value] for name, value in given.items()}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def _check(item: WorkItem, by: User, changed: dict[str, list[Any]]) -> None:
    if refusal := permissions.refuse_correction(by, item):
        raise Refused(refusal)
    if "deadline_kind" in changed and item.state != State.DRAFT:
        raise Refused(_deadline_kind_stands())
    if "external_ref" in changed and item.source.kind == Source.Kind.PETITION:
        refuse_number_twice(item.source, changed["external_ref"][1], but=item)


def _deadline_kind_stands() -> Refusal:
    sentence = _("The kind of deadline can be corrected only until the item is assigned.")
    return Refusal(RefusalKind.CONFLICT, "deadline-kind-stands", sentence, {"deadline_kind": sentence})


def _write(item: WorkItem, changed: dict[str, list[Any]], now: datetime) -> None:
    for name, (_before, after) in changed.items():
        setattr(item, name, after)
    item.version += 1
    item.updated_at = now
    item.save(update_fields=["version", "updated_at", *changed])
    if "region" in changed:
        move_to_region(item, *changed["region"])


def _record(item: WorkItem, by: User, changed: dict[str, list[Any]], note: str, now: datetime) -> None:
    """The lead department hears of it, unless the item lies with the office."""
    event = Event.objects.create(
        item=item,
        action=Event.REVISE,
        version=item.version,
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        actor=by,
        department_id=item.office_id,
        note=note,
        data={"changed": {name: [_plain(value) for value in pair] for name, pair in changed.items()}},
        at=now,
    )
    if item.state != State.DRAFT:
        notices.announce(event, item)


def _plain(value: Any) -> str:
    return value.name if isinstance(value, Region) else value or ""

"""Chasing by hand (催办), and saying that one knows of an alert (收到)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import F

from accounts.models import User
from workflow.lifecycle import Action, State
from workflow.models import AlertNote, RungFiring, Timer, WorkItem
from workflow.needs import alerts_to_note
from workflow.services.perform import Change, Step, perform


def nudge(
    item: WorkItem, *, by: User, text: str = "", is_urgent: bool = False, note: str = "", **door: Any
) -> WorkItem:
    """The office asks those whose turn it is to get on, so many times a day as the procedure allows."""

    def effect(step: Step) -> Change:
        return _staying(step, {"is_urgent": True} if is_urgent else {})

    return perform(item, Action.NUDGE, by=by, note=note or text.strip(), effect=effect, **door)


def note_alert(item: WorkItem, *, by: User, note: str = "", **door: Any) -> WorkItem:
    """Somebody who was told that time limits have passed says that he knows; the ladder climbs on.

    Where the procedure says so, the first who says it puts the rung's own repetition off by some days, once.
    """

    def effect(step: Step) -> Change:
        alerts = alerts_to_note(step.facts, by)
        AlertNote.objects.bulk_create(AlertNote(firing=row, by=by, at=step.now) for row in alerts)
        data: dict[str, Any] = {"alerts": [_said(row) for row in alerts]}
        days = step.item.procedure.acknowledgement_pauses_days
        if days and _put_off(alerts, timedelta(days=days)):
            data["put_off_by"] = days
        return _staying(step, data)

    return perform(item, Action.NOTE_ALERT, by=by, note=note, effect=effect, **door)


def _said(row: RungFiring) -> dict[str, str]:
    return {"clock": row.timer.clock, "due_on": row.timer.due_on.isoformat(), "measure": row.rung.measure}


def _put_off(alerts: Iterable[RungFiring], length: timedelta) -> int:
    """How many clocks wait longer now: those that would say the same again and were not acknowledged before."""
    same_again = [row.timer_id for row in alerts if not row.noted and row.timer.rung_id == row.rung_id]
    waiting = Timer.objects.filter(pk__in=same_again, ended_at=None, fire_at__isnull=False)
    return waiting.update(fire_at=F("fire_at") + length)


def _staying(step: Step, data: dict[str, Any]) -> Change:
    return Change(State(step.item.state), stage=step.item.stage, data=data, restarts_clocks=False)

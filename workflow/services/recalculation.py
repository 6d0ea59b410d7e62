"""Moving running clocks after a calendar year came into force: item by item whole, in batches, as often as needed.

What was counted with the calendar before is counted with the one in force; what has been moved, or was made since, is
recognised by its day and left alone. So a run may die anywhere and another one goes on.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.alarms import clear_alarm, raise_alarm
from workflow import database_clock
from workflow.deadlines import business_day
from workflow.models import CalendarYear, Event, Publicity, Timer, WorkItem
from workflow.models.procedures import Clock
from workflow.notices import NOTICES, Announcement, announce_all
from workflow.services import notice_text, timers
from workflow.services.moves import Calendars, Move, calendars_of, candidates, moves

BATCH = 100  # items a transaction
log = logging.getLogger(__name__)
_LIMITS = {Clock.ACCEPT: "accept_by", Clock.SUPPLEMENT: "supplement_by"}


def finish_recalculations(now: datetime | None = None) -> int:
    """Go on with every year in force whose clocks have not all been moved; returns how many items were moved."""
    waiting = CalendarYear.objects.filter(in_force_at__isnull=False, recalculated_at=None).order_by("in_force_at")
    return sum(recalculate(row, now) for row in waiting)


def recalculate(row: CalendarYear, now: datetime | None = None) -> int:
    """Move what the year moves. Items that somebody holds are left to the next run, and so is the closing mark."""
    calendars = calendars_of(row)
    moved = left = last = 0
    while ids := _next_items(calendars, last):
        last = ids[-1]
        try:
            done, skipped = _move_batch(row, calendars, ids, now)
        except Exception:
            log.exception("a batch of items failed; trying them one by one")
            done, skipped = _one_by_one(row, calendars, ids, now)
        moved, left = moved + done, left + skipped
    if not left:
        CalendarYear.objects.filter(pk=row.pk, recalculated_at=None).update(recalculated_at=database_clock.now())
        clear_alarm(_alarm(row))
    return moved


def _next_items(calendars: Calendars, last: int) -> list[int]:
    ids = candidates(calendars).filter(item__gt=last).order_by("item").values_list("item", flat=True)
    return list(ids.distinct()[:BATCH])


def _one_by_one(row: CalendarYear, calendars: Calendars, ids: list[int], now: datetime | None) -> tuple[int, int]:
    moved = left = 0
    for pk in ids:
        try:
            done, skipped = _move_batch(row, calendars, [pk], now)
        except Exception:
            log.exception("the clocks of item %s could not be moved; the next run tries again", pk)
            _say_it_is_stuck(row)
            done, skipped = 0, 1
        moved, left = moved + done, left + skipped
    return moved, left


def _alarm(row: CalendarYear) -> str:
    return f"unmoved:{row.year}"


def _say_it_is_stuck(row: CalendarYear) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        sentence = _("Some items could not be moved to the calendar of %(year)s; the log says why.")
        raise_alarm(_alarm(row), sentence % {"year": row.year})


@transaction.atomic
def _move_batch(row: CalendarYear, calendars: Calendars, ids: list[int], now: datetime | None) -> tuple[int, int]:
    """How many items were moved, and how many are held by somebody else."""
    locked = WorkItem.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    items = {item.pk: item for item in locked.filter(pk__in=ids).order_by("pk").select_related("procedure", "lead")}
    found = moves(candidates(calendars).filter(item__in=items), calendars)
    moment = now or database_clock.now()
    told: list[Announcement] = []
    for item in items.values():
        own = [move for move in found if move.timer.item_id == item.pk]
        _displace([move for move in own if not move.moves_the_day])
        if days := [move for move in own if move.moves_the_day]:
            event = _move_item(item, days, row, calendars, moment)
            told.append(Announcement(event, item, NOTICES[Event.RECALCULATE].audiences))
    announce_all(told)
    return len(told), len(ids) - len(items)


def _displace(displaced: list[Move]) -> None:
    """A reminder in working days: the clock and what it has said already stay the same."""
    for move in displaced:
        move.timer.fire_at = move.fire_at
    Timer.objects.bulk_update([move.timer for move in displaced], ["fire_at"])


def _move_item(item: WorkItem, days: list[Move], row: CalendarYear, calendars: Calendars, now: datetime) -> Event:
    for move in days:
        _write(item, move, calendars, now)
    item.version += 1
    item.updated_at = now
    item.save(update_fields=["version", "updated_at", *_fields(days)])
    timers.rearm(item, calendars.after, now, has_moved=False)
    return Event.objects.create(
        item=item,
        action=Event.RECALCULATE,
        version=item.version,
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        actor=row.confirmed_by,
        note=row.reason,
        data=_said(row, days),
        at=now,
    )


def _fields(days: list[Move]) -> list[str]:
    return [_LIMITS[Clock(move.timer.clock)] for move in days if move.timer.clock in _LIMITS]


def _said(row: CalendarYear, days: list[Move]) -> dict[str, Any]:
    moved = [
        {"clock": move.timer.clock, "from": move.timer.due_on.isoformat(), "to": move.due_on.isoformat()}
        for move in days
    ]
    return {"year": row.year, "arrangement": row.pk, "document_number": row.document_number, "moved": moved}


def _write(item: WorkItem, move: Move, calendars: Calendars, now: datetime) -> None:
    """The day where it is kept; the clocks of judging keep none, they are counted from the step."""
    match move.timer.clock:
        case Clock.ACCEPT | Clock.SUPPLEMENT as clock:
            setattr(item, _LIMITS[Clock(clock)], move.due_on)
        case Clock.EXTENSION:
            item.extensions.filter(is_approved=None, lapsed_at=None).update(decide_by=move.due_on)
        case Clock.OBJECTION:
            _move_objections(item, calendars)
        case Clock.PUBLICITY:
            _lengthen(item.publicities.get(ended_at=None), move, now)


def _move_objections(item: WorkItem, calendars: Calendars) -> None:
    """All that are open, not only the one whose clock runs."""
    days = item.procedure.decision_days
    for row in item.objections.filter(upheld=None, decide_by__isnull=False):
        start = business_day(row.at)
        if row.decide_by == calendars.before.add_working_days(start, days):
            row.decide_by = calendars.after.add_working_days(start, days)
            row.save(update_fields=["decide_by"])


def _lengthen(running: Publicity, move: Move, now: datetime) -> None:
    """The notice goes on with a later last day: its row ends, a new one takes over with the same text and number."""
    running.ended_at = now
    running.save(update_fields=["ended_at"])
    period = {"starts_on": running.starts_on, "ends_on": move.due_on, "days": running.days, "unit": running.unit}
    notice = notice_text.with_period(running.notice, **period) if running.notice else running.notice
    Publicity.objects.create(
        item=running.item,
        cycle=running.cycle,
        notice=notice,
        place=running.place,
        published_by=running.published_by,
        replaces=running,
        **period,
    )

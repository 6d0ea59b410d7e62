"""Which running clocks end on another day, or speak at another moment, when a year's arrangement changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import takewhile

from django.db.models import Q, QuerySet

from workflow import deadlines, working_calendar
from workflow.anchors import COUNTED, anchors
from workflow.deadlines import BUSINESS_ZONE, WorkingCalendar
from workflow.models import CalendarYear, Timer
from workflow.models.procedures import DayUnit

PAGE = 1000  # timers looked at together


@dataclass(frozen=True)
class Calendars:
    """Without and with an arrangement."""

    before: WorkingCalendar
    after: WorkingCalendar
    year: int

    def changed_days(self) -> list[date]:
        days = working_calendar.every_day(self.year)
        return [day for day in days if self.before.is_working(day) != self.after.is_working(day)]


@dataclass(frozen=True)
class Move:
    """What becomes of a running clock. `fire_at` differs alone if only a reminder in working days is displaced."""

    timer: Timer
    due_on: date
    fire_at: datetime | None

    @property
    def moves_the_day(self) -> bool:
        return self.due_on != self.timer.due_on


def calendars_of(row: CalendarYear) -> Calendars:
    """The calendar before and after an arrangement, whether it is in force already or only read."""
    loaded = working_calendar.load()
    earlier = CalendarYear.objects.filter(year=row.year, revision__lt=row.revision, in_force_at__isnull=False)
    former = earlier.order_by("-revision").first()
    before = loaded.with_year(row.year, former.exceptions if former else None)
    return Calendars(before, loaded.with_year(row.year, row.exceptions), row.year)


def candidates(calendars: Calendars) -> QuerySet[Timer]:
    """Running clocks that may be touched at all; the rest ends before the first changed day, or on an agreed day."""
    changed = calendars.changed_days()
    if not changed:
        return Timer.objects.none()
    in_working_days = Q(rung__unit=DayUnit.WORKING, fire_at__isnull=False)
    first_moment = datetime.combine(changed[0], time.min, BUSINESS_ZONE)
    reaching = Q(due_on__gte=changed[0]) & (Q(clock__in=COUNTED) | in_working_days)
    speaking = in_working_days & Q(fire_at__gte=first_moment)
    found = Timer.objects.filter(reaching | speaking, ended_at__isnull=True)
    return found.select_related("item__procedure", "rung").prefetch_related("item__procedure__rungs")


def moves(timers: Iterable[Timer], calendars: Calendars) -> list[Move]:
    """Those of the timers that are touched."""
    timers = list(timers)
    anchored = anchors(timers)
    found = [_move(timer, anchored, calendars) for timer in timers]
    return [move for move in found if move.moves_the_day or move.fire_at != move.timer.fire_at]


def all_moves(calendars: Calendars) -> Iterator[Move]:
    """Of the whole installation, a page of timers at a time."""
    last = 0
    while page := list(candidates(calendars).filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from moves(page, calendars)
        last = page[-1].pk


def _move(timer: Timer, anchored: dict[int, object], calendars: Calendars) -> Move:
    anchor = anchored.get(timer.pk)
    due_on = anchor.moved(timer.due_on, calendars.before, calendars.after) if anchor else timer.due_on
    fire_at = timer.fire_at if due_on != timer.due_on else _displaced(timer, calendars)
    return Move(timer, due_on, fire_at)


def _displaced(timer: Timer, calendars: Calendars) -> datetime | None:
    """When the waiting rung speaks with the other calendar; one that was put off for another reason stays."""
    if timer.fire_at is None or timer.rung is None or timer.rung.unit != DayUnit.WORKING:
        return timer.fire_at
    if _moment(timer, calendars.before) != timer.fire_at:
        return timer.fire_at
    return _moment(timer, calendars.after)


def _moment(timer: Timer, calendar: WorkingCalendar) -> datetime | None:
    procedure = timer.item.procedure
    own = [rung for rung in procedure.rungs.all() if rung.clock == timer.clock]
    firings = deadlines.ladder(own, timer.due_on, procedure.notice_at, calendar)
    within = takewhile(lambda firing: firing.repetition <= timer.repetition, firings)
    waiting = (timer.rung_id, timer.repetition)
    return next((firing.at for firing in within if (firing.rung.pk, firing.repetition) == waiting), None)

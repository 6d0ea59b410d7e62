"""The calendar table as the WorkingCalendar that deadlines.py reckons with, and its yearly seed."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version

import chinese_calendar
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import ExtractIsoWeekDay, ExtractYear

from accounts.prepared import Question, ask
from workflow import database_clock
from workflow.deadlines import WorkingCalendar
from workflow.models import CalendarDay, CalendarYear

FIRST_YEAR = 2020  # earlier years decide no running item
LAST_YEAR = max(chinese_calendar.constants.holidays).year  # of the installed package; it raises beyond
PACKAGE = f"chinesecalendar {version('chinesecalendar')}"
Named = Mapping[date, tuple[bool, str]]  # day → is it worked, which holiday it is or makes up for

NAMES = {  # of the package → of the notices
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}


_IN_FORCE = f"""
    SELECT coalesce(array_agg(concat(id, ' ', in_force_at) ORDER BY id), '{{}}') FROM {CalendarYear._meta.db_table}
    WHERE in_force_at IS NOT NULL AND superseded_at IS NULL
"""


def load() -> WorkingCalendar:
    """The published years as stored. What is in force stands (migration 0022), so it is read once a process; one query
    asks which arrangements that are."""
    return ask(present_calendar())


def present_calendar() -> Question[WorkingCalendar]:
    return Question(_IN_FORCE, [], lambda rows: _read(tuple(rows[0][0])))


@lru_cache(maxsize=8)
def _read(in_force: tuple[str, ...]) -> WorkingCalendar:
    """About 35 exceptions a year."""
    days = CalendarDay.objects.annotate(weekday=ExtractIsoWeekDay("day"))
    exceptional = Q(weekday__lte=5, is_working=False) | Q(weekday__gt=5, is_working=True)
    years = CalendarDay.objects.annotate(year=ExtractYear("day")).values_list("year", flat=True).order_by().distinct()
    return WorkingCalendar(dict(days.filter(exceptional).values_list("day", "is_working")), frozenset(years))


def names(first: date, last: date) -> dict[date, str]:
    """Holidays by day, those that a worked weekend makes up for included."""
    return dict(CalendarDay.objects.filter(day__range=(first, last)).exclude(name="").values_list("day", "name"))


def every_day(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]


def write_days(row: CalendarYear) -> None:
    """Every day of the year as this arrangement has it, in place of what was there; inside a transaction."""
    named = {date.fromisoformat(day): (is_working, name) for day, is_working, name in row.days}
    days = [
        CalendarDay(day=day, is_working=is_working, name=name, arrangement=row)
        for day in every_day(row.year)
        for is_working, name in [named.get(day, (day.weekday() < 5, ""))]
    ]
    fields = ["is_working", "name", "arrangement"]
    CalendarDay.objects.bulk_create(days, update_conflicts=True, unique_fields=["day"], update_fields=fields)


def as_stored(named: Named) -> list[list[object]]:
    """The days of an arrangement as CalendarYear.days keeps them."""
    return [[day.isoformat(), *named[day]] for day in sorted(named)]


@transaction.atomic
def seed() -> int:
    """Store the years that the package knows; years published here already stay. Returns how many are new."""
    there = set(CalendarYear.objects.filter(in_force_at__isnull=False).values_list("year", flat=True))
    missing = [year for year in range(FIRST_YEAR, LAST_YEAR + 1) if year not in there]
    for year in missing:
        write_days(_shipped(year))
    return len(missing)


def _shipped(year: int) -> CalendarYear:
    now = database_clock.now()
    row = CalendarYear(year=year, origin=CalendarYear.Origin.PACKAGE, document_number=PACKAGE, read_at=now)
    row.days = as_stored(_named_by_the_package(every_day(year)))
    row.in_force_at = row.recalculated_at = now
    row.save()
    return row


def _named_by_the_package(days: Iterable[date]) -> Named:
    found = {day: chinese_calendar.get_holiday_detail(day) for day in days}
    return {day: (not is_off, NAMES.get(name, name)) for day, (is_off, name) in found.items() if name}

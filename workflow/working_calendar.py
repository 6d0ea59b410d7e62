"""The calendar table as the WorkingCalendar that deadlines.py reckons with, and its yearly seed."""

from datetime import date, timedelta

import chinese_calendar
from django.db.models import Q
from django.db.models.functions import ExtractIsoWeekDay, ExtractYear

from workflow.deadlines import WorkingCalendar
from workflow.models import CalendarDay

FIRST_YEAR = 2020  # earlier years decide no running item
LAST_YEAR = max(chinese_calendar.constants.holidays).year  # of the installed package; it raises beyond


def load() -> WorkingCalendar:
    """The published years as stored; two small queries (about 35 exceptions a year)."""
    days = CalendarDay.objects.annotate(weekday=ExtractIsoWeekDay("day"))
    exceptional = Q(weekday__lte=5, is_working=False) | Q(weekday__gt=5, is_working=True)
    years = CalendarDay.objects.annotate(year=ExtractYear("day")).values_list("year", flat=True).order_by().distinct()
    return WorkingCalendar(dict(days.filter(exceptional).values_list("day", "is_working")), frozenset(years))


def seed() -> int:
    """Store every day of the years that the package knows; days stored already stay. Returns the days looked at."""
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    days = [_published_day(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    return len(days)


def _published_day(day: date) -> CalendarDay:
    is_holiday, name = chinese_calendar.get_holiday_detail(day)
    return CalendarDay(day=day, is_working=not is_holiday, name=name or "")

"""Which years want their arrangement: the next one from November on, and each that a running clock reaches into."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db.models.functions import ExtractYear
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.alarms import clear_others, raise_alarm
from workflow import database_clock, working_calendar
from workflow.anchors import COUNTED
from workflow.deadlines import business_day
from workflow.models import Timer

PUBLISHED_IN = 11  # November: by then the next year's arrangement is out, or about to be


def calendar_coverage(today: date) -> dict[int, str]:
    """Years without an arrangement that should have one → why, a sentence in the reader's language."""
    published = working_calendar.load().published_years
    wanted = {today.year: _("The year has begun.")}
    for year in _reached():
        wanted.setdefault(year, _("Time limits in working days reach into it; their last days are provisional."))
    if today.month >= PUBLISHED_IN:
        wanted.setdefault(today.year + 1, _("It is usually published by the beginning of November."))
    return {year: why for year, why in sorted(wanted.items()) if year not in published}


def _reached() -> list[int]:
    """Years in which a clock that is counted in working days ends."""
    running = Timer.objects.filter(ended_at__isnull=True, clock__in=COUNTED).order_by()
    return list(running.annotate(year=ExtractYear("due_on")).values_list("year", flat=True).distinct())


def watch_the_calendar(now: datetime | None = None) -> int:
    """Raise an alarm for each year that is missing, clear those that are there; returns how many are missing."""
    today = business_day(now or database_clock.now())
    with translation.override(settings.LANGUAGE_CODE):
        missing = {f"calendar:{year}": (year, why) for year, why in calendar_coverage(today).items()}
        for key, (year, why) in missing.items():
            text = _("The working calendar of %(year)s is missing. %(why)s") % {"year": year, "why": why}
            raise_alarm(key, text)
    clear_others("calendar", still=missing)
    return len(missing)

"""When nobody is disturbed and when the daily digest goes out: business time. The present is an argument."""

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings


def quiet_until(now: datetime) -> datetime | None:
    """When the quiet hours end that hold at `now`; None outside them."""
    hours = _quiet_hours(settings.QUIET_HOURS)
    if hours is None:
        return None
    begin, end = hours
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    clock = local.time()
    is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    return _next(local, end) if is_quiet else None


def next_digest(now: datetime) -> datetime:
    """The first time of the daily digest after `now`."""
    return _next(now.astimezone(ZoneInfo(settings.TIME_ZONE)), time.fromisoformat(settings.DIGEST_AT))


def day_began(now: datetime) -> datetime:
    """The beginning of the business day."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)


def _next(local: datetime, at: time) -> datetime:
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return moment if moment > local else moment + timedelta(days=1)


@cache
def _quiet_hours(told: str) -> tuple[time, time] | None:
    """Raises ValueError unless it reads "22:00-07:00" or nothing at all."""
    if not told:
        return None
    begin, end = map(time.fromisoformat, told.split("-"))
    if begin == end:
        raise ValueError(f"quiet hours without end: {told}")
    return begin, end

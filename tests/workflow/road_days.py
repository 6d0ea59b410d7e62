"""Working days counted one by one, from the published calendar itself: slow, simple, and not the product's way."""

from datetime import date, timedelta

import chinese_calendar

DAY = timedelta(days=1)


def working_day(start: date, days: int) -> date:
    """So many working days after (negative: before) `start`."""
    step = DAY if days > 0 else -DAY
    while days:
        start += step
        days -= (days > 0) - (days < 0) if chinese_calendar.is_workday(start) else 0
    return start


def working_days(first: date, last: date) -> int:
    """How many lie in first…last."""
    return sum(chinese_calendar.is_workday(first + n * DAY) for n in range(max((last - first).days + 1, 0)))


def days_left(today: date, last: date) -> int:
    return working_days(today, last) if last >= today else -working_days(last + DAY, today - DAY)


def with_days_left(today: date, left: int) -> date:
    return working_day(today - DAY, left) if left > 0 else working_day(today, left - 1)

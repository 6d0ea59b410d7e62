"""Every day of 2023 to 2026 as published, and the arithmetic of working days against counting them one by one."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

import chinese_calendar
import pytest

from tests.workflow.arrangements import PUBLISHED, every_day, worked
from workflow import working_calendar
from workflow.deadlines import WorkingCalendar

DAYS = [day for year in PUBLISHED for day in every_day(year)]
WORKED = {day: worked(day) for day in DAYS}
WORKING = [day for day in DAYS if WORKED[day]]  # in order
LENGTHS = (1, 2, 3, 5, 7, 10, 15, 20, 23)
ROOM = timedelta(days=60)  # so that the longest length stays inside the table
INSIDE = [day for day in DAYS if DAYS[0] + ROOM <= day <= DAYS[-1] - ROOM]


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return WorkingCalendar(WORKED, frozenset(PUBLISHED))


@pytest.mark.parametrize(("year", "length", "working"), [(2023, 365, 249), (2024, 366, 251), (2025, 365, 248)])
def test_the_table_holds_the_whole_year(year, length, working):
    assert len(every_day(year)) == length
    assert sum(map(worked, every_day(year))) == working


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_day_that_is_stored_is_as_published(city, year):
    loaded = working_calendar.load()
    assert [day for day in every_day(year) if loaded.is_working(day) != WORKED[day]] == []


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_package_agrees_with_the_notices_on_every_day(year):
    assert [day for day in every_day(year) if chinese_calendar.is_workday(day) != WORKED[day]] == []


@pytest.mark.parametrize("days", LENGTHS)
def test_so_many_working_days_after_every_day(calendar, days):
    found = {day: calendar.add_working_days(day, days) for day in INSIDE}
    assert found == {day: WORKING[bisect_right(WORKING, day) + days - 1] for day in INSIDE}


@pytest.mark.parametrize("days", LENGTHS)
def test_so_many_working_days_before_every_day(calendar, days):
    found = {day: calendar.add_working_days(day, -days) for day in INSIDE}
    assert found == {day: WORKING[bisect_left(WORKING, day) - days] for day in INSIDE}


@pytest.mark.parametrize("days", LENGTHS)
def test_a_period_from_every_day_ends_with_its_last_working_day(calendar, days):
    found = {day: calendar.last_day_of_period(day, days) for day in INSIDE}
    assert found == {day: WORKING[bisect_left(WORKING, day) + days - 1] for day in INSIDE}


@pytest.mark.parametrize("length", [0, 1, 6, 10, 31, 60])
def test_between_every_day_and_another_lie_as_many_as_counting_finds(calendar, length):
    for first in INSIDE:
        span = [first + timedelta(days=n) for n in range(length + 1)]
        assert calendar.working_days_between(first, span[-1]) == sum(WORKED[day] for day in span)


@pytest.mark.parametrize("length", [*range(-12, 13), 31, 60])
def test_what_is_left_from_every_day_is_what_counting_finds(calendar, length):
    for today in INSIDE:
        last = today + timedelta(days=length)
        assert calendar.days_left(today, last) == left(today, last)


def left(today: date, last: date) -> int:
    if last >= today:
        return sum(WORKED[today + timedelta(days=n)] for n in range((last - today).days + 1))
    return -sum(WORKED[last + timedelta(days=n)] for n in range(1, (today - last).days))


@pytest.mark.parametrize("year", PUBLISHED)
def test_a_day_turned_round_is_noticed(year):
    """The comparison itself is no formality."""
    wrong = WorkingCalendar(WORKED | {date(year, 6, 12): not WORKED[date(year, 6, 12)]}, frozenset(PUBLISHED))
    assert [day for day in every_day(year) if wrong.is_working(day) != WORKED[day]] == [date(year, 6, 12)]

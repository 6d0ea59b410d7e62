"""Working days of the People's Republic with their make-up weekends, and the ends of public notices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
import pytest

from workflow import working_calendar
from workflow.deadlines import WorkingCalendar, publicity_period
from workflow.models import CalendarDay
from workflow.templatetags.pages import countdown

YEARS = (2023, 2024, 2025, 2026)
WITHOUT_DATA = WorkingCalendar()


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    """As the package publishes it: only the days that differ from Monday-to-Friday are kept."""
    every_day = [day for year in YEARS for day in days(date(year, 1, 1), date(year, 12, 31))]
    worked = {day: chinese_calendar.is_workday(day) for day in every_day}
    return WorkingCalendar(worked, frozenset(YEARS))


@dataclass(frozen=True)
class Terms:
    publicity_days: int
    publicity_unit: str = "working"


@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_a_published_year_is_as_published(city, year):
    loaded = working_calendar.load()
    every_day = days(date(year, 1, 1), date(year, 12, 31))
    assert [day for day in every_day if loaded.is_working(day) != chinese_calendar.is_workday(day)] == []


def test_the_exceptions_are_few(city):
    assert len(working_calendar.load().exceptions) < 60 * len(working_calendar.load().published_years)


def test_seeding_again_changes_nothing_that_an_administrator_has_corrected(city):
    CalendarDay.objects.filter(day=date(2026, 3, 3)).update(is_working=False)
    working_calendar.seed()
    assert CalendarDay.objects.get(day=date(2026, 3, 3)).is_working is False


@pytest.mark.parametrize(
    ("first", "number", "last"),
    [
        (date(2025, 1, 21), 10, date(2025, 2, 8)),  # Spring Festival, with two weekends worked
        (date(2023, 7, 27), 10, date(2023, 8, 9)),
        (date(2025, 1, 3), 5, date(2025, 1, 9)),
        (date(2024, 9, 29), 1, date(2024, 9, 29)),  # a Sunday that is worked
        (date(2025, 1, 4), 1, date(2025, 1, 6)),  # begun on a free Saturday: counted from Monday
        (date(2024, 12, 31), 2, date(2025, 1, 2)),
    ],
)
def test_a_notice_of_so_many_working_days_ends_on(calendar, first, number, last):
    assert publicity_period(first, Terms(number), calendar) == (first, last)


def test_a_notice_in_calendar_days_counts_holidays_too(calendar):
    assert publicity_period(date(2025, 1, 28), Terms(7, "calendar"), calendar)[1] == date(2025, 2, 3)


@pytest.mark.parametrize("number", range(1, 31))
def test_a_notice_contains_exactly_its_working_days(calendar, number):
    for first in days(date(2025, 1, 15), date(2025, 2, 15)):
        _, last = publicity_period(first, Terms(number), calendar)
        assert calendar.working_days_between(first, last) == number


def test_the_week_of_the_national_day_has_four_working_days(calendar):
    assert calendar.working_days_between(date(2024, 9, 29), date(2024, 10, 9)) == 4


def test_no_days_lie_between_a_day_and_the_day_before(calendar):
    assert calendar.working_days_between(date(2025, 3, 4), date(2025, 3, 3)) == 0


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2025, 3, 3), 0, date(2025, 3, 3)),
        (date(2025, 3, 3), 2, date(2025, 3, 5)),
        (date(2025, 1, 27), 2, date(2025, 2, 6)),
        (date(2025, 3, 1), 1, date(2025, 3, 3)),  # from a Saturday
        (date(2025, 3, 3), -1, date(2025, 2, 28)),
        (date(2025, 2, 5), -1, date(2025, 1, 27)),
        (date(2024, 12, 31), 1, date(2025, 1, 2)),
        (date(2025, 1, 2), -1, date(2024, 12, 31)),
    ],
)
def test_so_many_working_days_from_a_day_is(calendar, start, number, end):
    assert calendar.add_working_days(start, number) == end


@pytest.mark.parametrize("number", [1, 5, 23])
def test_counting_on_and_back_again_leads_home(calendar, number):
    for start in filter(calendar.is_working, days(date(2024, 9, 1), date(2024, 10, 31))):
        assert calendar.add_working_days(calendar.add_working_days(start, number), -number) == start


def test_a_published_year_is_certain(city):
    assert working_calendar.load().is_provisional(date(working_calendar.LAST_YEAR, 12, 31)) is False


def test_the_year_after_the_last_published_one_is_provisional(city):
    assert working_calendar.load().is_provisional(date(working_calendar.LAST_YEAR + 1, 1, 1)) is True


@pytest.mark.parametrize("day", [date(2041, 1, 1), date(2041, 5, 1), date(2041, 10, 1), date(2041, 10, 3)])
def test_fixed_holidays_are_free_in_an_unpublished_year(day):
    assert WITHOUT_DATA.is_working(day) is False


@pytest.mark.parametrize("day", [date(2041, 1, 2), date(2041, 10, 4), date(2041, 4, 4)])
def test_an_unpublished_year_knows_weekends_and_fixed_holidays_only(day):
    assert WITHOUT_DATA.is_working(day) is (day.weekday() < 5)


def test_a_published_year_follows_its_arrangement_and_no_fixed_list(calendar):
    arranged = WorkingCalendar({date(2030, 1, 1): True}, frozenset({2030}))
    assert arranged.is_working(date(2030, 1, 1)) is True
    assert arranged.is_working(date(2030, 5, 1)) is True  # a Wednesday that this arrangement does not name


class CountingCalendar(WorkingCalendar):
    """Remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "asked", [])

    def is_working(self, day: date) -> bool:
        self.asked.append(("day", day))
        return super().is_working(day)

    def working_days_between(self, first: date, last: date) -> int:
        self.asked.append(("between", first))
        return super().working_days_between(first, last)


def slowly(calendar: WorkingCalendar, first: date, last: date) -> int:
    return sum(calendar.is_working(day) for day in days(first, last))


@pytest.mark.parametrize("length", [*range(-2, 16), 30, 364, 366, 800, 2500])
def test_counting_between_is_what_counting_each_day_gives(calendar, length):
    """2023 to 2026 are published, 2027 to 2030 are not, and one unpublished year has exceptions already."""
    early = dict(calendar.exceptions) | {date(2028, 5, 1): True, date(2028, 5, 6): True, date(2028, 6, 1): False}
    for known in (calendar, WorkingCalendar(early, calendar.published_years), WITHOUT_DATA):
        for first in list(days(date(2023, 1, 1), date(2030, 12, 31)))[:: max(length // 40, 1)]:
            last = min(first + timedelta(days=length), date(2030, 12, 31))
            assert known.working_days_between(first, last) == slowly(known, first, last)


def test_a_far_end_is_counted_without_looking_at_each_day():
    calendar = CountingCalendar()
    assert calendar.working_days_between(date(2026, 3, 2), date(9999, 12, 31)) > 2_000_000
    assert calendar.asked == [("between", date(2026, 3, 2))]


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 3), date(9999, 12, 31)])
def test_a_countdown_asks_the_calendar_once(day):
    calendar = CountingCalendar()
    told = countdown({"today": date(2026, 3, 2), "calendar": calendar}, day)
    assert (len(calendar.asked), told["level"]) == (1, "calm" if day.year == 9999 else "soon")

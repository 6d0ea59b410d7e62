"""When public notices end: reckoned by hand from the State Council's yearly arrangements, none of it by our code."""

from dataclasses import dataclass
from datetime import date

import pytest

from tests.people import City
from tests.walking import shanghai, walk
from tests.workflow.asking import refusal_of
from workflow import services, working_calendar
from workflow.deadlines import WorkingCalendar, stated_period
from workflow.lifecycle import State
from workflow.models import Procedure


@dataclass
class Terms:
    publicity_days: int
    publicity_unit: str = "working"


@pytest.fixture
def calendar(city: City) -> WorkingCalendar:
    return working_calendar.load()


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        # 2023: Spring Festival 21–27 January, worked on Saturday 28 and Sunday 29
        ("2023-01-13", 10, "2023-01-31"),
        ("2023-01-28", 10, "2023-02-08"),  # begins on a worked Saturday
        # May Day 29 April – 3 May, worked on Sunday 23 April and Saturday 6 May
        ("2023-04-28", 5, "2023-05-08"),
        ("2023-04-24", 10, "2023-05-09"),
        ("2023-06-20", 5, "2023-06-27"),  # Dragon Boat 22–24 June, worked on Sunday 25
        ("2023-07-27", 10, "2023-08-09"),  # no holiday at all
        # National Day 29 September – 6 October, worked on Saturday 7 and Sunday 8 October
        ("2023-09-25", 10, "2023-10-12"),
        ("2023-10-07", 5, "2023-10-11"),
        # 2024: Spring Festival 10–17 February, worked on Sundays 4 and 18 February
        ("2024-02-04", 10, "2024-02-21"),
        ("2024-01-31", 10, "2024-02-18"),  # ends on a worked Sunday
        # May Day 1–5 May, worked on Sunday 28 April and Saturday 11 May
        ("2024-04-28", 5, "2024-05-07"),
        ("2024-04-26", 10, "2024-05-11"),
        ("2024-09-13", 5, "2024-09-20"),  # Mid-autumn 15–17 September, worked on Saturday 14
        # National Day 1–7 October, worked on Sunday 29 September and Saturday 12 October
        ("2024-09-29", 10, "2024-10-16"),
        ("2024-10-01", 5, "2024-10-12"),  # begins on a holiday, which counts nothing
        # 2025: Spring Festival 28 January – 4 February, worked on Sunday 26 January and Saturday 8 February
        ("2025-01-03", 5, "2025-01-09"),
        ("2025-01-21", 10, "2025-02-08"),
        ("2025-01-26", 5, "2025-02-07"),
        # May Day 1–5 May, worked on Sunday 27 April
        ("2025-04-27", 5, "2025-05-06"),
        ("2025-04-25", 10, "2025-05-12"),
        # National Day with Mid-autumn 1–8 October, worked on Sunday 28 September and Saturday 11 October
        ("2025-09-28", 10, "2025-10-16"),
        ("2025-09-30", 5, "2025-10-13"),
        # over New Year: 1–3 January 2026, worked on Sunday 4
        ("2025-12-29", 10, "2026-01-12"),
        ("2026-01-04", 5, "2026-01-08"),
        # 2026: Spring Festival 15–23 February, worked on Saturdays 14 and 28 February
        ("2026-02-14", 10, "2026-03-05"),
        ("2026-02-11", 10, "2026-03-02"),
        # May Day 1–5 May, worked on Saturday 9
        ("2026-04-30", 5, "2026-05-09"),
        # National Day 1–7 October, worked on Sunday 20 September (Mid-autumn 25–27) and Saturday 10 October
        ("2026-09-20", 10, "2026-10-09"),
        ("2026-09-28", 10, "2026-10-15"),
        ("2026-12-18", 10, "2026-12-31"),  # the last day that is published
    ],
)
def test_a_notice_of_working_days_ends_when_the_arrangement_says(calendar, first, days, last):
    right = stated_period(day(first), Terms(days), calendar, ends_on=day(last), days=days)
    assert (right.ends_on, right.wrong) == (day(last), frozenset())
    assert right.counted == days


@pytest.mark.parametrize(
    ("first", "stated", "counted"),
    [
        ("2024-09-29", "2024-10-09", 4),  # "10 working days" over the National-day week
        ("2023-09-28", "2023-10-11", 6),
        ("2025-09-29", "2025-10-12", 5),
        ("2026-09-28", "2026-10-11", 6),
        ("2023-01-13", "2023-01-28", 7),
        ("2024-02-04", "2024-02-17", 6),
        ("2025-01-20", "2025-01-31", 7),
        ("2026-02-14", "2026-02-27", 5),
        ("2023-05-01", "2023-05-10", 6),
        ("2024-05-01", "2024-05-14", 8),
        ("2025-10-01", "2025-10-14", 5),
        ("2026-04-30", "2026-05-13", 8),
    ],
)
def test_two_weeks_on_the_wall_calendar_are_no_ten_working_days(calendar, first, stated, counted):
    found = stated_period(day(first), Terms(10), calendar, ends_on=day(stated), days=10)
    assert (found.counted, found.wrong) == (counted, {"ends_on"})


def test_a_wrong_number_of_days_is_wrong_by_itself(calendar):
    found = stated_period(day("2025-01-03"), Terms(5), calendar, days=7)
    assert (found.ends_on, found.wrong, found.counted) == (day("2025-01-09"), {"days"}, None)


def test_a_weekend_after_the_last_working_day_does_not_lengthen_a_notice(calendar):
    found = stated_period(day("2025-07-07"), Terms(5), calendar, ends_on=day("2025-07-13"))
    assert (found.ends_on, found.counted, found.wrong) == (day("2025-07-11"), 5, {"ends_on"})


def test_an_end_before_the_beginning_counts_nothing(calendar):
    for unit in ("working", "calendar"):
        found = stated_period(day("2025-07-07"), Terms(5, unit), calendar, ends_on=day("2025-07-06"))
        assert (found.counted, found.wrong) == (0, {"ends_on"})


@pytest.mark.parametrize(("stated", "counted"), [("2025-01-29", 6), ("2025-01-31", 8)])
def test_calendar_days_count_holidays_too(calendar, stated, counted):
    terms = Terms(7, "calendar")
    found = stated_period(day("2025-01-24"), terms, calendar, ends_on=day(stated))
    assert (found.ends_on, found.counted, found.wrong) == (day("2025-01-30"), counted, {"ends_on"})


# -- the same at the office's desk -------------------------------------------------------------------------------------


def test_ten_working_days_over_the_national_week_that_are_four_are_refused_with_the_right_end(city):
    item = walk(city, State.PUBLICIZING, procedure="central-inspection", now=shanghai(2024, 9, 29))
    refusal = refusal_of(
        services.publish,
        item,
        by=city.dispatcher,
        starts_on=day("2024-09-29"),
        ends_on=day("2024-10-09"),
        days=10,
        now=shanghai(2024, 9, 29, 10),
    )
    assert (refusal.code, list(refusal.errors)) == ("publicity-period", ["ends_on"])
    sentence = str(refusal)
    assert all(part in sentence for part in ("2024-09-29", "2024-10-09", "4 ", "10 ", "2024-10-16"))


def test_the_days_and_the_unit_are_the_procedures(city):
    Procedure.objects.filter(code="petition").update(publicity_days=3, publicity_unit="calendar")
    item = walk(city, State.PUBLICIZING, now=shanghai(2024, 9, 29))
    item = services.publish(item, by=city.dispatcher, starts_on=day("2024-10-01"), now=shanghai(2024, 9, 29, 10))
    assert item.publicities.get(ended_at=None).ends_on == day("2024-10-03")

"""The State Council's arrangements of 2023 to 2026 as published: ours, typed from the notices, not from a package.

Of each year: the number of the notice, the days off by holiday (first, last), and the weekend days that are worked.
"""

from datetime import date, timedelta
from typing import NamedTuple

from tests.people import City
from workflow import working_calendar
from workflow.models import CalendarYear
from workflow.services.recalculation import recalculate
from workflow.services.working_years import keep_reading, put_in_force


class Published(NamedTuple):
    number: str
    off: dict[str, tuple[str, str]]  # holiday → first and last day as MM-DD
    worked: tuple[str, ...]


PUBLISHED = {
    2023: Published(
        "国办发明电〔2022〕16号",
        {
            "元旦": ("01-01", "01-02"),  # from 31 December 2022, a Saturday
            "春节": ("01-21", "01-27"),
            "清明节": ("04-05", "04-05"),
            "劳动节": ("04-29", "05-03"),
            "端午节": ("06-22", "06-24"),
            "中秋节、国庆节": ("09-29", "10-06"),
        },
        ("01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"),
    ),
    2024: Published(
        "国办发明电〔2023〕7号",
        {
            "元旦": ("01-01", "01-01"),
            "春节": ("02-10", "02-17"),
            "清明节": ("04-04", "04-06"),
            "劳动节": ("05-01", "05-05"),
            "端午节": ("06-10", "06-10"),
            "中秋节": ("09-15", "09-17"),
            "国庆节": ("10-01", "10-07"),
        },
        ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    ),
    2025: Published(
        "国办发明电〔2024〕12号",
        {
            "元旦": ("01-01", "01-01"),
            "春节": ("01-28", "02-04"),
            "清明节": ("04-04", "04-06"),
            "劳动节": ("05-01", "05-05"),
            "端午节": ("05-31", "06-02"),
            "国庆节、中秋节": ("10-01", "10-08"),
        },
        ("01-26", "02-08", "04-27", "09-28", "10-11"),
    ),
    2026: Published(
        "国办发明电〔2025〕7号",
        {
            "元旦": ("01-01", "01-03"),
            "春节": ("02-15", "02-23"),
            "清明节": ("04-04", "04-06"),
            "劳动节": ("05-01", "05-05"),
            "端午节": ("06-19", "06-21"),
            "中秋节": ("09-25", "09-27"),
            "国庆节": ("10-01", "10-07"),
        },
        ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    ),
}


def every_day(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def days_off(year: int) -> set[date]:
    spans = [(_day(year, first), _day(year, last)) for first, last in PUBLISHED[year].off.values()]
    return {day for day in every_day(year) if any(first <= day <= last for first, last in spans)}


def worked(day: date) -> bool:
    """As the notice of its year has it."""
    if day in days_off(day.year):
        return False
    return day.weekday() < 5 or f"{day:%m-%d}" in PUBLISHED[day.year].worked


def _day(year: int, text: str) -> date:
    return date.fromisoformat(f"{year}-{text}")


def publish_next_year(city: City) -> CalendarYear:
    """The year after the last one that is in force: with the days that the law gives, and no other."""
    year = max(working_calendar.load().published_years) + 1
    named = {date(year, 1, 1): (False, "元旦"), date(year, 5, 1): (False, "劳动节")}
    named |= {date(year, 10, day): (False, "国庆节") for day in (1, 2, 3)}
    terms = {"origin": "notice", "title": "通知", "document_number": f"国办发明电〔{year - 1}〕9号"}
    row = keep_reading(year=year, named=named, by=city.dispatcher, **terms)
    put_in_force(row, by=city.dispatcher, reason="国务院办公厅已公布。")
    recalculate(row)
    return row

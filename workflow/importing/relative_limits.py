"""Time limits counted from the day a document is issued: 3个月内, 印发之日起30日内, 15个工作日内."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .numerals import chinese_to_int

_RELATIVE = re.compile(
    r"(?P<from>(?:自|从)?[^，。；、]{0,10}?(?:之日|后)?起[，]?)?"
    r"(?<![\d.])(?P<count>\d{1,3}|半|[一二两三四五六七八九十]{1,3})(?P<unit>个半?月|个?工作日|日|天|周|年)(?:之|以)?内"
)
# 发现问题后5日内 and 每3个月内 count from something that is not the issue of the document.
_ISSUED = re.compile(r"(?:印发|下发|发布|发文|实施|施行|公布|通知)")
_OTHER_EVENT = re.compile(r"(?:后|起|每|连续|近|过去|前|接到[^，。；]{0,8})的?$")


@dataclass(frozen=True)
class RelativeLimit:
    """A limit as printed and where; ``due_on`` is None when the day of issue is not known."""

    start: int
    end: int
    printed: str
    due_on: date | None


def find_relative_limits(text: str, issued_on: date | None) -> Iterator[RelativeLimit]:
    """Yields the limits that can count from the day of issue, not those that follow some other event."""
    for found in _RELATIVE.finditer(text):
        start = found.start("from") if found["from"] and _ISSUED.search(found["from"]) else found.start("count")
        before = text[max(0, start - 12) : start]
        if _OTHER_EVENT.search(before) and not _ISSUED.search(before[-8:]):
            continue
        yield RelativeLimit(start, found.end(), text[start : found.end()], _due(found, issued_on))


def _due(found: re.Match[str], issued_on: date | None) -> date | None:
    count = chinese_to_int(found["count"]) if found["count"] != "半" else 0
    if issued_on is None or count is None or count > 999:
        return None
    unit = found["unit"]
    if "工作日" in unit:
        return _working_days_after(issued_on, count)
    if found["count"] == "半":
        return _months_after(issued_on, 6) if unit == "年" else issued_on + timedelta(days=15)
    if unit in ("日", "天", "周"):
        return issued_on + timedelta(days=count * (7 if unit == "周" else 1))
    months = _months_after(issued_on, count * (12 if unit == "年" else 1))
    return months + timedelta(days=15) if "半" in unit else months


def _working_days_after(day: date, count: int) -> date:
    """Leaves out weekends only: the holidays of a year are announced the autumn before, and a person confirms."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

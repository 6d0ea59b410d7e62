"""What a rehearsal counts: notices by day, department, measure and level; envelopes after folding. No database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from workflow.refusal import Refused, invalid

LONGEST = 366  # days
FOLDED = 5  # more notices than this for one person on one day leave in one envelope
STORM = 2000  # more notices than this on one day: the breaker holds them and asks a person


@dataclass(frozen=True)
class Period:
    """From first to last day, both included, Asia/Shanghai."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date, last: date, today: date) -> Period:
        """Raises Refused unless it lies ahead and is at most a year long."""
        if first < today:
            raise Refused(invalid("past", _("A rehearsal looks ahead: begin today or later."), first=_BEGIN))
        if last < first:
            raise Refused(invalid("order", _("The last day lies before the first."), last=_ORDER))
        if (last - first).days >= LONGEST:
            raise Refused(invalid("too-long", _LONG, last=_LONG))
        return cls(first, last)

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


_BEGIN = _("Today or later, please.")
_ORDER = _("Not before the first day, please.")
_LONG = _("At most 366 days at once, please.")


class Told(NamedTuple):
    """Notices that are alike; `department` is that of the reader, `level` the audience as which he is told."""

    day: date
    department: int
    measure: str
    level: str


class DayCount(NamedTuple):
    """A day: clocks that tell something, notices, people who get them, envelopes that leave the house."""

    day: date
    clocks: int
    notices: int
    readers: int
    envelopes: int

    @property
    def is_a_storm(self) -> bool:
        return self.notices > STORM


@dataclass
class Rehearsal:
    """The counts over a period; sums of them are methods."""

    period: Period
    clocks: int = 0  # that run now
    fired: Counter[tuple[date, str]] = field(default_factory=Counter)  # (day, measure) → clocks that tell
    told: Counter[Told] = field(default_factory=Counter)
    per_reader: Counter[tuple[date, int]] = field(default_factory=Counter)  # (day, user) → notices
    vacant: Counter[tuple[int, str]] = field(default_factory=Counter)  # (department, level) → notices without a reader
    departments: dict[int, str] = field(default_factory=dict)  # names, in the order of the list of departments

    @property
    def notices(self) -> int:
        return self.told.total()

    def days(self) -> list[DayCount]:
        """Every day of the period, quiet ones too."""
        clocks, notices = _summed(self.fired, 0), _summed(self.told, 0)
        readers: Counter[date] = Counter(day for day, _user in self.per_reader)
        envelopes: Counter[date] = Counter()
        for (day, _user), number in self.per_reader.items():
            envelopes[day] += 1 if number > FOLDED else number
        return [DayCount(day, clocks[day], notices[day], readers[day], envelopes[day]) for day in self.period.days()]

    def reached(self) -> list[int]:
        """Departments in which somebody is told something."""
        told = {told.department for told in self.told}
        return [pk for pk in self.departments if pk in told]

    def by_day(self) -> Counter[tuple[date, str]]:
        """(day, measure) → notices."""
        found: Counter[tuple[date, str]] = Counter()
        for told, number in self.told.items():
            found[told.day, told.measure] += number
        return found

    def by_department(self) -> Counter[tuple[int, str]]:
        """(department, measure) → notices."""
        found: Counter[tuple[int, str]] = Counter()
        for told, number in self.told.items():
            found[told.department, told.measure] += number
        return found

    def storms(self) -> list[DayCount]:
        return [day for day in self.days() if day.is_a_storm]


def _summed(counts: Counter, place: int) -> Counter:
    """By one part of the key."""
    found: Counter = Counter()
    for key, number in counts.items():
        found[key[place]] += number
    return found

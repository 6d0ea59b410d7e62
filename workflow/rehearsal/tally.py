"""What a rehearsal counts: notices by day, department, measure and level; messages after folding. No database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.outbox.claiming import TOGETHER
from workflow.audiences import Seat
from workflow.deadlines import business_day
from workflow.refusal import Refused, invalid

if TYPE_CHECKING:
    from workflow.rehearsal.readers import Telling

LONGEST = 366  # days


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
    """A day: clocks that tell something, notices, people who get them, messages that leave the house."""

    day: date
    clocks: int
    notices: int
    readers: int
    messages: int

    @property
    def is_a_storm(self) -> bool:
        """So many readers at once are held until a person releases them."""
        return self.readers > settings.STORM_LIMIT


@dataclass
class Rehearsal:
    """The counts over a period; sums of them are methods."""

    period: Period
    clocks: int = 0  # that run now
    fired: Counter[tuple[date, str]] = field(default_factory=Counter)  # (day, measure) → clocks that tell
    told: Counter[Told] = field(default_factory=Counter)
    together: Counter[tuple[datetime, int]] = field(default_factory=Counter)  # (moment, user) → notices
    vacant: Counter[Seat] = field(default_factory=Counter)  # vacant post → notices that go one level up
    lost: int = 0  # notices that reach nobody at all
    departments: dict[int, str] = field(default_factory=dict)  # names, in the order of the list of departments

    def add(self, telling: Telling, number: int) -> None:
        """What so many clocks tell alike; nothing before the first day."""
        day, measure = business_day(telling.at), telling.rung.measure
        if day < self.period.first:
            return
        self.fired[day, measure] += number
        self.lost += telling.hearing.lost * number
        for seat in telling.hearing.vacant:
            self.vacant[seat] += number
        for user, (department, level) in telling.people.items():
            self.told[Told(day, department, measure, level)] += number
            self.together[telling.at, user] += number

    @property
    def notices(self) -> int:
        return self.told.total()

    @property
    def per_reader(self) -> Counter[tuple[date, int]]:
        """(day, user) → notices."""
        found: Counter[tuple[date, int]] = Counter()
        for (moment, user), number in self.together.items():
            found[business_day(moment), user] += number
        return found

    def days(self) -> list[DayCount]:
        """Every day of the period, quiet ones too."""
        clocks, notices = _summed(self.fired, 0), _summed(self.told, 0)
        readers, messages = Counter(day for day, _user in self.per_reader), self._messages()
        return [DayCount(day, clocks[day], notices[day], readers[day], messages[day]) for day in self.period.days()]

    def _messages(self) -> Counter[date]:
        """By day: what waits for one person at one moment leaves in one message, if it is more than a few."""
        found: Counter[date] = Counter()
        for (moment, _user), number in self.together.items():
            found[business_day(moment)] += 1 if number > TOGETHER else number
        return found

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

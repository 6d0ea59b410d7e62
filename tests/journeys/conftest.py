"""What journeys share: mail that can be read, people at their desks, and a clock that is moved from day to day."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from tests import clock
from tests.journeys.people_at_work import Person
from tests.people import City
from workflow import deadline_scan
from workflow.deadlines import BUSINESS_ZONE


@pytest.fixture
def demo_mail(settings) -> Iterator[None]:
    """Mail goes to the mailbox page, as in the demo."""
    settings.DEMO = True
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    yield


@pytest.fixture
def desk(committed_city: City) -> Callable[[str], Person]:
    """The person of this name at his desk; he signs in once."""
    desks: dict[str, Person] = {}

    def at(name: str) -> Person:
        if name not in desks:
            desks[name] = Person(getattr(committed_city, name))
        return desks[name]

    return at


class Calendar:
    """The day on the wall. Turning the page lets everything happen that the days in between bring."""

    def __init__(self) -> None:
        self.now = datetime.now(BUSINESS_ZONE)

    @property
    def today(self) -> date:
        return self.now.date()

    def turn_to(self, day: date) -> None:
        """Ten in the morning of a day; the clocks are looked at as they are every minute."""
        self.now = datetime.combine(day, time(10), BUSINESS_ZONE)
        deadline_scan.scan(now=self.now)

    def turn(self, days: int) -> None:
        self.turn_to(self.today + timedelta(days=days))


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    """Both clocks of the product, the hosts' and the database's, show this calendar's moment."""
    calendar = Calendar()
    monkeypatch.setattr(timezone, "now", lambda: calendar.now)
    clock.show(monkeypatch, lambda: calendar.now)
    return calendar

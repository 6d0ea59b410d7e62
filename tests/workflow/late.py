"""An item whose lead is late, so that the ladder has spoken; and what the ladder has done with it."""

from datetime import date, datetime, timedelta

from tests.people import City
from tests.walking import shanghai, walk
from workflow import services
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import Paper, Timer, WorkItem

START = shanghai(2025, 3, 3)  # a Monday
DUE = date(2025, 5, 2)  # 60 days later, a Friday of the holiday


def overdue_by(days: int) -> datetime:
    """The moment at which the rung of so many days after the deadline is due."""
    return shanghai(2025, 5, 2, 8, 30) + timedelta(days=days)


def late_item(city: City, days: int = 7, procedure: str = "petition") -> WorkItem:
    """Rectified by the environment bureau, so many days after its deadline; the clock has said so."""
    item = walk(city, State.RECTIFYING, procedure=procedure, now=START)
    scan(overdue_by(days))
    return item


def sign(city: City, item: WorkItem, now: datetime, **given: object) -> Paper:
    """The supervisor takes the most severe measure that is proposed."""
    services.sign_paper(item, by=city.supervisor, now=now, **given)
    return item.papers.latest("pk")


def running(item: WorkItem) -> dict[str, Timer]:
    return {timer.clock: timer for timer in item.timers.filter(ended_at=None)}

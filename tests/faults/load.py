"""Something to lose: items whose rungs are due, people who wait for mail."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from tests.people import City
from tests.walking import TERM, walk
from workflow.lifecycle import State
from workflow.models import Event, RungFiring, WorkItem

# Whoever has done this stops a scan after its events and firings are written: their messages must wait.
NO_MESSAGES = "LOCK TABLE notifications_message IN SHARE MODE"
# And this stops it within its COMMIT, where PostgreSQL looks whether the rungs of the firings are there.
NO_COMMIT = "SELECT id FROM workflow_rung FOR UPDATE"


def due_items(city: City, number: int, late: timedelta = timedelta(days=3)) -> list[WorkItem]:
    """In work, overdue for some days, and nobody has scanned since they were handed out."""
    start = timezone.now() - TERM - late
    return [walk(city, State.RECTIFYING, now=start) for _ in range(number)]


def told() -> int:
    """How many items the clock has spoken about."""
    return Event.objects.filter(action__in=["remind", "escalate"]).values("item").distinct().count()


def firings() -> int:
    """Rungs that were told, not those that were passed over."""
    return RungFiring.objects.filter(superseded=False).count()


def crowd(number: int) -> list[User]:
    """People with an address and nothing else: each gets his mail by itself."""
    return User.objects.bulk_create(
        User(username=f"reader-{n}", name=f"读者{n}", email=f"reader{n}@city.example", password="!")
        for n in range(number)
    )

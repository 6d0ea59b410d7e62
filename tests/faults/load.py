"""Something to lose: items whose rungs are due, people who wait for mail; and the way back to rest."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from notifications.models import Delivery
from tests.faults.house import MAIL, SWEEP, House, wait_until
from tests.people import City
from tests.walking import TERM, register, walk
from workflow.lifecycle import State
from workflow.models import Event, RungFiring, WorkItem

LONG_AGO = timedelta(hours=48)
# Whoever has done this stops a scan after its events and firings are written: their messages must wait.
NO_MESSAGES = "LOCK TABLE notifications_message IN SHARE MODE"
# And this stops it within its COMMIT, where PostgreSQL looks whether the rungs of the firings are there.
NO_COMMIT = "SELECT id FROM workflow_rung FOR UPDATE"


def due_items(city: City, number: int, late: timedelta = timedelta(days=3)) -> list[WorkItem]:
    """In work, overdue for some days, and nobody has scanned since they were handed out."""
    start = timezone.now() - TERM - late
    return [walk(city, State.RECTIFYING, now=start) for _ in range(number)]


def in_work(city: City) -> WorkItem:
    """Accepted just now, so that no clock has anything to say for a while."""
    return walk(city, State.RECTIFYING, now=timezone.now())


def drafts(city: City, number: int) -> Iterator[WorkItem]:
    """Findings that wait to be handed out; each is told to its lead at once."""
    return iter([register(city, procedure="own-finding") for _ in range(number)])


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


def owed() -> int:
    """Deliveries that should go out now or are in a worker's hands; not those of tomorrow's digest."""
    in_hand = Q(state=Delivery.State.SENDING)
    return Delivery.objects.filter(in_hand | Q(state=Delivery.State.PENDING, next_attempt_at__lte=Now())).count()


def mail_is_out(house: House, wakes: bool = True) -> None:
    """What waits for its minute is due now; then nothing is left to do. `wakes`: there is no beat that does."""

    def nothing_is_left() -> bool:
        # what is due already stays as it is: a row that is touched is a row that a worker goes round
        waiting = Delivery.objects.filter(state=Delivery.State.PENDING, next_attempt_at__gt=Now())
        waiting.update(next_attempt_at=Now() - LONG_AGO)
        for task, queue in ((SWEEP, "kick"), (MAIL, "mail")) if wakes else ():
            house.wake(task, queue)
        time.sleep(0.5)
        return not Delivery.objects.filter(state__in=[Delivery.State.PENDING, Delivery.State.SENDING]).exists()

    wait_until(nothing_is_left, "everything is delivered")


def leases_run_out() -> None:
    """Five minutes pass for a worker that is dead; a living one would lose what it has in hand."""
    Delivery.objects.filter(state=Delivery.State.SENDING).update(lease_until=Now() - LONG_AGO)

"""The ledger of what was told about something: who, what, when, by which channel, and did it arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import Department, Membership, User, today
from notifications.models import DIGEST, Delivery, Message
from notifications.operating import STUCK


@dataclass(frozen=True)
class Way:
    """One channel that a message took; what leaves in a digest fares as the digest does."""

    delivery: Delivery

    @property
    def carrier(self) -> Delivery:
        return self.delivery.digest or self.delivery

    @property
    def in_digest(self) -> bool:
        return self.delivery.digest is not None

    @property
    def is_stuck(self) -> bool:
        return self.carrier.state in STUCK


@dataclass(frozen=True)
class Told:
    """One message: to a person or to a department's robot."""

    message: Message
    departments: list[Department]
    ways: list[Way]

    @property
    def reader(self) -> str:
        endpoint = self.message.endpoint
        return endpoint.name if endpoint else str(self.message.recipient)

    @property
    def read_at(self) -> datetime | None:
        """On the page, in the house."""
        return self.message.read_at


def ledger(about: Sequence[str], at_most: int | None = None) -> list[Told]:
    """What was told about these ("item:12"), newest first. A constant number of queries."""
    rows = _messages(about)
    found = list(rows if at_most is None else rows[:at_most])
    posts = _departments_of({message.recipient for message in found if message.recipient})
    return [
        Told(
            message,
            [message.endpoint.department] if message.endpoint else posts.get(message.recipient_id, []),
            [Way(delivery) for delivery in message.deliveries.all()],
        )
        for message in found
    ]


def _messages(about: Sequence[str]) -> QuerySet[Message]:
    deliveries = Delivery.objects.select_related("digest").order_by("id")
    return (
        Message.objects.filter(about__in=about)
        .exclude(about="")
        .exclude(kind=DIGEST)
        .select_related("recipient", "endpoint__department")
        .prefetch_related(Prefetch("deliveries", queryset=deliveries))
        .order_by("-id")
    )


def _departments_of(people: set[User]) -> dict[int, list[Department]]:
    """Where they work today."""
    found: dict[int, list[Department]] = {}
    rows = Membership.objects.valid_on(today()).filter(user__in=people).select_related("department").order_by("id")
    for row in rows:
        departments = found.setdefault(row.user_id, [])
        if row.department not in departments:
            departments.append(row.department)
    return found

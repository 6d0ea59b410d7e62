"""Claiming: take what is due longest for one reader, alone or folded into a digest with what else waits for him.

One reader of a channel is in one worker's hands at a time, by an advisory lock on the pair, so that two workers never
make two digests of what belongs into one. What he must not get any more is put aside here, just before the sending.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from notifications.models import DIGEST, Channel, Delivery, DeliveryAttempt, Endpoint
from notifications.outbox import limits, reasons, webhooks
from notifications.outbox.digests import compose, take_apart
from notifications.outbox.rules import RULES

# Longer than CELERY_TASK_TIME_LIMIT: when a lease has run out, its worker was killed before.
LEASE = timedelta(seconds=330)
TOGETHER = 5  # so many may come one by one; more that wait for one reader leave as one digest
State = Delivery.State
LOOKED_AT = 100  # of what is due longest; their readers are tried in turn
AT_ONCE = 20_000  # deliveries in a digest; it names the first few


@dataclass(frozen=True, slots=True)
class _Turn:
    """The deliveries to one reader that may leave now; `first` is the one that was due longest."""

    first: Delivery
    waiting: list[Delivery]
    now: datetime  # when the database found them

    @property
    def is_digest(self) -> bool:
        """More than a few, or some that were to leave together anyway."""
        n = len(self.waiting)
        return n > TOGETHER or (n > 1 and any(one.to_digest for one in self.waiting))


def claim(channel: str, only_urgent: bool = False, but: Collection[int] = ()) -> Delivery | None:
    """Take what is due longest, for LEASE; None when nothing is due that nobody else has in hand.

    `but`: ids of endpoints to leave out.

    One at a time: a worker that dies leaves one delivery in doubt, not a batch. The attempt is on record before it
    begins.
    """
    while True:
        with transaction.atomic(durable=True):
            turn = _next_turn(channel, only_urgent, but)
            if turn is None:
                return None
            if (delivery := _take(turn)) is not None:
                return delivery


def _next_turn(channel: str, only_urgent: bool, but: Collection[int]) -> _Turn | None:
    """Of the reader who waits longest and whom nobody else has in hand."""
    pending = Delivery.objects.filter(channel=channel, state=State.PENDING)
    if only_urgent:
        pending = pending.filter(message__is_urgent=True)
    if but:
        pending = pending.exclude(endpoint__in=but)
    due = pending.filter(next_attempt_at__lte=Now()).order_by("next_attempt_at", "id")
    for recipient, endpoint in dict.fromkeys(due.values_list("recipient", "endpoint")[:LOOKED_AT]):
        if _take_in_hand(channel, recipient, endpoint):
            turn = _turn_of(pending.filter(recipient=recipient, endpoint=endpoint), RULES[channel].is_for_people)
            if turn is not None:
                return turn
    return None


def _take_in_hand(channel: str, recipient: int | None, endpoint: int | None) -> bool:
    """Until the end of the transaction; False when another worker has him."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_name_of(channel, recipient, endpoint)]
        )
        (is_mine,) = cursor.fetchone()
    return is_mine


def keep_from_workers(endpoint: Endpoint) -> None:
    """Until the end of the transaction nobody chooses what to send there, and nobody is at it now.

    A worker locks deliveries and then, it may be, the endpoint; whoever does it the other way round begins with this.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_name_of(endpoint.channel, None, endpoint.pk)]
        )


def _name_of(channel: str, recipient: int | None, endpoint: int | None) -> str:
    return f"{channel}:{'endpoint' if recipient is None else 'person'}:{recipient or endpoint}"


def _turn_of(pending: QuerySet[Delivery], is_for_people: bool) -> _Turn | None:
    """What may leave together. What may be out already, or is a digest, leaves alone under its own reference."""
    soon = Now() + timedelta(seconds=settings.GROUP_WAIT if is_for_people else 0)
    rows = list(
        pending.filter(next_attempt_at__lte=soon)
        .annotate(is_due=Q(next_attempt_at__lte=Now()), now=Now())
        .select_related("message", "recipient", "endpoint__department")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("next_attempt_at", "id")[: AT_ONCE if is_for_people else 1]
    )
    if not rows or not rows[0].is_due:
        return None
    first = rows[0]
    waiting = [first] if _goes_alone(first) else [row for row in rows if not _goes_alone(row)]
    return _Turn(first, waiting, first.now)


def _goes_alone(delivery: Delivery) -> bool:
    is_alone = delivery.interruptions > 0 or delivery.message.kind == DIGEST
    return is_alone or not RULES[delivery.channel].is_for_people


def _take(turn: _Turn) -> Delivery | None:
    """Start the attempt; None when nothing of it may go now, which is written down then."""
    if turn.first.message.kind == DIGEST and not turn.first.interruptions and take_apart(turn.first):
        return None
    if turn.first.channel == Channel.WEBHOOK and not webhooks.may_go(turn.first, turn.now):
        return None
    chosen = reasons.sort_out(turn.waiting if turn.is_digest else [turn.first])
    if not chosen or limits.must_wait(turn.first, turn.waiting, turn.now):
        return None
    delivery = compose(chosen) if len(chosen) > 1 else chosen[0]
    _start(delivery, turn.now)
    return delivery


def _start(delivery: Delivery, now: datetime) -> None:
    delivery.attempts += 1
    delivery.claimed_at = now
    delivery.lease_owner = uuid4()
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.SENDING,
        attempts=delivery.attempts,
        next_attempt_at=None,
        claimed_at=now,
        lease_owner=delivery.lease_owner,
        lease_until=Now() + LEASE,
    )
    DeliveryAttempt.objects.create(delivery=delivery, n=delivery.attempts)

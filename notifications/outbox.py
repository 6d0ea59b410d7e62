"""The outbox: claim a due delivery, send it outside any transaction, settle it; bring back what got stuck.

Any number of workers may do this at once. A crash repeats at most one message of a worker, under its old Message-ID,
and loses none. Database time decides what is due.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.channels import ChannelError, Envelope, Transport, transport_for
from notifications.models import Delivery

logger = logging.getLogger(__name__)

# After the n-th failed attempt the n-th delay; after the last one, about two days in all, the delivery is given up.
RETRY_DELAYS = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
]
# Longer than CELERY_TASK_TIME_LIMIT: when a lease has run out, its worker was killed before.
LEASE = timedelta(seconds=330)
# A reader shall not get the same mail more often than this because nobody knows whether it went out.
MAX_INTERRUPTIONS = 2
ERROR_LENGTH = Delivery._meta.get_field("last_error").max_length


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    state: Delivery.State
    provider_id: str = ""
    error: str = ""
    is_ambiguous: bool = False
    is_outage: bool = False


def deliver(channel: str, limit: int = 1000, seconds: float = 120.0) -> int:
    """Send what is due through one connection until nothing is, or one of the limits is met; returns how many went.

    Ends at once when the transport is out of order, so that an outage costs one delivery an attempt and not all.
    """
    sent = 0
    with transport_for(channel) as transport:
        for delivery in _claims(channel, limit, time.monotonic() + seconds):
            outcome = _attempt(transport, delivery)
            settle(delivery, outcome)
            sent += outcome.state == Delivery.State.SENT
            if outcome.is_outage:
                break
    return sent


def _claims(channel: str, limit: int, until: float) -> Iterator[Delivery]:
    for _turn in range(limit):
        if time.monotonic() > until or (delivery := claim(channel)) is None:
            return
        yield delivery


def claim(channel: str) -> Delivery | None:
    """Take the delivery that is due longest, for LEASE; None when nothing is due.

    One at a time: a worker that dies leaves one delivery in doubt, not a batch. The attempt is counted before it
    begins, and the reader is read afresh here, just before the sending.
    """
    with transaction.atomic(durable=True):
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("message__recipient")
            .filter(channel=channel, state=Delivery.State.PENDING, next_attempt_at__lte=Now())
            .order_by("next_attempt_at", "id")
            .first()
        )
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.lease_owner = uuid4()
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.SENDING,
            attempts=delivery.attempts,
            next_attempt_at=None,
            claimed_at=Now(),
            lease_owner=delivery.lease_owner,
            lease_until=Now() + LEASE,
        )
    return delivery


def _attempt(transport: Transport, delivery: Delivery) -> Outcome:
    reader = delivery.message.recipient
    if not reader.is_active or not reader.email:
        return Outcome(Delivery.State.SUPPRESSED, error="the reader is no longer active or has no address")
    try:
        return Outcome(Delivery.State.SENT, provider_id=transport.send(envelope_of(delivery)))
    except ChannelError as error:
        return _failure(delivery, error)
    except Exception as error:  # a fault of ours: it must not stop the others, nor send this one for ever
        logger.exception("delivery %s failed unexpectedly", delivery.pk)
        return _failure(delivery, ChannelError(f"{type(error).__name__}: {error}", ambiguous=True))


def _failure(delivery: Delivery, error: ChannelError) -> Outcome:
    if error.permanent:
        state = Delivery.State.DEAD
    elif error.ambiguous and delivery.interruptions + 1 >= MAX_INTERRUPTIONS:
        state = Delivery.State.UNKNOWN
    elif delivery.attempts > len(RETRY_DELAYS):
        state = Delivery.State.DEAD
    else:
        state = Delivery.State.PENDING
    return Outcome(
        state, error=str(error) or type(error).__name__, is_ambiguous=error.ambiguous, is_outage=error.outage
    )


def envelope_of(delivery: Delivery) -> Envelope:
    """The message as it leaves the house: with the absolute link and a closing line in the reader's language."""
    message = delivery.message
    with translation.override(message.recipient.language):
        closing = _("This mail was sent automatically; please do not reply.")
    link = f"{settings.PUBLIC_URL}{message.url}" if message.url else ""
    return Envelope(
        to=message.recipient.email,
        subject=message.subject,
        body="\n\n".join(part for part in (message.body, link, closing) if part) + "\n",
        reference=hashlib.sha256(message.dedup_key.encode()).hexdigest()[:32],
    )


def settle(delivery: Delivery, outcome: Outcome) -> bool:
    """Write the outcome, unless the lease has gone to somebody else meanwhile; returns whether it was written."""
    retry = outcome.state == Delivery.State.PENDING
    mine = Delivery.objects.filter(pk=delivery.pk, lease_owner=delivery.lease_owner)
    settled = mine.update(
        state=outcome.state,
        next_attempt_at=Now() + RETRY_DELAYS[delivery.attempts - 1] if retry else None,
        sent_at=Now() if outcome.state == Delivery.State.SENT else None,
        interruptions=F("interruptions") + int(outcome.is_ambiguous),
        lease_owner=None,
        lease_until=None,
        last_error=outcome.error[:ERROR_LENGTH].replace("\x00", ""),
        provider_id=outcome.provider_id,
    )
    if not settled:
        logger.warning("delivery %s: the lease ran out before the outcome %s", delivery.pk, outcome.state)
    elif outcome.state not in (Delivery.State.SENT, Delivery.State.SUPPRESSED):
        log = logger.warning if retry else logger.error
        log("delivery %s, attempt %s: %s, %s", delivery.pk, delivery.attempts, outcome.state, outcome.error)
    return bool(settled)


def sweep() -> int:
    """Free deliveries whose worker vanished: once more, and at the second time to `unknown`; returns how many."""
    abandoned = Delivery.objects.filter(state=Delivery.State.SENDING, lease_until__lt=Now())
    freed = {"interruptions": F("interruptions") + 1, "lease_owner": None, "lease_until": None}
    given_up = abandoned.filter(interruptions__gte=MAX_INTERRUPTIONS - 1).update(
        state=Delivery.State.UNKNOWN, last_error="the worker vanished while sending, twice", **freed
    )
    returned = abandoned.update(
        state=Delivery.State.PENDING,
        next_attempt_at=Now(),
        last_error="the worker vanished while sending; it may have gone out",
        **freed,
    )
    if given_up or returned:
        logger.error("deliveries that lost their worker: %s go again, %s unknown", returned, given_up)
    return given_up + returned

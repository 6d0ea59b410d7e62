"""Delivering: a run of one channel through one connection, until nothing is due or a limit is met."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from notifications.channels import ChannelError, Transport, transport_for
from notifications.hours import quiet_until
from notifications.models import ChannelState, Delivery
from notifications.outbox import breaker, storms
from notifications.outbox.claiming import claim
from notifications.outbox.envelopes import envelope_of
from notifications.outbox.outcomes import Outcome, failure
from notifications.outbox.reasons import close_for_the_night
from notifications.outbox.rules import RULES
from notifications.outbox.settling import settle

logger = logging.getLogger(__name__)
State = Delivery.State
SHARE = 10.0  # seconds of a run for one webhook, while others wait
_LOOK = f"""
SELECT clock_timestamp(),
    EXISTS (SELECT FROM {Delivery._meta.db_table}
        WHERE channel = %(channel)s AND state = 'pending' AND next_attempt_at <= statement_timestamp()),
    EXISTS (SELECT FROM {ChannelState._meta.db_table}
        WHERE channel = %(channel)s AND open_until > statement_timestamp())
"""


def deliver(channel: str, limit: int = 1000, seconds: float = 120.0) -> int:
    """Send what is due; returns how many went.

    Ends at once when the transport is out of order, so that an outage costs one delivery an attempt and not all; and
    does not begin while the channel's breaker is open. With nothing due it costs one query and no connection.
    """
    transport = transport_for(channel)
    now, is_due, is_open = _look(channel)
    if not is_due or is_open:
        return 0
    only_urgent = _observe_quiet_hours(channel, now)
    storms.hold(channel)
    sent, slow = 0, _Slow()
    with transport:
        for delivery in _claims(channel, only_urgent, slow, limit, time.monotonic() + seconds):
            with slow.timing(delivery):
                outcome = _attempt(transport, delivery)
            settle(delivery, outcome)
            sent += outcome.state == State.SENT
            breaker.note(channel, outcome)
            if outcome.is_outage:
                break
    return sent


def _look(channel: str) -> tuple[datetime, bool, bool]:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, {"channel": channel})
        return cursor.fetchone()


def _observe_quiet_hours(channel: str, now: datetime) -> bool:
    """Returns whether only what is urgent may leave; the rest is due when the hours end."""
    until = quiet_until(now) if RULES[channel].is_for_people else None
    if until is not None:
        close_for_the_night(channel, until)
    return until is not None


class _Slow:
    """Endpoints that had their share of a run, each by a server of its own: the next run goes on with them."""

    def __init__(self) -> None:
        self._spent: Counter[int] = Counter()

    @contextmanager
    def timing(self, delivery: Delivery) -> Iterator[None]:
        begun = time.monotonic()
        yield
        if delivery.endpoint_id and not RULES[delivery.channel].is_one_server:
            self._spent[delivery.endpoint_id] += time.monotonic() - begun

    @property
    def endpoints(self) -> list[int]:
        return [pk for pk, seconds in self._spent.items() if seconds > SHARE]


def _claims(channel: str, only_urgent: bool, slow: _Slow, limit: int, until: float) -> Iterator[Delivery]:
    for _turn in range(limit):
        if time.monotonic() > until or (delivery := claim(channel, only_urgent, slow.endpoints)) is None:
            return
        yield delivery


def _attempt(transport: Transport, delivery: Delivery) -> Outcome:
    try:
        if delivery.interruptions and RULES[delivery.channel].asks_before_resending:
            return _ask_then_send(transport, delivery)
        return _send(transport, delivery)
    except ChannelError as error:
        return failure(delivery, error)
    except Exception as error:  # a fault of ours: it must not stop the others, nor send this one for ever
        logger.exception("delivery %s failed unexpectedly", delivery.pk)
        return failure(delivery, ChannelError(f"{type(error).__name__}: {error}", ambiguous=True))


def _send(transport: Transport, delivery: Delivery) -> Outcome:
    return Outcome(State.SENT, provider_id=transport.send(envelope_of(delivery)))


def _ask_then_send(transport: Transport, delivery: Delivery) -> Outcome:
    """It may be out already: only the gateway's word that it is not lets it go again."""
    envelope = envelope_of(delivery)
    match transport.query(envelope.reference):
        case "sent":
            return Outcome(State.SENT, provider_id=delivery.provider_id or envelope.reference)
        case "failed":
            return _send(transport, delivery)
    return Outcome(State.UNKNOWN, error=_("The gateway does not know what became of it"))

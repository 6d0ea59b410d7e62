"""Settling: what became of an attempt, written once; and the sweep for those whose worker vanished."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, Value, When
from django.db.models.functions import Now

from notifications.channels import ChannelError
from notifications.models import Channel, Delivery, DeliveryAttempt
from notifications.outbox import limits
from notifications.outbox.reasons import ERROR_LENGTH
from notifications.outbox.rules import RULES

logger = logging.getLogger(__name__)
State = Delivery.State
Result = DeliveryAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    state: Delivery.State
    provider_id: str = ""
    error: str = ""
    is_ambiguous: bool = False
    is_outage: bool = False
    retry_after: float = 0.0  # seconds, at least

    @property
    def result(self) -> DeliveryAttempt.Outcome:
        if self.state == State.SENT:
            return Result.SENT
        return Result.UNKNOWN if self.is_ambiguous or self.state == State.UNKNOWN else Result.FAILED


def failure(delivery: Delivery, error: ChannelError) -> Outcome:
    """What an error leads to by the channel's rule."""
    rule = RULES[delivery.channel]
    if error.permanent:
        state = State.DEAD
    elif error.ambiguous and delivery.interruptions + 1 >= rule.doubts:
        state = State.UNKNOWN
    elif delivery.attempts > len(rule.delays):
        state = State.UNKNOWN if delivery.interruptions else State.DEAD  # one of the attempts may have got through
    else:
        state = State.PENDING
    reason = str(error) or type(error).__name__
    return Outcome(
        state,
        error=reason,
        is_ambiguous=error.ambiguous,
        is_outage=error.outage and rule.is_one_server,
        retry_after=error.retry_after or 0.0,
    )


def settle(delivery: Delivery, outcome: Outcome) -> bool:
    """Write the outcome, unless the lease has gone to somebody else meanwhile; returns whether it was written."""
    text = outcome.error[:ERROR_LENGTH].replace("\x00", "")
    with transaction.atomic():
        settled = Delivery.objects.filter(pk=delivery.pk, lease_owner=delivery.lease_owner).update(
            state=outcome.state,
            next_attempt_at=Now() + _delay(delivery, outcome) if outcome.state == State.PENDING else None,
            sent_at=Now() if outcome.state == State.SENT else None,
            interruptions=F("interruptions") + int(outcome.is_ambiguous),
            lease_owner=None,
            lease_until=None,
            last_error=text,
            provider_id=outcome.provider_id,
        )
        if settled:
            _close_attempt(delivery, outcome, text)
            _follow(delivery, outcome)
    _log(delivery, outcome, bool(settled))
    return bool(settled)


def _delay(delivery: Delivery, outcome: Outcome) -> timedelta:
    delays = RULES[delivery.channel].delays
    return max(delays[min(delivery.attempts, len(delays)) - 1], timedelta(seconds=outcome.retry_after))


def _close_attempt(delivery: Delivery, outcome: Outcome, text: str) -> None:
    DeliveryAttempt.objects.filter(delivery=delivery, n=delivery.attempts).update(
        outcome=outcome.result, finished_at=Now(), provider_id=outcome.provider_id, error=text
    )


def _follow(delivery: Delivery, outcome: Outcome) -> None:
    """A robot that wants to be left alone is; what is urgent and may not have arrived by telephone goes by mail."""
    if outcome.retry_after and delivery.endpoint is not None:
        limits.close(delivery.endpoint, outcome.retry_after)
    is_lost = outcome.state in (State.UNKNOWN, State.DEAD) and delivery.channel == Channel.SMS
    if is_lost and delivery.message.is_urgent and delivery.recipient.email:
        send_by_mail(delivery)


def send_by_mail(delivery: Delivery) -> None:
    """By mail at once, if the reader has not got it by mail already."""
    other, is_new = Delivery.objects.get_or_create(
        message=delivery.message,
        channel=Channel.EMAIL,
        defaults={"recipient": delivery.recipient, "attempts": 0, "interruptions": 0},
    )
    if not is_new:
        waiting = Delivery.objects.filter(pk=other.pk, state=State.PENDING, to_digest=True)
        waiting.update(to_digest=False, next_attempt_at=Now())


def _log(delivery: Delivery, outcome: Outcome, is_settled: bool) -> None:
    if not is_settled:
        logger.warning("delivery %s: the lease ran out before the outcome %s", delivery.pk, outcome.state)
    elif outcome.state != State.SENT:
        log = logger.warning if outcome.state == State.PENDING else logger.error
        log("delivery %s, attempt %s: %s, %s", delivery.pk, delivery.attempts, outcome.state, outcome.error)


def sweep() -> int:
    """Free deliveries whose worker vanished: once more, or to `unknown` by the channel's rule; returns how many.

    Three queries, however much is stuck.
    """
    with transaction.atomic():
        abandoned = Delivery.objects.filter(state=State.SENDING, lease_until__lt=Now())
        ids = list(abandoned.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if not ids:
            return 0
        gives_up = {"interruptions__gte": _doubts() - 1}
        Delivery.objects.filter(pk__in=ids).update(
            state=Case(When(**gives_up, then=Value(State.UNKNOWN)), default=Value(State.PENDING)),
            next_attempt_at=Case(When(**gives_up, then=None), default=Now()),
            last_error="the worker vanished while sending; it may have gone out",
            interruptions=F("interruptions") + 1,
            lease_owner=None,
            lease_until=None,
        )
        DeliveryAttempt.objects.filter(delivery__in=ids, outcome=Result.STARTED).update(
            outcome=Result.UNKNOWN, finished_at=Now(), error="the worker vanished"
        )
    logger.error("deliveries that lost their worker: %s", len(ids))
    return len(ids)


def _doubts() -> Case:
    """Of each channel: so many interruptions, and it is unknown."""
    whens = [When(channel=channel, then=Value(rule.doubts)) for channel, rule in RULES.items()]
    return Case(*whens, output_field=PositiveSmallIntegerField())

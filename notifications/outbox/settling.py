"""Settling: what became of an attempt, written once; and the sweep for those whose worker vanished."""

import logging
import random
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from notifications.models import ROBOTS, Channel, Delivery, DeliveryAttempt
from notifications.outbox import limits, webhooks
from notifications.outbox.outcomes import Outcome
from notifications.outbox.reasons import ERROR_LENGTH
from notifications.outbox.rules import RULES

logger = logging.getLogger(__name__)
State = Delivery.State
Result = DeliveryAttempt.Outcome


def settle(delivery: Delivery, outcome: Outcome) -> bool:
    """Write the outcome, unless the lease has gone to somebody else meanwhile; returns whether it was written."""
    text = outcome.error[:ERROR_LENGTH].replace("\x00", "")
    with transaction.atomic():
        settled = Delivery.objects.filter(pk=delivery.pk, lease_owner=delivery.lease_owner).update(
            state=outcome.state,
            next_attempt_at=Now() + _delay(delivery, outcome) if outcome.state == State.PENDING else None,
            sent_at=Now() if outcome.state == State.SENT else None,
            interruptions=F("interruptions") + int(outcome.is_ambiguous),
            refusals=F("refusals") + int(outcome.is_refusal),
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
    rule = RULES[delivery.channel]
    attempts = max(delivery.attempts_anew, 1)  # none when it was sent anew while this one was on its way
    delay = rule.delays[min(attempts, len(rule.delays)) - 1]
    spread = 1 + random.uniform(-rule.jitter, rule.jitter)  # so that what failed together does not come back together
    return max(delay * spread, timedelta(seconds=outcome.retry_after))


def _close_attempt(delivery: Delivery, outcome: Outcome, text: str) -> None:
    DeliveryAttempt.objects.filter(delivery=delivery, n=delivery.attempts).update(
        outcome=outcome.result, finished_at=Now(), provider_id=outcome.provider_id, error=text
    )


def _follow(delivery: Delivery, outcome: Outcome) -> None:
    """A robot that wants to be left alone is; what is urgent and may not have arrived by telephone goes by mail."""
    if delivery.channel == Channel.WEBHOOK:
        webhooks.follow(delivery, outcome)
    if outcome.retry_after and delivery.channel in ROBOTS:
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
            last_error=_("The worker vanished while sending; it may have gone out"),
            interruptions=F("interruptions") + 1,
            lease_owner=None,
            lease_until=None,
        )
        DeliveryAttempt.objects.filter(delivery__in=ids, outcome=Result.STARTED).update(
            outcome=Result.UNKNOWN, finished_at=Now(), error=_("The worker vanished")
        )
    logger.error("deliveries that lost their worker: %s", len(ids))
    return len(ids)


def _doubts() -> Case:
    """Of each channel: so many interruptions, and it is unknown."""
    whens = [When(channel=channel, then=Value(rule.doubts)) for channel, rule in RULES.items()]
    return Case(*whens, output_field=PositiveIntegerField())

"""What became of an attempt, and what an error leads to by the channel's rule."""

from dataclasses import dataclass

from django.db.models import Subquery

from notifications.channels import ChannelError
from notifications.models import ANEW, Channel, Delivery, DeliveryAttempt, Endpoint
from notifications.outbox.rules import RULES

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
    is_gone: bool = False  # the address is no more
    is_refusal: bool = False  # of this message; the other side is well

    @property
    def result(self) -> DeliveryAttempt.Outcome:
        if self.state == State.SENT:
            return Result.SENT
        return Result.UNKNOWN if self.is_ambiguous or self.state == State.UNKNOWN else Result.FAILED


def failure(delivery: Delivery, error: ChannelError) -> Outcome:
    """What an error leads to by the channel's rule."""
    if delivery.channel == Channel.WEBHOOK:
        delivery.refresh_from_db(fields=[*ANEW])  # it may have been enabled while this one was on its way
    return Outcome(
        _state_after(delivery, error),
        error=str(error) or type(error).__name__,
        is_ambiguous=error.ambiguous,
        is_outage=error.outage and RULES[delivery.channel].is_one_server,
        retry_after=error.retry_after or 0.0,
        is_gone=error.gone,
        is_refusal=error.refusals is not None,
    )


def _state_after(delivery: Delivery, error: ChannelError) -> Delivery.State:
    if error.gone:
        return State.PAUSED
    if error.permanent or (error.refusals is not None and delivery.refusals + 1 >= error.refusals):
        return State.DEAD
    if _is_over(delivery, error) and not _is_nobody_there(delivery):
        # Unknown: one of the attempts may have got through.
        return State.UNKNOWN if error.ambiguous or delivery.interruptions else State.DEAD
    return State.PENDING


def _is_over(delivery: Delivery, error: ChannelError) -> bool:
    rule = RULES[delivery.channel]
    is_in_doubt = error.ambiguous and delivery.interruptions + 1 >= rule.doubts
    return is_in_doubt or delivery.attempts_anew > len(rule.delays)


def _is_nobody_there(delivery: Delivery) -> bool:
    """A webhook that took nothing at all in that time: it waits until it is back, or is disabled, and loses nothing.

    From the second attempt on: the first may be the one with which the failing began.
    """
    if delivery.channel != Channel.WEBHOOK:
        return False
    second = Subquery(delivery.tries.filter(n=delivery.earlier_attempts + 2).values("started_at"))
    return Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__lte=second).exists()

"""What became of an attempt, and what an error leads to by the channel's rule."""

from dataclasses import dataclass

from notifications.channels import ChannelError
from notifications.models import Delivery, DeliveryAttempt
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
    return Outcome(
        _state_after(delivery, error),
        error=str(error) or type(error).__name__,
        is_ambiguous=error.ambiguous,
        is_outage=error.outage and RULES[delivery.channel].is_one_server,
        retry_after=error.retry_after or 0.0,
        is_gone=error.gone,
        is_refusal=error.tries is not None,
    )


def _state_after(delivery: Delivery, error: ChannelError) -> Delivery.State:
    rule, attempts = RULES[delivery.channel], delivery.attempts_anew
    if error.gone:
        return State.PAUSED
    if error.permanent or (error.tries is not None and attempts >= error.tries):
        return State.DEAD
    if error.ambiguous and delivery.interruptions + 1 >= rule.doubts:
        return State.UNKNOWN
    if attempts > len(rule.delays):
        return State.UNKNOWN if delivery.interruptions else State.DEAD  # one of the attempts may have got through
    return State.PENDING

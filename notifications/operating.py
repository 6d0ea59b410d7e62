"""What operators look at and do: how the channels fare, what is stuck, sending once more. No subject, no text."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from notifications.models import ANEW, Channel, Delivery, HeldPass
from notifications.watching import due_since

State = Delivery.State
STUCK = (State.DEAD, State.UNKNOWN)
OVER = (State.SENT, State.SUPPRESSED, *STUCK)
OPEN = (State.PENDING, State.SENDING, State.PAUSED, State.HELD, *STUCK)


@dataclass(frozen=True)
class ChannelReport:
    """How many deliveries of a channel are in each state that is not over."""

    channel: Channel
    counts: dict[str, int]
    oldest: datetime | None  # when the one that is due longest was due


def channel_reports() -> list[ChannelReport]:
    """Every channel, two queries; what is over is not counted, there are too many of them."""
    counts = Delivery.objects.filter(state__in=OPEN).values_list("channel", "state").annotate(n=Count("id")).order_by()
    by_channel: dict[str, dict[str, int]] = {channel: dict.fromkeys(OPEN, 0) for channel in Channel}
    for channel, state, n in counts:
        by_channel[channel][state] = n
    oldest = due_since()
    return [ChannelReport(channel, by_channel[channel], oldest[channel]) for channel in Channel]


def stuck() -> QuerySet[Delivery]:
    """What was given up, of which nobody knows, or what hangs with a worker that vanished; the newest first."""
    hangs = Q(state=State.SENDING, lease_until__lt=Now())
    rows = Delivery.objects.filter(Q(state__in=STUCK) | hangs).select_related("recipient", "endpoint", "resent_by")
    return rows.prefetch_related("tries").order_by("-id")


def open_passes() -> QuerySet[HeldPass]:
    """Those that wait for a decision."""
    return HeldPass.objects.filter(decision="").annotate(n=Count("deliveries")).order_by("held_at")


def decided_passes(at_most: int) -> QuerySet[HeldPass]:
    """Those decided last, with who and when."""
    return HeldPass.objects.exclude(decision="").select_related("decided_by").order_by("-decided_at")[:at_most]


def resend(delivery: Delivery, by: User) -> bool:
    """Once more, on a person's word; False when it is not stuck any more. Who and when is on record."""
    return bool(send_again(Delivery.objects.filter(pk=delivery.pk, state__in=STUCK), by))


def send_again(deliveries: QuerySet[Delivery], by: User) -> int:
    """Of these deliveries those that are over, each under its old reference; returns how many."""
    return deliveries.filter(state__in=OVER).update(
        state=State.PENDING,
        next_attempt_at=Now(),
        sent_at=None,
        **ANEW,  # whoever asks for it takes a second copy into account
        to_digest=False,
        last_error="",
        resent_by=by,
        resent_at=Now(),
    )

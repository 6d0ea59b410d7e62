"""Deliveries: a message on its way through one channel."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Message


class Channel(models.TextChoices):
    """The ways out of the house; `notifications.channels` holds their transports."""

    EMAIL = "email", _("E-mail")


class DeliveryState(models.TextChoices):
    """How far a delivery got. Only the first two are still to be worked on."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    SUPPRESSED = "suppressed", _("Not sent: no reader or address")
    DEAD = "dead", _("Given up")
    UNKNOWN = "unknown", _("Outcome unknown")


SETTLED = ["sent", "suppressed", "digested"]  # grow for ever; the others are worked on or wait for a person


class Delivery(models.Model):
    """A message on its way through one channel; written only by `services.notify` and `outbox`."""

    State = DeliveryState

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=20, choices=Channel)
    state = models.CharField(max_length=20, choices=DeliveryState, db_default=DeliveryState.PENDING)
    next_attempt_at = models.DateTimeField(null=True, db_default=Now())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    interruptions = models.PositiveSmallIntegerField(db_default=0)  # attempts of which nobody knows the outcome
    claimed_at = models.DateTimeField(null=True)  # the start of the latest attempt
    lease_owner = models.UUIDField(null=True)  # a new token for each claim, so that a late settler is found out
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, db_default="", blank=True)
    provider_id = models.CharField(max_length=255, db_default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                condition=Q(state=DeliveryState.PENDING),
                name="notifications_delivery_due",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state=DeliveryState.SENDING), name="notifications_delivery_leased"
            ),
            models.Index(
                fields=["state", "channel"],
                condition=~Q(state__in=SETTLED),
                name="notifications_delivery_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="notifications_delivery_once_per_channel"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="notifications_delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.PENDING, next_attempt_at__isnull=False)
                | ~Q(state=DeliveryState.PENDING) & Q(next_attempt_at__isnull=True),
                name="notifications_delivery_next_attempt_iff_pending",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING, lease_owner__isnull=False, lease_until__isnull=False)
                | ~Q(state=DeliveryState.SENDING) & Q(lease_owner__isnull=True, lease_until__isnull=True),
                name="notifications_delivery_leased_iff_sending",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | ~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True),
                name="notifications_delivery_sent_at_iff_sent",
            ),
            models.CheckConstraint(
                condition=Q(attempts=0, claimed_at__isnull=True) | Q(attempts__gt=0, claimed_at__isnull=False),
                name="notifications_delivery_claimed_iff_attempted",
            ),
            models.CheckConstraint(
                condition=Q(interruptions__lte=F("attempts")), name="notifications_delivery_interruptions_are_attempts"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[DeliveryState.SUPPRESSED, DeliveryState.DEAD, DeliveryState.UNKNOWN], last_error=""
                ),
                name="notifications_delivery_failure_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}: {self.state}"

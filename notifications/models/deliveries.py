"""Deliveries: a message on its way through one channel."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.endpoints import Channel, Endpoint
from notifications.models.messages import Message
from notifications.models.passes import HeldPass


class DeliveryState(models.TextChoices):
    """How far a delivery got. The outbox works on the first two; a person decides about `held`."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    SUPPRESSED = "suppressed", _("Not sent")
    DEAD = "dead", _("Given up")
    UNKNOWN = "unknown", _("Outcome unknown")
    HELD = "held", _("Held back")
    DIGESTED = "digested", _("In a digest")
    PAUSED = "paused", _("Paused")  # its webhook is disabled; waits until it is enabled


IN_THE_LANE = ["pending", "sending", "paused"]  # those behind it wait
ANEW = {"earlier_attempts": F("attempts"), "interruptions": 0, "refusals": 0}  # by the whole list of delays
SETTLED = ["sent", "suppressed", "digested"]  # grow for ever; the others are worked on or wait for a person


class Delivery(models.Model):
    """A message on its way through one channel; written only by `services.notify` and `outbox`."""

    State = DeliveryState

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", db_index=False)
    recipient = models.ForeignKey(  # as the message says; here for the index
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, choices=Channel)
    state = models.CharField(max_length=20, choices=DeliveryState, db_default=DeliveryState.PENDING)
    next_attempt_at = models.DateTimeField(null=True, db_default=Now())
    lane = models.CharField(max_length=40, db_default="", blank=True)  # what it must not overtake there; empty: nothing
    to_digest = models.BooleanField(db_default=False)  # daily, or it had to wait: leaves with whatever else waits
    digest = models.ForeignKey("self", models.CASCADE, null=True, related_name="members", db_index=False)
    held_pass = models.ForeignKey(  # stays when the pass was released, so that it is not held again
        HeldPass, models.PROTECT, null=True, related_name="deliveries", db_index=False
    )
    attempts = models.PositiveIntegerField(db_default=0)
    earlier_attempts = models.PositiveIntegerField(db_default=0)  # before it was last sent anew
    interruptions = models.PositiveIntegerField(db_default=0)  # attempts of which nobody knows the outcome
    refusals = models.PositiveIntegerField(db_default=0)  # attempts that the receiver could make nothing of
    claimed_at = models.DateTimeField(null=True)  # the start of the latest attempt
    lease_owner = models.UUIDField(null=True)  # a new token for each claim, so that a late settler is found out
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, db_default="", blank=True)
    provider_id = models.CharField(max_length=255, db_default="", blank=True)
    resent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    resent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                condition=Q(state=DeliveryState.PENDING),
                name="notifications_delivery_due",
            ),
            models.Index(  # what waits for one reader
                fields=["recipient", "endpoint", "channel", "next_attempt_at"],
                condition=Q(state=DeliveryState.PENDING),
                name="notifications_delivery_waiting",
            ),
            models.Index(  # what another one must not overtake
                fields=["endpoint", "lane", "id"],
                condition=~Q(lane="") & Q(state__in=IN_THE_LANE),
                name="notifications_delivery_lane",
            ),
            models.Index(  # the log of a webhook
                fields=["endpoint", "id"], condition=Q(endpoint__isnull=False), name="notifications_delivery_log"
            ),
            models.Index(fields=["digest"], condition=Q(digest__isnull=False), name="notifications_delivery_member"),
            models.Index(
                fields=["held_pass"], condition=Q(held_pass__isnull=False), name="notifications_delivery_of_pass"
            ),
            models.Index(  # how much goes out in an hour
                fields=["channel", "sent_at"],
                condition=Q(state=DeliveryState.SENT),
                name="notifications_delivery_sent",
            ),
            models.Index(  # how much a person got by telephone today
                fields=["recipient", "claimed_at"],
                condition=Q(channel=Channel.SMS, attempts__gt=0),
                name="notifications_delivery_texted",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state=DeliveryState.SENDING), name="notifications_delivery_leased"
            ),
            models.Index(  # what is worked on, and what a person should look at
                fields=["state", "channel"],
                condition=~Q(state__in=SETTLED),
                name="notifications_delivery_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, endpoint__isnull=True)
                | Q(recipient__isnull=True, endpoint__isnull=False),
                name="notifications_delivery_to_a_person_or_an_endpoint",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notifications_delivery_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.DIGESTED, digest__isnull=False)
                | ~Q(state=DeliveryState.DIGESTED) & Q(digest__isnull=True),
                name="notifications_delivery_digested_iff_digest",
            ),
            models.CheckConstraint(
                condition=Q(digest__isnull=True) | ~Q(digest=F("id")), name="notifications_delivery_not_its_own_digest"
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.HELD, held_pass__isnull=True),
                name="notifications_delivery_held_with_its_pass",
            ),
            models.CheckConstraint(
                condition=Q(resent_by__isnull=True, resent_at__isnull=True)
                | Q(resent_by__isnull=False, resent_at__isnull=False),
                name="notifications_delivery_resent_together",
            ),
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
                condition=Q(earlier_attempts__lte=F("attempts")), name="notifications_delivery_earlier_are_attempts"
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.PAUSED, endpoint__isnull=True),
                name="notifications_delivery_paused_with_its_endpoint",
            ),
            models.CheckConstraint(
                condition=Q(interruptions__lte=F("attempts")), name="notifications_delivery_interruptions_are_attempts"
            ),
            models.CheckConstraint(
                condition=Q(refusals__lte=F("attempts")), name="notifications_delivery_refusals_are_attempts"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        DeliveryState.SUPPRESSED,
                        DeliveryState.DEAD,
                        DeliveryState.UNKNOWN,
                        DeliveryState.HELD,
                    ],
                    last_error="",
                ),
                name="notifications_delivery_failure_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}: {self.state}"

    @property
    def attempts_anew(self) -> int:
        """Since a person, or the receiver, asked for it once more."""
        return self.attempts - self.earlier_attempts

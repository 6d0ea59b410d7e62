"""Attempts: written down before anything leaves the house, so that a crash leaves a trace."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.deliveries import Delivery


class AttemptOutcome(models.TextChoices):
    STARTED = "started", _("Begun")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Outcome unknown")


class DeliveryAttempt(models.Model):
    """The n-th try of a delivery. Committed as `started` before the I/O; settled after it, or by the sweep."""

    Outcome = AttemptOutcome

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries", db_index=False)
    n = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=AttemptOutcome, db_default=AttemptOutcome.STARTED)
    provider_id = models.CharField(max_length=255, db_default="", blank=True)
    error = models.CharField(max_length=500, db_default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["delivery"],
                condition=Q(outcome=AttemptOutcome.STARTED),
                name="notifications_attempt_open",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "n"], name="notifications_attempt_once"),
            models.CheckConstraint(
                condition=Q(outcome=AttemptOutcome.STARTED, finished_at__isnull=True)
                | Q(
                    outcome__in=[AttemptOutcome.SENT, AttemptOutcome.FAILED, AttemptOutcome.UNKNOWN],
                    finished_at__isnull=False,
                ),
                name="notifications_attempt_finished_iff_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.n}: {self.outcome}"

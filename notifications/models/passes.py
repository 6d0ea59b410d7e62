"""Passes that would have sent out of all proportion and wait for a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.endpoints import Channel


class PassDecision(models.TextChoices):
    RELEASED = "released", _("Released")
    DISCARDED = "discarded", _("Discarded")


class HeldPass(models.Model):
    """What was told on one occasion through one channel: held until an operator releases or discards it."""

    Decision = PassDecision

    occasion = models.CharField(max_length=60)
    channel = models.CharField(max_length=20, choices=Channel)
    envelopes = models.PositiveIntegerField()  # readers it would have reached when it was held
    limit = models.PositiveIntegerField()
    held_at = models.DateTimeField(db_default=Now())
    decision = models.CharField(max_length=10, choices=PassDecision, db_default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "channel"], condition=Q(decision=""), name="notifications_pass_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(decision__in=PassDecision.values, decided_at__isnull=False, decided_by__isnull=False),
                name="notifications_pass_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.channel}"

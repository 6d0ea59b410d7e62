"""How a channel fares: the memory of its breaker, shared by all workers."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.models.endpoints import Channel


class ChannelState(models.Model):
    """One row a channel that has failed of late. While `open_until` lies ahead nobody tries it."""

    channel = models.CharField(max_length=20, choices=Channel, primary_key=True)
    failures = models.PositiveIntegerField(db_default=0)  # since `window_from`; every one while half open
    window_from = models.DateTimeField(db_default=Now())
    open_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notifications_channelstate_channel_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.failures}"

"""How a person wants to be told, by class of notice and channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.models.endpoints import PERSONAL, Channel
from notifications.models.messages import NoticeClass


class Mode(models.TextChoices):
    IMMEDIATE = "immediate", _("At once")
    DAILY = "daily", _("Once a day")
    OFF = "off", _("Not at all")


class Preference(models.Model):
    """A wish that differs from the default or may; without a row the default holds (`notifications.preferences`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    channel = models.CharField(max_length=20, choices=Channel)
    notice_class = models.CharField(max_length=10, choices=NoticeClass)
    mode = models.CharField(max_length=10, choices=Mode)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "channel", "notice_class"], name="notifications_preference_one_wish"
            ),
            models.CheckConstraint(
                condition=Q(
                    channel__in=[channel.value for channel in PERSONAL],
                    notice_class__in=NoticeClass.values,
                    mode__in=Mode.values,
                ),
                name="notifications_preference_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.EMAIL, mode=Mode.OFF) | Q(notice_class=NoticeClass.OPTIONAL),
                name="notifications_preference_mandatory_is_not_muted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel} {self.notice_class}: {self.mode}"

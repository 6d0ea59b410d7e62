"""What the house has to say about itself: something is wrong that a person should look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Alarm(models.Model):
    """Open until it is cleared; raised again while open it only counts. One open row a key."""

    key = models.CharField(max_length=100)  # what it is about: "calendar:2027", "vacant:12:department_head"
    kind = models.CharField(max_length=40)  # the part of the key before the first colon
    text = models.TextField()
    count = models.PositiveIntegerField(db_default=1)
    raised_at = models.DateTimeField(db_default=Now())
    last_raised_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)  # to those who operate the house; null: not yet
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(  # null: by the house itself
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-last_raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(cleared_at__isnull=True), name="notifications_alarm_one_open"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=False) | Q(cleared_by__isnull=True),
                name="notifications_alarm_cleared_together",
            ),
        ]

    def __str__(self) -> str:
        return self.key

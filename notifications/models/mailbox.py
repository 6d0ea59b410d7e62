"""The mailbox of the demo."""

from django.db import models
from django.db.models import F
from django.db.models.functions import Now


class StoredMail(models.Model):
    """A mail of the demo: kept for a page instead of leaving the house. One row for each addressee."""

    to = models.CharField(max_length=320)
    sender = models.CharField(max_length=320)
    subject = models.CharField(max_length=1000, blank=True)
    body = models.TextField(blank=True)
    message_id = models.CharField(max_length=255)  # not unique: a redelivery is seen as two mails with one id
    headers = models.JSONField(default=dict)
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(F("to"), F("id").desc(), name="notifications_mail_of")]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

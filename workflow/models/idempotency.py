"""The first answers to machines' requests, kept so that a repeated request is answered again and not done again."""

from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """One Idempotency-Key of one client; written in the transaction of its effect."""

    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")  # the machine's stand-in
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 over method, path and input
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="workflow_idempotency_key_once")]
        indexes = [models.Index(fields=["client", "created_at"], name="workflow_idempotency_age")]

    def __str__(self) -> str:
        return self.key

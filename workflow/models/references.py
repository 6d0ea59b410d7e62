"""The names that other systems give to items."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from workflow.models.items import WorkItem


class ExternalReference(models.Model):
    """A client's own reference for an item. Two clients may use the same word for two items."""

    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")  # the machine's stand-in
    ref = models.CharField(max_length=80)
    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="external_references")
    sequence = models.BigIntegerField(null=True)  # of the client's own count, the last that was taken
    said = models.JSONField(default=dict)  # SHA-256 of what the client sent last, field by field

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "ref"], name="workflow_external_reference_once"),
            models.CheckConstraint(condition=~Q(ref=""), name="workflow_external_reference_says_something"),
            models.CheckConstraint(
                condition=Q(sequence__isnull=True) | Q(sequence__gte=0), name="workflow_external_reference_sequence"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

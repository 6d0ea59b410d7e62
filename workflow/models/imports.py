"""Plan documents on their way in: read, previewed, corrected, confirmed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.models.sources import Source


class PlanImport(models.Model):
    """A document that was uploaded. `reading` is what the reader found, then what a person made of it."""

    office = models.ForeignKey(Department, models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    source = models.OneToOneField(Source, models.PROTECT, null=True, blank=True, related_name="plan_import")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("plan import")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "sha256"], name="workflow_one_import_per_document"),
            models.CheckConstraint(
                condition=Q(source__isnull=True, confirmed_at__isnull=True)
                | Q(source__isnull=False, confirmed_at__isnull=False),
                name="workflow_import_confirmed_with_source",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

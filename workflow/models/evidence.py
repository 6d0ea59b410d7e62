"""Evidence files: facts about them; the bytes lie in storage under the data directory."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.models.items import WorkItem


class Evidence(models.Model):
    """A file that shows what was done. Never overwritten: a better file is another row."""

    class Kind(models.TextChoices):
        BEFORE = "before_photo", _("Photo before")
        AFTER = "after_photo", _("Photo after")
        DOCUMENT = "document", _("Document")
        MONITORING = "monitoring_report", _("Monitoring report")
        PENALTY = "penalty_decision", _("Penalty decision")
        MEETING = "meeting_record", _("Meeting record")
        SELF_CHECK = "self_check_report", _("Self-check report")
        PUBLICITY = "publicity_screenshot", _("Publicity screenshot")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="evidence")
    cycle = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    path = models.CharField(max_length=200, unique=True)  # below the data directory; never from the user
    name = models.CharField(_("file name"), max_length=200)  # as uploaded: shown, never used as a path
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=120)  # found from the content
    note = models.CharField(_("note"), max_length=300, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    department = models.ForeignKey(Department, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("evidence")
        ordering = ["item", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "cycle", "sha256"], name="workflow_evidence_same_file_once"),
        ]

    def __str__(self) -> str:
        return self.name

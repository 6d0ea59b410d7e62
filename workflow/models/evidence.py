"""Evidence files: facts about them; the bytes lie in storage under the data directory."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.lifecycle import EvidenceKind
from workflow.models.items import WorkItem


class Evidence(models.Model):
    """A file that shows what was done. Never overwritten: a better file is another row."""

    Kind = EvidenceKind

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="evidence")
    cycle = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=24, choices=EvidenceKind)
    replaces = models.OneToOneField(  # the version before
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("new version of")
    )
    path = models.CharField(max_length=200, unique=True)  # below the data directory; never from the user
    name = models.CharField(_("file name"), max_length=200)  # as uploaded: shown, never used as a path
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=120)  # found from the content
    note = models.CharField(_("note"), max_length=300, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    # what the photograph itself says (EXIF): shown to the verifier, never typed in
    shot_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)  # degrees, WGS 84
    longitude = models.FloatField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    department = models.ForeignKey(Department, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("evidence")
        ordering = ["item", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "cycle", "sha256"], name="workflow_evidence_same_file_once"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="workflow_evidence_place_in_pairs",
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""Look-backs: checking again, some time after closing, whether it holds."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.models.evidence import Evidence
from workflow.models.items import WorkItem

USER = settings.AUTH_USER_MODEL


class LookBack(models.Model):
    """One look-back, scheduled by the close-out of its cycle; done, or dropped when the item was reopened before."""

    class Finding(models.TextChoices):
        HOLDS = "holds", _("It holds")
        REBOUNDED = "rebounded", _("Rebounded")
        SHAM = "sham", _("Sham rectification")
        PERFUNCTORY = "perfunctory", _("Perfunctory rectification")
        SURFACE = "surface", _("Surface rectification")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="look_backs")
    cycle = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 … of its cycle
    due_on = models.DateField()
    finding = models.CharField(_("finding"), max_length=12, choices=Finding, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)
    visited_on = models.DateField(_("site visit on"), null=True, blank=True)
    evidence = models.ManyToManyField(Evidence, related_name="look_backs")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "cycle", "number"], name="workflow_look_back_number_once"),
            models.CheckConstraint(
                condition=Q(finding="", by__isnull=True, at__isnull=True)
                | (~Q(finding="") & Q(by__isnull=False, at__isnull=False, dropped_at__isnull=True)),
                name="workflow_look_back_done_together",
            ),
        ]
        indexes = [
            models.Index(
                fields=["item"], condition=Q(finding="", dropped_at__isnull=True), name="workflow_look_back_pending"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.due_on}"

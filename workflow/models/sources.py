"""Where items come from, and the sections of a plan document."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.models.procedures import Procedure


class Source(models.Model):
    """An inspection, a batch of petitions, a plan, a campaign."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("Action plan")
        CENTRAL = "central", _("Central inspection")
        PROVINCIAL = "provincial", _("Provincial inspection")
        PETITION = "petition", _("Petitions")
        OWN = "own", _("Own findings")
        CAMPAIGN = "campaign", _("Campaign")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    document_number = models.CharField(_("document number"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    procedure = models.ForeignKey(Procedure, models.PROTECT, verbose_name=_("procedure"))
    office = models.ForeignKey(Department, models.PROTECT, verbose_name=_("kept by"))
    document_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-issued_on", "-id"]
        constraints = [
            # the same document twice changes nothing, whoever races whom
            models.UniqueConstraint(
                fields=["office", "document_sha256"],
                condition=~Q(document_sha256=""),
                name="workflow_source_document_once",
            ),
            models.UniqueConstraint(
                fields=["office", "document_number"],
                condition=~Q(document_number=""),
                name="workflow_source_document_number_once",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True, period_to__isnull=True) | Q(period_from__lte=F("period_to")),
                name="workflow_source_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """One action (行动) of a plan."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["source", "position"]
        constraints = [
            models.UniqueConstraint(fields=["source", "position"], name="workflow_section_position_once"),
        ]

    def __str__(self) -> str:
        return self.title

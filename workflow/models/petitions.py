"""Petitions (信访举报件): what an item has beside its road when it came from the public."""

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Region
from workflow.models.items import WorkItem

# The handling counts of a petition, in the order of the public tables.
COUNTS = (
    "ordered_to_rectify",
    "penalised",
    "fined",
    "investigated",
    "detained",
    "interviewed",
    "held_accountable",
)


class Finding(models.TextChoices):
    """Of a sub-issue and of the whole."""

    TRUE = "true", _("Substantiated")
    MOSTLY = "mostly", _("Mostly substantiated")
    PARTLY = "partly", _("Partly substantiated")
    NOT = "not", _("Not substantiated")


class Petition(models.Model):
    """The complaint behind an item. Its number is the item's `external_ref`: text, whose digits mean nothing to us."""

    class Channel(models.TextChoices):
        TEAM = "team", _("Inspection team")
        HOTLINE = "hotline", _("Telephone hotline")
        LETTER = "letter", _("Letter or visit")
        ONLINE = "online", _("Website or app")
        SUPERIOR = "superior", _("Passed on from above")
        OTHER = "other", _("Other")

    class Completion(models.TextChoices):
        """Words of the public tables."""

        DONE = "done", pgettext_lazy("petition", "Done")
        STAGED = "staged", _("Done for this stage")
        NOT_DONE = "not_done", _("Not done")

    item = models.OneToOneField(WorkItem, models.PROTECT, related_name="petition")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.OTHER)
    batch = models.CharField(_("batch"), max_length=40, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    regions = models.ManyToManyField(Region, related_name="+", verbose_name=_("regions"))
    finding = models.CharField(_("overall finding"), max_length=6, choices=Finding, blank=True)
    investigation = models.TextField(_("what was found"), blank=True)
    completion = models.CharField(_("completion"), max_length=8, choices=Completion, blank=True)
    repeat_of = models.ForeignKey(  # the first complaint of the row
        "self", models.PROTECT, null=True, blank=True, related_name="repeats", verbose_name=_("repeats")
    )

    # handling counts, as the public tables list them
    ordered_to_rectify = models.PositiveIntegerField(_("ordered to rectify (enterprises)"), default=0)
    penalised = models.PositiveIntegerField(_("penalty cases (enterprises)"), default=0)
    fined = models.DecimalField(_("fines (10,000 yuan)"), max_digits=12, decimal_places=4, default=Decimal(0))
    investigated = models.PositiveIntegerField(_("criminal investigations (cases)"), default=0)
    detained = models.PositiveIntegerField(_("detained (persons)"), default=0)
    interviewed = models.PositiveIntegerField(_("interviewed (persons)"), default=0)
    held_accountable = models.PositiveIntegerField(_("held accountable (persons)"), default=0)

    class Meta:
        verbose_name = _("petition")
        verbose_name_plural = _("petitions")
        constraints = [
            models.CheckConstraint(
                condition=Q(repeat_of__isnull=True) | ~Q(repeat_of=F("id")), name="workflow_petition_not_own_repeat"
            ),
            models.CheckConstraint(condition=Q(fined__gte=0), name="workflow_petition_fined"),
        ]
        indexes = [GinIndex(OpClass("place", name="gin_trgm_ops"), name="workflow_petition_place_trgm")]

    def __str__(self) -> str:
        return self.item.external_ref or self.item.number


class SubIssue(models.Model):
    """One of the matters that a petition complains of, with its own finding."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="sub_issues")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(_("matter"))
    finding = models.CharField(_("finding"), max_length=6, choices=Finding, blank=True)
    explanation = models.TextField(_("what was found"), blank=True)

    class Meta:
        ordering = ["petition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["petition", "position"], name="workflow_sub_issue_position_once")
        ]

    def __str__(self) -> str:
        return self.text

"""The working calendar as published by the State Council each year, make-up weekends included."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class CalendarYear(models.Model):
    """A year's arrangement, one row a revision: read, then put in force with a reason, one day superseded.

    What is in force is never changed or deleted (migration 0022); a correction is the next revision.
    """

    class Origin(models.TextChoices):
        PACKAGE = "package", _("shipped with the software")
        NOTICE = "notice", _("published notice")
        TABLE = "table", _("table of days")

    year = models.PositiveSmallIntegerField(_("year"))
    revision = models.PositiveSmallIntegerField(default=1)
    origin = models.CharField(max_length=8, choices=Origin)
    title = models.CharField(_("title"), max_length=200, blank=True)
    document_number = models.CharField(_("document number"), max_length=80)  # of the package: its name and version
    days = models.JSONField()  # what it names: [["2027-01-01", is it worked?, "元旦"], …]
    read_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")  # null: shipped
    read_at = models.DateTimeField()
    reason = models.TextField(_("reason"), blank=True)
    confirmed_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True)  # null: read, not confirmed
    recalculated_at = models.DateTimeField(null=True, blank=True)  # when the last running clock had been moved
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-year", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["year", "revision"], name="workflow_year_revision_once"),
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(in_force_at__isnull=False, superseded_at__isnull=True),
                name="workflow_year_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["year"], condition=Q(in_force_at__isnull=True), name="workflow_year_one_to_confirm"
            ),
            models.CheckConstraint(
                condition=Q(in_force_at__isnull=False)
                | Q(recalculated_at__isnull=True, superseded_at__isnull=True, confirmed_by__isnull=True),
                name="workflow_year_in_force_first",
            ),
            models.CheckConstraint(
                condition=Q(in_force_at__isnull=True)
                | Q(origin="package", confirmed_by__isnull=True)
                | (~Q(origin="package") & Q(confirmed_by__isnull=False) & ~Q(reason="")),
                name="workflow_year_in_force_with_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.document_number}"

    @property
    def exceptions(self) -> dict[date, bool]:
        """The days it names → are they worked?"""
        return {date.fromisoformat(day): is_working for day, is_working, _name in self.days}


class CalendarDay(models.Model):
    """One day of a published year, as the arrangement in force has it. A year without rows is provisional."""

    day = models.DateField(_("day"), primary_key=True)
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(_("holiday"), max_length=30, blank=True)  # also of the holiday that a make-up day is for
    arrangement = models.ForeignKey(CalendarYear, models.PROTECT, related_name="every_day")

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

"""How far an item is: its milestones and targets, what the departments report and what they measured."""

import operator

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.models.items import WorkItem


class ProgressReport(models.Model):
    """What a department says about its progress, at a moment."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="reports")
    cycle = models.PositiveSmallIntegerField()
    period_due_on = models.DateField(null=True, blank=True)  # the due day that this report answers for
    department = models.ForeignKey(Department, models.PROTECT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField()
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    values = models.JSONField(default=dict, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100), name="workflow_report_percent"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Milestone(models.Model):
    """A dated obligation inside a task. `confidence` says how sure the reader was of the date."""

    class Confidence(models.TextChoices):
        STATED = "stated", _("stated")
        INFERRED = "inferred", _("inferred")
        AMBIGUOUS = "ambiguous", _("ambiguous")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    due_on = models.DateField(null=True, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.STATED)
    reached_on = models.DateField(_("reached on"), null=True, blank=True)  # as the lead department reported
    report = models.ForeignKey(ProgressReport, models.PROTECT, null=True, blank=True, related_name="milestones")

    class Meta:
        ordering = ["item", "position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="workflow_milestone_position_once"),
            models.CheckConstraint(
                condition=Q(reached_on__isnull=True, report__isnull=True)
                | Q(reached_on__isnull=False, report__isnull=False),
                name="workflow_milestone_reached_together",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def was_late(self) -> bool:
        """It was reached after its day."""
        return bool(self.reached_on and self.due_on and self.reached_on > self.due_on)


# As the reader of plans writes them.
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}


class Target(models.Model):
    """A measurable aim of a task, e.g. ≥ 80 %, perhaps of one milestone."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="targets")
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, blank=True, related_name="targets")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    comparator = models.CharField(max_length=2, blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["item", "position"]

    def __str__(self) -> str:
        return self.text

    @property
    def measured(self) -> "Measurement | None":
        """What was measured last; read for many targets at once with `prefetch_related(latest_measurements())`."""
        rows = self.latest if hasattr(self, "latest") else self.measurements.select_related("report__department")[:1]
        return next(iter(rows), None)

    @property
    def is_met(self) -> bool | None:
        """None: nothing was measured, or there is no number to compare with."""
        compare = _COMPARE.get(self.comparator)
        if compare is None or self.value is None or (last := self.measured) is None:
            return None
        return compare(last.value, self.value)


class Measurement(models.Model):
    """What a report says was measured of a target, in the target's unit."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="measurements")
    report = models.ForeignKey(ProgressReport, models.PROTECT, related_name="measurements")
    value = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        ordering = ["-report__at", "-id"]
        constraints = [models.UniqueConstraint(fields=["target", "report"], name="workflow_measured_once_a_report")]

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.target.unit}".strip()


def latest_measurements() -> models.Prefetch:
    """For a queryset of targets: the last measurement of each, in one query."""
    rows = Measurement.objects.order_by("target_id", "-report__at", "-id").distinct("target_id")
    return models.Prefetch("measurements", rows.select_related("report__department"), to_attr="latest")

"""Changes of time: extensions beside the original deadline, suspensions as a ledger of periods."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.lifecycle import Party, State
from workflow.models.evidence import Evidence
from workflow.models.items import WorkItem

USER = settings.AUTH_USER_MODEL


class Extension(models.Model):
    """A later deadline: asked for and decided, or decided by the higher level and recorded here."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="extensions")
    cycle = models.PositiveSmallIntegerField()
    deadline_then = models.DateField()
    due_on = models.DateField(_("deadline asked for"))
    reason = models.TextField(_("reason"))
    department = models.ForeignKey(Department, models.PROTECT)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decider = models.CharField(max_length=12, choices=Party)  # office or approver; who decides it
    decide_by = models.DateField(null=True, blank=True)  # the last day to decide
    is_approved = models.BooleanField(null=True, blank=True)  # null: not decided
    granted_due_on = models.DateField(_("deadline granted"), null=True, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)
    document_number = models.CharField(_("document number"), max_length=80, blank=True)  # of the higher level
    scan = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)  # the item moved on before anybody decided

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="workflow_extension_decided_together",
            ),
            models.CheckConstraint(
                condition=Q(is_approved=True, granted_due_on__gt=F("deadline_then"))
                | (~Q(is_approved=True) & Q(granted_due_on__isnull=True))
                | Q(is_approved__isnull=True, granted_due_on__isnull=True),
                name="workflow_extension_grants_a_later_day",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at__isnull=True) | Q(is_approved__isnull=True),
                name="workflow_extension_lapsed_or_not",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")) | ~Q(document_number=""),
                name="workflow_extension_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(is_approved__isnull=True, lapsed_at__isnull=True),
                name="workflow_one_open_extension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deadline_then} → {self.granted_due_on or self.due_on}"


class Suspension(models.Model):
    """A period in which the clocks of an item stand still; the days in it never count."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="suspensions")
    cycle = models.PositiveSmallIntegerField()
    reason = models.TextField(_("reason"))
    state_before = models.CharField(max_length=12, choices=State)
    started_on = models.DateField()  # the first day that does not count
    started_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")  # who approved it
    accept_days_left = models.SmallIntegerField(null=True, blank=True)  # working days
    supplement_days_left = models.SmallIntegerField(null=True, blank=True)  # working days
    ended_on = models.DateField(null=True, blank=True)  # the first day that counts again
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False),
                name="workflow_suspension_ended_together",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="workflow_suspension_in_order",
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(ended_at__isnull=True), name="workflow_one_running_suspension"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_on}–{self.ended_on or ''}"

    @property
    def days(self) -> int | None:
        """That do not count; None while it runs."""
        return (self.ended_on - self.started_on).days if self.ended_on else None

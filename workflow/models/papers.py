"""Measures that the clock proposes, and the numbered papers by which a person takes them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.deadlines import business_day
from workflow.models.items import WorkItem
from workflow.models.procedures import PROPOSED
from workflow.models.timers import RungFiring, Timer

USER = settings.AUTH_USER_MODEL


class Proposal(models.Model):
    """A measure that a rung of the ladder proposes; it is open until somebody decides or its clock ends."""

    class Status(models.TextChoices):
        OPEN = "open", _("Proposed")
        SIGNED = "signed", _("Signed")
        DISMISSED = "dismissed", _("Dismissed")
        LAPSED = "lapsed", _("Lapsed")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="proposals")
    timer = models.ForeignKey(Timer, models.PROTECT, related_name="proposals")
    firing = models.OneToOneField(RungFiring, models.PROTECT, related_name="proposal")
    measure = models.CharField(max_length=20, choices=[(measure.value, measure.label) for measure in PROPOSED])
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    proposed_at = models.DateTimeField()
    reason = models.TextField(_("reason"), blank=True)  # of a dismissal
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "measure"], condition=Q(status="open"), name="workflow_proposal_one_open"
            ),
            models.UniqueConstraint(fields=["timer", "measure"], name="workflow_proposal_once_a_clock"),
            models.CheckConstraint(
                condition=Q(status="open", decided_by__isnull=True, decided_at__isnull=True, reason="")
                | Q(status="signed", decided_by__isnull=False, decided_at__isnull=False, reason="")
                | (Q(status="dismissed", decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""))
                | Q(status="lapsed", decided_by__isnull=True, decided_at__isnull=False, reason=""),
                name="workflow_proposal_decided_together",
            ),
        ]
        indexes = [models.Index(fields=["item"], condition=Q(status="open"), name="workflow_proposal_open")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.measure} {self.status}"


class Paper(models.Model):
    """A measure that was taken: numbered, signed, addressed to a department, to be answered by a day or not at all."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="papers")
    cycle = models.PositiveSmallIntegerField()
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="paper")
    measure = models.CharField(max_length=20, choices=[(measure.value, measure.label) for measure in PROPOSED])
    office = models.ForeignKey(Department, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    addressee = models.ForeignKey(Department, models.PROTECT, related_name="+")  # as the paper says
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")  # that has to answer now
    text = models.TextField(_("text"))
    reply_by = models.DateField(null=True, blank=True)  # as the paper says; null: no answer is asked for
    due_on = models.DateField(null=True, blank=True)  # the same, moved by the days of suspensions
    signed_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_for = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "number"], name="workflow_paper_number_once"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(number=""), name="workflow_paper_says_something"),
            models.CheckConstraint(
                condition=Q(reply_by__isnull=True, due_on__isnull=True)
                | Q(reply_by__isnull=False, due_on__isnull=False, due_on__gte=F("reply_by")),
                name="workflow_paper_answer_put_off_only",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_for__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | (
                    ~Q(answer="")
                    & Q(answered_for__isnull=False, answered_by__isnull=False, answered_at__isnull=False)
                    & Q(due_on__isnull=False)
                ),
                name="workflow_paper_answered_together",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "item"],
                condition=Q(answered_at__isnull=True, due_on__isnull=False),
                name="workflow_paper_to_answer",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def was_answered_late(self) -> bool:
        """By the day in force."""
        return bool(self.answered_at) and business_day(self.answered_at) > self.due_on

"""The way out: submissions, verifications, publicity, objections, closures."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workflow.models.evidence import Evidence
from workflow.models.items import WorkItem

USER = settings.AUTH_USER_MODEL


class Submission(models.Model):
    """A department says: done, please verify."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="submissions")
    cycle = models.PositiveSmallIntegerField()
    summary = models.TextField(_("summary"))
    evidence = models.ManyToManyField(Evidence, related_name="submissions")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    was_late = models.BooleanField()  # after the deadline of its cycle; stays true for ever (DOMAIN rule 4)

    class Meta:
        ordering = ["item", "id"]

    def __str__(self) -> str:
        return self.summary


class Standard(models.TextChoices):
    """The five general standards of verification; keys of Verification.checklist."""

    MEASURES = "measures", _("All measures were carried out")
    VIOLATIONS = "violations", _("Violations were investigated and punished")
    EFFECT = "effect", _("The effect meets law and technical norms")
    ELSEWHERE = "elsewhere", _("The same problem was put right elsewhere too")
    LASTING = "lasting", _("The root cause is removed and a lasting mechanism is in place")


class Verification(models.Model):
    """One check of one stage, on paper or on site."""

    class Conclusion(models.TextChoices):
        PASS = "pass", _("Pass")
        SUPPLEMENT = "supplement", _("Supplement, then pass")
        FAIL = "fail", _("Fail")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="verifications")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="verifications")
    cycle = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    conclusion = models.CharField(_("conclusion"), max_length=10, choices=Conclusion)
    opinion = models.TextField(_("opinion"))
    visited_on = models.DateField(_("site visit on"), null=True, blank=True)
    checklist = models.JSONField(default=dict, blank=True)
    submitted_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("submitted_by")), name="workflow_verifier_is_not_submitter"),
        ]

    def __str__(self) -> str:
        return f"{self.get_conclusion_display()} · {self.opinion}"


class Publicity(models.Model):
    """A public notice from one day to another, both counted."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="publicities")
    cycle = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)  # by the clock, or stopped by an objection upheld

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="workflow_publicity_in_order"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(ended_at__isnull=True), name="workflow_one_running_publicity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"

    @property
    def was_stopped(self) -> bool:
        """It ended before its last day was over: an objection was upheld, or the item was declared void."""
        return self.ended_at is not None and timezone.localdate(self.ended_at) <= self.ends_on


class Objection(models.Model):
    """What somebody holds against closing the item. Open until decided."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="objections")
    cycle = models.PositiveSmallIntegerField()
    text = models.TextField(_("objection"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    upheld = models.BooleanField(_("upheld"), null=True, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(upheld__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="workflow_objection_decided_together",
            ),
        ]
        indexes = [models.Index(fields=["item"], condition=Q(upheld__isnull=True), name="workflow_objection_open")]

    def __str__(self) -> str:
        return self.text


class Closure(models.Model):
    """The item is struck off the list. One row a cycle; the first stays on record when the item is reopened."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="closures")
    cycle = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("outcome"), max_length=20, choices=WorkItem.Outcome)
    opinion = models.TextField(_("opinion"))
    document_number = models.CharField(_("document number"), max_length=80, blank=True)
    was_late = models.BooleanField()
    submitted_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "cycle"]
        constraints = [
            models.UniqueConstraint(fields=["item", "cycle"], name="workflow_closure_once_a_cycle"),
            models.CheckConstraint(
                condition=~Q(by=F("submitted_by")) & ~Q(by=F("verified_by")), name="workflow_approver_is_neither"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} #{self.cycle}"

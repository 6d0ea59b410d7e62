"""The way out: submissions, verifications, publicity, objections, closures, filings."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.models.evidence import Evidence
from workflow.models.items import WorkItem
from workflow.models.procedures import DayUnit

USER = settings.AUTH_USER_MODEL


class Submission(models.Model):
    """A department says: done, please verify."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="submissions")
    cycle = models.PositiveSmallIntegerField()
    supplements = models.OneToOneField(  # what was supplemented: the stages it had passed stay passed
        "self", models.PROTECT, null=True, blank=True, related_name="supplemented_by"
    )
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

    class Method(models.TextChoices):
        PAPER = "paper", _("On paper")
        SITE = "site", _("On site")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="verifications")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="verifications")
    cycle = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    conclusion = models.CharField(_("conclusion"), max_length=10, choices=Conclusion)
    opinion = models.TextField(_("opinion"))
    method = models.CharField(_("checked"), max_length=5, choices=Method, default=Method.PAPER)
    visited_on = models.DateField(_("site visit on"), null=True, blank=True)
    team = models.CharField(_("who was there"), max_length=200, blank=True)
    checklist = models.JSONField(default=dict, blank=True)  # {standard: {"met": bool, "note": text}}
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")  # that verified
    digest = models.CharField(max_length=64, blank=True)  # of what was seen
    submitted_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("submitted_by")), name="workflow_verifier_is_not_submitter"),
            models.CheckConstraint(
                condition=Q(method="site", visited_on__isnull=False) | Q(method="paper", visited_on__isnull=True),
                name="workflow_site_visit_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_conclusion_display()} · {self.opinion}"


class Publicity(models.Model):
    """A public notice from one day to another, both counted."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="publicities")
    cycle = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField(default=0)
    unit = models.CharField(max_length=8, choices=DayUnit, default=DayUnit.WORKING)
    notice = models.JSONField(default=dict)  # the text made public, field by field; services.notice_text
    place = models.CharField(_("published at"), max_length=300, blank=True)  # elsewhere, besides our own page
    published_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    replaces = models.OneToOneField(  # the notice whose days it took over when it was put up elsewhere
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    ended_at = models.DateTimeField(null=True, blank=True)  # by the clock, or stopped by an objection upheld

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="workflow_publicity_in_order"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(ended_at__isnull=True), name="workflow_one_running_publicity"
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="workflow_publicity_until")]  # the public list

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"

    @property
    def was_stopped(self) -> bool:
        """It ended before its last day was over: an objection was upheld, or the item was declared void."""
        return self.ended_at is not None and timezone.localdate(self.ended_at) <= self.ends_on


class Objection(models.Model):
    """What somebody holds against closing the item. Open until decided."""

    class Channel(models.TextChoices):
        PAGE = "page", _("Public page")
        PHONE = "phone", _("By telephone")
        LETTER = "letter", _("By letter")
        VISIT = "visit", _("In person")
        OTHER = "other", _("Another way")

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="objections")
    cycle = models.PositiveSmallIntegerField()
    text = models.TextField(_("objection"))
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")  # null: from the public page
    name = models.CharField(_("name"), max_length=60, blank=True)  # personal: shown to the office alone
    contact = models.CharField(_("telephone or e-mail"), max_length=100, blank=True)  # personal as well
    channel = models.CharField(_("received"), max_length=6, choices=Channel, blank=True)
    client_hash = models.CharField(max_length=64, blank=True)  # keyed hash of the address it came from, for the limit
    at = models.DateTimeField()
    decide_by = models.DateField(null=True, blank=True)  # the last day to decide
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
        indexes = [
            models.Index(fields=["item"], condition=Q(upheld__isnull=True), name="workflow_objection_open"),
            models.Index(fields=["client_hash", "at"], condition=~Q(client_hash=""), name="workflow_objection_sender"),
        ]

    def __str__(self) -> str:
        return self.text


class Closure(models.Model):
    """The item is struck off the list. One row a cycle; the first stays on record when the item is reopened."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="closures")
    cycle = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("outcome"), max_length=20, choices=WorkItem.Outcome)
    opinion = models.TextField(_("opinion"))
    document_number = models.CharField(_("document number"), max_length=80, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # of what was closed: that of the last pass
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


class Filing(models.Model):
    """The close-out was reported to the higher level."""

    closure = models.OneToOneField(Closure, models.PROTECT, related_name="filing")
    filed_with = models.CharField(_("filed with"), max_length=80)
    filed_on = models.DateField(_("filed on"))
    document_number = models.CharField(_("document number"), max_length=80)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.filed_with} {self.document_number}"

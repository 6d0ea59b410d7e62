"""Procedures: the parameters of the road. Every number is a row here, never a constant in code."""

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.lifecycle import Party


class DayUnit(models.TextChoices):
    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")


class Procedure(models.Model):
    """How items of a kind of source are handled. Sources of the defaults: design table "Time" (public rules)."""

    class Stage(models.TextChoices):
        """Who verifies at a stage; a stage that finds no department on the item is left out."""

        SUPERVISE = "supervise", _("Supervising department")
        OFFICE = "office", _("Committee office")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    chain = ArrayField(models.CharField(max_length=12, choices=Stage), verbose_name=_("acceptance chain"))
    verifier_is_not_lead = models.BooleanField(_("verified by another department than the lead"), default=False)
    accept_days = models.PositiveSmallIntegerField(_("days to accept (working)"), default=2)
    verification_days = models.PositiveSmallIntegerField(_("days to verify a stage (working)"), default=10)
    approval_days = models.PositiveSmallIntegerField(_("days to approve (working)"), default=3)
    publicity_days = models.PositiveSmallIntegerField(_("publicity (days, 0 for none)"), default=0)
    publicity_unit = models.CharField(_("publicity counted in"), max_length=8, choices=DayUnit, default=DayUnit.WORKING)
    notice_at = models.TimeField(_("notices go out at"), default=time(8, 30))  # Asia/Shanghai
    reopen_days = models.PositiveSmallIntegerField(_("time limit after reopening (calendar days)"), default=30)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(chain__len__gt=0), name="workflow_procedure_has_a_stage"),
        ]

    def __str__(self) -> str:
        return self.name


class Clock(models.TextChoices):
    """What is running out. Every running clock of an item is one Timer row."""

    ACCEPT = "accept", _("acceptance")
    DEADLINE = "deadline", _("rectification deadline")
    MILESTONE = "milestone", _("milestone")
    VERIFICATION = "verification", _("verification")
    PUBLICITY = "publicity", _("publicity")
    APPROVAL = "approval", _("close-out approval")


class Rung(models.Model):
    """A step of the ladder: so many days before or after the day that a clock runs out, these people are told."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder before")
        OVERDUE = "overdue", _("Overdue")

    class Audience(models.TextChoices):
        TURN = "turn", _("Those whose turn it is")
        HEAD = "head", _("Head of the department")
        OFFICE = Party.OFFICE.value, _("Committee office")

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="rungs")
    clock = models.CharField(max_length=12, choices=Clock)
    kind = models.CharField(max_length=8, choices=Kind)
    offset_days = models.SmallIntegerField()  # negative: before; in `unit`
    unit = models.CharField(max_length=8, choices=DayUnit, default=DayUnit.CALENDAR)
    repeat_days = models.PositiveSmallIntegerField(null=True, blank=True)  # calendar days; only the last rung repeats
    audience = ArrayField(models.CharField(max_length=8, choices=Audience))

    class Meta:
        ordering = ["procedure", "clock", "offset_days"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "clock", "offset_days"], name="workflow_rung_once"),
            models.CheckConstraint(
                condition=Q(kind="reminder", offset_days__lte=0, repeat_days__isnull=True)
                | Q(kind="overdue", offset_days__gt=0),
                name="workflow_rung_reminds_before_and_warns_after",
            ),
            models.CheckConstraint(
                condition=Q(repeat_days__isnull=True) | Q(repeat_days__gt=0), name="workflow_rung_repeat_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.clock} {self.offset_days:+d}"

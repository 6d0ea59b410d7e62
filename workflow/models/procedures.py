"""Procedures: the parameters of the road. Every number is a row here, never a constant in code.

A procedure that is edited becomes a new revision; an item keeps the one it started with.
"""

from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.lifecycle import EvidenceKind, Party


class DayUnit(models.TextChoices):
    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def current(self, office: Department | None = None) -> "ProcedureQuerySet":
        """The revisions in force for an office: its own, and the shipped ones that it has not made its own."""
        own = self.filter(office=office, is_current=True) if office else self.none()
        shipped = self.filter(office=None, is_current=True).exclude(code__in=own.values("code"))
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=shipped.values("pk")))

    def held(self, code: str, office: Department) -> "Procedure | None":
        """The revision in force for an office, locked and read anew: nobody revises it until the transaction ends."""
        rows = self.filter(Q(office=None) | Q(office=office), code=code, is_current=True)
        list(rows.select_for_update(no_key=True).order_by("pk"))
        return self.current(office).filter(code=code).first()


class Procedure(models.Model):
    """How items of a kind of source are handled. Sources of the defaults: design table "Time" (public rules)."""

    class ReportEvery(models.TextChoices):
        NEVER = "", _("no regular reports")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    code = models.SlugField(_("code"), max_length=40)
    office = models.ForeignKey(Department, models.PROTECT, null=True, blank=True)  # null: shipped, for every city
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    name = models.CharField(_("name"), max_length=60)
    reason = models.TextField(_("reason for the change"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(null=True, blank=True)  # null: shipped

    # handing out
    accept_days = models.PositiveSmallIntegerField(_("days to accept (working)"), default=2)
    departments_may_transfer = models.BooleanField(_("the lead department may pass the item on"), default=True)
    transfer_min_days = models.PositiveSmallIntegerField(
        _("days left at least after passing on (working, 0: the deadline stays)"), default=0
    )

    # while it is rectified
    report_every = models.CharField(_("progress reports"), max_length=5, choices=ReportEvery, blank=True, default="")
    report_day = models.PositiveSmallIntegerField(_("due on day (of the month, or 1 = Monday)"), default=25)
    extension_deciders = ArrayField(  # of the first, the second … extension; as many as are possible
        models.CharField(
            max_length=12, choices=[(Party.OFFICE, _("Committee office")), (Party.APPROVER, _("Supervisor"))]
        ),
        verbose_name=_("extensions are decided by, one after the other"),
        default=list,
        blank=True,
    )
    extension_ask_days = models.PositiveSmallIntegerField(_("asked before the deadline (working days)"), default=5)
    extension_max_days = models.PositiveSmallIntegerField(_("longest extension (calendar days)"), default=90)
    extension_is_recorded = models.BooleanField(
        _("only the higher level extends; its approval is recorded"), default=False
    )
    submit_evidence = ArrayField(
        models.CharField(max_length=24, choices=EvidenceKind),
        verbose_name=_("evidence needed to submit"),
        default=list,
        blank=True,
    )

    # judging
    verifier_is_not_lead = models.BooleanField(_("verified by another department than the lead"), default=False)
    supplement_days = models.PositiveSmallIntegerField(_("days to supplement (working)"), default=5)
    decision_days = models.PositiveSmallIntegerField(_("days to decide an objection or a request (working)"), default=5)
    publicity_days = models.PositiveSmallIntegerField(_("publicity (days, 0 for none)"), default=0)
    publicity_unit = models.CharField(_("publicity counted in"), max_length=8, choices=DayUnit, default=DayUnit.WORKING)
    objections_to = models.TextField(_("where to object: office, address, telephone"), blank=True)

    # closing and after
    approving_department = models.ForeignKey(  # null: the committee office
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed out by")
    )
    approval_days = models.PositiveSmallIntegerField(_("days to approve (working)"), default=3)
    closing_evidence = ArrayField(
        models.CharField(max_length=24, choices=EvidenceKind),
        verbose_name=_("evidence needed to close out"),
        default=list,
        blank=True,
    )
    closure_prefix = models.CharField(_("close-out papers are numbered as"), max_length=20, default="销号")
    files_to = models.CharField(_("filed with (empty: not filed)"), max_length=80, blank=True)
    filing_days = models.PositiveSmallIntegerField(_("days to file (working)"), default=10)
    look_back_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("look-backs (calendar days after closing)"),
        default=list,
        blank=True,
    )
    look_back_share = models.PositiveSmallIntegerField(_("share of items looked back at (percent)"), default=100)
    reopen_days = models.PositiveSmallIntegerField(_("time limit after reopening (calendar days)"), default=30)

    nudges_per_day = models.PositiveSmallIntegerField(_("nudges of an item a day"), default=1)
    acknowledgement_pauses_days = models.PositiveSmallIntegerField(
        _("an acknowledged alert is repeated later by (calendar days)"), default=0
    )
    notice_at = models.TimeField(_("notices go out at"), default=time(8, 30))  # Asia/Shanghai

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "office", "revision"], nulls_distinct=False, name="workflow_procedure_revision_once"
            ),
            models.UniqueConstraint(
                fields=["code", "office"],
                condition=Q(is_current=True),
                nulls_distinct=False,
                name="workflow_procedure_one_current",
            ),
            models.CheckConstraint(condition=Q(look_back_share__lte=100), name="workflow_procedure_share"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> list[str]:
        """Who verifies, stage by stage."""
        return [stage.party for stage in self.stages.all()]


class Stage(models.Model):
    """A stage of the acceptance chain: who verifies, and in how many working days."""

    class By(models.TextChoices):
        SUPERVISE = "supervise", _("Supervising department")
        OFFICE = "office", _("Committee office")
        LEAD = "lead", _("Lead department")
        DEPARTMENT = "department", _("This department")

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    party = models.CharField(_("verified by"), max_length=12, choices=By)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    days = models.PositiveSmallIntegerField(_("days to verify (working)"), default=10)

    class Meta:
        ordering = ["procedure", "position"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "position"], name="workflow_stage_position_once"),
            models.CheckConstraint(
                condition=Q(party="department", department__isnull=False)
                | (~Q(party="department") & Q(department__isnull=True)),
                name="workflow_stage_names_its_department",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.get_party_display()}"


class Clock(models.TextChoices):
    """What is running out. Every running clock of an item is one Timer row."""

    ACCEPT = "accept", _("acceptance")
    DEADLINE = "deadline", _("rectification deadline")
    MILESTONE = "milestone", _("milestone")
    REPORT = "report", _("progress report")
    SUPPLEMENT = "supplement", _("supplement")
    EXTENSION = "extension", _("decision on the extension")
    VERIFICATION = "verification", _("verification")
    PUBLICITY = "publicity", _("publicity")
    OBJECTION = "objection", _("decision on the objection")
    APPROVAL = "approval", _("close-out approval")
    FILING = "filing", _("filing")
    LOOK_BACK = "look_back", _("look-back")
    REPLY = "reply", _("answer to a paper")


class Measure(models.TextChoices):
    """What a step of the ladder does, in the order of severity."""

    REMINDER = "reminder", _("Reminder")
    WARNING = "warning", _("Warning")
    SUPERVISION_ORDER = "supervision_order", _("Supervision order")
    BULLETIN = "bulletin", _("Bulletin")
    INTERVIEW = "interview", _("Interview")
    REFERRAL = "referral", _("Referral for accountability")

    @property
    def severity(self) -> int:
        return list(Measure).index(self)

    @property
    def is_proposed(self) -> bool:
        """Is it only proposed by the clock, and taken by a paper that a person signs?"""
        return self in PROPOSED


PROPOSED = (Measure.SUPERVISION_ORDER, Measure.BULLETIN, Measure.INTERVIEW, Measure.REFERRAL)
# What the departments owe; where the office is late itself, it orders nobody.
DEPARTMENTS_CLOCKS = (Clock.ACCEPT, Clock.DEADLINE, Clock.MILESTONE, Clock.REPORT, Clock.SUPPLEMENT, Clock.REPLY)


class Rung(models.Model):
    """A step of the ladder: so many days before or after the day that a clock runs out, these people are told.

    From the supervision order upwards the measure is only proposed.
    """

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder before")
        OVERDUE = "overdue", _("Overdue")

    class Audience(models.TextChoices):
        TURN = "turn", _("Those whose turn it is")
        HEAD = "head", _("Head of the department")
        OFFICE = Party.OFFICE.value, _("Committee office")
        LEADER = "leader", _("City leader")

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="rungs")
    clock = models.CharField(max_length=12, choices=Clock)
    kind = models.CharField(max_length=8, choices=Kind)
    offset_days = models.SmallIntegerField()  # negative: before; in `unit`
    unit = models.CharField(max_length=8, choices=DayUnit, default=DayUnit.CALENDAR)
    repeat_days = models.PositiveSmallIntegerField(null=True, blank=True)  # calendar days; only the last rung repeats
    audience = ArrayField(models.CharField(max_length=8, choices=Audience))
    measure = models.CharField(max_length=20, choices=Measure)
    reply_days = models.PositiveSmallIntegerField(null=True, blank=True)  # working; of the paper that is proposed

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
            models.CheckConstraint(
                condition=Q(kind="reminder", measure="reminder")
                | (Q(kind="overdue", measure__in=Measure.values) & ~Q(measure="reminder")),
                name="workflow_rung_measure_of_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(measure__in=PROPOSED) | Q(clock__in=DEPARTMENTS_CLOCKS),
                name="workflow_rung_orders_departments_alone",
            ),
            models.CheckConstraint(
                condition=Q(reply_days__isnull=True) | Q(reply_days__gt=0, measure__in=PROPOSED),
                name="workflow_rung_reply_to_a_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.clock} {self.offset_days:+d}"

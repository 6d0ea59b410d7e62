"""Work items, the departments on them, their milestones, targets and progress reports."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Region
from workflow.lifecycle import IN_WORK, JUDGED, DepartmentRole, Party, State
from workflow.models.procedures import Procedure
from workflow.models.sources import Section, Source

# Open and handed out, or closed and still to be filed or looked back at: a clock should run.
HAS_A_CLOCK = Q(state__in=[*IN_WORK, *JUDGED]) | (Q(state=State.CLOSED) & ~Q(turn_party=Party.NOBODY))


class NumberSeries(models.Model):
    """The last number given out in a series such as RW2026; the row lock keeps numbers without gaps or twins."""

    series = models.CharField(primary_key=True, max_length=12)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class WorkItem(models.Model):
    """One issue or one plan task, or a part of it. Its state is written by services.perform alone."""

    class Kind(models.TextChoices):
        ISSUE = "inspection_issue", _("Inspection issue")
        TASK = "plan_task", _("Plan task")

    class DeadlineKind(models.TextChoices):
        IMMEDIATE = "immediate", _("Immediate")
        FIXED = "fixed", _("Fixed date")
        STAGED = "staged", _("By stages")
        LONG_TERM = "long_term", _("Long-term")

    class Outcome(models.TextChoices):
        RECTIFIED = "rectified", _("Rectified")
        CONTROLLED = "under_control", _("Under control")
        NOT_SUBSTANTIATED = "not_substantiated", _("Not substantiated")
        MERGED = "merged", _("Merged into another item")

    number = models.CharField(_("number"), max_length=24, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    source = models.ForeignKey(Source, models.PROTECT, related_name="items", verbose_name=_("source"))
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, verbose_name=_("section"))
    procedure = models.ForeignKey(Procedure, models.PROTECT, verbose_name=_("procedure"))
    office = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("committee office"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    task_number = models.PositiveSmallIntegerField(null=True, blank=True)  # as printed in the plan
    external_ref = models.CharField(_("number at the source"), max_length=80, blank=True)

    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    open_questions = models.JSONField(default=list, blank=True)  # sentences of the plan reader, settled by assigning

    # the four elements (DOMAIN rule 1) and what goes with them
    measures = models.TextField(_("measures"), blank=True)
    lead = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    due_on = models.DateField(_("deadline"), null=True, blank=True)
    standard = models.TextField(_("standard"), blank=True)
    target = models.TextField(_("target"), blank=True)
    original_due_on = models.DateField(_("original deadline"), null=True, blank=True)
    deadline_kind = models.CharField(_("kind of deadline"), max_length=10, choices=DeadlineKind, default="fixed")

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    stage = models.PositiveSmallIntegerField(default=0)  # of verification; 1…n while verifying
    turn_party = models.CharField(max_length=12, choices=Party, default=Party.OFFICE)
    turn_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    cycle = models.PositiveSmallIntegerField(default=1)  # + 1 with each reopening
    version = models.PositiveIntegerField(default=0)  # + 1 with each event
    return_count = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(_("progress"), default=0)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    entered_at = models.DateTimeField()  # the present state, or stage of verification
    assigned_at = models.DateTimeField(null=True, blank=True)
    accept_by = models.DateField(null=True, blank=True)  # last day to accept; while assigned
    accepted_at = models.DateTimeField(null=True, blank=True)
    supplement_by = models.DateField(null=True, blank=True)  # last day to supplement; while that is asked for
    submitted_at = models.DateTimeField(null=True, blank=True)  # in this cycle; null when returned
    submitted_late = models.BooleanField(default=False)  # what is submitted now: Submission.was_late
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="workflow_item_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.VOID])
                | (
                    ~Q(measures="")
                    & ~Q(standard="")
                    & Q(lead__isnull=False, assigned_at__isnull=False)
                    & (Q(due_on__isnull=False) | Q(deadline_kind="long_term"))
                ),
                name="workflow_item_four_elements",
            ),
            models.CheckConstraint(
                condition=Q(state=State.VERIFYING, stage__gt=0) | (~Q(state=State.VERIFYING) & Q(stage=0)),
                name="workflow_item_stage_while_verifying",
            ),
            models.CheckConstraint(
                condition=Q(turn_party__in=[Party.CLOCK, Party.NOBODY], turn_department__isnull=True)
                | (~Q(turn_party__in=[Party.CLOCK, Party.NOBODY]) & Q(turn_department__isnull=False)),
                name="workflow_item_turn_has_a_department",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at__isnull=True)),
                name="workflow_item_closed_at_when_closed",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="workflow_item_percent"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="workflow_item_not_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="workflow_item_not_merged_in_itself",
            ),
            models.UniqueConstraint(
                fields=["source", "task_number"],
                condition=Q(task_number__isnull=False, parent__isnull=True),
                name="workflow_item_task_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["turn_department", "turn_party", "due_on"], name="workflow_item_turn"),
            models.Index(fields=["-created_at", "-id"], name="workflow_item_created"),
            models.Index(fields=["due_on", "id"], name="workflow_item_due"),
            models.Index(fields=["state", "-created_at", "-id"], name="workflow_item_state_created"),
            models.Index(fields=["office", "-created_at", "-id"], name="workflow_item_office_created"),
            models.Index(
                fields=["due_on", "id"], condition=Q(state__in=list(IN_WORK)), name="workflow_item_due_in_work"
            ),
            models.Index(
                fields=["supplement_by"], condition=Q(supplement_by__isnull=False), name="workflow_item_supplement"
            ),
            models.Index(fields=["-updated_at", "-id"], name="workflow_item_updated"),
            models.Index(fields=["id"], condition=HAS_A_CLOCK, name="workflow_item_has_a_clock"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="workflow_item_title_trgm"),
            GinIndex(OpClass(Upper("description"), name="gin_trgm_ops"), name="workflow_item_description_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def reopen_count(self) -> int:
        return self.cycle - 1


class Assignment(models.Model):
    """A department has a role on an item; `stage` and `days` (working) are set for verifying departments only."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="assignments")
    department = models.ForeignKey(Department, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=12, choices=DepartmentRole)
    stage = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    days = models.PositiveSmallIntegerField(default=0)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "stage", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "department", "role", "stage"], name="workflow_assignment_once"),
            models.UniqueConstraint(
                fields=["item", "stage"], condition=Q(role="verify"), name="workflow_one_verifier_a_stage"
            ),
            models.CheckConstraint(
                condition=Q(role="verify", stage__gt=0) | (~Q(role="verify") & Q(stage=0)),
                name="workflow_assignment_stage_for_verifiers",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="workflow_assignment_acknowledged_together",
            ),
        ]
        indexes = [models.Index(fields=["department", "item"], name="workflow_assignment_by_dept")]

    def __str__(self) -> str:
        return f"{self.department} ({self.role})"

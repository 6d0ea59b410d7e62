"""The history of an item: append-only, by trigger."""

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.lifecycle import BY_THE_CLOCK, Action, State
from workflow.models.items import WorkItem


class CurrentTransaction(models.Func):
    """PostgreSQL's id of the transaction that writes the row (xid8), so that a feed never skips a late commit."""

    function = "pg_current_xact_id"
    arity = 0


class Xid8Field(models.Field):
    """PostgreSQL's 64-bit transaction id, a whole number here."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def get_prep_value(self, value: object) -> str | None:
        return None if value is None else str(value)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


# Actions that nobody signed in takes; "create" may be an import without a person, "rearm" is the auditor's.
WITHOUT_ACTOR = ["create", "rearm", *sorted(BY_THE_CLOCK), Action.OBJECT_PUBLICLY]
WITH_REASON = [
    Action.DECLINE,
    Action.RETURN,
    Action.REJECT,
    Action.REOPEN,
    Action.VOID,
    Action.SUSPEND,
    Action.TRANSFER,
    Action.DISMISS_PROPOSAL,
]


class Event(models.Model):
    """Who did what when, with which reason. UPDATE and DELETE are refused by the database (migration 0002)."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="events")
    action = models.CharField(max_length=20)  # lifecycle.Action, or one of the words below
    version = models.PositiveIntegerField(null=True)  # of the item after it; null for notices of the clock
    cycle = models.PositiveSmallIntegerField()
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # null: the clock
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")  # for which the actor acted
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=TransactionNow())  # when it happened, Asia/Shanghai on screen
    recorded_at = models.DateTimeField(db_default=models.Func(function="clock_timestamp"), editable=False)
    transaction_id = Xid8Field(db_default=CurrentTransaction(), editable=False)

    CREATE = "create"
    EVIDENCE = "evidence"
    FINDINGS = "findings"
    RECALCULATE = "recalculate"
    REARM = "rearm"
    REVISE = "revise"

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "version"], condition=Q(version__isnull=False), name="workflow_event_one_per_version"
            ),
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(action__in=WITHOUT_ACTOR), name="workflow_event_has_its_actor"
            ),
            models.CheckConstraint(
                condition=~Q(note="") | ~Q(action__in=WITH_REASON), name="workflow_event_has_its_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["item", "id"], name="workflow_event_of_item"),
            models.Index(fields=["transaction_id", "id"], name="workflow_event_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.action}"

    @property
    def label(self) -> str:
        """The action in the reader's language."""
        return str(EVENT_LABELS[self.action])

    @property
    def to_state_label(self) -> str:
        return str(State(self.to_state).label)


EVENT_LABELS = {action.value: action.label for action in Action} | {  # everything that may have happened, in words
    Event.CREATE: _("Registered"),
    Event.EVIDENCE: _("Evidence added"),
    Event.FINDINGS: _("Findings recorded"),
    Event.RECALCULATE: _("Time limits recalculated"),
    Event.REARM: _("Time limits set again by the system"),
    Event.REVISE: _("Corrected"),
}

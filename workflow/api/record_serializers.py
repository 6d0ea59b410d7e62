"""What was written down about an item on its road, as the API tells it."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workflow.api.registers import DECIDERS
from workflow.models import Extension, LookBack, Objection, Paper, Suspension, Verification, WorkItem
from workflow.models.procedures import PROPOSED, DayUnit
from workflow.services.notice_text import masked


class ExtensionStatus(TextChoices):
    OPEN = "open", _("Not decided yet")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Not granted")
    LAPSED = "lapsed", _("Lapsed")  # the item moved on before anybody decided


class ReplyState(TextChoices):
    WAITING = "waiting", _("Waits for an answer")
    ANSWERED = "answered", _("Was answered")
    NOT_ASKED = "not_asked", _("No answer is asked for")


MEASURES = [(measure.value, measure.label) for measure in PROPOSED]


class NameOf(serializers.CharField):
    """The name of a related row; null where there is none."""

    def __init__(self, related: str) -> None:
        super().__init__(source=f"{related}.name", allow_null=True, default=None)


class Ids(serializers.ListField):
    """Of related rows, which are read already."""

    child = serializers.IntegerField()

    def to_representation(self, rows: Any) -> list[int]:
        return [row.pk for row in rows.all()]


class ChoiceOrNull(serializers.ChoiceField):
    """Null where nothing was chosen."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


class RecordSerializer(serializers.Serializer):
    """`cycle` is the round of the item in which it was written: 1, and one more with each reopening."""

    id = serializers.IntegerField()
    cycle = serializers.IntegerField()


class MeasuredSerializer(serializers.Serializer):
    """What the report says was measured of a target (its id), in the target's unit."""

    target = serializers.IntegerField(source="target_id")
    value = serializers.DecimalField(max_digits=18, decimal_places=4, coerce_to_string=False)
    unit = serializers.CharField(source="target.unit")


class ReportSerializer(RecordSerializer):
    """A progress report. `period_due_on` is the due day for which it was made; `milestones` holds the ids of those
    that are reached by it; `values` stands as it was sent, what of it is a target's stands in `measurements`."""

    department = NameOf("department")
    by = NameOf("by")
    at = serializers.DateTimeField()
    period_due_on = serializers.DateField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    values = serializers.DictField()
    measurements = MeasuredSerializer(source="measurements.all", many=True)
    milestones = Ids()


class SubmissionSerializer(RecordSerializer):
    """Done, please verify. `supplements` is the id of the submission that it completes; `evidence` holds ids."""

    summary = serializers.CharField()
    supplements = serializers.IntegerField(source="supplements_id", allow_null=True)
    evidence = Ids()
    was_late = serializers.BooleanField()
    by = NameOf("by")
    at = serializers.DateTimeField()


class CheckedSerializer(serializers.Serializer):
    """What the verifier found about one standard."""

    met = serializers.BooleanField()
    note = serializers.CharField()


class VerificationSerializer(RecordSerializer):
    """One check of one stage. `checklist` holds a line by standard. `counts` is there while the item is being judged:
    true for a pass that still counts, false for one that does not or no longer does because something has changed
    since; otherwise null."""

    submission = serializers.IntegerField(source="submission_id")
    stage = serializers.IntegerField()
    conclusion = serializers.ChoiceField(choices=Verification.Conclusion.choices)
    opinion = serializers.CharField()
    method = serializers.ChoiceField(choices=Verification.Method.choices)
    visited_on = serializers.DateField(allow_null=True)
    team = serializers.CharField()
    checklist = serializers.DictField(child=CheckedSerializer())
    counts = serializers.SerializerMethodField()
    department = NameOf("department")
    by = NameOf("by")
    at = serializers.DateTimeField()

    def get_counts(self, row: Verification) -> bool | None:
        counting = self.context["counting"]
        return None if counting is None else row.pk in counting


class PublicitySerializer(RecordSerializer):
    """A public notice, both days counted; `replaces` is the id of the one whose days it took over. `ended_at` is null
    while it runs; `was_stopped` says that it ended before its last day was over."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    days = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=DayUnit.choices)
    place = serializers.CharField()
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    published_by = NameOf("published_by")
    ended_at = serializers.DateTimeField(allow_null=True)
    was_stopped = serializers.BooleanField()


class ObjectionSerializer(RecordSerializer):
    """`name` and `contact` of who objects are told only to those of the committee office who deal with it, and null
    for everybody else; for them numbers in `text` by which a person could be found are masked as well."""

    text = serializers.SerializerMethodField()
    channel = ChoiceOrNull(Objection.Channel.choices)
    name = serializers.SerializerMethodField()
    contact = serializers.SerializerMethodField()
    recorded_by = NameOf("by")
    at = serializers.DateTimeField()
    decide_by = serializers.DateField(allow_null=True)
    upheld = serializers.BooleanField(allow_null=True)
    opinion = serializers.CharField()
    decided_by = NameOf("decided_by")
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_text(self, row: Objection) -> str:
        return row.text if self.context["shows_objectors"] else masked(row.text)

    def get_name(self, row: Objection) -> str | None:
        return row.name if self.context["shows_objectors"] else None

    def get_contact(self, row: Objection) -> str | None:
        return row.contact if self.context["shows_objectors"] else None


class ExtensionSerializer(RecordSerializer):
    """A later deadline, asked for and decided. Days are calendar days after `deadline_then`; `decide_by` is the last
    day to decide; `scan` is the id of the higher level's paper among the evidence."""

    status = serializers.SerializerMethodField()
    deadline_then = serializers.DateField()
    due_on = serializers.DateField()
    days = serializers.SerializerMethodField()
    reason = serializers.CharField()
    department = NameOf("department")
    asked_by = NameOf("asked_by")
    asked_at = serializers.DateTimeField()
    decider = serializers.ChoiceField(choices=DECIDERS)
    decide_by = serializers.DateField(allow_null=True)
    granted_due_on = serializers.DateField(allow_null=True)
    granted_days = serializers.SerializerMethodField()
    opinion = serializers.CharField()
    document_number = serializers.CharField()
    scan = serializers.IntegerField(source="scan_id", allow_null=True)
    decided_by = NameOf("decided_by")
    decided_at = serializers.DateTimeField(allow_null=True)
    lapsed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=ExtensionStatus.choices))
    def get_status(self, row: Extension) -> str:
        if row.is_approved is None:
            return ExtensionStatus.LAPSED if row.lapsed_at else ExtensionStatus.OPEN
        return ExtensionStatus.GRANTED if row.is_approved else ExtensionStatus.REFUSED

    def get_days(self, row: Extension) -> int:
        return (row.due_on - row.deadline_then).days

    def get_granted_days(self, row: Extension) -> int | None:
        return (row.granted_due_on - row.deadline_then).days if row.granted_due_on else None


class SuspensionSerializer(RecordSerializer):
    """A period in which the clocks stand still, from `started_on` to the day before `ended_on`; `days` is null while
    it runs."""

    reason = serializers.CharField()
    started_on = serializers.DateField()
    started_at = serializers.DateTimeField()
    by = NameOf("by")
    ended_on = serializers.DateField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = NameOf("ended_by")
    days = serializers.SerializerMethodField()

    def get_days(self, row: Suspension) -> int | None:
        return row.days


class PaperSerializer(RecordSerializer):
    """A measure that was taken. `addressee` is as the paper says, `department` has to answer now; `reply_by` is the
    day on the paper, `due_on` the same moved by suspensions."""

    number = serializers.CharField()
    measure = serializers.ChoiceField(choices=MEASURES)
    addressee = NameOf("addressee")
    department = NameOf("department")
    text = serializers.CharField()
    signed_by = NameOf("signed_by")
    signed_at = serializers.DateTimeField()
    reply_by = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    reply_state = serializers.SerializerMethodField()
    answer = serializers.CharField()
    answered_for = NameOf("answered_for")
    answered_by = NameOf("answered_by")
    answered_at = serializers.DateTimeField(allow_null=True)
    was_answered_late = serializers.BooleanField()

    @extend_schema_field(serializers.ChoiceField(choices=ReplyState.choices))
    def get_reply_state(self, row: Paper) -> str:
        if row.answered_at:
            return ReplyState.ANSWERED
        return ReplyState.WAITING if row.due_on else ReplyState.NOT_ASKED


class FilingSerializer(serializers.Serializer):
    """The close-out was reported to the higher level."""

    filed_with = serializers.CharField()
    filed_on = serializers.DateField()
    document_number = serializers.CharField()
    by = NameOf("by")
    at = serializers.DateTimeField()


class ClosureSerializer(RecordSerializer):
    """The item was struck off the list; it stays on record when the item is reopened. `filing`: to the higher level."""

    outcome = serializers.ChoiceField(choices=WorkItem.Outcome.choices)
    opinion = serializers.CharField()
    document_number = serializers.CharField()
    signed_on = serializers.DateField(allow_null=True)
    was_late = serializers.BooleanField()
    submitted_by = NameOf("submitted_by")
    verified_by = NameOf("verified_by")
    by = NameOf("by")
    at = serializers.DateTimeField()
    filing = FilingSerializer(allow_null=True, default=None)


class LookBackSerializer(RecordSerializer):
    """Planned by the close-out of its cycle; `finding` is null until it was done, `dropped_at` says that the item was
    reopened before. `evidence` holds ids."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    finding = ChoiceOrNull(LookBack.Finding.choices)
    opinion = serializers.CharField()
    visited_on = serializers.DateField(allow_null=True)
    evidence = Ids()
    department = NameOf("department")
    by = NameOf("by")
    at = serializers.DateTimeField(allow_null=True)
    dropped_at = serializers.DateTimeField(allow_null=True)

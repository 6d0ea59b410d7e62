"""What the API answers: items, their history and their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from accounts.models import today
from workflow import progress
from workflow.facts import Facts, read_facts
from workflow.feed import Position
from workflow.lifecycle import Action, DepartmentRole, Party, State
from workflow.models import Event, Evidence, Milestone, Petition, Source, Target, WorkItem
from workflow.models.progress import latest_measurements
from workflow.permissions import AllowedAction, allowed_actions
from workflow.progress import ProgressClass


class ProblemFieldSerializer(serializers.Serializer):
    """A field that is wrong: `departments.0.role` is inside a list; empty means the whole body."""

    field = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457. `code` is stable; `detail` is a sentence in the language of the request; `request_id` stands in our
    logs as well."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ProblemFieldSerializer(many=True)
    request_id = serializers.CharField()


class TurnSerializer(serializers.Serializer):
    """Whose turn it is; the clock and nobody have no department."""

    party = serializers.ChoiceField(source="turn_party", choices=Party.choices)
    department = serializers.CharField(source="turn_department.name", allow_null=True, default=None)


class PartySerializer(serializers.Serializer):
    """A department and what it is on the item."""

    role = serializers.ChoiceField(choices=DepartmentRole.choices)
    department = serializers.CharField(source="department.name")


class SourceOfItemSerializer(serializers.Serializer):
    """The source of the item, in short."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    title = serializers.CharField()


class MilestoneSerializer(serializers.Serializer):
    """A stage of a plan task with its day; `confidence` says how surely the day was read from the text."""

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    confidence = serializers.ChoiceField(choices=Milestone.Confidence.choices)
    reached_on = serializers.DateField(allow_null=True)


class MeasurementSerializer(serializers.Serializer):
    """What was measured last, in the target's unit."""

    value = serializers.DecimalField(max_digits=18, decimal_places=4, coerce_to_string=False)
    department = serializers.CharField(source="report.department.name")
    at = serializers.DateTimeField(source="report.at")


class TargetSerializer(serializers.Serializer):
    """`id` or `position` names it in a progress report's `values`; `is_met` is null while nothing was measured."""

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    text = serializers.CharField()
    comparator = serializers.CharField()
    value = serializers.DecimalField(max_digits=18, decimal_places=4, coerce_to_string=False, allow_null=True)
    unit = serializers.CharField()
    milestone = serializers.IntegerField(source="milestone_id", allow_null=True)
    measured = MeasurementSerializer(allow_null=True)
    is_met = serializers.BooleanField(allow_null=True)


class SubIssueSerializer(serializers.Serializer):
    """One matter of a complaint, and what was found of it."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    finding = serializers.CharField()
    explanation = serializers.CharField()


class HandlingSerializer(serializers.Serializer):
    """What was done to whom, as the public tables count it; `fined` in 10,000 yuan."""

    ordered_to_rectify = serializers.IntegerField()
    penalised = serializers.IntegerField()
    fined = serializers.DecimalField(max_digits=12, decimal_places=4)
    investigated = serializers.IntegerField()
    detained = serializers.IntegerField()
    interviewed = serializers.IntegerField()
    held_accountable = serializers.IntegerField()


class PetitionSerializer(serializers.Serializer):
    """The complaint behind an item; its number is the item's `external_ref`. `repeat_of` names the first of the row,
    `repeats` counts those after it."""

    channel = serializers.ChoiceField(choices=Petition.Channel.choices)
    batch = serializers.CharField()
    received_on = serializers.DateField(allow_null=True)
    place = serializers.CharField()
    regions = serializers.SerializerMethodField()
    finding = serializers.CharField()
    investigation = serializers.CharField()
    completion = serializers.CharField()
    sub_issues = SubIssueSerializer(source="sub_issues.all", many=True)
    handling = HandlingSerializer(source="*")
    repeat_of = serializers.CharField(source="repeat_of.item.number", allow_null=True, default=None)
    repeats = serializers.SerializerMethodField()

    def get_regions(self, petition: Petition) -> list[str]:
        return [region.name for region in petition.regions.all()]

    def get_repeats(self, petition: Petition) -> int:
        return len(petition.repeats.all())


class AllowedActionSerializer(serializers.Serializer):
    """May the caller do this now? `reason` says why not."""

    action = serializers.ChoiceField(choices=Action.choices)
    label = serializers.CharField()
    allowed = serializers.BooleanField(source="is_allowed")
    reason = serializers.CharField()


class ItemSerializer(serializers.Serializer):
    """An item with everything that its page shows. Built from Facts; see `items_as_seen`."""

    number = serializers.CharField(source="item.number")
    kind = serializers.ChoiceField(source="item.kind", choices=WorkItem.Kind.choices)
    title = serializers.CharField(source="item.title")
    description = serializers.CharField(source="item.description")
    measures = serializers.CharField(source="item.measures")
    standard = serializers.CharField(source="item.standard")
    target = serializers.CharField(source="item.target")
    state = serializers.ChoiceField(source="item.state", choices=State.choices)
    state_label = serializers.CharField(source="item.get_state_display")
    outcome = serializers.SerializerMethodField()
    turn = TurnSerializer(source="item")
    departments = PartySerializer(source="assignments", many=True)
    acknowledged_by = serializers.SerializerMethodField()
    source = SourceOfItemSerializer(source="item.source")
    section = serializers.CharField(source="item.section.title", allow_null=True, default=None)
    region = serializers.CharField(source="item.region.name", allow_null=True, default=None)
    parent = serializers.CharField(source="item.parent.number", allow_null=True, default=None)
    due_on = serializers.DateField(source="item.due_on", allow_null=True)
    supplement_by = serializers.DateField(source="item.supplement_by", allow_null=True)
    original_due_on = serializers.DateField(source="item.original_due_on", allow_null=True)
    deadline_kind = serializers.ChoiceField(source="item.deadline_kind", choices=WorkItem.DeadlineKind.choices)
    overdue = serializers.SerializerMethodField()
    progress_class = serializers.SerializerMethodField()
    progress_percent = serializers.IntegerField(source="item.percent")
    cycle = serializers.IntegerField(source="item.cycle")
    version = serializers.IntegerField(source="item.version")
    external_ref = serializers.CharField(source="item.external_ref")
    petition = PetitionSerializer(source="item.petition", allow_null=True, default=None)
    milestones = MilestoneSerializer(source="item.milestones.all", many=True)
    targets = TargetSerializer(source="item.targets.all", many=True)
    allowed_actions = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="item.created_at")
    updated_at = serializers.DateTimeField(source="item.updated_at")

    def get_acknowledged_by(self, facts: Facts) -> list[str]:
        """The cooperating departments that have said that they know of their part."""
        return list(dict.fromkeys(row.department.name for row in facts.assignments if row.acknowledged_at))

    @extend_schema_field(serializers.ChoiceField(choices=WorkItem.Outcome.choices, allow_null=True))
    def get_outcome(self, facts: Facts) -> str | None:
        return facts.item.outcome or None

    def get_overdue(self, facts: Facts) -> bool:
        return progress.is_overdue(facts.item, self.context["today"])

    @extend_schema_field(serializers.ChoiceField(choices=ProgressClass.choices))
    def get_progress_class(self, facts: Facts) -> str:
        return progress.progress_class(
            facts.item, self.context["today"], facts.suspended_days, facts.item.milestones.all()
        ).value

    @extend_schema_field(AllowedActionSerializer(many=True))
    def get_allowed_actions(self, facts: Facts) -> list[dict[str, Any]]:
        return [_allowed(entry) for entry in allowed_actions(self.context["user"], facts, self.context["today"])]


def _allowed(entry: AllowedAction) -> dict[str, Any]:
    return {
        "action": entry.action.value,
        "label": entry.label,
        "allowed": entry.is_allowed,
        "reason": entry.reason,
    }


def shown(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """With the rows that an item's representation names."""
    targets = Prefetch("targets", Target.objects.prefetch_related(latest_measurements()))
    named = ("source", "section", "region", "parent", "office", "turn_department", "procedure")
    named += ("petition__repeat_of__item",)
    of_petitions = ("petition__sub_issues", "petition__regions", "petition__repeats")
    return items.select_related(*named).prefetch_related("milestones", targets, *of_petitions)


def items_as_seen(items: Iterable[WorkItem], request: Request) -> list[dict[str, Any]]:
    """Items as this caller sees them, in their order; a constant number of queries."""
    facts = read_facts(items)
    context = {"user": request.user, "today": today(), "request": request}
    return ItemSerializer([facts[item.pk] for item in items], many=True, context=context).data


class EventSerializer(serializers.Serializer):
    """One thing that happened. `actor` and `department` are null when it was the clock."""

    id = serializers.IntegerField()
    action = serializers.CharField()
    label = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.ChoiceField(choices=State.choices)
    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)
    department = serializers.CharField(source="department.name", allow_null=True, default=None)
    note = serializers.CharField()
    data = serializers.DictField()
    cycle = serializers.IntegerField()
    version = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class FeedEventSerializer(EventSerializer):
    """`cursor` is where to go on after exactly this event."""

    item = serializers.CharField(source="item.number")
    cursor = serializers.SerializerMethodField()

    def get_cursor(self, event: Event) -> str:
        return str(Position.of(event))


class EvidenceSerializer(serializers.Serializer):
    """A file and the facts about it; `url` hands out its bytes.

    `shot_at`, `latitude` and `longitude` are what the photograph itself says; `replaces` is the version before.
    """

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Evidence.Kind.choices)
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    note = serializers.CharField()
    taken_at = serializers.DateTimeField(allow_null=True)
    shot_at = serializers.DateTimeField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    replaced_by = serializers.IntegerField(source="replaced_by.pk", allow_null=True, default=None)
    uploaded_by = serializers.CharField(source="by.name")
    department = serializers.CharField(source="department.name")
    uploaded_at = serializers.DateTimeField(source="at")
    cycle = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField())
    def get_url(self, evidence: Evidence) -> str:
        where = {"number": evidence.item.number, "pk": evidence.pk}
        return reverse("api:evidence-content", kwargs=where, request=self.context["request"])

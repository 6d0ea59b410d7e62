"""What the API answers: items, their history and their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from accounts.models import User, today
from workflow.api.reading import ReadSerializer, RecurringSerializer
from workflow.api.seen import SeenItem
from workflow.facts import read_facts
from workflow.feed import Position
from workflow.lifecycle import Action, DepartmentRole, Party, State
from workflow.models import Event, Evidence, Milestone, Petition, Source, WorkItem
from workflow.progress import ProgressClass
from workflow.querysets import visible_to


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


class TurnSerializer(ReadSerializer):
    """Whose turn it is; the clock and nobody have no department."""

    party = serializers.ChoiceField(source="turn_party", choices=Party.choices)
    department = serializers.CharField(source="turn_department.name", allow_null=True, default=None)


class PartySerializer(ReadSerializer):
    """A department and what it is on the item."""

    role = serializers.ChoiceField(choices=DepartmentRole.choices)
    department = serializers.CharField(source="department.name")


class SourceOfItemSerializer(ReadSerializer):
    """The source of the item, in short."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    title = serializers.CharField()


class MilestoneSerializer(ReadSerializer):
    """A stage of a plan task with its day; `confidence` says how surely the day was read from the text."""

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    confidence = serializers.ChoiceField(choices=Milestone.Confidence.choices)
    reached_on = serializers.DateField(allow_null=True)


class MeasurementSerializer(ReadSerializer):
    """What was measured last, in the target's unit."""

    value = serializers.DecimalField(max_digits=18, decimal_places=4, coerce_to_string=False)
    department = serializers.CharField(source="report.department.name")
    at = serializers.DateTimeField(source="report.at")


class TargetSerializer(ReadSerializer):
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


class SubIssueSerializer(ReadSerializer):
    """One matter of a complaint, and what was found of it."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    finding = serializers.CharField()
    explanation = serializers.CharField()


class HandlingSerializer(ReadSerializer):
    """What was done to whom, as the public tables count it; `fined` in 10,000 yuan."""

    ordered_to_rectify = serializers.IntegerField()
    penalised = serializers.IntegerField()
    fined = serializers.DecimalField(max_digits=12, decimal_places=4)
    investigated = serializers.IntegerField()
    detained = serializers.IntegerField()
    interviewed = serializers.IntegerField()
    held_accountable = serializers.IntegerField()


class PetitionSerializer(ReadSerializer):
    """The complaint behind an item; its number is the item's `external_ref`. `repeat_of` names the item of the first of
    the row, null where the caller does not see it; `repeats` counts those after it that he sees."""

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
    repeat_of = serializers.CharField(source="first_seen", allow_null=True, default=None)
    repeats = serializers.IntegerField(source="repeats_seen")

    def get_regions(self, petition: Petition) -> list[str]:
        return [region.name for region in petition.regions.all()]


class AllowedActionSerializer(RecurringSerializer):
    """May the caller do this now? `reason` says why not."""

    action = serializers.ChoiceField(choices=Action.choices)
    label = serializers.CharField()
    allowed = serializers.BooleanField(source="is_allowed")
    reason = serializers.CharField()


class ItemSerializer(ReadSerializer):
    """An item with everything that its page shows."""

    # read from a SeenItem

    number = serializers.CharField(source="item.number")
    kind = serializers.ChoiceField(source="item.kind", choices=WorkItem.Kind.choices)
    title = serializers.CharField(source="item.title")
    description = serializers.CharField(source="item.description")
    measures = serializers.CharField(source="item.measures")
    standard = serializers.CharField(source="item.standard")
    target = serializers.CharField(source="item.target")
    state = serializers.ChoiceField(source="item.state", choices=State.choices)
    state_label = serializers.CharField(source="item.get_state_display")
    outcome = serializers.ChoiceField(choices=WorkItem.Outcome.choices, allow_null=True)
    turn = TurnSerializer(source="item")
    departments = PartySerializer(source="assignments", many=True)
    acknowledged_by = serializers.ListField(child=serializers.CharField())
    source = SourceOfItemSerializer(source="item.source")
    section = serializers.CharField(source="item.section.title", allow_null=True, default=None)
    region = serializers.CharField(source="item.region.name", allow_null=True, default=None)
    parent = serializers.CharField(source="item.parent.number", allow_null=True, default=None)
    due_on = serializers.DateField(source="item.due_on", allow_null=True)
    supplement_by = serializers.DateField(source="item.supplement_by", allow_null=True)
    original_due_on = serializers.DateField(source="item.original_due_on", allow_null=True)
    deadline_kind = serializers.ChoiceField(source="item.deadline_kind", choices=WorkItem.DeadlineKind.choices)
    overdue = serializers.BooleanField()
    progress_class = serializers.ChoiceField(choices=ProgressClass.choices)
    progress_percent = serializers.IntegerField(source="item.percent")
    cycle = serializers.IntegerField(source="item.cycle")
    version = serializers.IntegerField(source="item.version")
    external_ref = serializers.CharField(source="item.external_ref")
    petition = PetitionSerializer(allow_null=True)
    milestones = MilestoneSerializer(many=True)
    targets = TargetSerializer(many=True)
    allowed_actions = AllowedActionSerializer(many=True)
    created_at = serializers.DateTimeField(source="item.created_at")
    updated_at = serializers.DateTimeField(source="item.updated_at")


_ITEMS = ItemSerializer(many=True)


def items_as_seen(items: Iterable[WorkItem], request: Request) -> list[dict[str, Any]]:
    """Items as this caller sees them, in their order; a constant number of queries."""
    items, day = list(items), today()
    facts = read_facts(items)
    _tell_of_repeats([row.petition for row in facts.values() if row.petition], request.user)
    return _ITEMS.to_representation([SeenItem(facts[item.pk], request.user, day) for item in items])


def _tell_of_repeats(petitions: Iterable[Petition], user: User) -> None:
    """`first_seen` is the number of the item that a petition repeats, `repeats_seen` how many repeat this one: of those
    that the user sees. At most two queries."""
    rows = {petition.pk: petition for petition in petitions}
    if not rows:
        return  # before the question is written down
    seen = visible_to(user).order_by()
    firsts = {petition.repeat_of_id for petition in rows.values()} - {None}
    numbers = dict(seen.filter(petition__in=firsts).values_list("petition", "number")) if firsts else {}
    repeats = seen.filter(petition__repeat_of__in=rows).values_list("petition__repeat_of").annotate(Count("pk"))
    counts = dict(repeats)
    for petition in rows.values():
        petition.first_seen = numbers.get(petition.repeat_of_id)
        petition.repeats_seen = counts.get(petition.pk, 0)


class EventSerializer(ReadSerializer):
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

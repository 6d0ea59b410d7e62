"""Items themselves: entering one, correcting one, and both by the client's own reference."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from workflow.api.bodies.fields import StrictSerializer
from workflow.api.fields import Choice, Day, Line, RegionField, SourceField, Text, Whole
from workflow.models import Petition, WorkItem
from workflow.services.petitions import LONGEST_SUB_ISSUE, MOST_SUB_ISSUES, Complaint

MOST_REGIONS = 50
LARGEST_SEQUENCE = 2**63 - 1
_BY_TIME = _("A deadline is set by assigning and moved by an extension, never by writing the item.")
_BY_ASSIGNING = _("This is decided by assigning.")


class RevisionBody(StrictSerializer):
    """What may be corrected; what is not named stays. `deadline_kind` only before the item is assigned."""

    elsewhere: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("due_on", "original_due_on", "supplement_by"), _BY_TIME),
        **dict.fromkeys(("measures", "standard", "target", "lead", "departments"), _BY_ASSIGNING),
    }

    title = Line(required=False, max_length=200)
    description = Text(required=False)
    region = RegionField(required=False, allow_null=True)
    external_ref = Line(required=False, allow_blank=True, max_length=80)
    deadline_kind = Choice(choices=WorkItem.DeadlineKind.choices, required=False)
    note = Text(required=False, allow_blank=True)


class PetitionBody(StrictSerializer):
    """What comes with a petition. `repeat_of` is the number of an earlier item of the same office."""

    channel = Choice(choices=Petition.Channel.choices, required=False)
    batch = Line(required=False, allow_blank=True, max_length=40)
    received_on = Day(required=False, allow_null=True)
    place = Line(required=False, allow_blank=True, max_length=200)
    regions = serializers.ListField(child=RegionField(), required=False, max_length=MOST_REGIONS)
    sub_issues = serializers.ListField(
        child=Text(max_length=LONGEST_SUB_ISSUE), required=False, max_length=MOST_SUB_ISSUES
    )
    repeat_of = Line(required=False, allow_blank=True, max_length=24)


class CreateBody(RevisionBody):
    """`source` by title, document number or id; not a plan, whose tasks come in with its document. `petition` goes with
    a source of petitions only; there `external_ref` is the petition's number, and `region` is by default the first of
    its regions."""

    source = SourceField()
    title = Line(max_length=200)
    description = Text()
    region = RegionField(required=False)
    petition = PetitionBody(required=False)
    note = None

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of register_issue."""
        given = dict(self.validated_data)
        if "petition" in given:
            told = given.pop("petition")
            lists = {name: tuple(told.get(name, ())) for name in ("regions", "sub_issues")}
            given["complaint"] = Complaint(**told | lists)
        return given


class UpsertBody(CreateBody):
    """For a reference that is new: `source`, `title` and `description` are needed. For a known one the given fields are
    corrected; `source` and `petition` must be what they were. `sequence` orders the client's own versions: one that is
    not higher than the last changes nothing."""

    source = SourceField(required=False)
    title = Line(required=False, max_length=200)
    description = Text(required=False)
    sequence = Whole(required=False, min_value=0, max_value=LARGEST_SEQUENCE)

    def arguments_of_a_new_item(self) -> dict[str, Any]:
        """Keyword arguments of register_under. Raises ValidationError naming what is missing."""
        missing = [name for name in ("source", "title", "description") if name not in self.validated_data]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, self.fields["source"].error_messages["required"]))
        return self.arguments()

    def corrections_of(self, item: WorkItem) -> dict[str, Any]:
        """Keyword arguments of revise_under. Raises ValidationError for another source."""
        given = {name: value for name, value in self.validated_data.items() if name != "petition"}
        if given.pop("source", item.source) != item.source:
            raise serializers.ValidationError({"source": _("The source of an item cannot be changed.")})
        return given

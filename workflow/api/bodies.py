"""What each action takes. These only read; the verbs of workflow.services decide."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workflow.api.fields import Choice, Day, DepartmentField, Flag, Text, Whole
from workflow.lifecycle import Action, DepartmentRole
from workflow.models import Verification, WorkItem
from workflow.models.closing import Standard
from workflow.services.decomposition import Part

MOST_VALUES, LONGEST_NAME, LONGEST_VALUE = 50, 80, 200


class StrictSerializer(serializers.Serializer):
    """A field that is not declared is an error with its name."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError({name: _("Unknown field.") for name in sorted(unknown)})
        return super().to_internal_value(data)


@extend_schema_field({"type": ["string", "number", "boolean", "null"]})
class Scalar(serializers.Field):
    """What a cell of a table holds, and no tree: it is kept for ever and sent with every page of the history."""

    default_error_messages = {"invalid": _("A number, a text of at most {most} characters, true or false, please.")}

    def __init__(self) -> None:
        super().__init__(allow_null=True)

    def to_internal_value(self, data: Any) -> str | int | float | bool:
        if isinstance(data, dict | list) or len(str(data)) > LONGEST_VALUE:
            self.fail("invalid", most=LONGEST_VALUE)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def a_table_row(values: dict[str, Any]) -> None:
    """So many names of such a length. Raises ValidationError."""
    if len(values) > MOST_VALUES or any(len(name) > LONGEST_NAME for name in values):
        limits = {"most": MOST_VALUES, "longest": LONGEST_NAME}
        raise serializers.ValidationError(
            _("At most {most} names of at most {longest} characters, please.").format(**limits)
        )


class ActionBody(StrictSerializer):
    """All actions may carry a note."""

    note = Text(required=False, allow_blank=True)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the verb."""
        return self.validated_data


class AcceptBody(ActionBody):
    pass


class ReasonBody(ActionBody):
    reason = Text()


class PartyBody(StrictSerializer):
    role = Choice(choices=DepartmentRole.choices)
    department = DepartmentField()


class AssignBody(ActionBody):
    """The four elements are not marked as required, so that the refusal names all that are missing at once."""

    lead = DepartmentField(required=False, allow_null=True, default=None)
    departments = PartyBody(many=True, required=False, max_length=200)
    measures = Text(required=False, allow_blank=True, default="")
    standard = Text(required=False, allow_blank=True, default="")
    due_on = Day(required=False, allow_null=True, default=None)
    target = Text(required=False, allow_blank=True)

    def arguments(self) -> dict[str, Any]:
        given = dict(self.validated_data)
        given["departments"] = [(party["role"], party["department"]) for party in given.get("departments", [])]
        return given


class PartBody(StrictSerializer):
    department = DepartmentField()
    title = Text(required=False, max_length=200)
    due_on = Day(required=False)


class DecomposeBody(ActionBody):
    """Either the parts or the group of all jurisdictions."""

    parts = PartBody(many=True, required=False, allow_empty=False, max_length=200)
    group = Choice(choices=[("all_jurisdictions", _("Every county and zone"))], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("parts" in attrs) == ("group" in attrs):
            raise serializers.ValidationError({"parts": _("Either parts or group, please.")})
        return attrs

    def arguments(self) -> dict[str, Any]:
        given = dict(self.validated_data)
        given["parts"] = [Part(**part) for part in given.get("parts", [])]
        return given


class ReportBody(ActionBody):
    text = Text()
    percent = Whole(required=False, allow_null=True, min_value=0, max_value=100)
    values = serializers.DictField(child=Scalar(), required=False, validators=[a_table_row])


class SubmitBody(ActionBody):
    """`evidence` holds ids; left out or empty it means all of this cycle."""

    summary = Text()
    evidence = serializers.ListField(child=Whole(min_value=1), required=False, max_length=1000)


class ChecklistBody(StrictSerializer):
    """The general standards of verification, by workflow.models.closing.Standard."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: Flag(required=False) for name in Standard.values}


class VerifyBody(ActionBody):
    conclusion = Choice(choices=Verification.Conclusion.choices)
    opinion = Text()
    visited_on = Day(required=False, allow_null=True)
    checklist = ChecklistBody(required=False)


class ObjectBody(ActionBody):
    text = Text()


class ResolveObjectionBody(ActionBody):
    """`objection` is the id from the event that recorded it; left out it means the oldest open one."""

    objection = Whole(required=False, min_value=1)
    upheld = Flag()
    opinion = Text()


class ApproveBody(ActionBody):
    opinion = Text()
    outcome = Choice(choices=WorkItem.Outcome.choices)
    document_number = Text(required=False, allow_blank=True, max_length=80)


class ReopenBody(ReasonBody):
    """Without `due_on` the procedure's days after reopening count."""

    due_on = Day(required=False, allow_null=True)


BODIES: dict[Action, type[ActionBody]] = {
    Action.ASSIGN: AssignBody,
    Action.ACCEPT: AcceptBody,
    Action.DECLINE: ReasonBody,
    Action.DECOMPOSE: DecomposeBody,
    Action.REPORT: ReportBody,
    Action.SUBMIT: SubmitBody,
    Action.VERIFY: VerifyBody,
    Action.RETURN: ReasonBody,
    Action.OBJECT: ObjectBody,
    Action.RESOLVE_OBJECTION: ResolveObjectionBody,
    Action.APPROVE: ApproveBody,
    Action.REJECT: ReasonBody,
    Action.REOPEN: ReopenBody,
    Action.VOID: ReasonBody,
}

"""Judging what was submitted."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody, StrictSerializer
from workflow.api.fields import Choice, Day, Flag, Text
from workflow.models import Verification
from workflow.models.closing import Standard
from workflow.services.checklist import LONGEST_NOTE


class LineBody(StrictSerializer):
    met = Flag()
    note = Text(required=False, allow_blank=True, max_length=LONGEST_NOTE)


_LINE = {
    "type": "object",
    "properties": {"met": {"type": "boolean"}, "note": {"type": "string", "maxLength": LONGEST_NOTE}},
    "required": ["met"],
    "additionalProperties": False,
}


@extend_schema_field({"oneOf": [{"type": "boolean"}, _LINE]})
class LineField(serializers.Field):
    """Whether a standard is met: true or false, or the same with a note."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            return {"met": Flag().run_validation(data), "note": ""}
        line = LineBody(data=data)
        line.is_valid(raise_exception=True)
        return {"note": "", **line.validated_data}

    def to_representation(self, value: Any) -> Any:
        return value


class ChecklistBody(StrictSerializer):
    """The general standards of verification, one by one."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: LineField(required=False) for name in Standard.values}


class VerifyBody(ActionBody):
    """Without `method` a day of a visit means site. `due_on`: the last day to supplement, else the procedure's."""

    conclusion = Choice(choices=Verification.Conclusion.choices)
    opinion = Text()
    method = Choice(choices=Verification.Method.choices, required=False)
    visited_on = Day(required=False, allow_null=True)
    team = Text(required=False, allow_blank=True, max_length=200)
    checklist = ChecklistBody(required=False)
    due_on = Day(required=False, allow_null=True)

"""Handing out: assign, accept, pass on, acknowledge, decompose."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody, ReasonBody, StrictSerializer
from workflow.api.fields import Choice, Day, DepartmentField, Text
from workflow.lifecycle import DepartmentRole
from workflow.services.decomposition import Part


class AcceptBody(ActionBody):
    """Nothing but a note."""


class AcknowledgeBody(ActionBody):
    """Of the caller's departments, all that cooperate on the item."""


class TransferBody(ReasonBody):
    """Another department leads from now on."""

    department = DepartmentField()


class PartyBody(StrictSerializer):
    """A department and what it is on the item."""

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
    """Without `title` that of the whole with the department; without `due_on` the body's, else that of the whole."""

    department = DepartmentField()
    title = Text(required=False, max_length=200)
    due_on = Day(required=False)


class DecomposeBody(ActionBody):
    """Either the parts or the group of all jurisdictions. `due_on`: of the parts that have no day of their own."""

    parts = PartBody(many=True, required=False, allow_empty=False, max_length=200)
    group = Choice(choices=[("all_jurisdictions", _("Every county and zone"))], required=False)
    due_on = Day(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("parts" in attrs) == ("group" in attrs):
            raise serializers.ValidationError({"parts": _("Either parts or group, please.")})
        return attrs

    def arguments(self) -> dict[str, Any]:
        given = dict(self.validated_data)
        given["parts"] = [Part(**part) for part in given.get("parts", [])]
        return given

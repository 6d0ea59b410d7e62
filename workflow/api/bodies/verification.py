"""Judging what was submitted."""

from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody, StrictSerializer
from workflow.api.fields import Choice, Day, Flag, Text
from workflow.models import Verification
from workflow.models.closing import Standard


class ChecklistBody(StrictSerializer):
    """The general standards of verification, by workflow.models.closing.Standard."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: Flag(required=False) for name in Standard.values}


class VerifyBody(ActionBody):
    conclusion = Choice(choices=Verification.Conclusion.choices)
    opinion = Text()
    visited_on = Day(required=False, allow_null=True)
    checklist = ChecklistBody(required=False)

"""Reporting progress."""

from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody, Scalar, a_table_row
from workflow.api.fields import Text, Whole


class ReportBody(ActionBody):
    """In `values` a number under the id or the position of a target is what was measured of it; anything else is kept
    as it is. `milestones` holds ids or positions of those that are reached; only the lead department says so.
    """

    text = Text()
    percent = Whole(required=False, allow_null=True, min_value=0, max_value=100)
    values = serializers.DictField(child=Scalar(), required=False, validators=[a_table_row])
    milestones = serializers.ListField(child=Whole(min_value=1), required=False, max_length=200)

"""The departments' work: report, submit."""

from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody, Scalar, a_table_row
from workflow.api.fields import Text, Whole


class ReportBody(ActionBody):
    text = Text()
    percent = Whole(required=False, allow_null=True, min_value=0, max_value=100)
    values = serializers.DictField(child=Scalar(), required=False, validators=[a_table_row])


class SubmitBody(ActionBody):
    """`evidence` holds ids; left out or empty it means all of this cycle."""

    summary = Text()
    evidence = serializers.ListField(child=Whole(min_value=1), required=False, max_length=1000)

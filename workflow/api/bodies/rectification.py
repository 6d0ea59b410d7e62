"""The departments' work: submit."""

from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody
from workflow.api.fields import Text, Whole


class SubmitBody(ActionBody):
    """`evidence` holds ids; left out or empty it means all of this cycle."""

    summary = Text()
    evidence = serializers.ListField(child=Whole(min_value=1), required=False, max_length=1000)

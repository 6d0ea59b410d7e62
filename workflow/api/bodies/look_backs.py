"""Looking back at what was closed."""

from rest_framework import serializers

from workflow.api.bodies.fields import ActionBody
from workflow.api.fields import Choice, Day, Text, Whole
from workflow.models import LookBack


class LookBackBody(ActionBody):
    """Answers the nearest look-back that is planned; any finding but `holds` reopens the item.

    `evidence` holds ids of files added since the close-out, a photograph among them; left out or empty it means all
    that no look-back has used yet. `due_on` is the new deadline of an item that is reopened.
    """

    finding = Choice(choices=LookBack.Finding.choices)
    opinion = Text()
    visited_on = Day(required=False, allow_null=True)
    evidence = serializers.ListField(child=Whole(min_value=1), required=False, max_length=1000)
    due_on = Day(required=False, allow_null=True)

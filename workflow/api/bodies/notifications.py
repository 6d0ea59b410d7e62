"""Which messages were read."""

from rest_framework import serializers

from workflow.api.bodies.fields import StrictSerializer
from workflow.api.fields import HIGHEST, Whole

MOST_MESSAGES = 1000


class ReadBody(StrictSerializer):
    """`ids` of own messages; without it all of them are meant."""

    ids = serializers.ListField(
        child=Whole(min_value=1, max_value=HIGHEST), required=False, min_length=1, max_length=MOST_MESSAGES
    )

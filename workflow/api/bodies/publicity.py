"""The public notice and what is held against it."""

from workflow.api.bodies.fields import ActionBody
from workflow.api.fields import Choice, Day, Flag, Text, Whole
from workflow.services.objections import RECEIVED


class PublishBody(ActionBody):
    """A stated `ends_on` or `days` must be what the procedure and the calendar make of `starts_on`."""

    starts_on = Day()
    ends_on = Day(required=False, allow_null=True)
    days = Whole(required=False, allow_null=True, min_value=1, max_value=365)
    place = Text(required=False, allow_blank=True, max_length=300)


class ObjectBody(ActionBody):
    """`name` and `contact` of who objects are shown to the office alone and stand in no event."""

    text = Text()
    name = Text(required=False, allow_blank=True, max_length=60)
    contact = Text(required=False, allow_blank=True, max_length=100)
    channel = Choice(choices=[(way.value, way.label) for way in RECEIVED], required=False, allow_blank=True)


class ResolveObjectionBody(ActionBody):
    """`objection` is the id from the event that recorded it; left out it means the oldest open one."""

    objection = Whole(required=False, min_value=1)
    upheld = Flag()
    opinion = Text()

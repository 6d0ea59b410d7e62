"""The public notice and what is held against it."""

from workflow.api.bodies.fields import ActionBody
from workflow.api.fields import Flag, Text, Whole


class ObjectBody(ActionBody):
    text = Text()


class ResolveObjectionBody(ActionBody):
    """`objection` is the id from the event that recorded it; left out it means the oldest open one."""

    objection = Whole(required=False, min_value=1)
    upheld = Flag()
    opinion = Text()

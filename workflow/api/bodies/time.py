"""Changes of time: extensions, suspensions."""

from workflow.api.bodies.fields import ActionBody
from workflow.api.fields import Text


class ResumeBody(ActionBody):
    reason = Text(required=False, allow_blank=True)

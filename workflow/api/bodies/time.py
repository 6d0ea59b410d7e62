"""Changes of time: extensions, suspensions."""

from workflow.api.bodies.fields import ActionBody, ReasonBody
from workflow.api.fields import Day, Flag, Text, Whole


class RequestExtensionBody(ReasonBody):
    """`due_on` is the deadline that is asked for."""

    due_on = Day()


class DecideExtensionBody(ReasonBody):
    """`extension` is the id from the event of the request; left out it means the open one. `due_on` may grant an
    earlier day than was asked for. Where only the higher level extends, its approval is recorded without a request:
    then `due_on`, `document_number` and `scan` (id of a file of this item) are needed.
    """

    extension = Whole(required=False, allow_null=True, min_value=1)
    approved = Flag()
    due_on = Day(required=False, allow_null=True)
    document_number = Text(required=False, allow_blank=True, max_length=80)
    scan = Whole(required=False, allow_null=True, min_value=1)


class ResumeBody(ActionBody):
    """The deadline moves by the days of the suspension."""

    reason = Text(required=False, allow_blank=True)

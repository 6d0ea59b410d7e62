"""The last word, and what comes after it."""

from workflow.api.bodies.fields import ActionBody, ReasonBody
from workflow.api.fields import Choice, Day, Text
from workflow.models import WorkItem


class ApproveBody(ActionBody):
    opinion = Text()
    outcome = Choice(choices=WorkItem.Outcome.choices)
    document_number = Text(required=False, allow_blank=True, max_length=80)


class ReopenBody(ReasonBody):
    """Without `due_on` the procedure's days after reopening count."""

    due_on = Day(required=False, allow_null=True)

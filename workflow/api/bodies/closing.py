"""The last word, and what comes after it."""

from workflow.api.bodies.fields import ActionBody, ReasonBody
from workflow.api.fields import Choice, Day, Text
from workflow.models import WorkItem


class ApproveBody(ActionBody):
    """Without `document_number` the next of the office's series; `merged_into` is the number of an item."""

    opinion = Text()
    outcome = Choice(choices=WorkItem.Outcome.choices)
    document_number = Text(required=False, allow_blank=True, max_length=80)
    signed_on = Day(required=False, allow_null=True)
    merged_into = Text(required=False, allow_blank=True, max_length=24)


class FileBody(ActionBody):
    """Without `filed_on` it is today, without `filed_with` whom the procedure names."""

    document_number = Text(max_length=80)
    filed_on = Day(required=False, allow_null=True)
    filed_with = Text(required=False, allow_blank=True, max_length=80)


class VoidBody(ReasonBody):
    """`outcome` says whether it is not substantiated or merged; left out: void for another reason."""

    outcome = Choice(choices=WorkItem.Outcome.choices, required=False)
    merged_into = Text(required=False, allow_blank=True, max_length=24)


class ReopenBody(ReasonBody):
    """Without `due_on` the procedure's days after reopening count."""

    due_on = Day(required=False, allow_null=True)

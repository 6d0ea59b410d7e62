"""Chasing, papers and their answers."""

from workflow.api.bodies.fields import ActionBody, ReasonBody
from workflow.api.fields import Day, DepartmentField, Flag, Text, Whole


class NudgeBody(ActionBody):
    """An urgent one goes out in quiet hours too."""

    text = Text(required=False, allow_blank=True, max_length=500)
    is_urgent = Flag(required=False)


class NoteAlertBody(ActionBody):
    """All alerts that the caller was told of and that still run."""


class SignPaperBody(ActionBody):
    """`proposal` is its id from the item's event with `proposed`; left out it means the most severe open one. Without
    `text` the usual one, without `addressee` whoever is late; `reply_by` stands in for the days of the procedure."""

    proposal = Whole(required=False, allow_null=True, min_value=1)
    text = Text(required=False, allow_blank=True)
    reply_by = Day(required=False, allow_null=True)
    addressee = DepartmentField(required=False, allow_null=True)


class DismissProposalBody(ReasonBody):
    """`proposal` as in sign-paper."""

    proposal = Whole(required=False, allow_null=True, min_value=1)


class ReplyBody(ActionBody):
    """`paper` is its id from the event that signed it; left out it means the oldest that waits for an answer."""

    paper = Whole(required=False, allow_null=True, min_value=1)
    text = Text()

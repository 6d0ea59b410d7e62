"""A whole is as far as its parts are: the mean of those that are not void, a closed one counting in full."""

from django.db.models import Avg, Case, F, IntegerField, Value, When
from django.db.models.functions import Floor

from workflow.lifecycle import FINISHED, State
from workflow.models import WorkItem

_FAR = Case(When(state=State.CLOSED, then=Value(100)), default=F("percent"), output_field=IntegerField())


def roll_up(parent_id: int) -> None:
    """Write the percent of the whole, whose row is locked already.

    Neither its version nor the day of its last change moves: nobody has acted on the whole, and who is about to would
    be sent back for nothing.
    """
    parts = WorkItem.objects.filter(parent=parent_id).exclude(state=State.VOID)
    mean = parts.aggregate(mean=Floor(Avg(_FAR)))["mean"]
    if mean is not None:
        WorkItem.objects.filter(pk=parent_id).exclude(state__in=FINISHED).update(percent=int(mean))


def counts_its_parts(whole: WorkItem) -> bool:
    """Does the percent come from the parts? Of a whole that was reopened only while one of them is open again."""
    parts = whole.children.exclude(state=State.VOID)
    return (parts.exclude(state=State.CLOSED) if whole.cycle > 1 else parts).exists()

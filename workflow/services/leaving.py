"""What hangs on a state ends when the item leaves it, whichever verb leads away; called by the one door alone."""

from datetime import date, datetime

from accounts.models import User
from workflow.lifecycle import State
from workflow.models import WorkItem


def leave(item: WorkItem, before: str, *, by: User | None, now: datetime, today: date) -> None:
    """A request for an extension lapses, a suspension is over."""
    if item.state == before:
        return
    if before == State.RECTIFYING:
        item.extensions.filter(is_approved=None, lapsed_at=None).update(lapsed_at=now)
    if before == State.SUSPENDED:
        item.suspensions.filter(ended_at=None).update(ended_at=now, ended_on=today, ended_by=by)

"""How far an item is, as the public tables class it: done, waiting, on schedule, behind, overdue, long-term."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflow.deadlines import business_day
from workflow.lifecycle import IN_WORK, State


class ProgressClass(TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    ON_SCHEDULE = "on_schedule", _("On schedule")
    BEHIND = "behind", _("Behind schedule")
    OVERDUE = "overdue", _("Overdue")
    LONG_TERM = "long_term", _("Long-term")
    WAITING = "waiting", _("Done, waiting for verification")
    DONE = "done", pgettext_lazy("progress", "Done")
    SUSPENDED = "suspended", _("Suspended")
    VOID = "void", pgettext_lazy("progress", "Void")


class Progressing(Protocol):
    """What of an item decides its class."""

    state: str
    deadline_kind: str
    due_on: date | None
    assigned_at: datetime | None
    supplement_by: date | None
    submitted_at: datetime | None
    submitted_late: bool
    percent: int


class Datable(Protocol):
    """What of a milestone decides whether it was missed."""

    due_on: date | None
    reached_on: date | None


def is_overdue(item: Progressing, today: date) -> bool:
    """The departments' side is late; the same rule as querysets.overdue."""
    deadline = deadline_in_force(item)
    return item.state in IN_WORK and deadline is not None and deadline < today


def deadline_in_force(item: Progressing) -> date | None:
    """The last day of the departments; while a supplement is asked for, its day stands in place of the deadline."""
    return item.supplement_by or item.due_on


def was_submitted_late(item: Progressing) -> bool:
    """What is handed in came after the deadline of its cycle; late-but-done stays late (DOMAIN rule 4)."""
    return item.submitted_at is not None and item.submitted_late


def progress_class(
    item: Progressing, today: date, suspended_days: int = 0, milestones: Iterable[Datable] = ()
) -> ProgressClass:
    """The class on a business day of Asia/Shanghai. `suspended_days`: since the item was handed out."""
    match item.state:
        case State.CLOSED:
            return ProgressClass.DONE
        case State.VOID:
            return ProgressClass.VOID
        case State.VERIFYING | State.PUBLICIZING | State.APPROVING:
            return ProgressClass.WAITING
        case State.SUSPENDED:
            return ProgressClass.SUSPENDED
    if is_overdue(item, today):
        return ProgressClass.OVERDUE
    if item.state != State.RECTIFYING:
        return ProgressClass.NOT_STARTED
    if item.deadline_kind == "long_term" or item.due_on is None:
        return ProgressClass.LONG_TERM
    is_behind = item.percent < share_of_time_gone(item, today, suspended_days) or has_missed(milestones, today)
    return ProgressClass.BEHIND if is_behind else ProgressClass.ON_SCHEDULE


def has_missed(milestones: Iterable[Datable], today: date) -> bool:
    """Has the day of a milestone passed that is not reached?"""
    return any(row.due_on and row.due_on < today and row.reached_on is None for row in milestones)


def share_of_time_gone(item: Progressing, today: date, suspended_days: int = 0) -> float:
    """Percent of the days from the assignment to the deadline that have passed, 0…100; suspended days never count."""
    assert item.assigned_at is not None and item.due_on is not None
    assigned_on = business_day(item.assigned_at) + timedelta(days=suspended_days)
    days = (item.due_on - assigned_on).days
    if days <= 0:
        return 0.0  # to be done on the day itself: it is late tomorrow, not behind today
    return min(100.0, max(0.0, 100 * (today - assigned_on).days / days))

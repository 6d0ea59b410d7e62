"""The classes of progress that public tables show."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.walking import shanghai
from workflow.lifecycle import State
from workflow.progress import progress_class, share_of_time_gone, was_submitted_late

ASSIGNED_AT = shanghai(2025, 1, 1, 23, 30)
HALF_TIME = date(2025, 1, 11)


def facts(**changed: Any) -> SimpleNamespace:
    """Assigned on New Year's Day, due twenty days later."""
    usual = {"state": State.RECTIFYING, "deadline_kind": "fixed", "due_on": date(2025, 1, 21), "supplement_by": None}
    return SimpleNamespace(**usual | {"assigned_at": ASSIGNED_AT, "percent": 0} | changed)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.DRAFT, "not_started"),
        (State.ASSIGNED, "not_started"),
        (State.VERIFYING, "waiting"),
        (State.PUBLICIZING, "waiting"),
        (State.APPROVING, "waiting"),
        (State.CLOSED, "done"),
        (State.VOID, "void"),
    ],
)
def test_the_state_says_most(state: State, expected: str) -> None:
    assert progress_class(facts(state=state), HALF_TIME) == expected


@pytest.mark.parametrize(("percent", "expected"), [(49, "behind"), (50, "on_schedule"), (100, "on_schedule")])
def test_at_half_time_half_must_be_done(percent: int, expected: str) -> None:
    assert progress_class(facts(percent=percent), HALF_TIME) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, "on_schedule"), (1, "overdue")])
def test_the_last_day_is_still_in_time(days: int, expected: str) -> None:
    day = date(2025, 1, 21) + timedelta(days=days)
    assert progress_class(facts(percent=100), day) == expected


@pytest.mark.parametrize("state", [State.VERIFYING, State.PUBLICIZING, State.APPROVING, State.CLOSED, State.DRAFT])
def test_what_waits_for_others_is_not_overdue(state: State) -> None:
    assert progress_class(facts(state=state), date(2026, 1, 1)) != "overdue"


def test_what_was_never_accepted_becomes_overdue_too() -> None:
    assert progress_class(facts(state=State.ASSIGNED), date(2025, 1, 22)) == "overdue"


@pytest.mark.parametrize("due_on", [None, date(2025, 1, 21)])
def test_long_term_is_a_class_of_its_own(due_on: date | None) -> None:
    assert progress_class(facts(deadline_kind="long_term", due_on=due_on), HALF_TIME) == "long_term"


@pytest.mark.parametrize(
    ("today", "share"), [(date(2024, 12, 1), 0), (date(2025, 1, 1), 0), (HALF_TIME, 50), (date(2025, 3, 1), 100)]
)
def test_days_are_those_of_shanghai(today: date, share: int) -> None:
    assert share_of_time_gone(facts(), today) == share


def test_what_is_due_at_once_is_not_behind_at_once() -> None:
    assert progress_class(facts(due_on=date(2025, 1, 1)), date(2025, 1, 1)) == "on_schedule"


def test_late_is_said_of_what_is_submitted_now() -> None:
    assert was_submitted_late(facts(submitted_at=ASSIGNED_AT, submitted_late=True))
    assert not was_submitted_late(facts(submitted_at=None, submitted_late=True))
    assert not was_submitted_late(facts(submitted_at=ASSIGNED_AT, submitted_late=False))


@pytest.mark.parametrize(("supplement_by", "expected"), [(date(2025, 1, 10), "overdue"), (date(2025, 2, 10), "behind")])
def test_the_day_of_a_supplement_stands_in_place_of_the_deadline(supplement_by: date, expected: str) -> None:
    day = HALF_TIME if expected == "overdue" else date(2025, 2, 1)
    assert progress_class(facts(supplement_by=supplement_by), day) == expected


# -- suspended days and milestones -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suspended", "share"), [(0, 50), (4, 37.5), (10, 0), (30, 0)])
def test_suspended_days_are_not_gone(suspended: int, share: float) -> None:
    assert share_of_time_gone(facts(), HALF_TIME, suspended) == share


def test_an_item_is_not_behind_for_the_days_it_was_suspended() -> None:
    assert progress_class(facts(percent=40), HALF_TIME) == "behind"
    assert progress_class(facts(percent=40), HALF_TIME, suspended_days=4) == "on_schedule"


@pytest.mark.parametrize(
    ("due_on", "reached_on", "expected"),
    [
        (date(2025, 1, 10), None, "behind"),
        (date(2025, 1, 11), None, "on_schedule"),
        (date(2025, 1, 10), date(2025, 1, 11), "on_schedule"),
        (None, None, "on_schedule"),
    ],
)
def test_a_milestone_that_passed_unreached_is_behind(
    due_on: date | None, reached_on: date | None, expected: str
) -> None:
    milestone = SimpleNamespace(due_on=due_on, reached_on=reached_on)
    assert progress_class(facts(percent=90), HALF_TIME, milestones=[milestone]) == expected


def test_what_is_suspended_is_a_class_of_its_own() -> None:
    assert progress_class(facts(state=State.SUSPENDED), date(2026, 1, 1)) == "suspended"

"""Whose turn it is at each stop of the road, person by person; and what is overdue."""

from datetime import date, timedelta

import pytest

from accounts.roles import Role
from tests.people import PEOPLE, City, appoint
from tests.walking import day_of, shanghai, submit, verify, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.querysets import awaiting, overdue

DISPATCHERS = {"dispatcher", "second_dispatcher"}
LEAD = {"environment_clerk", "environment_head"}
VERIFIERS = {"verifier", "second_verifier"}
SUPERVISORS = {"supervisor", "second_supervisor"}
STOPS = {
    State.DRAFT: DISPATCHERS,
    State.ASSIGNED: LEAD,
    State.RECTIFYING: LEAD,
    State.VERIFYING: VERIFIERS,
    State.PUBLICIZING: set(),
    State.APPROVING: SUPERVISORS,
    State.CLOSED: set(),
    State.SUSPENDED: SUPERVISORS,
    State.VOID: set(),
}


def waiting_for(city: City, item: WorkItem) -> set[str]:
    """Who finds the item in his inbox."""
    return {name for name in PEOPLE if awaiting(getattr(city, name)).filter(pk=item.pk).exists()}


@pytest.mark.parametrize("state", State)
def test_the_item_lies_with_exactly_those_whose_turn_it_is(city, state):
    assert waiting_for(city, walk(city, state)) == STOPS[state]


def test_a_stage_of_another_department_lies_with_its_verifier_only(city):
    parties = [("supervise", city.water)]
    item = walk(city, State.VERIFYING, procedure="central-inspection", departments=parties)
    assert waiting_for(city, item) == {"water_verifier"}
    assert waiting_for(city, verify(city, item)) == VERIFIERS


def test_an_objection_lies_with_the_dispatchers(city):
    item = services.object_to(walk(city, State.PUBLICIZING), by=city.dispatcher, text="仍有垃圾。")
    assert waiting_for(city, item) == DISPATCHERS


def test_a_declined_item_lies_with_the_dispatchers_again(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局。")
    assert waiting_for(city, item) == DISPATCHERS


def test_a_returned_item_lies_with_the_lead_again(city):
    assert waiting_for(city, verify(city, walk(city, State.VERIFYING), conclusion="fail")) == LEAD


def test_helping_departments_find_nothing_in_their_inbox(city):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.water), ("implement", city.tongbai)])
    assert waiting_for(city, item) == LEAD


def test_what_one_submitted_does_not_lie_with_oneself_for_verification(city):
    judge = appoint(city.environment_clerk, Role.VERIFIER, city.office)
    item = walk(city, State.VERIFYING)
    assert item not in awaiting(judge)
    assert item in awaiting(city.verifier)


@pytest.mark.parametrize("name", ["verifier", "environment_clerk"])
def test_what_one_submitted_or_verified_does_not_lie_with_oneself_for_approval(city, name):
    judge = appoint(getattr(city, name), Role.SUPERVISOR, city.office)
    assert walk(city, State.APPROVING) not in awaiting(judge)


def test_every_item_of_the_inbox_offers_its_owner_something_to_do(city):
    item = submit(city, walk(city, State.RECTIFYING))
    assert verify(city, item, by=city.second_verifier).version == item.version + 1


def test_a_role_that_has_ended_empties_the_inbox(city):
    item = walk(city, State.ASSIGNED)
    city.water_clerk.memberships.update(department=city.environment, valid_to=day_of(None) - timedelta(days=1))
    assert item not in awaiting(city.water_clerk)


def test_an_account_that_was_switched_off_has_an_empty_inbox(city):
    item = walk(city, State.ASSIGNED)
    city.environment_clerk.is_active = False
    assert item not in awaiting(city.environment_clerk)


# -- overdue -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", State)
def test_only_the_departments_side_is_ever_overdue(city, state):
    item = walk(city, state, now=shanghai(2025, 3, 3))
    late = WorkItem.objects.filter(overdue(date(2026, 1, 1)), pk=item.pk).exists()
    assert late is (state in (State.ASSIGNED, State.RECTIFYING))


@pytest.mark.parametrize(
    ("day", "late"), [(date(2025, 5, 1), False), (date(2025, 5, 2), False), (date(2025, 5, 3), True)]
)
def test_an_item_is_overdue_from_the_day_after_its_deadline(city, day, late):
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 3, 3))
    assert WorkItem.objects.filter(overdue(day), pk=item.pk).exists() is late

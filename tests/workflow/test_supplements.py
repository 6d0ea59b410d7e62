"""Supplement, then pass: a short time limit, the same stage again; and what starts a fresh round instead."""

from datetime import date, timedelta

import pytest

from tests.people import City
from tests.walking import (
    accept,
    add_evidence,
    after_publicity,
    approve,
    assign,
    day_of,
    register,
    shanghai,
    submit,
    verify,
    walk,
)
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.progress import is_overdue, was_submitted_late
from workflow.querysets import late, overdue
from workflow.services.publicity import end_publicity

START = shanghai(2025, 3, 3)  # a Monday
SUPPLEMENT_BY = date(2025, 3, 10)  # five working days on


def wanting(city: City, item: WorkItem | None = None, **given) -> WorkItem:
    """An item whose last verifier asked for a supplement."""
    item = item or walk(city, State.VERIFYING, now=START)
    return verify(city, item, **{"conclusion": "supplement", "opinion": "补一张照片。", "now": START, **given})


@pytest.fixture
def second_stage(city: City) -> WorkItem:
    """The water bureau has passed it, the office has it now."""
    return verify(city, walk(city, State.VERIFYING, procedure="central-inspection", now=START), now=START)


def test_a_supplement_has_a_short_day_of_its_own_and_is_no_return(city):
    item = wanting(city)
    assert (item.state, item.supplement_by, item.return_count) == (State.RECTIFYING, SUPPLEMENT_BY, 0)
    assert [(timer.clock, timer.due_on) for timer in item.timers.filter(ended_at=None)] == [
        ("supplement", SUPPLEMENT_BY)
    ]


@pytest.mark.parametrize("days", [0, 60])
def test_the_verifier_may_name_the_day(city, days):
    due_on = day_of(START) + timedelta(days=days)
    assert wanting(city, due_on=due_on).supplement_by == due_on


@pytest.mark.parametrize("days", [-1, 61])
def test_the_day_lies_within_two_months_from_today(city, days):
    item = walk(city, State.VERIFYING, now=START)
    refusal = refusal_of(wanting, city, item, due_on=day_of(START) + timedelta(days=days))
    assert list(refusal.errors) == ["due_on"]


def test_the_history_says_until_when(city):
    event = wanting(city).events.get(action="verify")
    assert event.data["supplement_by"] == SUPPLEMENT_BY.isoformat()


def test_what_was_supplemented_comes_back_to_the_same_stage(city, second_stage):
    item = submit(city, wanting(city, second_stage), now=START)
    assert (item.state, item.stage, item.turn_department, item.supplement_by) == (
        State.VERIFYING,
        2,
        city.office,
        None,
    )
    first, second = item.submissions.order_by("pk")
    assert second.supplements == first


def test_what_was_supplemented_passes_and_is_closed_out(city, second_stage):
    item = verify(city, submit(city, wanting(city, second_stage), now=START), now=START)
    over = after_publicity(item)
    assert approve(city, end_publicity(item, now=over), now=over).state == State.CLOSED


def test_a_supplement_may_be_supplemented_again(city, second_stage):
    item = submit(city, wanting(city, second_stage), now=START)
    item = submit(city, wanting(city, item), now=START)
    assert (item.stage, item.submissions.exclude(supplements=None).count()) == (2, 2)


def test_evidence_that_came_before_the_supplement_was_asked_for_counts_against_the_first_stage(city, second_stage):
    add_evidence(second_stage, city.environment_clerk, START)
    assert submit(city, wanting(city, second_stage), now=START).stage == 1


def test_a_failure_after_a_supplement_starts_a_fresh_round(city, second_stage):
    item = submit(city, wanting(city, second_stage), now=START)
    item = verify(city, item, conclusion="fail", now=START)
    assert (item.supplement_by, item.return_count) == (None, 1)
    item = submit(city, item, now=START)
    assert (item.stage, item.submissions.latest("pk").supplements) == (1, None)


def test_a_return_after_a_supplement_starts_a_fresh_round(city, second_stage):
    item = submit(city, wanting(city, second_stage), now=START)
    item = services.return_for_rework(item, by=city.verifier, reason="缺报告。", now=START)
    assert (submit(city, item, now=START).stage, item.supplement_by) == (1, None)


def test_a_supplement_needs_the_whole_door_of_a_submission(city):
    item = wanting(city)
    stranger = refusal_of(services.submit, item, by=city.water_clerk, summary="已补。")
    assert stranger.code == "not-the-lead"
    assert list(refusal_of(submit, city, item, summary=" ").errors) == ["summary"]


# -- late --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "is_late"), [(SUPPLEMENT_BY, False), (SUPPLEMENT_BY + timedelta(days=1), True)])
def test_overdue_is_judged_by_the_day_of_the_supplement(city, day, is_late):
    item = wanting(city)
    assert is_overdue(item, day) is is_late
    assert WorkItem.objects.filter(overdue(day), pk=item.pk).exists() is is_late
    assert WorkItem.objects.exclude(overdue(day)).filter(pk=item.pk).exists() is not is_late


def test_a_deadline_that_passes_meanwhile_is_not_missed(city):
    item = wanting(city, due_on=day_of(START) + timedelta(days=60))
    WorkItem.objects.filter(pk=item.pk).update(due_on=day_of(START))
    item.refresh_from_db()
    tomorrow = START + timedelta(days=1)
    assert not is_overdue(item, day_of(tomorrow))
    item = submit(city, item, now=tomorrow)
    assert (item.submissions.latest("pk").was_late, was_submitted_late(item)) == (False, False)


def test_a_supplement_after_its_day_is_late(city):
    item = submit(city, wanting(city), now=shanghai(2025, 3, 11))
    assert (item.submissions.latest("pk").was_late, was_submitted_late(item)) == (True, True)
    assert WorkItem.objects.filter(late(day_of(START)), pk=item.pk).exists()


def test_what_supplements_something_late_is_late(city):
    after = START + timedelta(days=61)
    item = submit(city, walk(city, State.RECTIFYING, now=START), now=after)
    item = submit(city, wanting(city, item, now=after), now=after)
    assert item.submissions.latest("pk").was_late


def test_a_returned_item_is_late_no_longer_until_it_is_handed_in_again(city):
    after = START + timedelta(days=61)
    item = submit(city, walk(city, State.RECTIFYING, now=START), now=after)
    assert was_submitted_late(item)
    assert not was_submitted_late(verify(city, item, conclusion="fail", now=after))


def test_an_item_without_a_deadline_has_one_while_it_is_supplemented(city):
    item = register(city, deadline_kind="long_term", now=START)
    item = accept(city, assign(city, item, due_on=None, now=START), now=START)
    item = wanting(city, submit(city, item, now=START))
    assert WorkItem.objects.filter(overdue(SUPPLEMENT_BY + timedelta(days=1)), pk=item.pk).exists()

"""Suspension: the clocks stand still, and afterwards as much time is left as before."""

from datetime import date, timedelta

import pytest

from tests.walking import (
    TERM,
    accept,
    assign,
    day_of,
    register,
    resume,
    shanghai,
    submit,
    suspend,
    void,
    walk,
)
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import IN_WORK, State
from workflow.models import Suspension, WorkItem
from workflow.refusal import RefusalKind
from workflow.services.decomposition import Part

START = shanghai(2025, 3, 3)  # a Monday
DUE = day_of(START) + TERM
TEN_DAYS = timedelta(days=10)


def decomposed(city, **given) -> WorkItem:
    """A whole with two parts, one of them accepted."""
    item = walk(city, State.RECTIFYING, now=START)
    item = services.decompose(item, by=city.dispatcher, parts=[Part(city.tongbai), Part(city.xixia)], now=START)
    accept(city, item.children.get(lead=city.tongbai), now=START)
    return item


def states_of_the_parts(item: WorkItem) -> set[str]:
    return set(item.children.values_list("state", flat=True))


# -- suspending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", IN_WORK)
def test_a_suspended_item_runs_no_clock_and_lies_with_the_supervisor(city, state):
    item = suspend(city, walk(city, state))
    assert (item.state, item.turn_party, item.turn_department) == (State.SUSPENDED, "approver", city.office)
    assert not item.timers.filter(ended_at=None).exists()


def test_the_ledger_says_why_from_when_and_who_approved_it(city):
    row = suspend(city, walk(city, State.RECTIFYING, now=START), reason=" 等待批复。 ", now=START).suspensions.get()
    assert (row.reason, row.state_before, row.by) == ("等待批复。", State.RECTIFYING, city.supervisor)
    assert (row.started_on, row.ended_on) == (day_of(START), None)


def test_a_suspension_needs_a_reason(city):
    item = walk(city, State.RECTIFYING)
    assert list(refusal_of(suspend, city, item, reason=" ").errors) == ["reason"]
    assert not Suspension.objects.exists()


@pytest.mark.parametrize("name", ["dispatcher", "environment_clerk", "environment_head", "verifier"])
def test_only_the_supervisor_suspends(city, name):
    refusal = refusal_of(suspend, city, walk(city, State.RECTIFYING), by=getattr(city, name))
    assert (refusal.kind, refusal.code) == (RefusalKind.FORBIDDEN, "not-the-approver")


@pytest.mark.parametrize(
    "state", [State.DRAFT, State.VERIFYING, State.PUBLICIZING, State.APPROVING, State.CLOSED, State.SUSPENDED]
)
def test_only_what_is_in_work_is_suspended(city, state):
    assert refusal_of(suspend, city, walk(city, state)).code == "not-in-this-state"


def test_a_suspended_item_is_neither_reported_on_nor_submitted(city):
    item = walk(city, State.SUSPENDED)
    assert refusal_of(services.report, item, by=city.environment_clerk, text="进展").code == "not-in-this-state"
    assert refusal_of(services.submit, item, by=city.environment_clerk, summary="完").code == "not-in-this-state"


def test_voiding_a_suspended_item_ends_its_suspension(city):
    item = void(city, walk(city, State.SUSPENDED))
    assert item.suspensions.get().ended_by == city.dispatcher


# -- resuming ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", IN_WORK)
def test_a_resumed_item_goes_on_where_it_stood(city, state):
    item = resume(city, suspend(city, walk(city, state, now=START), now=START), now=START + TEN_DAYS)
    assert (item.state, item.turn_party, item.turn_department) == (state, "lead", city.environment)
    assert item.suspensions.get().ended_on == day_of(START + TEN_DAYS)


def test_the_deadline_moves_by_the_days_suspended_and_the_original_one_stays(city):
    item = resume(city, suspend(city, walk(city, State.RECTIFYING, now=START), now=START), now=START + TEN_DAYS)
    assert (item.due_on, item.original_due_on) == (DUE + TEN_DAYS, DUE)
    assert item.timers.get(clock="deadline", ended_at=None).due_on == DUE + TEN_DAYS


def test_a_suspension_of_a_few_hours_changes_no_day(city):
    before = walk(city, State.ASSIGNED, now=START)
    after = resume(city, suspend(city, before, now=START), now=START + timedelta(hours=5))
    assert (after.due_on, after.accept_by) == (before.due_on, before.accept_by)


def test_working_days_to_accept_are_conserved_over_a_holiday(city):
    item = walk(city, State.ASSIGNED, now=START)  # two working days: until Wednesday the 5th, three counting Monday
    item = suspend(city, item, now=START)
    item = resume(city, item, now=shanghai(2025, 5, 1))  # 1 to 5 May is a holiday
    assert item.accept_by == date(2025, 5, 8)


def test_what_was_late_before_is_as_late_afterwards(city):
    item = suspend(city, walk(city, State.ASSIGNED, now=START), now=shanghai(2025, 3, 10))  # two working days late
    item = resume(city, item, now=shanghai(2025, 4, 1))
    assert item.accept_by == date(2025, 3, 27)  # again two working days lie between
    assert item.timers.get(clock="accept", ended_at=None).rung.kind == "overdue"


def test_only_milestones_that_are_not_reached_move(city):
    item = register(city, now=START)
    for position, day in enumerate((date(2025, 3, 20), date(2025, 4, 20)), 1):
        item.milestones.create(position=position, text="阶段", due_on=day)
    item.milestones.create(position=3, text="长期")
    item = accept(city, assign(city, item, now=START), now=START)
    item = services.report(item, by=city.environment_clerk, text="一阶段完成", milestones=[1], now=START)
    resume(city, suspend(city, item, now=START), now=START + TEN_DAYS)
    assert list(item.milestones.values_list("due_on", flat=True)) == [date(2025, 3, 20), date(2025, 4, 30), None]


def test_a_long_term_item_pauses_without_a_deadline(city):
    item = accept(city, assign(city, register(city, deadline_kind="long_term"), due_on=None))
    item = resume(city, suspend(city, item, now=START), now=START + TEN_DAYS)
    assert (item.state, item.due_on) == (State.RECTIFYING, None)


def test_what_is_not_suspended_is_not_resumed(city):
    assert refusal_of(resume, city, walk(city, State.RECTIFYING)).code == "not-in-this-state"


def test_only_the_supervisor_resumes(city):
    refusal = refusal_of(resume, city, walk(city, State.SUSPENDED), by=city.environment_clerk)
    assert refusal.code == "not-the-approver"


def test_an_item_may_be_suspended_again(city):
    item = resume(city, suspend(city, walk(city, State.RECTIFYING, now=START), now=START), now=START + TEN_DAYS)
    item = resume(city, suspend(city, item, now=START + TEN_DAYS), now=START + 3 * TEN_DAYS)
    assert (item.due_on, item.suspensions.count()) == (DUE + 3 * TEN_DAYS, 2)


def test_late_is_judged_by_the_moved_deadline(city):
    item = resume(city, suspend(city, walk(city, State.RECTIFYING, now=START), now=START), now=START + TEN_DAYS)
    item = submit(city, item, now=START + TERM + TEN_DAYS)
    assert item.submissions.get().was_late is False


# -- the whole and its parts -------------------------------------------------------------------------------------------


def test_the_parts_in_work_pause_with_the_whole(city):
    item = decomposed(city)
    suspend(city, item, now=START)
    assert states_of_the_parts(item) == {State.SUSPENDED}
    assert set(Suspension.objects.values_list("reason", flat=True)) == {"等待上级批复。"}


def test_the_parts_go_on_with_the_whole_each_where_it_stood(city):
    item = decomposed(city)
    resume(city, suspend(city, item, now=START), now=START + TEN_DAYS)
    assert states_of_the_parts(item) == {State.ASSIGNED, State.RECTIFYING}
    assert set(item.children.values_list("due_on", flat=True)) == {DUE + TEN_DAYS}


def test_a_part_that_is_being_verified_does_not_pause(city):
    item = decomposed(city)
    submit(city, item.children.get(lead=city.tongbai), now=START)
    suspend(city, item, now=START)
    assert states_of_the_parts(item) == {State.VERIFYING, State.SUSPENDED}


def test_a_part_alone_is_not_suspended(city):
    part = decomposed(city).children.first()
    assert refusal_of(suspend, city, part).code == "is-a-part"


def test_a_part_is_not_resumed_before_the_whole(city):
    item = decomposed(city)
    suspend(city, item, now=START)
    assert refusal_of(resume, city, item.children.first()).code == "whole-suspended"


def test_a_part_that_came_back_meanwhile_may_be_paused_too_and_goes_on_with_the_whole(city):
    item = decomposed(city)
    part = submit(city, item.children.get(lead=city.tongbai), now=START)
    item = suspend(city, item, now=START)
    part = services.return_for_rework(part, by=city.verifier, reason="缺照片", now=START)
    suspend(city, part, now=START + TEN_DAYS)
    resume(city, item, now=START + 2 * TEN_DAYS)
    part.refresh_from_db()
    assert (part.state, part.due_on) == (State.RECTIFYING, DUE + TEN_DAYS)


def test_a_stale_version_of_the_whole_suspends_nothing(city):
    item = decomposed(city)
    assert refusal_of(suspend, city, item, version=item.version - 1).kind == RefusalKind.STALE
    assert State.SUSPENDED not in states_of_the_parts(item)

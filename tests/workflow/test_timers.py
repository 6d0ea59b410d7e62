"""Which clocks run after each verb, and how they are re-armed: a new generation, never a changed row."""

from datetime import date, timedelta

import pytest

from tests.walking import accept, approve, assign, register, shanghai, submit, verify, void, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import Timer, WorkItem

START = shanghai(2025, 3, 3)  # a Monday
RUNNING = {
    State.DRAFT: set(),
    State.ASSIGNED: {"accept", "deadline"},
    State.RECTIFYING: {"deadline"},
    State.VERIFYING: {"verification"},
    State.PUBLICIZING: {"publicity"},
    State.APPROVING: {"approval"},
    State.CLOSED: set(),
    State.SUSPENDED: set(),
    State.VOID: set(),
}


def running(item: WorkItem) -> dict[str, Timer]:
    return {timer.clock: timer for timer in item.timers.filter(ended_at__isnull=True)}


@pytest.mark.parametrize("state", State)
def test_each_state_runs_its_own_clocks(city, state):
    assert set(running(walk(city, state))) == RUNNING[state]


def test_ended_clocks_are_silent(city):
    item = walk(city, State.CLOSED)
    assert not item.timers.filter(fire_at__isnull=False).exists()
    assert not item.timers.filter(ended_at__isnull=True).exists()


def test_acceptance_is_due_after_two_working_days(city):
    assert running(walk(city, State.ASSIGNED, now=START))["accept"].due_on == date(2025, 3, 5)


def test_acceptance_over_a_holiday_is_due_on_the_working_days_after_it(city):
    item = walk(city, State.ASSIGNED, now=shanghai(2025, 1, 27))  # 26 January is worked, 28 January to 4 February not
    assert running(item)["accept"].due_on == date(2025, 2, 6)


def test_verification_is_due_as_the_procedure_says(city):
    item = walk(city, State.VERIFYING, procedure="petition", now=START)
    assert running(item)["verification"].due_on == date(2025, 3, 10)


def test_approval_is_due_after_three_working_days(city):
    item = verify(city, walk(city, State.VERIFYING, procedure="own-finding", now=START), now=START)
    assert running(item)["approval"].due_on == date(2025, 3, 6)


def test_a_clock_waits_for_its_first_rung_at_the_procedures_hour(city):
    timer = running(walk(city, State.RECTIFYING, now=START))["deadline"]
    assert (timer.rung.offset_days, timer.fire_at) == (-30, shanghai(2025, 4, 2, 8, 30))


def test_rungs_that_have_passed_are_left_out(city):
    item = assign(city, register(city, now=START), due_on=date(2025, 3, 12), now=START)
    assert running(item)["deadline"].rung.offset_days == -7


def test_publicity_fires_with_the_first_moment_after_its_last_day(city):
    timer = running(walk(city, State.PUBLICIZING, now=shanghai(2025, 1, 3)))["publicity"]
    assert (timer.rung, timer.fire_at) == (None, shanghai(2025, 1, 10, 0, 0))


def test_accepting_keeps_the_clock_of_the_deadline(city):
    item = walk(city, State.ASSIGNED)
    before = running(item)["deadline"]
    accept(city, item)
    assert running(item)["deadline"].pk == before.pk


def test_reporting_keeps_every_clock(city):
    item = walk(city, State.RECTIFYING)
    before = {name: timer.pk for name, timer in running(item).items()}
    services.report(item, by=city.environment_clerk, text="进展", percent=10)
    assert {name: timer.pk for name, timer in running(item).items()} == before


def test_coming_back_arms_the_deadline_anew_with_the_next_generation(city):
    item = verify(city, walk(city, State.VERIFYING), conclusion="fail")
    assert running(item)["deadline"].generation == 2
    assert item.timers.get(clock="deadline", generation=1).ended_at is not None


def test_a_second_submission_runs_a_second_verification_clock(city):
    item = submit(city, verify(city, walk(city, State.VERIFYING), conclusion="supplement"))
    assert running(item)["verification"].generation == 2


def test_the_next_stage_has_a_clock_of_its_own(city):
    parties = [("supervise", city.water)]
    item = walk(city, State.VERIFYING, procedure="central-inspection", departments=parties, now=START)
    item = verify(city, item, now=START + timedelta(days=7))
    assert running(item)["verification"].generation == 2
    assert running(item)["verification"].due_on == date(2025, 3, 24)


def test_declining_ends_both_clocks(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局。")
    assert running(item) == {}


def test_handing_out_again_arms_both_clocks_anew(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局。")
    item = assign(city, item, lead=city.water)
    assert {name: timer.generation for name, timer in running(item).items()} == {"accept": 2, "deadline": 2}


def test_an_objection_ends_the_clock_of_publicity_and_starts_its_own(city):
    item = services.object_to(walk(city, State.PUBLICIZING), by=city.dispatcher, text="否")
    assert set(running(item)) == {"objection"}


def test_an_objection_not_upheld_starts_it_again_with_the_same_end(city):
    item = walk(city, State.PUBLICIZING)
    before = running(item)["publicity"]
    services.object_to(item, by=city.dispatcher, text="否")
    services.resolve_objection(item, by=city.dispatcher, upheld=False, opinion="不成立。")
    after = running(item)["publicity"]
    assert (after.generation, after.due_on, after.fire_at) == (2, before.due_on, before.fire_at)


def test_rejecting_arms_the_deadline_again(city):
    item = services.reject(walk(city, State.APPROVING), by=city.supervisor, reason="否")
    assert set(running(item)) == {"deadline"}


def test_reopening_arms_the_fresh_deadline(city):
    item = services.reopen(walk(city, State.CLOSED, now=START), by=city.dispatcher, reason="反弹。", now=START)
    assert (running(item)["deadline"].due_on, running(item)["deadline"].generation) == (date(2025, 4, 2), 2)


def test_voiding_ends_every_clock(city):
    assert running(void(city, walk(city, State.RECTIFYING))) == {}


def test_a_passed_deadline_is_said_at_once_when_the_item_comes_back(city):
    item = walk(city, State.RECTIFYING, now=START)
    late = START + timedelta(days=90)
    item = verify(city, submit(city, item, now=late), conclusion="fail", now=late)
    timer = running(item)["deadline"]
    assert (timer.rung.kind, timer.fire_at) == ("overdue", late)


def test_an_item_without_a_deadline_runs_no_deadline_clock(city):
    item = assign(city, register(city, deadline_kind="long_term"), due_on=None)
    assert set(running(accept(city, item))) == set()


# -- milestones --------------------------------------------------------------------------------------------------------


def test_each_milestone_runs_a_clock_of_its_own(city):
    item = register(city, now=START)
    for position, day in enumerate((date(2025, 6, 30), date(2025, 12, 31)), 1):
        item.milestones.create(position=position, text="阶段", due_on=day)
    item = assign(city, item, due_on=date(2026, 6, 30), now=START)
    assert list(item.timers.filter(clock="milestone").values_list("due_on", flat=True)) == [
        date(2025, 6, 30),
        date(2025, 12, 31),
    ]


def test_a_milestone_on_the_day_of_the_deadline_runs_no_second_clock(city):
    item = register(city, now=START)
    item.milestones.create(position=1, text="全部完成", due_on=date(2025, 12, 31))
    item = assign(city, item, due_on=date(2025, 12, 31), now=START)
    assert set(running(item)) == {"accept", "deadline"}


def test_a_milestone_that_was_over_before_anybody_was_asked_runs_no_clock(city):
    item = register(city, now=START)
    item.milestones.create(position=1, text="去年", due_on=date(2024, 12, 31))
    assert "milestone" not in running(assign(city, item, now=START))


def test_a_milestone_without_a_date_runs_no_clock(city):
    item = register(city, now=START)
    item.milestones.create(position=1, text="适时", due_on=None)
    assert "milestone" not in running(assign(city, item, now=START))


def test_milestones_stop_while_the_item_is_verified_and_go_on_when_it_comes_back(city):
    item = register(city, procedure="own-finding", now=START)
    item.milestones.create(position=1, text="半年", due_on=date(2025, 6, 30))
    item = submit(city, accept(city, assign(city, item, due_on=date(2025, 12, 31), now=START), now=START), now=START)
    assert "milestone" not in running(item)
    item = verify(city, item, conclusion="fail", now=START)
    assert running(item)["milestone"].generation == 2


def test_closing_ends_the_milestones_too(city):
    item = register(city, procedure="own-finding", now=START)
    item.milestones.create(position=1, text="半年", due_on=date(2025, 6, 30))
    item = accept(city, assign(city, item, due_on=date(2025, 12, 31), now=START), now=START)
    item = approve(city, verify(city, submit(city, item, now=START), now=START), now=START)
    assert running(item) == {}


def test_a_milestone_that_has_passed_is_not_asked_for_again_after_a_return(city):
    item = register(city, now=START)
    item.milestones.create(position=1, text="一阶段", due_on=date(2025, 3, 20))
    item = submit(city, accept(city, assign(city, item, now=START), now=START), now=shanghai(2025, 4, 1))
    services.return_for_rework(item, by=city.verifier, reason="材料不全。", now=shanghai(2025, 4, 2))
    assert set(running(item)) == {"deadline"}

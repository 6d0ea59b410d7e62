"""The last word: approval and rejection, reopening, voiding."""

from datetime import timedelta

import pytest

from tests.walking import A_MONTH, approve, assign, day_of, register, shanghai, submit, verify, void, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import OPEN_STATES, State
from workflow.models import Closure

START = shanghai(2025, 3, 3)


def test_approval_strikes_the_item_off_the_list(city):
    later = START + A_MONTH
    item = approve(city, walk(city, State.APPROVING, now=START), document_number="宛环委办〔2025〕7号", now=later)
    assert (item.state, item.outcome, item.turn_party) == (State.CLOSED, "rectified", "nobody")
    assert item.closed_at == later


def test_the_closure_names_all_three_people(city):
    closure = walk(city, State.CLOSED).closures.get()
    people = (closure.submitted_by, closure.verified_by, closure.by)
    assert people == (city.environment_clerk, city.verifier, city.supervisor)


def test_the_closure_keeps_opinion_and_document_number(city):
    item = approve(
        city, walk(city, State.APPROVING), opinion=" 同意。 ", document_number=" 7号 ", outcome="under_control"
    )
    closure = item.closures.get()
    assert (closure.opinion, closure.document_number, closure.outcome) == ("同意。", "7号", "under_control")


def test_late_but_done_stays_late_on_record(city):
    item = walk(city, State.RECTIFYING, procedure="own-finding", now=START)
    late = START + timedelta(days=61)
    item = approve(city, verify(city, submit(city, item, now=late), now=late), now=late)
    assert item.closures.get().was_late is True


@pytest.mark.parametrize("outcome", ["", "done", "RECTIFIED"])
def test_an_unknown_outcome_is_refused(city, outcome):
    refusal = refusal_of(approve, city, walk(city, State.APPROVING), outcome=outcome)
    assert list(refusal.errors) == ["outcome"]


def test_an_approval_without_opinion_is_refused(city):
    assert list(refusal_of(approve, city, walk(city, State.APPROVING), opinion="").errors) == ["opinion"]


def test_a_refused_approval_leaves_no_closure(city):
    refusal_of(approve, city, walk(city, State.APPROVING), outcome="done")
    assert not Closure.objects.exists()


def test_rejection_sends_the_item_back_and_counts(city):
    item = services.reject(walk(city, State.APPROVING), by=city.supervisor, reason="材料不全。")
    assert (item.state, item.return_count, item.turn_party) == (State.RECTIFYING, 1, "lead")


def test_a_rejection_without_reason_is_refused(city):
    refusal = refusal_of(services.reject, walk(city, State.APPROVING), by=city.supervisor, reason=" ")
    assert list(refusal.errors) == ["reason"]


def test_a_closed_item_is_not_closed_again(city):
    assert refusal_of(approve, city, walk(city, State.CLOSED)).code == "not-in-this-state"


@pytest.mark.parametrize("state", [state for state in OPEN_STATES if state != State.APPROVING])
def test_no_step_of_the_road_can_be_left_out(city, state):
    assert refusal_of(approve, city, walk(city, state)).code == "not-in-this-state"


# -- reopening ---------------------------------------------------------------------------------------------------------


def test_reopening_begins_a_new_cycle_with_a_fresh_deadline(city):
    item = walk(city, State.CLOSED, now=START)
    item = services.reopen(item, by=city.dispatcher, reason="反弹。", now=START + timedelta(days=100))
    assert (item.state, item.cycle, item.percent, item.outcome) == (State.RECTIFYING, 2, 0, "")
    assert item.due_on == day_of(START) + timedelta(days=130)


def test_the_original_deadline_stays_what_it_was(city):
    closed = walk(city, State.CLOSED, now=START)
    item = services.reopen(closed, by=city.dispatcher, reason="反弹。")
    assert item.original_due_on == day_of(START) + timedelta(days=60)


def test_a_deadline_may_be_named_when_reopening(city):
    due_on = day_of(None) + timedelta(days=9)
    item = services.reopen(walk(city, State.CLOSED), by=city.dispatcher, reason="反弹。", due_on=due_on)
    assert item.due_on == due_on


def test_a_reopening_with_a_deadline_in_the_past_is_refused(city):
    yesterday = day_of(None) - timedelta(days=1)
    item = walk(city, State.CLOSED)
    refusal = refusal_of(services.reopen, item, by=city.dispatcher, reason="反弹。", due_on=yesterday)
    assert list(refusal.errors) == ["due_on"]


def test_a_reopening_without_reason_is_refused(city):
    refusal = refusal_of(services.reopen, walk(city, State.CLOSED), by=city.dispatcher, reason="")
    assert list(refusal.errors) == ["reason"]


def test_the_first_closure_is_kept_when_the_item_closes_a_second_time(city):
    item = services.reopen(walk(city, State.CLOSED, procedure="own-finding"), by=city.dispatcher, reason="反弹。")
    approve(city, verify(city, submit(city, item)), opinion="第二次同意。")
    assert list(item.closures.values_list("cycle", "opinion")) == [(1, "同意销号。"), (2, "第二次同意。")]


def test_a_reopened_item_needs_no_second_acceptance(city):
    item = services.reopen(walk(city, State.CLOSED), by=city.dispatcher, reason="反弹。")
    assert (item.turn_party, item.turn_department) == ("lead", city.environment)


@pytest.mark.parametrize("state", [*OPEN_STATES, State.VOID])
def test_only_a_closed_item_is_reopened(city, state):
    refusal = refusal_of(services.reopen, walk(city, state), by=city.dispatcher, reason="反弹。")
    assert refusal.code == "not-in-this-state"


# -- voiding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_open_item_is_declared_void_from_everywhere(city, state):
    item = void(city, walk(city, state))
    assert (item.state, item.turn_party, item.turn_department) == (State.VOID, "nobody", None)


def test_voiding_takes_down_a_running_notice(city):
    item = void(city, walk(city, State.PUBLICIZING))
    assert item.publicities.get().ended_at is not None


def test_voiding_needs_a_reason(city):
    assert list(refusal_of(void, city, register(city), reason=" ").errors) == ["reason"]


@pytest.mark.parametrize("state", [State.CLOSED, State.VOID])
def test_what_is_finished_is_not_declared_void(city, state):
    assert refusal_of(void, city, walk(city, state)).code == "not-in-this-state"


def test_a_void_item_is_not_handed_out(city):
    assert refusal_of(assign, city, walk(city, State.VOID)).code == "not-in-this-state"


def test_the_progress_of_a_reopened_item_is_measured_from_its_reopening(city):
    item = walk(city, State.CLOSED)
    reopened = services.reopen(item, by=city.dispatcher, reason="反弹。")
    assert reopened.assigned_at > item.closed_at

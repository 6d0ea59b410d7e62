"""The last word: approval and rejection, reopening, voiding."""

from datetime import date, timedelta

import pytest
from django.conf import settings

from tests.walking import A_MONTH, approve, assign, day_of, register, shanghai, submit, verify, void, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import OPEN_STATES, State
from workflow.models import Closure, Procedure, WorkItem

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


# -- papers ------------------------------------------------------------------------------------------------------------


def test_without_a_number_the_next_of_the_office_and_year_is_given(city):
    numbers = []
    for _time in range(2):
        item = walk(city, State.APPROVING, procedure="own-finding", now=START)
        numbers.append(approve(city, item, now=START).closures.get().document_number)
    assert numbers == ["销号〔2025〕1号", "销号〔2025〕2号"]


def test_each_year_begins_anew_and_a_refusal_leaves_no_gap(city):
    approve(city, walk(city, State.APPROVING, procedure="own-finding", now=START), now=START)
    refusal_of(approve, city, walk(city, State.APPROVING, procedure="own-finding", now=START), outcome="done")
    later = shanghai(2026, 1, 5)
    item = approve(city, walk(city, State.APPROVING, procedure="own-finding", now=later), now=later)
    assert item.closures.get().document_number == "销号〔2026〕1号"


def test_the_number_is_of_the_year_in_which_it_was_signed(city):
    item = walk(city, State.APPROVING, procedure="own-finding", now=shanghai(2025, 12, 30))
    item = approve(city, item, signed_on=date(2025, 12, 31), now=shanghai(2026, 1, 4))
    closure = item.closures.get()
    assert (closure.document_number, closure.signed_on) == ("销号〔2025〕1号", date(2025, 12, 31))


def test_the_prefix_is_the_procedures(city):
    Procedure.objects.update(closure_prefix="宛环委办销号")
    item = approve(city, walk(city, State.APPROVING, procedure="own-finding", now=START), now=START)
    assert item.closures.get().document_number == "宛环委办销号〔2025〕1号"


def test_a_close_out_is_signed_today_unless_it_is_said(city):
    item = approve(city, walk(city, State.APPROVING, procedure="own-finding", now=START), now=START)
    assert item.closures.get().signed_on == date(2025, 3, 3)


@pytest.mark.parametrize("signed_on", [date(2025, 3, 2), date(2025, 3, 11)])
def test_it_is_signed_neither_before_the_verification_nor_in_the_future(city, signed_on):
    item = walk(city, State.APPROVING, procedure="own-finding", now=START)
    refusal = refusal_of(approve, city, item, signed_on=signed_on, now=shanghai(2025, 3, 10))
    assert (refusal.code, list(refusal.errors)) == ("signed-on", ["signed_on"])


def test_the_closure_keeps_the_digest_of_what_was_passed(city):
    closure = walk(city, State.CLOSED).closures.get()
    assert closure.digest == closure.item.verifications.latest("pk").digest != ""


def test_the_event_says_number_day_and_outcome(city):
    item = approve(city, walk(city, State.APPROVING, procedure="own-finding", now=START), now=START)
    data = item.events.get(action="approve").data
    assert {name: value for name, value in data.items() if not name.startswith("look_back")} == {
        "document_number": "销号〔2025〕1号",
        "signed_on": "2025-03-03",
        "outcome": "rectified",
        "merged_into": None,
        "late": False,
    }


# -- merging -----------------------------------------------------------------------------------------------------------


def test_an_item_is_merged_into_another(city):
    other = register(city)
    item = approve(city, walk(city, State.APPROVING), outcome="merged", merged_into=f" {other.number} ")
    assert (item.outcome, item.merged_into) == ("merged", other)
    assert item.events.get(action="approve").data["merged_into"] == other.number


def test_a_void_item_says_why_and_where_it_goes_on(city):
    other = register(city)
    item = void(city, register(city), outcome="merged", merged_into=other.number)
    assert (item.state, item.outcome, item.merged_into) == (State.VOID, "merged", other)
    assert void(city, register(city), outcome="not_substantiated").outcome == "not_substantiated"
    assert void(city, register(city)).outcome == ""


@pytest.mark.parametrize("outcome", ["rectified", "under_control", "done"])
def test_nothing_rectified_is_declared_void(city, outcome):
    assert list(refusal_of(void, city, register(city), outcome=outcome).errors) == ["outcome"]


def test_only_what_is_merged_names_another_item(city):
    other = register(city)
    refusal = refusal_of(void, city, register(city), outcome="not_substantiated", merged_into=other.number)
    assert (refusal.code, list(refusal.errors)) == ("merged-into", ["merged_into"])


@pytest.mark.parametrize("number", ["WT1999-0001", "\0", "；"])
def test_into_an_unknown_item_nothing_is_merged(city, number):
    refusal = refusal_of(void, city, register(city), outcome="merged", merged_into=number)
    assert refusal.code == "merged-into"


def test_nor_into_one_that_is_void(city):
    other = void(city, register(city))
    assert refusal_of(void, city, register(city), outcome="merged", merged_into=other.number).code == "merged-into"


def test_nor_into_itself(city):
    item = register(city)
    assert refusal_of(void, city, item, outcome="merged", merged_into=item.number).code == "merged-into"


def test_nor_in_a_circle(city):
    first, second, third = (walk(city, State.APPROVING) for _number in range(3))
    approve(city, first, outcome="merged", merged_into=second.number)
    approve(city, second, outcome="merged", merged_into=third.number)
    refusal = refusal_of(approve, city, third, outcome="merged", merged_into=first.number)
    assert refusal.code == "merged-into"


def test_nor_into_an_item_of_another_office(city):
    other = register(city)
    WorkItem.objects.filter(pk=other.pk).update(office=city.water)
    refusal = refusal_of(void, city, register(city), outcome="merged", merged_into=other.number)
    assert refusal.code == "merged-into"


def test_an_item_that_is_reopened_is_no_longer_merged(city):
    item = approve(city, walk(city, State.APPROVING), outcome="merged", merged_into=register(city).number)
    item = services.reopen(item, by=city.dispatcher, reason="反弹。")
    assert (item.outcome, item.merged_into) == ("", None)


def test_a_damaged_file_keeps_nobody_from_declaring_the_item_void(city):
    item = walk(city, State.VERIFYING)
    (settings.DATA_DIR / item.evidence.get().path).write_bytes(b"altered")
    assert void(city, item).state == State.VOID


def test_what_was_late_before_reopening_is_not_said_of_the_new_cycle(city):
    late = START + timedelta(days=70)
    item = walk(city, State.RECTIFYING, procedure="own-finding", now=START)
    item = approve(city, verify(city, submit(city, item, now=late), now=late), now=late)
    item = services.reopen(item, by=city.dispatcher, reason="反弹。", now=late)
    assert not item.submitted_late
    assert item.closures.get().was_late

"""The last line in PostgreSQL: each constraint and trigger, attacked with plain SQL past all Python."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from tests.people import appoint
from tests.walking import assign, register, shanghai, verify, walk
from tests.workflow.past_python import copy, copy_refused, refused, sql
from workflow import deadline_scan, services
from workflow.lifecycle import State

# -- history -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE workflow_event SET note = 'x'", "DELETE FROM workflow_event"])
def test_history_cannot_be_altered(city, statement):
    register(city)
    refused("append-only", statement)


def test_history_cannot_be_altered_by_a_replication_role_either(city):
    register(city)
    sql("SET LOCAL session_replication_role = 'replica'")
    refused("append-only", "DELETE FROM workflow_event")


def test_history_still_grows(city):
    event = register(city).events.get()
    statement, values = copy("workflow_event", event.pk, version=None)
    assert sql(statement, *values) == 1


def test_an_item_has_one_event_for_each_version(city):
    statement, values = copy("workflow_event", register(city).events.get().pk)
    refused("workflow_event_one_per_version", statement, *values)


def test_an_item_with_history_cannot_be_deleted(city):
    item = register(city)
    with pytest.raises(IntegrityError):
        sql("DELETE FROM workflow_workitem WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE", item.pk)


def test_a_row_of_history_knows_its_transaction(city):
    event = register(city).events.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        assert cursor.fetchone()[0] == str(event.__class__.objects.get(pk=event.pk).transaction_id)


# -- items -------------------------------------------------------------------------------------------------------------


def test_the_original_deadline_stands_once_the_item_was_accepted(city):
    item = walk(city, State.RECTIFYING)
    refused("never changes", "UPDATE workflow_workitem SET original_due_on = '2099-01-01' WHERE id = %s", item.pk)


def test_the_original_deadline_cannot_be_emptied_either(city):
    item = walk(city, State.RECTIFYING)
    refused("never changes", "UPDATE workflow_workitem SET original_due_on = NULL WHERE id = %s", item.pk)


def test_the_original_deadline_may_change_before_acceptance(city):
    item = walk(city, State.ASSIGNED)
    assert sql("UPDATE workflow_workitem SET original_due_on = '2099-01-01' WHERE id = %s", item.pk) == 1


def test_the_present_deadline_is_free_to_change(city):
    item = walk(city, State.RECTIFYING)
    assert sql("UPDATE workflow_workitem SET due_on = '2099-01-01' WHERE id = %s", item.pk) == 1


@pytest.mark.parametrize(
    "missing", ["measures = ''", "standard = ''", "lead_id = NULL", "due_on = NULL", "assigned_at = NULL"]
)
def test_no_item_on_the_road_lacks_one_of_the_four_elements(city, missing):
    item = walk(city, State.RECTIFYING)
    refused("workflow_item_four_elements", f"UPDATE workflow_workitem SET {missing} WHERE id = %s", item.pk)


def test_a_long_term_item_may_lack_the_date(city):
    item = walk(city, State.RECTIFYING)
    statement = "UPDATE workflow_workitem SET due_on = NULL, deadline_kind = 'long_term' WHERE id = %s"
    assert sql(statement, item.pk) == 1


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("no step of the road", "state = 'lost'"),
        ("workflow_item_stage_while_verifying", "stage = 1"),
        ("workflow_item_turn_has_a_department", "turn_department_id = NULL"),
        ("workflow_item_turn_has_a_department", "turn_party = 'clock'"),
        ("workflow_item_closed_at_when_closed", "closed_at = now()"),
        ("no step of the road", "state = 'closed'"),
        ("workflow_item_percent", "percent = 101"),
        ("workflow_item_not_own_parent", "parent_id = id"),
    ],
)
def test_an_item_in_work_cannot_contradict_itself(city, constraint, change):
    item = walk(city, State.RECTIFYING)
    refused(constraint, f"UPDATE workflow_workitem SET {change} WHERE id = %s", item.pk)


def test_an_item_being_verified_stands_at_a_stage(city):
    item = walk(city, State.VERIFYING)
    refused("workflow_item_stage_while_verifying", "UPDATE workflow_workitem SET stage = 0 WHERE id = %s", item.pk)


def test_a_number_is_given_once(city):
    copy_refused("number", "workflow_workitem", register(city).pk)


def test_a_task_number_is_given_once_in_a_source(city):
    item = register(city)
    sql("UPDATE workflow_workitem SET task_number = 7 WHERE id = %s", item.pk)
    copy_refused("workflow_item_task_number_once", "workflow_workitem", item.pk, number="RW-other")


def test_one_department_verifies_a_stage(city):
    row = walk(city, State.ASSIGNED).assignments.get(role="verify")
    copy_refused("workflow_one_verifier_a_stage", "workflow_assignment", row.pk, department_id=city.water.pk)


@pytest.mark.parametrize(("role", "stage"), [("joint", 1), ("verify", 0)])
def test_stages_belong_to_verifying_departments_only(city, role, stage):
    row = walk(city, State.ASSIGNED).assignments.get(role="lead")
    copy_refused("workflow_assignment_stage_for_verifiers", "workflow_assignment", row.pk, role=role, stage=stage)


# -- the way out -------------------------------------------------------------------------------------------------------


def test_a_verifier_is_never_the_submitter(city):
    row = walk(city, State.CLOSED).verifications.get()
    copy_refused("workflow_verifier_is_not_submitter", "workflow_verification", row.pk, submitted_by_id=row.by_id)


@pytest.mark.parametrize("judge", ["submitted_by_id", "verified_by_id"])
def test_an_approver_is_neither_submitter_nor_verifier(city, judge):
    row = walk(city, State.CLOSED).closures.get()
    copy_refused("workflow_approver_is_neither", "workflow_closure", row.pk, cycle=2, **{judge: row.by_id})


def test_an_item_is_closed_once_a_cycle(city):
    row = walk(city, State.CLOSED).closures.get()
    copy_refused("workflow_closure_once_a_cycle", "workflow_closure", row.pk)


def test_one_notice_hangs_at_a_time(city):
    row = walk(city, State.PUBLICIZING).publicities.get()
    copy_refused("workflow_one_running_publicity", "workflow_publicity", row.pk)


def test_a_notice_does_not_end_before_it_begins(city):
    row = walk(city, State.APPROVING).publicities.get()
    before = row.starts_on - timedelta(days=1)
    copy_refused("workflow_publicity_in_order", "workflow_publicity", row.pk, ends_on=before)


@pytest.mark.parametrize("half", ["upheld = true", "decided_at = now()"])
def test_an_objection_is_decided_with_who_and_when_or_not_at_all(city, half):
    item = services.object_to(walk(city, State.PUBLICIZING), by=city.dispatcher, text="否")
    statement = f"UPDATE workflow_objection SET {half} WHERE item_id = %s"
    refused("workflow_objection_decided_together", statement, item.pk)


def test_a_report_is_never_above_a_hundred_percent(city):
    item = services.report(walk(city, State.RECTIFYING), by=city.environment_clerk, text="进展")
    copy_refused("workflow_report_percent", "workflow_progressreport", item.reports.get().pk, percent=101)


def test_the_same_file_is_evidence_once_a_cycle(city):
    row = walk(city, State.VERIFYING).evidence.get()
    copy_refused("workflow_evidence_same_file_once", "workflow_evidence", row.pk, path="elsewhere")


# -- clocks ------------------------------------------------------------------------------------------------------------


def test_a_clock_runs_once_at_a_time(city):
    timer = walk(city, State.RECTIFYING).timers.get(ended_at__isnull=True)
    copy_refused("workflow_timer_one_running", "workflow_timer", timer.pk, generation=9)


def test_a_generation_of_a_clock_is_there_once(city):
    timer = walk(city, State.CLOSED).timers.filter(clock="deadline").first()
    copy_refused("workflow_timer_generation_once", "workflow_timer", timer.pk)


def test_an_ended_clock_does_not_fire(city):
    timer = walk(city, State.CLOSED).timers.filter(clock="deadline").first()
    statement = "UPDATE workflow_timer SET fire_at = now() WHERE id = %s"
    refused("workflow_timer_ended_is_silent", statement, timer.pk)


@pytest.fixture
def firing(city):
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 4, 18))
    return item.timers.get(ended_at__isnull=True).firings.get(superseded=False)


def test_a_rung_fires_once_in_a_generation(firing):
    copy_refused("workflow_rung_fired_once", "workflow_rungfiring", firing.pk)


@pytest.mark.parametrize("change", [{"superseded": True}, {"event_id": None}])
def test_what_was_told_has_an_event_and_what_was_passed_over_has_none(firing, change):
    copy_refused("workflow_firing_has_its_event", "workflow_rungfiring", firing.pk, repetition=9, **change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("workflow_rung_reminds_before_and_warns_after", "kind = 'overdue', measure = 'warning'"),
        ("workflow_rung_reminds_before_and_warns_after", "offset_days = 1"),
        ("workflow_rung_reminds_before_and_warns_after", "repeat_days = 7"),
    ],
)
def test_reminders_come_before_and_never_repeat(city, constraint, change):
    refused(constraint, f"UPDATE workflow_rung SET {change} WHERE clock = 'deadline' AND offset_days = -30")


def test_a_repetition_takes_at_least_a_day(city):
    refused("workflow_rung_repeat_positive", "UPDATE workflow_rung SET repeat_days = 0 WHERE repeat_days = 7")


# -- people ------------------------------------------------------------------------------------------------------------


def test_a_role_is_held_once_at_a_time(city):
    row = city.dispatcher.memberships.get()
    copy_refused("accounts_membership_no_overlap", "accounts_membership", row.pk)


def test_memberships_that_touch_on_one_day_overlap(city):
    row = city.dispatcher.memberships.get()
    sql("UPDATE accounts_membership SET valid_to = '2025-06-30' WHERE id = %s", row.pk)
    copy_refused("no_overlap", "accounts_membership", row.pk, valid_from="2025-06-30", valid_to=None)


def test_a_role_may_be_taken_up_again_the_day_after(city):
    row = city.dispatcher.memberships.get()
    sql("UPDATE accounts_membership SET valid_to = '2025-06-30' WHERE id = %s", row.pk)
    statement, values = copy("accounts_membership", row.pk, valid_from="2025-07-01", valid_to=None)
    assert sql(statement, *values) == 1


def test_one_person_may_hold_two_roles_at_a_time(city):
    assert appoint(city.dispatcher, "verifier", city.office).memberships.count() == 2


def test_a_membership_does_not_end_before_it_begins(city):
    statement = "UPDATE accounts_membership SET valid_from = '2025-07-01', valid_to = '2025-06-30' WHERE id = %s"
    row = city.dispatcher.memberships.get()
    with pytest.raises(Exception, match=r"range lower bound|validity_in_order"):
        sql(statement, row.pk)


# -- and the verbs live within these lines -----------------------------------------------------------------------------


def test_nothing_of_a_verb_stays_when_the_database_refuses_its_end(city, monkeypatch):
    """A verb that fails at its very last row leaves neither state nor history nor message."""
    item = walk(city, State.VERIFYING)

    def stumble(*args: object) -> None:
        raise IntegrityError("no message today")

    monkeypatch.setattr(services.perform.notices, "announce", stumble)
    with pytest.raises(IntegrityError):
        verify(city, item)
    item.refresh_from_db()
    assert (item.state, item.verifications.count(), item.events.filter(action="verify").count()) == ("verifying", 0, 0)


def test_a_retried_assignment_does_not_meet_its_own_leftovers(city):
    item = register(city)
    item = services.decline(assign(city, item), by=city.environment_clerk, reason="否")
    assert assign(city, item).assignments.filter(role="lead").count() == 1

"""The last line in PostgreSQL: who judges, and what has to be there before an item is closed (rules 2 and 3).

Everything is right but for one thing, and that is written with plain SQL or past the verbs.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.people import City, hire
from tests.walking import A_MONTH, day_of, register, verify, walk
from tests.workflow.past_python import copy_refused, refused, sql, would_pass
from workflow import services
from workflow.lifecycle import State
from workflow.models import Assignment, Closure, Objection, Procedure, Publicity, WorkItem

TO_CLOSED = "UPDATE workflow_workitem SET state = 'closed', closed_at = now(), turn_party = 'nobody', {} WHERE id = %s"
CLOSING = TO_CLOSED.format("turn_department_id = NULL")


def sign(item: WorkItem, by: User, **other: Any) -> Closure:
    """A closure as approving writes it."""
    last = item.verifications.latest("id")
    fields = {"outcome": "rectified", "opinion": "同意", "digest": last.digest, "was_late": False, "at": timezone.now()}
    people = {"submitted_by": last.submitted_by, "verified_by": last.by, "by": by}
    return Closure.objects.create(item=item, cycle=item.cycle, **{**fields, **people, **other})


@pytest.fixture
def approving(city: City) -> WorkItem:
    return walk(city, State.APPROVING)


def closing_refused(reason: str, item: WorkItem, by: User, **other: Any) -> None:
    sign(item, by, **other)
    refused(reason, CLOSING, item.pk)


def test_where_nothing_is_missing_the_database_lets_it_close(city, approving):
    sign(approving, city.supervisor)
    assert would_pass(CLOSING, approving.pk)


def test_nothing_closes_without_a_closure(approving):
    refused("no closure", CLOSING, approving.pk)


def test_nothing_closes_with_a_stage_that_did_not_pass(city, approving):
    Assignment.objects.create(item=approving, department=city.water, role="verify", stage=2)
    closing_refused("a stage of verification", approving, city.supervisor)


def test_a_pass_of_the_round_before_does_not_count(city):
    """Two stages passed, an objection was upheld, and in the new round only one of them passed again."""
    item = walk(city, State.PUBLICIZING, procedure="central-inspection", departments=[("supervise", city.water)])
    item = services.object_to(item, by=city.dispatcher, text="否")
    item = services.resolve_objection(item, by=city.dispatcher, upheld=True, opinion="属实")
    item = verify(city, services.submit(item, by=city.environment_clerk, summary="再次整改"))
    sign(item, city.supervisor)
    forward = "UPDATE workflow_workitem SET state = 'approving', stage = 0 WHERE id = %s; "
    refused("a stage of verification", forward + CLOSING, item.pk, item.pk)


def test_nothing_else_is_closed_than_what_was_passed(city, approving):
    closing_refused("not what was passed", approving, city.supervisor, digest="0" * 64)


def test_nothing_closes_while_a_notice_runs(city, approving):
    day = day_of(None)
    Publicity.objects.create(item=approving, cycle=1, starts_on=day - A_MONTH, ends_on=day - timedelta(days=1))
    closing_refused("notice is running", approving, city.supervisor)


def test_nothing_closes_without_the_notice_of_its_procedure(city):
    item = walk(city, State.APPROVING, procedure="own-finding")
    procedure = Procedure.objects.get(code="petition")
    sql("UPDATE workflow_workitem SET procedure_id = %s WHERE id = %s", procedure.pk, item.pk)
    closing_refused("is not over", item, city.supervisor)


def test_a_notice_that_was_taken_down_early_does_not_count(city, approving):
    now = timezone.now()
    past = now - timedelta(days=9)
    days = {"starts_on": day_of(past - A_MONTH), "ends_on": day_of(past)}
    Publicity.objects.create(item=approving, cycle=1, ended_at=past - timedelta(days=3), **days)
    closing_refused("is not over", approving, city.supervisor)


def test_nothing_closes_on_the_last_day_of_its_notice(city, approving):
    today = day_of(None)
    tomorrow = timezone.now() + timedelta(days=1)
    Publicity.objects.create(item=approving, cycle=1, starts_on=today - A_MONTH, ends_on=today, ended_at=tomorrow)
    closing_refused("is not over", approving, city.supervisor)


def test_nothing_closes_with_an_open_objection(city, approving):
    Objection.objects.create(item=approving, cycle=1, text="否", by=city.dispatcher, at=timezone.now())
    closing_refused("objection is open", approving, city.supervisor)


def test_nothing_closes_with_an_open_part(city, approving):
    part = register(city)
    sql("UPDATE workflow_workitem SET parent_id = %s WHERE id = %s", approving.pk, part.pk)
    closing_refused("a part is open", approving, city.supervisor)


@pytest.mark.parametrize("asked", ["submit_evidence", "closing_evidence"])
def test_nothing_closes_without_the_evidence_that_its_procedure_asks_for(city, approving, asked):
    strict = Procedure.objects.get(pk=approving.procedure_id)
    strict.pk, strict.code = None, "strict"
    setattr(strict, asked, ["penalty_decision"])
    strict.save(force_insert=True)
    sql("UPDATE workflow_workitem SET procedure_id = %s WHERE id = %s", strict.pk, approving.pk)
    closing_refused("evidence is missing", approving, city.supervisor)


# -- nobody judges his own work ----------------------------------------------------------------------------------------


def test_a_verifier_submitted_nothing_in_the_cycle(city):
    """Not only what he verifies: what he submitted in an earlier round counts as well."""
    row = walk(city, State.PUBLICIZING).verifications.get()
    copy_refused("submitted in this cycle", "workflow_verification", row.pk, by_id=city.environment_clerk.pk)


def test_each_stage_has_a_verifier_of_its_own(city):
    row = walk(city, State.PUBLICIZING).verifications.get()
    copy_refused("verified another stage", "workflow_verification", row.pk, stage=2)


def test_a_verifier_may_look_twice_at_his_stage(city):
    row = walk(city, State.PUBLICIZING).verifications.get()
    with transaction.atomic():
        row.pk = None
        row.save(force_insert=True)
        transaction.set_rollback(True)


@pytest.mark.parametrize("department", ["environment", None])
def test_a_central_item_is_not_verified_by_its_lead_department(city, department):
    item = walk(city, State.PUBLICIZING, procedure="central-inspection", departments=[("supervise", city.water)])
    row = item.verifications.latest("id")
    place = getattr(city, department).pk if department else None
    copy_refused("lead department verifies no", "workflow_verification", row.pk, department_id=place)


@pytest.mark.parametrize("judge", ["environment_clerk", "verifier"])
def test_an_approver_neither_submitted_nor_verified_in_the_cycle(city, approving, judge):
    """Even if the closure names others as submitter and verifier."""
    stranger = hire("stranger", Role.VERIFIER, city.office)
    with pytest.raises(IntegrityError, match="submitted or verified"), transaction.atomic():
        sign(approving, getattr(city, judge), submitted_by=stranger, verified_by=stranger)

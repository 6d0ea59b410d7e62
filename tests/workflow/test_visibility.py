"""Who sees which item: the office all of it, a department what it has a part in, strangers nothing."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from tests.people import PEOPLE, City, hire
from tests.walking import add_evidence, approve, assign, day_of, register, walk
from workflow import services
from workflow.lifecycle import DepartmentRole, State
from workflow.models import Procedure, WorkItem
from workflow.querysets import (
    awaiting,
    evidence_visible_to,
    extensions_to_decide,
    papers_to_answer,
    papers_to_sign,
    sources_visible_to,
    to_acknowledge,
    visible_to,
    visible_to_department,
    with_a_part_first,
)
from workflow.services.decomposition import Part
from workflow.services.procedures import revise

OFFICE = {"dispatcher", "second_dispatcher", "supervisor", "second_supervisor", "auditor"}
LEADER = {"city_leader"}
CHECKS = {"verifier", "second_verifier"}
LEAD = {"environment_clerk", "environment_head", "environment_verifier"}
BEFORE_APPROVAL = (State.ASSIGNED, State.RECTIFYING, State.VERIFYING, State.PUBLICIZING, State.APPROVING)
WATER = {"water_clerk", "water_head", "water_verifier"}


def seen_by(city: City, item: WorkItem) -> set[str]:
    return {name for name in PEOPLE if visible_to(getattr(city, name)).filter(pk=item.pk).exists()}


def test_a_draft_is_seen_by_the_office_alone(city):
    assert seen_by(city, register(city)) == OFFICE


@pytest.mark.parametrize("state", [state for state in State if state not in (State.DRAFT, State.VOID)])
def test_what_was_handed_out_is_seen_by_the_office_the_lead_those_who_check_and_the_city_leader(city, state):
    assert seen_by(city, walk(city, state)) == OFFICE | LEADER | CHECKS | LEAD


@pytest.mark.parametrize("role", [role for role in DepartmentRole if role != DepartmentRole.LEAD])
def test_every_role_on_an_item_lets_its_department_see_it(city, role):
    item = walk(city, State.ASSIGNED, departments=[(role, city.water)])
    assert seen_by(city, item) >= WATER


def test_a_draft_with_departments_already_on_it_stays_hidden(city):
    item = register(city)
    item.assignments.create(department=city.water, role=DepartmentRole.JOINT)
    assert seen_by(city, item) == OFFICE


def test_after_reassignment_the_department_that_declined_sees_it_no_more(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局。")
    item = assign(city, item, lead=city.water)
    assert seen_by(city, item) == OFFICE | LEADER | CHECKS | WATER


@pytest.mark.parametrize("name", ["system_admin", "security_admin"])
def test_administrators_see_no_item_at_all(city, name):
    for state in State:
        walk(city, state)
    assert not visible_to(getattr(city, name)).exists()


def test_somebody_without_a_role_sees_nothing(city):
    walk(city, State.ASSIGNED)
    newcomer = hire("newcomer", Role.CLERK, city.forestry)
    newcomer.memberships.update(valid_from=day_of(None) + timedelta(days=1))
    assert not visible_to(newcomer).exists()


def test_a_department_with_a_part_in_the_whole_sees_the_parts(city):
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai), Part(city.xixia)])
    assert visible_to(city.environment_clerk).filter(parent=whole).count() == 2


def test_a_department_with_a_part_sees_neither_the_whole_nor_the_other_parts(city):
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai), Part(city.xixia)])
    assert [item.lead for item in visible_to(city.tongbai_clerk)] == [city.tongbai]


def test_an_item_with_several_roles_of_one_department_is_seen_once(city):
    walk(city, State.ASSIGNED, departments=[("joint", city.water), ("supervise", city.water)])
    assert visible_to(city.water_clerk).count() == 1


def test_an_auditor_of_another_office_sees_nothing(city):
    walk(city, State.CLOSED)
    assert not visible_to(hire("foreign_auditor", Role.AUDITOR, city.government)).exists()


@pytest.mark.parametrize("state", BEFORE_APPROVAL)
def test_the_supervisors_of_the_department_that_approves_see_it_as_well(city, state):
    approving_elsewhere(city)
    chief = hire("chief", Role.SUPERVISOR, city.forestry)
    item = walk(city, state)
    assert visible_to(chief).filter(pk=item.pk).exists()
    assert with_a_part_first(chief, WorkItem.objects.filter(pk=item.pk)).exists()
    assert visible_to_department(city.forestry.pk).filter(pk=item.pk).exists()
    assert seen_by(city, item) == OFFICE | LEADER | CHECKS | LEAD


def test_who_approved_an_item_sees_it_closed(city):
    approving_elsewhere(city)
    chief = hire("chief", Role.SUPERVISOR, city.forestry)
    item = approve(city, walk(city, State.APPROVING), by=chief)
    assert visible_to(chief).filter(pk=item.pk, state=State.CLOSED).exists()


def test_but_neither_drafts_nor_what_goes_by_another_procedure_nor_do_its_clerks(city):
    approving_elsewhere(city)
    chief, clerk = hire("chief", Role.SUPERVISOR, city.forestry), hire("clerk", Role.CLERK, city.forestry)
    walk(city, State.DRAFT)
    walk(city, State.APPROVING, procedure="campaign")
    assert not visible_to(chief).exists()
    assert not visible_to_department(city.forestry.pk).exists()
    walk(city, State.APPROVING)
    assert not visible_to(clerk).exists()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_whatever_lies_in_an_inbox_can_be_read(city, elsewhere):
    if elsewhere:
        approving_elsewhere(city)
    people = [getattr(city, name) for name in PEOPLE] + [hire("chief", Role.SUPERVISOR, city.forestry)]
    for state in (*BEFORE_APPROVAL, *(State if not elsewhere else ())):
        walk(city, state)
    asking = walk(city, State.RECTIFYING, procedure="campaign")
    later = asking.due_on + timedelta(days=5)
    services.request_extension(asking, by=city.environment_clerk, due_on=later, reason="汛期")
    for boxes in (awaiting, to_acknowledge, extensions_to_decide, papers_to_sign, papers_to_answer):
        for user in people:
            lying = set(boxes(user).values_list("number", flat=True))
            assert lying <= set(visible_to(user).values_list("number", flat=True)), (boxes, user)


def approving_elsewhere(city: City) -> None:
    """Petitions are approved by another department, which has no part in any of them."""
    own = Procedure.objects.current(city.office).get(code="petition")
    revise(
        own,
        office=city.office,
        by=city.dispatcher,
        reason="分管部门审批",
        seen_revision=own.revision,
        approving_department=city.forestry,
    )


def test_evidence_is_seen_with_its_item_and_not_without(city):
    file = add_evidence(walk(city, State.RECTIFYING), city.environment_clerk)
    assert file in evidence_visible_to(city.dispatcher)
    assert file not in evidence_visible_to(city.water_clerk)


def test_a_source_is_seen_by_its_office_and_by_those_who_see_an_item_of_it(city):
    source = walk(city, State.ASSIGNED).source
    assert source in sources_visible_to(city.auditor)
    assert source in sources_visible_to(city.environment_clerk)


def test_a_source_is_not_seen_by_departments_without_a_part(city):
    walk(city, State.ASSIGNED)
    assert not sources_visible_to(city.water_clerk).exists()

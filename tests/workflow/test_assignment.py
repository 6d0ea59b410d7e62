"""Handing out: the four elements, departments and their roles, acceptance, declining."""

from datetime import timedelta

import pytest

from tests.walking import accept, assign, day_of, register, shanghai, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import DepartmentRole, State
from workflow.models import WorkItem
from workflow.refusal import RefusalKind

NOON = shanghai(2025, 3, 3, 12)
MISSING = {"measures": "  ", "lead": None, "due_on": None, "standard": ""}


def roles_on(item: WorkItem) -> set[tuple[str, str, int]]:
    return {(row.role, row.department.name, row.stage) for row in item.assignments.all()}


@pytest.mark.parametrize("element", MISSING)
def test_nothing_is_handed_out_without_one_of_the_four_elements(city, element):
    refusal = refusal_of(assign, city, register(city), **{element: MISSING[element]})
    assert (refusal.kind, refusal.code, list(refusal.errors)) == (RefusalKind.INVALID, "four-elements", [element])


def test_everything_that_is_missing_is_said_at_once(city):
    refusal = refusal_of(assign, city, register(city), **MISSING)
    assert set(refusal.errors) == set(MISSING)


def test_a_refused_assignment_leaves_the_draft_as_it_was(city):
    item = register(city)
    refusal_of(assign, city, item, standard="")
    item.refresh_from_db()
    assert (item.state, item.version, item.lead, item.assignments.count()) == (State.DRAFT, 1, None, 0)


def test_a_long_term_item_needs_no_date(city):
    item = register(city, deadline_kind=WorkItem.DeadlineKind.LONG_TERM)
    assert assign(city, item, due_on=None).state == State.ASSIGNED


def test_a_deadline_in_the_past_is_refused(city):
    refusal = refusal_of(assign, city, register(city), due_on=day_of(NOON) - timedelta(days=1), now=NOON)
    assert list(refusal.errors) == ["due_on"]


def test_today_is_a_deadline_that_can_still_be_met(city):
    assert assign(city, register(city), due_on=day_of(NOON), now=NOON).due_on == day_of(NOON)


def test_today_ends_at_midnight_in_shanghai_not_in_greenwich(city):
    late = shanghai(2025, 3, 4, 0, 30)  # still 3 March in Greenwich
    refusal = refusal_of(assign, city, register(city), due_on=day_of(NOON), now=late)
    assert list(refusal.errors) == ["due_on"]


def test_departments_are_kept_with_their_roles(city):
    given = [("joint", city.xixia), ("cooperate", city.tongbai), ("supervise", city.water)]
    item = assign(city, register(city, procedure="own-finding"), departments=given)
    assert roles_on(item) == {
        ("lead", "市生态环境局", 0),
        ("joint", "西峡县", 0),
        ("cooperate", "桐柏县", 0),
        ("supervise", "市水利局", 0),
        ("verify", "市生态环境保护委员会办公室", 1),
    }


def test_a_department_may_have_two_roles(city):
    given = [("joint", city.water), ("supervise", city.water)]
    item = assign(city, register(city), departments=given)
    assert item.assignments.filter(department=city.water).count() == 2


def test_the_same_role_twice_is_kept_once(city):
    item = assign(city, register(city), departments=[("joint", city.water)] * 2)
    assert item.assignments.filter(role=DepartmentRole.JOINT).count() == 1


def test_a_second_lead_is_kept_beside_the_answering_one(city):
    item = assign(city, register(city), departments=[("lead", city.environment), ("lead", city.water)])
    assert item.lead == city.environment
    assert item.assignments.filter(role=DepartmentRole.LEAD).count() == 2


def test_named_verifying_departments_replace_the_chain_in_their_order(city):
    given = [("verify", city.water), ("verify", city.forestry)]
    item = assign(city, register(city), departments=given)
    stages = item.assignments.filter(role=DepartmentRole.VERIFY).values_list("stage", "department__name")
    assert list(stages) == [(1, "市水利局"), (2, "市林业局")]


@pytest.mark.parametrize("code", ["central-inspection", "provincial-inspection"])
@pytest.mark.parametrize("role", ["verify", "supervise"])
def test_inspection_issues_are_never_verified_by_their_lead(city, code, role):
    item = register(city, procedure=code)
    refusal = refusal_of(assign, city, item, departments=[(role, city.environment)])
    assert (refusal.code, list(refusal.errors)) == ("verifier-is-lead", ["departments"])


def test_own_findings_may_be_verified_by_their_lead(city):
    item = assign(city, register(city, procedure="own-finding"), departments=[("verify", city.environment)])
    assert item.state == State.ASSIGNED


def test_an_inspection_issue_with_a_supervising_department_has_two_stages(city):
    item = assign(city, register(city, procedure="central-inspection"), departments=[("supervise", city.water)])
    stages = item.assignments.filter(role=DepartmentRole.VERIFY).values_list("stage", "department__name")
    assert list(stages) == [(1, "市水利局"), (2, "市生态环境保护委员会办公室")]


def test_an_inspection_issue_without_a_supervising_department_is_not_handed_out(city):
    refusal = refusal_of(assign, city, register(city, procedure="central-inspection"), departments=[])
    assert (refusal.code, list(refusal.errors)) == ("supervising-department", ["departments"])


def test_the_turn_goes_to_the_lead(city):
    item = walk(city, State.ASSIGNED)
    assert (item.turn_party, item.turn_department) == ("lead", city.environment)


def test_the_event_says_who_got_it_and_until_when(city):
    event = walk(city, State.ASSIGNED, now=NOON).events.get(action="assign")
    assert (event.data["lead"], event.data["due_on"]) == ("市生态环境局", "2025-05-02")
    assert (event.from_state, event.to_state, event.department) == ("draft", "assigned", city.office)


def test_open_questions_are_settled_by_assigning_and_kept_in_the_event(city):
    item = register(city)
    WorkItem.objects.filter(pk=item.pk).update(open_questions=["期限是推断的。"])
    item = assign(city, item)
    assert item.open_questions == []
    assert item.events.get(action="assign").data["settled_questions"] == ["期限是推断的。"]


# -- accepting and declining -------------------------------------------------------------------------------------------


def test_accepting_starts_the_work(city):
    item = accept(city, walk(city, State.ASSIGNED, now=NOON), now=NOON)
    assert (item.state, item.accepted_at) == (State.RECTIFYING, NOON)


def test_any_clerk_or_head_of_the_lead_accepts(city):
    assert accept(city, walk(city, State.ASSIGNED), by=city.environment_head).state == State.RECTIFYING


def test_declining_gives_the_item_back_with_the_reason(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason=" 不属本局职责。 ")
    assert (item.state, item.turn_party) == (State.DRAFT, "office")
    assert item.events.get(action="decline").data == {"reason": "不属本局职责。", "times": 1}


@pytest.mark.parametrize("reason", ["", "   "])
def test_declining_needs_a_reason(city, reason):
    refusal = refusal_of(services.decline, walk(city, State.ASSIGNED), by=city.environment_clerk, reason=reason)
    assert list(refusal.errors) == ["reason"]


def test_what_was_accepted_cannot_be_declined(city):
    refusal = refusal_of(services.decline, walk(city, State.RECTIFYING), by=city.environment_clerk, reason="太难。")
    assert refusal.code == "not-in-this-state"


def test_a_declined_item_goes_to_another_department_with_another_deadline(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局职责。")
    due_on = day_of(None) + timedelta(days=90)
    item = assign(city, item, lead=city.water, due_on=due_on)
    assert (item.lead, item.turn_department, item.original_due_on) == (city.water, city.water, due_on)
    assert not item.assignments.filter(department=city.environment).exists()


def test_nobody_accepts_for_another_department(city):
    refusal = refusal_of(services.accept, walk(city, State.ASSIGNED), by=city.water_clerk)
    assert (refusal.kind, refusal.code) == (RefusalKind.FORBIDDEN, "not-the-lead")


def test_a_stale_version_is_refused(city):
    item = walk(city, State.ASSIGNED)
    refusal = refusal_of(services.accept, item, by=city.environment_clerk, version=item.version - 1)
    assert (refusal.kind, refusal.code) == (RefusalKind.STALE, "stale")


def test_the_present_version_is_taken(city):
    item = walk(city, State.ASSIGNED)
    assert services.accept(item, by=city.environment_clerk, version=item.version).version == item.version + 1


def test_no_lead_of_several_verifies_an_inspection_issue(city):
    item = register(city, procedure="central-inspection")
    others = [(DepartmentRole.LEAD, city.water), (DepartmentRole.VERIFY, city.water)]
    assert refusal_of(assign, city, item, departments=others).code == "verifier-is-lead"


def test_a_deadline_of_the_year_9999_is_a_slip_of_the_pen(city):
    refusal = refusal_of(assign, city, register(city), due_on=day_of(None).replace(year=9999))
    assert list(refusal.errors) == ["due_on"]

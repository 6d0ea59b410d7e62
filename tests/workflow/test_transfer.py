"""Passing an item on: who may, to whom, and what of the road begins again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Department, Region
from notifications.models import Message
from tests.people import City
from tests.walking import accept, assign, day_of, register, shanghai, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Procedure, Stage, WorkItem
from workflow.querysets import visible_to
from workflow.services.decomposition import Part

NOON = shanghai(2025, 3, 3, 12)  # a Monday
CENTRAL = "central-inspection"


def pass_on(city: City, item: WorkItem, **given: object) -> WorkItem:
    """To the water bureau, by the clerk of the lead."""
    usual = {"by": city.environment_clerk, "department": city.water, "reason": "属水利职责。"}
    return services.transfer(item, **usual | given)


def seats(item: WorkItem) -> set[tuple[str, str, int]]:
    return {(row.role, row.department.name, row.stage) for row in item.assignments.all()}


def set_procedure(code: str, **changes: object) -> None:
    Procedure.objects.filter(code=code).update(**changes)


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RECTIFYING])
def test_the_new_lead_has_to_accept_it(city, state):
    item = pass_on(city, walk(city, state))
    assert (item.state, item.lead, item.turn_department) == (State.ASSIGNED, city.water, city.water)
    assert accept(city, item).state == State.RECTIFYING


def test_the_event_says_from_whom_to_whom_and_why(city):
    event = pass_on(city, walk(city, State.RECTIFYING)).events.latest("id")
    assert event.note == "属水利职责。"
    assert (event.data["from"], event.data["lead"]) == (city.environment.name, city.water.name)


def test_only_the_seats_of_the_two_leads_change(city):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.water), ("cooperate", city.tongbai)])
    pass_on(city, item)
    expected = {
        ("lead", city.water.name, 0),
        ("cooperate", city.tongbai.name, 0),
        ("verify", city.office.name, 1),
    }
    assert seats(item) == expected


def test_the_former_lead_does_not_see_it_any_more(city):
    item = pass_on(city, walk(city, State.RECTIFYING))
    assert item not in visible_to(city.environment_clerk)
    assert item in visible_to(city.water_clerk)


def test_the_former_lead_keeps_another_seat(city):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.environment)])
    assert pass_on(city, item) in visible_to(city.environment_clerk)


def test_a_stage_that_the_lead_verifies_goes_along(city):
    procedure = Procedure.objects.get(code="own-finding")
    procedure.stages.update(position=2)
    Stage.objects.create(procedure=procedure, position=1, party=Stage.By.LEAD)
    item = pass_on(city, walk(city, State.RECTIFYING, procedure="own-finding"))
    assert {("verify", city.water.name, 1), ("verify", city.office.name, 2)} <= seats(item)


# -- time --------------------------------------------------------------------------------------------------------------


def test_the_days_to_accept_begin_anew_and_the_deadline_stays(city):
    item = walk(city, State.RECTIFYING, now=NOON)
    moved = pass_on(city, item, now=NOON + timedelta(days=7))
    assert (moved.accept_by, moved.due_on) == (day_of(NOON + timedelta(days=9)), item.due_on)
    running = moved.timers.filter(ended_at=None).values_list("clock", "due_on")
    assert set(running) == {("accept", moved.accept_by), ("deadline", item.due_on)}


def test_the_clock_to_accept_is_a_new_one_even_if_it_ends_the_same_day(city):
    item = walk(city, State.ASSIGNED, now=NOON)
    before = item.timers.get(clock="accept")
    pass_on(city, item, now=NOON + timedelta(hours=1))
    assert item.timers.get(clock="accept", ended_at=None).generation == before.generation + 1


def test_days_are_left_if_the_procedure_says_so_and_the_original_deadline_stands(city):
    set_procedure("petition", transfer_min_days=5)
    start = assign(city, register(city, now=NOON), due_on=day_of(NOON) + timedelta(days=3), now=NOON)
    item = pass_on(city, accept(city, start, now=NOON), now=NOON)
    assert (item.due_on, item.original_due_on) == (day_of(NOON) + timedelta(days=7), day_of(NOON) + timedelta(days=3))


def test_a_part_is_not_given_longer_than_the_whole(city):
    set_procedure("petition", transfer_min_days=100)
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai, due_on=day_of(None))])
    part = pass_on(city, whole.children.get(), by=city.tongbai_clerk)
    assert (part.due_on, part.lead) == (whole.due_on, city.water)


def test_how_far_it_was_is_kept(city):
    item = walk(city, State.RECTIFYING)
    services.report(item, by=city.environment_clerk, text="过半。", percent=55)
    assert pass_on(city, item).percent == 55


def test_parts_keep_their_leads(city):
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai), Part(city.xixia)])
    pass_on(city, whole)
    assert {part.lead for part in whole.children.all()} == {city.tongbai, city.xixia}


def test_what_was_accepted_once_can_be_declined_and_handed_out_again(city):
    item = pass_on(city, walk(city, State.RECTIFYING))
    original = item.original_due_on
    services.decline(item, by=city.water_clerk, reason="不属本局。")
    again = assign(city, item, due_on=original + timedelta(days=9))
    assert (again.due_on, again.original_due_on) == (original + timedelta(days=9), original)


# -- no ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_reason_is_asked_for(city, reason):
    assert list(refusal_of(pass_on, city, walk(city, State.RECTIFYING), reason=reason).errors) == ["reason"]


def foreign_department() -> Department:
    region = Region.objects.create(name="邻市", kind="city")
    government = Department.objects.create(name="邻市人民政府", kind="government", region=region)
    return Department.objects.create(name="邻市水利局", kind="municipal", region=region, superior=government)


def gone_department(city: City) -> Department:
    Department.objects.filter(pk=city.forestry.pk).update(valid_to=day_of(None) - timedelta(days=1))
    return city.forestry


@pytest.mark.parametrize(
    ("who", "code"), [("same", "same-lead"), ("foreign", "unknown-department"), ("gone", "unknown-department")]
)
def test_whom_it_cannot_be_passed_to(city, who, code):
    department = {
        "same": lambda: city.environment,
        "foreign": foreign_department,
        "gone": lambda: gone_department(city),
    }
    item = walk(city, State.RECTIFYING)
    refusal = refusal_of(pass_on, city, item, department=department[who]())
    assert (refusal.code, list(refusal.errors)) == (code, ["department"])
    item.refresh_from_db()
    assert (item.state, item.lead) == (State.RECTIFYING, city.environment)


def test_of_central_items_the_verifying_department_does_not_become_the_lead(city):
    item = walk(city, State.RECTIFYING, procedure=CENTRAL, departments=[("supervise", city.water)])
    refusal = refusal_of(pass_on, city, item, by=city.dispatcher)
    assert (refusal.code, list(refusal.errors)) == ("verifier-is-lead", ["department"])


def test_of_central_items_the_office_alone_changes_the_lead(city):
    item = walk(city, State.RECTIFYING, procedure=CENTRAL, departments=[("supervise", city.xixia)])
    assert refusal_of(pass_on, city, item).code == "not-the-holder"
    assert pass_on(city, item, by=city.dispatcher).lead == city.water


@pytest.mark.parametrize("name", ["water_clerk", "verifier", "supervisor", "environment_verifier"])
def test_nobody_else_passes_it_on(city, name):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.water)])
    assert refusal_of(pass_on, city, item, by=getattr(city, name)).code == "not-the-holder"


@pytest.mark.parametrize("state", [State.DRAFT, State.VERIFYING, State.CLOSED])
def test_only_what_is_in_work_is_passed_on(city, state):
    assert refusal_of(pass_on, city, walk(city, state), by=city.dispatcher).code == "not-in-this-state"


# -- told --------------------------------------------------------------------------------------------------------------


def test_everybody_concerned_is_told_and_who_is_out_gets_no_link(city):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.tongbai)])
    Message.objects.all().delete()
    pass_on(city, item, by=city.dispatcher)
    told = {message.recipient.username: message.url for message in Message.objects.filter(kind="transfer")}
    assert set(told) >= {"water_clerk", "environment_clerk", "second_dispatcher", "tongbai_clerk"}
    assert (told["environment_clerk"], told["water_clerk"]) == ("", f"/items/{item.number}/")


# -- cooperating departments -------------------------------------------------------------------------------------------


@pytest.fixture
def shared(city: City) -> WorkItem:
    return walk(
        city,
        State.RECTIFYING,
        departments=[("joint", city.water), ("implement", city.water), ("cooperate", city.xixia)],
    )


def test_a_department_acknowledges_all_its_seats_and_no_other(city, shared):
    item = services.acknowledge(shared, by=city.water_clerk)
    assert item.state == State.RECTIFYING
    known = {row.department.name: row.acknowledged_by for row in item.assignments.exclude(role__in=["lead", "verify"])}
    assert known == {city.water.name: city.water_clerk, city.xixia.name: None}


def test_it_is_acknowledged_once(city, shared):
    services.acknowledge(shared, by=city.water_clerk)
    assert refusal_of(services.acknowledge, shared, by=city.water_head).code == "acknowledged"


@pytest.mark.parametrize("name", ["environment_clerk", "dispatcher", "tongbai_clerk", "water_verifier"])
def test_nobody_else_acknowledges(city, shared, name):
    assert refusal_of(services.acknowledge, shared, by=getattr(city, name)).code == "not-the-cooperating"


def test_acknowledging_leaves_the_clocks_alone(city, shared):
    before = set(shared.timers.values_list("pk", "ended_at"))
    services.acknowledge(shared, by=city.water_clerk, now=timezone.now())
    assert set(shared.timers.values_list("pk", "ended_at")) == before


def test_cooperating_departments_report_too(city, shared):
    item = services.report(shared, by=city.xixia_clerk, text="已配合。", percent=80)
    assert (item.percent, item.reports.get().department) == (0, city.xixia)

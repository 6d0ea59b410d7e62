"""Steps off the road (B18), parties that cannot be (B20), days that cannot be (B22): nothing has changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Department, Region, today
from accounts.roles import Role
from tests import walking
from tests.api.callers import Caller, fields, machine, problem
from tests.bad_input.ground import nothing_changes
from tests.people import City, appoint
from tests.permissions.described import operations
from workflow.lifecycle import BY_PEOPLE, BY_THE_CLOCK, Action, State, leads_to
from workflow.models import WorkItem


@pytest.fixture
def caller(city: City) -> Caller:
    """Who may do everything to every item."""
    found = machine(city.office, [Role.DISPATCHER, Role.SUPERVISOR, Role.VERIFIER])
    for department in (city.environment, city.water):
        appoint(found.user, Role.CLERK, department)
    return found


def body_of(action: Action) -> Any:
    return operations()[f"POST items/{{number}}/actions/{action.value}/"].body


@pytest.mark.parametrize("state", State, ids=[f"B18 {state.value}" for state in State])
def test_no_step_leads_off_the_road(city: City, caller: Caller, state: State) -> None:
    item = walking.walk(city, state)
    off_the_road = [action for action in BY_PEOPLE if not leads_to(action, state)]
    assert off_the_road
    with nothing_changes():
        for action in off_the_road:
            answer = caller.act(item, action, body_of(action))
            code = answer.json()["code"]  # who has no part in it at all, as nobody has here, is told so first
            assert (answer.status_code, code) == (409, "not-in-this-state") or code.startswith("not-the-"), action
            assert answer.status_code in (403, 409)


@pytest.mark.parametrize("action", BY_THE_CLOCK, ids=[f"B18 {action.value}" for action in BY_THE_CLOCK])
def test_what_only_the_clock_does_nobody_asks_for(city: City, caller: Caller, action: Action) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    with nothing_changes():
        problem(caller.act(item, action), 404, "not-found")


def wrong(answer: Any) -> list[str]:
    """The fields that a 400 names."""
    return fields(problem(answer, 400, answer.json().get("code", "")))


def assigned(caller: Caller, item: WorkItem, **other: Any) -> Any:
    elements = {"lead": "市水利局", "measures": "清淤", "standard": "Ⅲ类", "due_on": f"{today() + timedelta(days=60)}"}
    return caller.act(item, "assign", elements | other)


def test_nobody_is_charged_who_cannot_take_it_on(city: City, caller: Caller) -> None:
    """B20: a department that is no more, one of another city, the government above the office, one that never was."""
    item, region = walking.register(city), Region.objects.create(name="洛阳市", kind=Region.Kind.CITY)
    about = {"kind": Department.Kind.MUNICIPAL, "region": region}
    Department.objects.create(name="洛阳市生态环境局", **about)
    Department.objects.create(
        name="市旧局", **about | {"superior": city.office.superior, "valid_to": today() - timedelta(days=1)}
    )
    with nothing_changes():
        for name in ("洛阳市生态环境局", "市旧局", city.office.superior.name, "市火星局", 2**62):
            assert wrong(assigned(caller, item, lead=name)) == ["lead"], name
            joint = [{"role": "joint", "department": name}]
            (field,) = wrong(assigned(caller, item, departments=joint))
            assert field.startswith("departments"), name


@pytest.mark.parametrize(
    "day",
    ["yesterday", "0001-01-01", "9999-12-31", "2027-02-29", "2027-02-30", "2027-13-01", "2027-01-01T24:00:00", "明天"],
    ids=lambda day: f"B22 {day}",
)
def test_a_day_that_cannot_be_is_refused(city: City, caller: Caller, day: str) -> None:
    item = walking.register(city)
    told = f"{today() - timedelta(days=1)}" if day == "yesterday" else day
    with nothing_changes():
        assert wrong(assigned(caller, item, due_on=told)) == ["due_on"]


@pytest.mark.parametrize(
    "day",
    [date(2028, 2, 29), date(2027, 1, 1), date(2031, 5, 1)],
    ids=["B22 29 February", "B22 a holiday", "B22 a year that nobody has published"],
)
def test_a_day_that_can_be_is_taken(city: City, caller: Caller, day: date) -> None:
    answer = assigned(caller, walking.register(city), due_on=f"{day}")
    assert (answer.status_code, answer.json()["due_on"]) == (200, f"{day}")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("2026-11-20T09:30:00+08:00", "2026-11-20T09:30:00+08:00"),
        ("2026-11-20T01:30:00Z", "2026-11-20T09:30:00+08:00"),
        ("2026-11-20T09:30:00", "2026-11-20T09:30:00+08:00"),
        ("2026-11-19T20:30:00-05:00", "2026-11-20T09:30:00+08:00"),
    ],
    ids=["B22 our zone", "B22 UTC", "B22 no zone", "B22 another zone"],
)
def test_a_moment_is_the_same_in_every_zone(city: City, caller: Caller, told: str, kept: str) -> None:
    answer = caller.upload(walking.walk(city, State.RECTIFYING), taken_at=told)
    assert (answer.status_code, answer.json()["taken_at"]) == (201, kept)


@pytest.mark.parametrize(
    "told",
    ["2026-11-20T24:30:00", "2026-02-29T09:30:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "11/20/2026", "now"],
    ids=lambda told: f"B22 {told}",
)
def test_a_moment_that_cannot_be_is_refused(city: City, caller: Caller, told: str) -> None:
    item = walking.walk(city, State.RECTIFYING)
    with nothing_changes():
        assert wrong(caller.upload(item, taken_at=told)) == ["taken_at"]

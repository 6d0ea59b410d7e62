"""Departments, regions, sources, procedures, me."""

import pytest

from accounts.models import Department
from accounts.roles import Role
from tests import walking
from tests.api.callers import fields, machine, person, problem
from tests.people import City
from workflow.lifecycle import State


def test_departments_come_in_the_order_of_the_city_page_by_page(city: City) -> None:
    caller = machine(city.water)
    page = caller.get("departments/", {"limit": 10}).json()
    names = [row["name"] for row in page["results"]]
    while page["next"]:
        page = caller.http.get(page["next"], headers=caller.headers).json()
        names += [row["name"] for row in page["results"]]
    assert names == list(Department.objects.values_list("name", flat=True))
    assert page["count"] == len(names)


def test_a_department_says_what_it_is(city: City) -> None:
    (row,) = person(city.water_clerk).get("departments/", {"q": "水利"}).json()["results"]
    assert row == {
        "id": city.water.pk,
        "name": "市水利局",
        "aliases": city.water.aliases,
        "kind": "municipal",
        "region": "南阳市",
        "superior": "南阳市人民政府",
        "valid_from": None,
        "valid_to": None,
    }


@pytest.mark.parametrize(("query", "count"), [({"kind": "office"}, 1), ({"q": "南阳市水利局"}, 1), ({"q": "火星"}, 0)])
def test_departments_are_searched(city: City, query: dict[str, str], count: int) -> None:
    assert person(city.water_clerk).get("departments/", query).json()["count"] == count


@pytest.mark.parametrize(("name", "value"), [("kind", "king"), ("q", "\0"), ("q", "x" * 81), ("cursor", "x")])
def test_a_wrong_question_is_named(city: City, name: str, value: str) -> None:
    answer = person(city.water_clerk).get("departments/", {name: value})
    assert fields(problem(answer, 400, "invalid-input")) == [name]


def test_regions_and_procedures_are_told(city: City) -> None:
    caller = machine(city.water)
    regions = caller.get("regions/").json()["results"]
    assert {"桐柏县", "官庄工区"} <= {row["name"] for row in regions}
    procedures = {row["code"]: row for row in caller.get("procedures/").json()["results"]}
    assert len(procedures) == 6
    assert (procedures["own-finding"]["publicity_days"], procedures["own-finding"]["chain"]) == (0, ["office"])


def test_sources_are_those_of_the_items_that_one_sees(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED, lead=city.water)
    walking.walk(city, State.DRAFT, procedure="plan-task")
    assert [row["id"] for row in machine(city.water).get("sources/").json()["results"]] == [item.source_id]
    assert person(city.dispatcher).get("sources/").json()["count"] == 2
    assert machine(city.forestry).get("sources/").json()["count"] == 0


def test_a_person_learns_who_he_is(city: City) -> None:
    assert person(city.water_clerk).get("me/").json() == {
        "username": "water_clerk",
        "name": "水利局经办人",
        "memberships": [{"department": "市水利局", "role": "clerk"}],
    }


def test_a_machine_learns_its_scopes(city: City) -> None:
    me = machine(city.water, [Role.CLERK, Role.VERIFIER], ["items:read"]).get("me/").json()
    assert {row["role"] for row in me["memberships"]} == {"clerk", "verifier"}
    assert me["client"]["scopes"] == ["items:read"]


def test_a_department_a_region_and_a_procedure_are_read_one_by_one(city: City) -> None:
    caller = machine(city.water, scopes=["items:read"])
    assert caller.get(f"departments/{city.water.pk}/").json()["name"] == "市水利局"
    assert caller.get(f"regions/{city.tongbai.region_id}/").json()["name"] == "桐柏县"
    procedures = {row["code"]: row for row in caller.get("procedures/").json()["results"]}
    assert caller.get("procedures/petition/").json() == procedures["petition"]


@pytest.mark.parametrize("address", ["departments/0", "departments/" + "9" * 30, "regions/999999", "procedures/mars"])
def test_what_no_register_holds_is_not_there(city: City, address: str) -> None:
    problem(person(city.dispatcher).get(f"{address}/"), 404, "not-found")


def test_one_of_a_register_takes_no_question_and_needs_the_scope(city: City) -> None:
    answer = person(city.dispatcher).get(f"departments/{city.water.pk}/", {"limit": 1})
    assert fields(problem(answer, 400, "invalid-input")) == ["limit"]
    problem(machine(city.water, scopes=["actions"]).get("procedures/petition/"), 403, "insufficient-scope")

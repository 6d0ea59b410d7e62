"""Petitions by themselves: the same as within their items, found by what they are about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import today
from tests import complaints, walking
from tests.api.callers import Caller, fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from workflow.lifecycle import State


def listed(caller: Caller, **query: Any) -> list[str]:
    answer = caller.get("petitions/", query)
    assert answer.status_code == 200, answer.content.decode()
    return [row["item"] for row in answer.json()["results"]]


def test_a_petition_says_what_was_found_of_each_matter(city: City) -> None:
    item = complaints.in_work(city)
    complaints.found(item, city.environment_clerk, "true", "partly", "not")
    told = machine(city.environment).get(f"petitions/{item.number}/").json()
    within = machine(city.environment).get(f"items/{item.number}/").json()["petition"]
    assert [matter["finding"] for matter in told["sub_issues"]] == ["true", "partly", "not"]
    assert {name: told[name] for name in within} == within
    own = {name: told[name] for name in told.keys() - within.keys()}
    about = {"external_ref": item.external_ref, "title": item.title, "state": "rectifying"}
    assert own == {"item": item.number} | about


def test_newest_first_page_by_page(city: City) -> None:
    numbers = [complaints.complain(city).number for _ in range(3)]
    caller = person(city.dispatcher)
    first = caller.get("petitions/", {"limit": 2}).json()
    assert (first["count"], first["count_capped"]) == (3, False)
    rest = caller.http.get(first["next"], headers=caller.headers).json()
    assert [row["item"] for row in first["results"] + rest["results"]] == numbers[::-1]
    assert rest["next"] is None


def test_an_item_that_nobody_complained_about_has_none(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING, procedure="own-finding")
    caller = person(city.dispatcher)
    problem(caller.get(f"petitions/{item.number}/"), 404, "not-found")
    assert listed(caller) == []


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"channel": "hotline"}, True),
        ({"channel": "letter,online"}, False),
        ({"batch": "第一批"}, True),
        ({"batch": "第二批"}, False),
        ({"region": "桐柏县"}, True),
        ({"region": "方城县"}, False),
        ({"finding": "true,mostly"}, False),
        ({"completion": "done"}, False),
        ({"received_after": "today"}, True),
        ({"received_before": "yesterday"}, False),
        ({"external_ref": "no such number"}, False),
    ],
)
def test_they_are_found_by(city: City, query: dict[str, str], is_found: bool) -> None:
    days = {"today": f"{today()}", "yesterday": f"{today() - timedelta(days=1)}"}
    own = {"channel": "hotline", "batch": "第一批", "received_on": today(), "regions": (city.tongbai,)}
    item = complaints.complain(city, **own)
    query = {name: days.get(value, value) for name, value in query.items()}
    assert listed(person(city.dispatcher), **query) == [item.number] * is_found


@pytest.mark.parametrize(
    "query",
    [
        {"channel": "telepathy"},
        {"region": "火星"},
        {"finding": "perhaps"},
        {"received_after": "2026-02-30"},
        {"q": "x"},
    ],
)
def test_a_wrong_filter_is_named(city: City, query: dict[str, str]) -> None:
    answer = person(city.dispatcher).get("petitions/", query)
    assert fields(problem(answer, 400, "invalid-input")) == list(query)


def test_whose_item_is_hidden_is_hidden(city: City) -> None:
    item = complaints.in_work(city)
    stranger = machine(city.forestry)
    problem(stranger.get(f"petitions/{item.number}/"), 404, "not-found")
    assert listed(stranger) == []
    assert listed(machine(city.environment)) == listed(machine(city.water)) == [item.number]


def test_a_list_takes_as_many_queries_for_many(city: City) -> None:
    caller = person(city.dispatcher)
    complaints.complain(city)
    few = queries(lambda: caller.get("petitions/"))
    for _ in range(4):
        complaints.complain(city)
    assert queries(lambda: caller.get("petitions/")) == few

"""The history of an item over HTTP."""

import pytest

from tests import walking
from tests.api.callers import fields, machine, person, problem
from tests.people import City
from workflow.lifecycle import State


def test_the_history_is_told_from_the_beginning(city: City) -> None:
    item = walking.walk(city, State.APPROVING)
    answer = machine(city.environment).get(f"items/{item.number}/events/").json()
    told = [(event["action"], event["from_state"], event["to_state"]) for event in answer["results"]]
    assert told == [
        ("create", "", "draft"),
        ("assign", "draft", "assigned"),
        ("accept", "assigned", "rectifying"),
        ("evidence", "rectifying", "rectifying"),
        ("submit", "rectifying", "verifying"),
        ("verify", "verifying", "publicizing"),
        ("end-publicity", "publicizing", "approving"),
    ]
    assert answer["next"] is None


def test_an_event_says_who_for_whom_why_and_when(city: City) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    event = person(city.dispatcher).get(f"items/{item.number}/events/").json()["results"][-1]
    assert " ".join(event) == "id action label from_state to_state actor department note data cycle version at"
    assert (event["actor"], event["department"]) == ("环委办验收员甲", "市生态环境保护委员会办公室")
    assert (event["note"], event["data"]["conclusion"], event["version"]) == ("现场已核实。", "pass", item.version)


def test_the_clock_has_no_name(city: City) -> None:
    item = walking.walk(city, State.APPROVING)
    event = person(city.dispatcher).get(f"items/{item.number}/events/").json()["results"][-1]
    assert (event["actor"], event["department"]) == (None, None)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_of_history_neither_repeat_nor_skip(city: City, limit: int) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    caller = person(city.dispatcher)
    page = caller.get(f"items/{item.number}/events/", {"limit": limit}).json()
    ids = [event["id"] for event in page["results"]]
    while page["next"]:
        page = caller.http.get(page["next"]).json()
        ids += [event["id"] for event in page["results"]]
    assert ids == list(item.events.order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize("after", ["-1", "x", "", "1.0", "9" * 19, "9" * 40])
def test_a_wrong_place_to_go_on_is_named(city: City, after: str) -> None:
    item = walking.walk(city, State.DRAFT)
    answer = person(city.dispatcher).get(f"items/{item.number}/events/", {"after": after})
    assert fields(problem(answer, 400, "invalid-input")) == ["after"]


def test_the_history_is_hidden_with_its_item(city: City) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    problem(person(city.xixia_clerk).get(f"items/{item.number}/events/"), 404, "not-found")


def test_the_history_needs_its_scope(city: City) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    caller = machine(city.environment, scopes=["items:read", "actions"])
    problem(caller.get(f"items/{item.number}/events/"), 403, "insufficient-scope")

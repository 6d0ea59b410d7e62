"""Messages over the API: the caller's own, as on his page."""

from __future__ import annotations

from typing import Any

import pytest

from notifications.models import Message
from tests import walking
from tests.api.callers import Caller, fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from workflow.lifecycle import State


def told(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    answer = caller.get("notifications/", query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


def unread(caller: Caller) -> int:
    return len(told(caller, unread="true"))


def test_whoever_was_told_reads_it_here(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    (message,) = told(person(city.environment_clerk), item=item.number)
    assert item.title in message["subject"]
    assert (message["item"], message["url"], message["read_at"]) == (item.number, f"/items/{item.number}/", None)


def test_nobody_reads_what_another_was_told(city: City) -> None:
    walking.walk(city, State.ASSIGNED)
    assert told(person(city.environment_clerk))
    assert told(person(city.water_clerk)) == []


def test_a_machine_has_no_messages(city: City) -> None:
    walking.walk(city, State.ASSIGNED)
    assert told(machine(city.environment)) == []


def test_newest_first_page_by_page(city: City) -> None:
    items = [walking.walk(city, State.ASSIGNED) for _ in range(3)]
    caller = person(city.environment_clerk)
    page, numbers = caller.get("notifications/", {"limit": 1}).json(), []
    while True:
        numbers += [row["item"] for row in page["results"]]
        if page["next"] is None:
            break
        page = caller.http.get(page["next"], headers=caller.headers).json()
    assert numbers == [item.number for item in items][::-1]


def test_some_are_marked_as_read_and_only_once(city: City) -> None:
    for _ in range(3):
        walking.walk(city, State.ASSIGNED)
    caller = person(city.environment_clerk)
    first = told(caller)[0]["id"]
    assert caller.post("notifications/read/", {"ids": [first]}).json() == {"count": 1}
    assert caller.post("notifications/read/", {"ids": [first]}).json() == {"count": 0}
    assert (unread(caller), [row["id"] for row in told(caller, unread="false")]) == (2, [first])
    assert caller.post("notifications/read/").json() == {"count": 2}
    assert unread(caller) == 0


def test_an_id_of_somebody_else_is_named_and_marks_nothing(city: City) -> None:
    for lead in (city.environment, city.water):
        walking.walk(city, State.ASSIGNED, lead=lead)
    caller, other = person(city.environment_clerk), person(city.water_clerk)
    ids = [told(caller)[0]["id"], told(other)[0]["id"]]
    answer = caller.post("notifications/read/", {"ids": ids})
    assert fields(problem(answer, 400, "invalid-input")) == ["ids.1"]
    assert not Message.objects.filter(read_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ids": []}, "ids"),
        ({"ids": ["1"]}, "ids.0"),
        ({"ids": [2**63]}, "ids.0"),
        ({"ids": 1}, "ids"),
        ({"x": 1}, "x"),
    ],
)
def test_what_is_no_list_of_ids_is_refused(city: City, body: dict[str, Any], field: str) -> None:
    answer = person(city.environment_clerk).post("notifications/read/", body)
    assert fields(problem(answer, 400, "invalid-input")) == [field]


@pytest.mark.parametrize("query", [{"unread": "yes"}, {"notice_class": "loud"}, {"recipient": "1"}])
def test_a_wrong_filter_is_named(city: City, query: dict[str, str]) -> None:
    answer = person(city.environment_clerk).get("notifications/", query)
    assert fields(problem(answer, 400, "invalid-input")) == list(query)


def test_a_list_takes_as_many_queries_for_many(city: City) -> None:
    caller = person(city.environment_clerk)
    walking.walk(city, State.ASSIGNED)
    few = queries(lambda: caller.get("notifications/"))
    for _ in range(3):
        walking.walk(city, State.ASSIGNED)
    assert queries(lambda: caller.get("notifications/")) == few

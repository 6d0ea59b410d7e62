"""Messages over HTTP: one's own, those of the pages; marked as read by oneself alone."""

import pytest

from notifications.models import Message
from tests import walking
from tests.api.callers import fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem


@pytest.fixture
def told(city: City) -> WorkItem:
    return walking.walk(city, State.ASSIGNED)


def own(user: object) -> list[int]:
    return list(Message.objects.filter(recipient=user).order_by("-id").values_list("id", flat=True))


def test_one_reads_ones_own_messages_and_no_others(city: City, told: WorkItem) -> None:
    rows = person(city.environment_clerk).get("notifications/").json()["results"]
    assert rows
    assert [row["id"] for row in rows] == own(city.environment_clerk)
    assert rows[0]["number"] == told.number
    assert machine(city.environment).get("notifications/").json()["results"] == []


def test_messages_of_others_stay_unread_whatever_ids_are_sent(city: City, told: WorkItem) -> None:
    ids = own(city.environment_clerk)
    assert person(city.dispatcher).post("notifications/mark-read/", {"ids": [*ids, 2**62]}).json() == {"marked": 0}
    assert not Message.objects.filter(pk__in=ids, read_at__isnull=False).exists()


def test_messages_are_marked_by_their_ids_or_all_together(city: City, told: WorkItem) -> None:
    caller, ids = person(city.environment_clerk), own(city.environment_clerk)
    assert caller.post("notifications/mark-read/", {"ids": ids[:1]}).json() == {"marked": 1}
    assert caller.get("notifications/", {"unread": "false"}).json()["count"] == 1
    assert caller.post("notifications/mark-read/").json() == {"marked": len(ids) - 1}
    assert caller.get("notifications/", {"unread": "true"}).json()["count"] == 0


def test_what_one_was_told_of_an_item_that_one_no_longer_sees_is_not_there(city: City, told: WorkItem) -> None:
    services.transfer(told, by=city.dispatcher, department=city.forestry, reason="职责")
    rows = person(city.environment_clerk).get("notifications/").json()["results"]
    assert told.number not in [row["number"] for row in rows]


@pytest.mark.parametrize("query", [{"unread": "perhaps"}, {"notice_class": "loud"}, {"recipient": "1"}])
def test_what_a_filter_does_not_know_is_named(city: City, query: dict[str, str]) -> None:
    body = problem(person(city.dispatcher).get("notifications/", query), 400, "invalid-input")
    assert fields(body) == list(query)


@pytest.mark.parametrize("body", [{"ids": ["x"]}, {"ids": [0]}, {"ids": list(range(1, 502))}, {"all": True}])
def test_a_body_that_is_wrong_marks_nothing(city: City, told: WorkItem, body: dict) -> None:
    problem(person(city.environment_clerk).post("notifications/mark-read/", body), 400, "invalid-input")
    assert not Message.objects.filter(read_at__isnull=False).exists()


def test_the_number_of_queries_does_not_grow_with_the_page(city: City, told: WorkItem) -> None:
    caller = person(city.environment_clerk)
    few = queries(lambda: caller.get("notifications/", {"limit": 1}))
    walking.walk(city, State.ASSIGNED)
    assert queries(lambda: caller.get("notifications/", {"limit": 50})) == few

"""The change feed over HTTP: every event that the caller may see, once, in an order that stays."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from tests import walking
from tests.api.callers import Caller, fields, machine, person, problem
from tests.people import City
from workflow.lifecycle import State
from workflow.models import Event

OFFICE_SEES = [
    "create",
    "assign",
    "accept",
    "evidence",
    "submit",
    "verify",
    "end-publicity",
]


def pages(caller: Caller, limit: int = 200, after: str | None = None) -> Iterator[dict]:
    """Until there is nothing new."""
    while True:
        page = caller.get("events/", {"limit": limit} | ({"after": after} if after else {})).json()
        yield page
        if not page["events"]:
            return
        after = page["next"]


def told(caller: Caller, limit: int = 200, after: str | None = None) -> list[dict]:
    return [event for page in pages(caller, limit, after) for event in page["events"]]


@contextmanager
def another_transaction() -> Iterator[CursorWrapper]:
    """Somebody else's, with a number of its own, until the block is left."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            take_a_number(cursor)
            yield cursor
            cursor.execute("COMMIT")
    finally:
        other.close()


def take_a_number(cursor: CursorWrapper) -> None:
    """Of its transaction; with a lock in this database, so that the feeds of tests in others do not wait for it."""
    cursor.execute("SELECT pg_current_xact_id(), count(*) FROM django_migrations")


def test_the_feed_tells_what_happened_to_every_item(committed_city: City) -> None:
    one = walking.walk(committed_city, State.APPROVING)
    other = walking.walk(committed_city, State.DRAFT)
    seen = [(event["item"], event["action"]) for event in told(person(committed_city.dispatcher))]
    assert seen == [(one.number, action) for action in OFFICE_SEES] + [(other.number, "create")]


def test_an_event_of_the_feed_names_its_item_and_its_place(committed_city: City) -> None:
    walking.walk(committed_city, State.ASSIGNED)
    first, second = told(machine(committed_city.environment))
    assert " ".join(first) == (
        "id action label from_state to_state actor department note data cycle version at item cursor"
    )
    assert told(machine(committed_city.environment), after=first["cursor"]) == [second]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_of_any_size_tell_the_same(committed_city: City, limit: int) -> None:
    for state in (State.VERIFYING, State.ASSIGNED, State.PUBLICIZING):
        walking.walk(committed_city, state)
    ids = [event["id"] for event in told(person(committed_city.dispatcher), limit)]
    assert ids == list(Event.objects.order_by("transaction_id", "pk").values_list("pk", flat=True))


def test_what_a_department_has_no_part_in_is_not_told(committed_city: City) -> None:
    item = walking.walk(committed_city, State.RECTIFYING)
    assert told(person(committed_city.xixia_clerk)) == []
    assert {event["item"] for event in told(person(committed_city.environment_clerk))} == {item.number}


@pytest.mark.parametrize("who", ["system_admin", "security_admin"])
def test_the_administrators_are_told_nothing(committed_city: City, who: str) -> None:
    walking.walk(committed_city, State.RECTIFYING)
    assert told(person(getattr(committed_city, who))) == []


def test_latest_begins_with_what_comes(committed_city: City) -> None:
    walking.walk(committed_city, State.RECTIFYING)
    caller = person(committed_city.dispatcher)
    page = caller.get("events/", {"after": "latest"}).json()
    assert page["events"] == []
    item = walking.walk(committed_city, State.DRAFT)
    assert [event["item"] for event in told(caller, after=page["next"])] == [item.number]


def test_an_event_waits_for_the_transactions_that_began_before_it(committed_city: City) -> None:
    caller = person(committed_city.dispatcher)
    with another_transaction():
        walking.walk(committed_city, State.DRAFT)
        assert told(caller) == []
    assert [event["action"] for event in told(caller)] == ["create"]


def test_a_page_that_is_not_full_moves_on_past_what_others_see(committed_city: City) -> None:
    caller = person(committed_city.xixia_clerk)
    before = caller.get("events/").json()["next"]
    walking.walk(committed_city, State.RECTIFYING)
    after = caller.get("events/", {"after": before}).json()["next"]
    assert int(after.split("-")[0]) > int(before.split("-")[0])


def test_the_number_of_queries_does_not_grow(committed_city: City) -> None:
    caller = person(committed_city.dispatcher)
    counts = []
    for _ in range(2):
        walking.walk(committed_city, State.PUBLICIZING)
        with CaptureQueriesContext(connection) as queries:
            caller.get("events/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    "after", ["", "x", "1", "-1-0", "1-", "1-2-3", "1.5-0", "٣-٤", "9" * 19 + "-0", "1" * 20 + "-0"]
)
def test_a_wrong_position_is_named(city: City, after: str) -> None:
    answer = person(city.dispatcher).get("events/", {"after": after})
    assert fields(problem(answer, 400, "invalid-input")) == ["after"]


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1"])
def test_a_wrong_limit_is_named(city: City, limit: str) -> None:
    answer = person(city.dispatcher).get("events/", {"limit": limit})
    assert fields(problem(answer, 400, "invalid-input")) == ["limit"]


def test_an_unknown_parameter_is_refused(city: City) -> None:
    answer = person(city.dispatcher).get("events/", {"cursor": "1-0"})
    assert fields(problem(answer, 400, "invalid-input")) == ["cursor"]


def test_the_feed_needs_its_scope(city: City) -> None:
    caller = machine(city.environment, scopes=["items:read"])
    problem(caller.get("events/"), 403, "insufficient-scope")


def test_nobody_reads_it_without_signing_in(city: City) -> None:
    problem(Caller(city.dispatcher).get("events/"), 401, "not-authenticated")


def test_who_is_ahead_of_the_feed_is_told_and_does_not_wait_for_ever(city: City) -> None:
    """His position is from before a backup was restored."""
    caller = person(city.dispatcher)
    reached = caller.get("events/", {"after": "latest"}).json()["next"]
    assert caller.get("events/", {"after": reached}).status_code == 200
    ahead = f"{int(reached.split('-')[0]) + 1_000_000}-0"
    told = problem(caller.get("events/", {"after": ahead}), 400, "invalid-input")
    assert fields(told) == ["after"] and "latest" in told["errors"][0]["message"]

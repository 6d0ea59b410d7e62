"""A machine's request that is repeated has its effect once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Membership
from tests import walking
from tests.api.callers import machine, person, problem
from tests.people import City
from workflow.api import actions
from workflow.lifecycle import State
from workflow.models import Event, IdempotencyRecord

KEY = {"Idempotency-Key": "a7f3"}


def test_the_first_answer_comes_again(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    first = caller.act(item, "accept", {"note": "收到"}, **KEY, If_Match='"v2"')
    again = caller.act(item, "accept", {"note": "收到"}, **KEY, If_Match='"v2"')
    assert (first.status_code, first.content, first["ETag"]) == (200, again.content, again["ETag"])
    assert (again.status_code, again["Content-Type"]) == (200, "application/json")
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(item=item, action="accept").count() == 1


def test_also_when_the_item_has_gone_on_since(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    caller.act(item, "accept", **KEY)
    walking.submit(city, item)
    assert caller.act(item, "accept", **KEY).json()["state"] == "rectifying"


def test_spaces_make_no_difference(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    caller.act(item, "accept", raw=b'{"note":"x"}', **KEY)
    assert caller.act(item, "accept", raw=b'{ "note" : "x" }', **KEY).status_code == 200


def test_people_need_no_key(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    assert person(city.environment_clerk).act(item, "accept", **KEY).status_code == 200
    assert not IdempotencyRecord.objects.exists()


def test_a_machine_without_a_key_is_refused(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = machine(city.environment).act(item, "accept", **{"Idempotency-Key": ""})
    problem(answer, 400, "idempotency-key-required")


@pytest.mark.parametrize("key", ["x" * 256, "two words", "键", "a\tb"])
def test_a_key_is_visible_ascii(city: City, key: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    problem(caller.act(item, "accept", **{"Idempotency-Key": key}), 400, "idempotency-key")


def test_the_longest_key_is_good(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    assert machine(city.environment).act(item, "accept", **{"Idempotency-Key": "~" * 255}).status_code == 200


def test_another_body_or_another_address_under_the_same_key(city: City) -> None:
    item, other = walking.walk(city, State.RECTIFYING), walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment)
    assert caller.act(item, "report", {"text": "一"}, **KEY).status_code == 200
    problem(caller.act(item, "report", {"text": "二"}, **KEY), 422, "idempotency-key-reused")
    problem(caller.act(other, "report", {"text": "一"}, **KEY), 422, "idempotency-key-reused")
    problem(caller.upload(item, headers=KEY), 422, "idempotency-key-reused")
    assert item.reports.count() + other.reports.count() == 1


def test_keys_of_two_machines_are_two_keys(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    machine(city.environment).act(item, "report", {"text": "一"}, **KEY)
    assert machine(city.environment).act(item, "report", {"text": "二"}, **KEY).status_code == 200


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x", "percent": 101}])
def test_a_refused_request_does_not_use_up_its_key(city: City, body: dict[str, Any]) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment)
    problem(caller.act(item, "report", body, **KEY), 400, "invalid-input")
    assert caller.act(item, "report", {"text": "好"}, **KEY).status_code == 200


def test_a_failure_takes_everything_back_and_the_retry_really_tries(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    with monkeypatch.context() as broken:
        broken.setattr(actions, "item_response", lambda *_: 1 / 0)
        problem(caller.act(item, "accept", **KEY), 500, "server-error")
    item.refresh_from_db()
    assert (item.state, IdempotencyRecord.objects.count()) == (State.ASSIGNED, 0)
    assert "Idempotent-Replayed" not in caller.act(item, "accept", **KEY)


def test_an_effect_whose_answer_cannot_be_kept_does_not_stand(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    with no_room_for("workflow_idempotencyrecord"):
        problem(caller.act(item, "accept", **KEY), 500, "server-error")
    item.refresh_from_db()
    assert (item.state, item.events.filter(action="accept").exists()) == (State.ASSIGNED, False)
    assert caller.act(item, "accept", **KEY).status_code == 200


@contextmanager
def no_room_for(table: str) -> Iterator[None]:
    """PostgreSQL refuses each new row."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT no_room CHECK (false) NOT VALID")
        yield
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT no_room")


def test_rights_that_were_lost_since_hide_the_first_answer(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    caller.act(item, "accept", **KEY)
    Membership.objects.filter(user=caller.user).delete()
    problem(caller.act(item, "accept", **KEY), 404, "not-found")


def test_after_a_week_a_key_is_forgotten(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment)
    caller.act(item, "report", {"text": "一"}, **KEY)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    assert caller.act(item, "report", {"text": "二"}, **KEY).status_code == 200
    assert IdempotencyRecord.objects.count() == 1


def test_a_request_that_is_still_running_is_not_started_twice(committed_city: City) -> None:
    """Somebody else holds the key; the answer comes at once, without waiting for him."""
    city = committed_city
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"{caller.user.pk} a7f3"])
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(20)
        answer = caller.act(item, "accept", **KEY)
    finally:
        done.set()
        thread.join()
    problem(answer, 409, "idempotency-key-in-use")
    assert answer["Retry-After"] == "1"


def test_five_at_once_have_one_effect(committed_city: City) -> None:
    city = committed_city
    item = walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment)
    start, statuses = threading.Barrier(5), []

    def send() -> None:
        start.wait()
        statuses.append(caller.act(item, "report", {"text": "一"}, If_Match='"v3"', **KEY).status_code)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert item.reports.count() == 1
    assert 200 in statuses and set(statuses) <= {200, 409}

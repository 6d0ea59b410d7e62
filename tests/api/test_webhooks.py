"""Webhooks over the API: each client keeps its own, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook

from accounts.roles import Role
from notifications import addresses
from notifications.channels.calls import Caller as HttpCaller
from notifications.models import Delivery, Endpoint
from notifications.outbox import deliver
from tests import walking
from tests.api.callers import Caller, fields, machine, person, problem
from tests.api.webhooks import HOOK, SCOPES, allowed, caller, hook, made
from tests.gateway import Gateway
from tests.notifications.world import world
from tests.people import City
from workflow.lifecycle import State
from workflow.models import IdempotencyRecord
from workflow.pushing import push

__all__ = ["allowed", "caller", "hook", "world"]


# -- setting one up ----------------------------------------------------------------------------------------------------


def test_a_client_sets_one_up_and_is_told_its_secret_once(caller: Caller, city: City) -> None:
    answer = caller.post("webhooks/", HOOK | {"event_types": ["item.assign"]})
    told = answer.json()
    assert (answer.status_code, told["state"], told["event_types"]) == (201, "active", ["item.assign"])
    assert told["secret"].startswith("whsec_")
    assert answer["Location"].endswith(f"/api/v1/webhooks/{told['id']}/")
    shown = caller.get(f"webhooks/{told['id']}/").json()
    assert shown == {name: value for name, value in told.items() if name != "secret"}
    assert Endpoint.objects.get().department == city.environment


def test_the_secret_lies_nowhere_readable(caller: Caller) -> None:
    secret = made(caller)["secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM notifications_endpoint AS e")
        (stored,) = cursor.fetchone()
    assert secret not in stored
    assert secret not in IdempotencyRecord.objects.get().body


def test_a_repetition_makes_one_and_tells_the_same_secret(caller: Caller) -> None:
    first = caller.post("webhooks/", HOOK, **{"Idempotency-Key": "once"})
    again = caller.post("webhooks/", HOOK, **{"Idempotency-Key": "once"})
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Endpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "名" * 51}, "name"),
        ({"url": None}, "url"),
        ({"url": "https://hooks.example/" + "x" * 500}, "url"),
        ({"event_types": ["item.unknown"]}, "event_types.0"),
        ({"event_types": "item.assign"}, "event_types"),
        ({"after": "yesterday"}, "after"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"owner": 1}, "owner"),
    ],
)
def test_what_is_wrong_is_named(caller: Caller, body: dict[str, Any], field: str) -> None:
    told = problem(caller.post("webhooks/", HOOK | body), 400, "invalid-input")
    assert fields(told) == [field]
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks2.example/",
        "file:///etc/passwd",
        "gopher://hooks2.example/",
        "https://user@hooks2.example/",
        "https://user:secret@hooks2.example/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0/",
        "https://[::]/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.100.100.200/",
        "https://localhost./",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://hooks2.example:22/",
        "https://hooks2.example:25/",
        "https://hooks2.example:6379/",
        "https://hooks2.example:5432/",
        "https://hооks.example/",  # with two Cyrillic letters
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example#@127.0.0.1/",
        "https://hooks2.example/\r\nX-Injected: 1",
        "https://testserver/api/v1/items/",
        "not an address",
        "",
    ],
)
def test_nothing_may_be_sent_where_nobody_has_allowed_it(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(HttpCaller, "_call", lambda *_: pytest.fail("somebody was called"))
    told = problem(caller.post("webhooks/", HOOK | {"url": url}), 400, "invalid-input")
    assert fields(told) == ["url"]
    assert not Endpoint.objects.exists()


def test_the_same_address_twice_is_refused(caller: Caller) -> None:
    first, other = made(caller), made(caller, url="https://other.example/")
    answers = [
        caller.post("webhooks/", HOOK),
        caller.send("PATCH", f"webhooks/{other['id']}/", {"url": HOOK["url"], "name": "别名"}),
    ]
    for answer in answers:
        wrong = problem(answer, 400, "invalid-input")
        assert (fields(wrong), wrong["errors"][0]["message"]) == (
            ["url"],
            "已有推送到这个地址的事件推送，请更改那一个。",
        )
    assert caller.get("webhooks/").json()["count"] == 2
    assert caller.get(f"webhooks/{other['id']}/").json()["name"] == HOOK["name"]
    assert caller.send("PATCH", f"webhooks/{first['id']}/", {"url": HOOK["url"]}).status_code == 200


def test_there_is_an_end_to_how_many(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.api.webhooks.MOST", 1)
    made(caller)
    problem(caller.post("webhooks/", HOOK | {"url": "https://other.example/"}), 409, "too-many-webhooks")


@pytest.mark.parametrize("pk", ["0", str(2**63), "9" * 40])
def test_an_id_of_nothing_is_nothing(caller: Caller, pk: str) -> None:
    problem(caller.get(f"webhooks/{pk}/"), 404, "not-found")
    problem(caller.post(f"webhooks/{pk}/test/"), 404, "not-found")


@pytest.mark.parametrize("query", [{"item": "a\0b"}, {"item": "x" * 41}, {"type": "item.unknown"}, {"limit": "0"}])
def test_a_wrong_filter_is_named(caller: Caller, query: dict[str, str]) -> None:
    pk = made(caller)["id"]
    told = problem(caller.get(f"webhooks/{pk}/deliveries/", query), 400, "invalid-input")
    assert fields(told) == list(query)


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"text"', b"{", b"", b"\xff"])
def test_a_body_that_is_none_is_refused(caller: Caller, raw: bytes) -> None:
    assert caller.post("webhooks/", raw=raw).status_code == 400
    pk = made(caller)["id"]
    assert caller.post(f"webhooks/{pk}/replay/", raw=raw).status_code == 400


# -- who ---------------------------------------------------------------------------------------------------------------


def test_people_have_none(city: City) -> None:
    for user in (city.environment_clerk, city.dispatcher, city.system_admin):
        problem(person(user).get("webhooks/"), 403, "not-a-client")
        problem(person(user).post("webhooks/", HOOK), 403, "not-a-client")


def test_who_may_not_read_the_feed_is_not_pushed_it(city: City) -> None:
    problem(machine(city.environment, scopes=["webhooks"]).post("webhooks/", HOOK), 403, "insufficient-scope")
    problem(machine(city.environment, scopes=["events:read"]).get("webhooks/"), 403, "insufficient-scope")


def test_one_of_another_client_is_not_there(caller: Caller, city: City) -> None:
    """Not even of the same department, with other roles: its address decides who reads what its owner sees."""
    pk = made(caller)["id"]
    for other in (machine(city.environment, [Role.HEAD], SCOPES), machine(city.office, [Role.DISPATCHER], SCOPES)):
        assert other.get("webhooks/").json()["results"] == []
        for answer in (
            other.get(f"webhooks/{pk}/"),
            other.get(f"webhooks/{pk}/deliveries/"),
            other.send("PATCH", f"webhooks/{pk}/", {"url": "https://other.example/"}),
            other.send("DELETE", f"webhooks/{pk}/"),
            *(other.post(f"webhooks/{pk}/{verb}/") for verb in ("secrets", "test", "replay", "enable")),
        ):
            problem(answer, 404, "not-found")
    assert Endpoint.objects.get().url == HOOK["url"]


# -- changing one ------------------------------------------------------------------------------------------------------


def test_it_is_changed_and_ended(caller: Caller) -> None:
    pk = made(caller)["id"]
    body = {"url": "https://other.example/", "event_types": ["item.assign"]}
    told = caller.send("PATCH", f"webhooks/{pk}/", body).json()
    assert (told["url"], told["event_types"], told["name"]) == ("https://other.example/", ["item.assign"], HOOK["name"])
    assert caller.send("DELETE", f"webhooks/{pk}/").status_code == 204
    problem(caller.get(f"webhooks/{pk}/"), 404, "not-found")
    made(caller, url="https://other.example/")  # the address is free again


def test_a_change_is_checked_like_a_new_one(caller: Caller) -> None:
    pk = made(caller)["id"]
    answer = caller.send("PATCH", f"webhooks/{pk}/", {"url": "https://127.0.0.1/"})
    assert fields(problem(answer, 400, "invalid-input")) == ["url"]


def test_of_two_secrets_the_former_one_goes_on_for_a_day(caller: Caller) -> None:
    first = made(caller)
    second = caller.post(f"webhooks/{first['id']}/secrets/")
    told = second.json()
    endpoint = Endpoint.objects.get()
    assert (second.status_code, endpoint.secret, endpoint.former_secret) == (201, told["secret"], first["secret"])
    assert told["secret"] != first["secret"]
    assert told["former_secret_until"] == caller.get(f"webhooks/{first['id']}/").json()["former_secret_until"]
    assert told["former_secret_until"].endswith("+08:00")


def test_one_that_cannot_be_read_any_more_is_replaced(caller: Caller) -> None:
    """SECRET_KEY was lost: nothing can be signed with it, so it does not go on beside the new one."""
    pk = made(caller)["id"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_endpoint SET secret = 'gAAAAunreadable'")
    told = caller.post(f"webhooks/{pk}/secrets/").json()
    assert (told["former_secret_until"], Endpoint.objects.get().secret) == (None, told["secret"])


def test_one_that_leaked_ends_at_once(caller: Caller) -> None:
    pk = made(caller)["id"]
    told = caller.post(f"webhooks/{pk}/secrets/", {"keeps_former": False}).json()
    assert (told["former_secret_until"], Endpoint.objects.get().former_secret) == (None, "")


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_what_the_feed_tells_is_pushed_signed_and_logged(
    hook: tuple[Caller, dict[str, Any]], committed_city: City, world: Gateway
) -> None:
    caller, told = hook
    item = walking.walk(committed_city, State.RECTIFYING)
    assert push() == deliver("webhook")
    feed = caller.get("events/", {"after": told["position"]}).json()["events"]
    bodies = [Webhook(told["secret"]).verify(record.body, record.headers) for record in world.records]
    where = {"url": f"{settings.PUBLIC_URL}/api/v1/items/{item.number}/"}
    assert [body["data"] for body in bodies] == [event | where for event in feed]
    assert [body["type"] for body in bodies] == [f"item.{event['action']}" for event in feed]
    assert [body["timestamp"] for body in bodies] == [event["at"] for event in feed]
    log = caller.get(f"webhooks/{told['id']}/deliveries/").json()["results"]
    assert [entry["webhook_id"] for entry in reversed(log)] == [record.reference for record in world.records]
    assert {entry["state"] for entry in log} == {"sent"}
    assert [attempt["outcome"] for entry in log for attempt in entry["attempts"]] == ["sent"] * len(log)


def test_a_test_event_arrives(hook: tuple[Caller, dict[str, Any]], world: Gateway) -> None:
    caller, told = hook
    answer = caller.post(f"webhooks/{told['id']}/test/")
    assert (answer.status_code, answer.json()["type"], answer.json()["state"]) == (202, "test", "pending")
    deliver("webhook")
    (record,) = world.records
    body = Webhook(told["secret"]).verify(record.body, record.headers)
    assert (body["type"], body["data"]) == ("test", {"webhook": told["id"], "name": told["name"]})
    assert body["timestamp"].endswith("+08:00")


def test_the_log_is_filtered(hook: tuple[Caller, dict[str, Any]], committed_city: City) -> None:
    caller, told = hook
    items = [walking.walk(committed_city, State.ASSIGNED) for _ in range(2)]
    push()
    where = f"webhooks/{told['id']}/deliveries/"

    def found(**query: str) -> int:
        return len(caller.get(where, query).json()["results"])

    everything = found()
    assert everything == 2 * found(item=items[0].number) > 0
    assert found(type="item.assign") == 2
    assert (found(state="pending"), found(state="dead")) == (everything, 0)
    assert fields(problem(caller.get(where, {"state": "lost"}), 400, "invalid-input")) == ["state"]
    assert fields(problem(caller.get(where, {"endpoint": "1"}), 400, "invalid-input")) == ["endpoint"]


def test_the_log_takes_as_many_queries_for_many(hook: tuple[Caller, dict[str, Any]], committed_city: City) -> None:
    caller, told = hook

    def queries() -> int:
        push()
        deliver("webhook")
        with CaptureQueriesContext(
            connection,
        ) as counted:
            caller.get(f"webhooks/{told['id']}/deliveries/")
        return len(counted)

    walking.walk(committed_city, State.ASSIGNED)
    few = queries()
    for _ in range(3):
        walking.walk(committed_city, State.RECTIFYING)
    assert queries() == few


# -- one that is disabled ----------------------------------------------------------------------------------------------


def test_one_that_is_gone_is_disabled_until_it_is_enabled(
    hook: tuple[Caller, dict[str, Any]], committed_city: City, world: Gateway
) -> None:
    caller, told = hook
    where = f"webhooks/{told['id']}/"
    walking.walk(committed_city, State.RECTIFYING)
    push()
    waiting = Delivery.objects.filter(channel="webhook").count()
    world.script["webhook"] = "410"
    assert deliver("webhook") == 0
    shown = caller.get(where).json()
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "HTTP 410")
    problem(caller.post(f"{where}test/"), 409, "webhook-disabled")
    problem(caller.post(f"{where}replay/", {"after": "1-1"}), 409, "webhook-disabled")
    world.script["webhook"] = "ok"
    assert caller.post(f"{where}enable/").json()["state"] == "active"
    assert deliver("webhook") == waiting
    ids = [record.json["data"]["id"] for record in world.executed("webhook")]
    assert ids == sorted(ids) and len(ids) == waiting


def test_a_receiver_that_is_back_need_not_sit_out_the_delay(
    hook: tuple[Caller, dict[str, Any]], committed_city: City, world: Gateway
) -> None:
    caller, told = hook
    where = f"webhooks/{told['id']}/"
    walking.walk(committed_city, State.RECTIFYING)
    push()
    waiting = Delivery.objects.filter(channel="webhook").count()
    world.script["webhook"] = "500"
    assert deliver("webhook") == 0
    world.script["webhook"] = "ok"
    assert deliver("webhook") == 0
    failing = caller.get(where).json()
    assert caller.post(f"{where}enable/").json() == failing  # it was in use, and what failed has failed
    assert deliver("webhook") == waiting
    ids = [record.json["data"]["id"] for record in world.executed("webhook")]
    assert ids == sorted(ids) and len(ids) == waiting


def test_enabling_gives_no_second_copy_and_touches_no_other_webhook(
    hook: tuple[Caller, dict[str, Any]], committed_city: City, world: Gateway
) -> None:
    caller, told = hook
    made(caller, url=f"{world.url}/webhook/2", name="另一个")
    world.script["webhook"] = "500"
    walking.walk(committed_city, State.ASSIGNED)
    push()
    deliver("webhook")
    world.script["webhook"] = "ok"
    for _n in range(2):
        caller.post(f"webhooks/{told['id']}/enable/")
        deliver("webhook")
    assert {record.path for record in world.executed("webhook")} == {"/webhook/1"}
    references = [record.reference for record in world.executed("webhook")]
    assert len(references) == len(set(references)) > 0


def test_a_name_is_looked_up_before_it_is_taken(caller: Caller, settings: object, monkeypatch: Any) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    monkeypatch.setattr(addresses, "_resolve", lambda host: ["8.8.8.8"])
    told = problem(caller.post("webhooks/", HOOK), 400, "invalid-input")
    assert fields(told) == ["url"] and "安全管理员" in told["errors"][0]["message"]

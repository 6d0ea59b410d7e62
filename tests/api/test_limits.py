"""So many requests a minute and no more: told in headers, refused as a problem, counted by caller and kind."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.clients import register_client
from accounts.roles import Role
from tests import walking
from tests.api.callers import ALL_SCOPES, Caller, Machine, machine, person, problem, token_of
from tests.people import City
from workflow.api.limits import Quota, Standing, forget_full_buckets, take
from workflow.lifecycle import State
from workflow.models import RateBucket, WorkItem
from workflow.tasks import forget_full_buckets as task

NOON = timezone.now()


@pytest.fixture(autouse=True)
def quotas(settings: Any) -> None:
    settings.API_READS_PER_MINUTE, settings.API_WRITES_PER_MINUTE = 6, 4
    settings.API_UPLOADS_PER_MINUTE, settings.API_STRANGERS_PER_MINUTE = 2, 3


def statuses(caller: Caller, times: int, path: str = "me/") -> list[int]:
    return [caller.get(path).status_code for _ in range(times)]


def later(seconds: float) -> None:
    """Time passes for every bucket."""
    for bucket in RateBucket.objects.all():
        bucket.full_at -= timedelta(seconds=seconds)
        bucket.save()


# -- what a caller is told ---------------------------------------------------------------------------------------------


def test_every_answer_says_what_is_left(city: City) -> None:
    answer = machine(city.water).get("me/")
    assert answer["RateLimit-Policy"] == '"read";q=6;w=60'
    assert answer["RateLimit"] == '"read";r=5;t=10'


def test_beyond_the_quota_the_answer_says_when_to_come_again(city: City) -> None:
    caller = machine(city.water)
    assert statuses(caller, 6) == [200] * 6
    answer = caller.get("me/")
    problem(answer, 429, "rate-limited")
    assert answer["RateLimit"].startswith('"read";r=0;t=')
    assert 1 <= int(answer["Retry-After"]) <= 10


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Too many requests; wait 10 seconds."), ("zh-CN", "请求过多，请等待 10 秒。")]
)
def test_it_says_so_in_the_language_of_the_caller(city: City, language: str, words: str) -> None:
    caller = machine(city.water)
    statuses(caller, 6)
    assert caller.get("me/", **{"Accept-Language": language}).json()["detail"] == words


def test_who_waits_as_long_as_told_is_let_in(city: City) -> None:
    caller = machine(city.water)
    statuses(caller, 6)
    later(int(caller.get("me/")["Retry-After"]))
    assert statuses(caller, 2) == [200, 429]


def test_a_refused_request_costs_nothing(city: City) -> None:
    caller = machine(city.water)
    statuses(caller, 16)
    later(10)
    assert statuses(caller, 1) == [200]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "items/NONE/", 404),
        ("get", "items/?x=1", 400),
        ("get", "items/?limit=0", 400),
        ("delete", "items/", 405),
    ],
)
def test_what_is_refused_for_another_reason_costs_as_well(city: City, method: str, path: str, status: int) -> None:
    caller = person(city.dispatcher)
    answer = getattr(caller.http, method)(f"/api/v1/{path}")
    assert answer.status_code == status
    quota = "read" if method == "get" else "write"
    assert answer["RateLimit"].startswith(f'"{quota}";r={5 if method == "get" else 3};')


def test_a_missing_scope_costs_as_well(city: City) -> None:
    caller = machine(city.water, scopes=["events:read"])
    assert statuses(caller, 7) == [403] * 6 + [429]


def test_what_cannot_be_accepted_costs_as_well(city: City) -> None:
    answer = person(city.dispatcher).get("items/", Accept="application/xml")
    problem(answer, 406, "not-acceptable")
    assert answer["RateLimit"].startswith('"read";r=5;')


# -- who is counted for what -------------------------------------------------------------------------------------------


def test_reading_writing_and_uploading_are_counted_apart(city: City) -> None:
    item, caller = walking.walk(city, State.RECTIFYING), machine(city.environment)
    statuses(caller, 7)
    report = [caller.act(item, "report", {"text": "已清运。"}).status_code for _ in range(5)]
    upload = [caller.upload(item, walking.photo().read(), "整改后.jpg").status_code for _ in range(3)]
    assert (report, upload) == ([200] * 4 + [429], [201] * 2 + [429])
    assert WorkItem.objects.get(pk=item.pk).events.filter(action="report").count() == 4


def test_each_client_and_each_person_has_a_bucket_of_their_own(city: City) -> None:
    first, second = machine(city.water), machine(city.water)
    assert statuses(first, 7) == [200] * 6 + [429]
    assert statuses(second, 1) == statuses(person(city.water_clerk), 1) == [200]


def test_another_token_of_the_same_client_is_no_new_bucket(city: City) -> None:
    caller = machine(city.water)
    statuses(caller, 6)
    again = token_of(caller.user.oauth2_provider_application.get(), ALL_SCOPES)
    assert statuses(Machine(caller.user, Authorization=f"Bearer {again}"), 1) == [429]


def test_another_address_is_no_new_bucket(city: City) -> None:
    caller = machine(city.water)
    statuses(caller, 6)
    assert caller.http.get("/api/v1/me/", headers=caller.headers, REMOTE_ADDR="10.9.9.9").status_code == 429


# -- strangers ---------------------------------------------------------------------------------------------------------


def guess(token: str, **extra: str) -> HttpResponse:
    return Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}, **extra)


def test_guessing_tokens_is_limited_by_address(city: City) -> None:
    assert [guess(f"t{n}").status_code for n in range(4)] == [401, 401, 401, 429]
    assert guess("t", REMOTE_ADDR="10.0.0.9").status_code == 401


def test_asking_without_credentials_counts_the_same(db: None) -> None:
    assert [Client().get("/api/v1/items/").status_code for _ in range(3)] == [401] * 3
    problem(guess("x"), 429, "rate-limited")


def test_a_forged_header_makes_nobody_a_stranger_elsewhere(db: None) -> None:
    found = [guess("x", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code for n in range(4)]
    assert found == [401, 401, 401, 429]


def test_a_stranger_does_not_shut_out_who_is_known(city: City) -> None:
    [guess("x") for _ in range(4)]
    assert statuses(machine(city.water), 1) == statuses(person(city.water_clerk), 1) == [200]


def test_neither_address_nor_token_is_kept(db: None) -> None:
    guess("a-token", REMOTE_ADDR="10.11.12.13")
    (bucket,) = RateBucket.objects.all()
    assert "10.11" not in bucket.key
    assert "a-token" not in bucket.key


def ask_for_token(client_id: str, secret: str, **extra: Any) -> HttpResponse:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return Client().post("/oauth/token/", form, **extra)


def test_guessing_a_secret_is_limited_before_it_is_hashed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    client_id, secret = register_client("水务平台", city.water, [Role.CLERK], ["items:read"])
    assert [ask_for_token(client_id, f"wrong{n}").status_code for n in range(3)] == [401] * 3
    answer = ask_for_token(client_id, secret)
    assert (answer.status_code, answer.json()["error"]) == (429, "slow_down")
    assert int(answer["Retry-After"]) >= 1
    assert answer["RateLimit"].startswith('"stranger";r=0;')


def test_the_guesses_at_one_client_do_not_shut_out_another(city: City) -> None:
    (first, _), (second, secret) = (register_client(n, city.water, [Role.CLERK], ["items:read"]) for n in "甲乙")
    [ask_for_token(first, "wrong") for _ in range(4)]
    assert ask_for_token(second, secret).status_code == 200


@pytest.mark.parametrize("coded", ["Eng6eA==", "!", "/w==", ""])
def test_a_second_name_in_the_header_is_no_new_bucket(city: City, coded: str) -> None:
    client_id, _ = register_client("水务平台", city.water, [Role.CLERK], ["items:read"])
    answer = ask_for_token(client_id, "wrong", headers={"Authorization": f"Basic {coded}"})
    assert answer.json()["error"] in ("invalid_request", "invalid_client")
    [ask_for_token(client_id, "wrong", headers={"Authorization": f"Basic {coded}"}) for _ in range(3)]
    assert ask_for_token(client_id, "wrong", headers={"Authorization": f"Basic {coded}"}).status_code == 429


# -- many in one request -----------------------------------------------------------------------------------------------


def nothing(times: int) -> list[dict[str, Any]]:
    return [{"action": "accept", "number": "NONE", "version": 1}] * times


def test_a_bulk_request_costs_as_much_as_its_elements(city: City) -> None:
    caller = machine(city.water)
    assert caller.bulk(nothing(3))["RateLimit"].startswith('"write";r=1;')
    answer = caller.bulk(nothing(2))
    problem(answer, 429, "rate-limited")
    later(int(answer["Retry-After"]))
    assert caller.bulk(nothing(2)).status_code == 200


def test_one_that_is_larger_than_a_bucket_takes_a_full_one(city: City) -> None:
    caller = machine(city.water)
    assert caller.bulk(nothing(9)).status_code == 200
    answer = caller.bulk(nothing(9))
    problem(answer, 429, "rate-limited")
    later(int(answer["Retry-After"]))
    assert caller.bulk(nothing(9)).status_code == 200


@pytest.mark.parametrize(("raw", "status"), [(b"{", 400), (b"{}", 400), (b"[]", 200)])
def test_one_that_holds_nothing_costs_one(city: City, raw: bytes, status: int) -> None:
    answer = machine(city.water).post("items/bulk/", raw=raw)
    assert answer.status_code == status
    assert answer["RateLimit"].startswith('"write";r=3;')


def test_a_list_that_is_too_long_to_be_taken_costs_one(city: City) -> None:
    caller = machine(city.water)
    answer = caller.bulk(nothing(501))
    problem(answer, 400, "invalid-input")
    assert answer["RateLimit"].startswith('"write";r=3;')
    assert caller.bulk(nothing(3)).status_code == 200


# -- the bucket --------------------------------------------------------------------------------------------------------


def took(quota: Quota, times: int, now: Any = NOON, cost: int = 1) -> list[Standing]:
    return [take(quota, "somebody", cost, now) for _ in range(times)]


def test_it_fills_evenly(db: None) -> None:
    assert [standing.left for standing in took(Quota.READ, 7)] == [5, 4, 3, 2, 1, 0, 0]
    for seconds, admitted in ((9.999, False), (10, True), (10, False), (29.999, True), (29.999, False), (30, True)):
        assert take(Quota.READ, "somebody", now=NOON + timedelta(seconds=seconds)).is_admitted == admitted


def test_it_holds_no_more_than_a_minute(db: None) -> None:
    took(Quota.READ, 1)
    tomorrow = took(Quota.READ, 8, NOON + timedelta(days=1))
    assert sum(standing.is_admitted for standing in tomorrow) == 6


def test_a_clock_that_goes_back_gives_nobody_more(db: None) -> None:
    took(Quota.READ, 6)
    assert not any(standing.is_admitted for standing in took(Quota.READ, 5, NOON - timedelta(seconds=30)))


@pytest.mark.parametrize("per_minute", [1, 7, 59, 999_999, 1_000_000])
def test_a_minute_that_does_not_divide_evenly_loses_no_token(db: None, settings: Any, per_minute: int) -> None:
    settings.API_READS_PER_MINUTE = per_minute
    assert take(Quota.READ, "somebody", per_minute, NOON).is_admitted
    assert take(Quota.READ, "somebody", 1, NOON).left == 0
    assert take(Quota.READ, "somebody", per_minute, NOON + timedelta(minutes=1)).is_admitted


def test_a_full_bucket_is_forgotten_and_one_in_use_is_not(db: None) -> None:
    [take(Quota.READ, "somebody") for _ in range(6)]
    take(Quota.READ, "somebody else", now=NOON - timedelta(days=1))
    assert forget_full_buckets() == 1
    assert RateBucket.objects.get().key == "read somebody"
    later(61)
    task()
    assert not RateBucket.objects.exists()


def test_it_costs_one_statement_and_no_wait_for_the_disk(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        take(Quota.READ, "somebody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'workflow_ratebucket'")
        assert cursor.fetchone() == ("u",)


def test_a_database_that_is_away_is_503_and_not_429(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("connection lost")

    caller = person(city.dispatcher)
    monkeypatch.setattr("workflow.api.limits.take", fail)
    problem(caller.get("items/"), 503, "unavailable")

"""One format for every error, whatever is wrong, in the language of the request."""

import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from rest_framework.request import Request

from tests import walking
from tests.api.callers import fields, machine, person, problem
from tests.people import City
from workflow.api.views import ApiView
from workflow.lifecycle import State


def test_anonymous_callers_are_asked_to_say_who_they_are(db: None) -> None:
    answer = Client().get("/api/v1/items/")
    problem(answer, 401, "not-authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", ["nothing/", "items", "items/RW2023-0001", "items/%00/", "items/../x/", "items/RW1/x/"]
)
def test_an_unknown_address_is_a_problem_too(db: None, path: str) -> None:
    problem(Client().get(f"/api/v1/{path}"), 404, "not-found")


@pytest.mark.parametrize("path", ["/api/v1/items", "/api/v1/items/RW2023-0001/actions/accept", "/oauth/token"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_forgets_the_last_slash_is_told_so_and_not_led_away(db: None, method: str, path: str) -> None:
    answer = getattr(Client(), method)(path, headers={"Accept-Language": "zh-CN"})
    assert problem(answer, 404, "not-found")["detail"].endswith(f"：{path}/")


@pytest.mark.parametrize("path", ["items/{}/frobnicate", "items/{}/actions/frobnicate/", "items/{}/actions/frobnicate"])
def test_an_action_that_is_not_there_says_the_same_of_every_item(city: City, path: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answers = [person(city.xixia_head).post(path.format(number)) for number in (item.number, "RW2023-9999")]
    told = [problem(answer, 404, "not-found")["detail"] for answer in answers]
    assert told[0] == told[1] and "没有" in told[0]


@pytest.mark.parametrize("method", ["delete", "put", "patch", "options", "trace"])
def test_a_method_that_is_not_there(city: City, method: str) -> None:
    """Whatever parameters came along."""
    http = person(city.dispatcher).http
    told = problem(getattr(http, method)("/api/v1/items/?limit=5&colour=red"), 405, "method-not-allowed")["detail"]
    assert told == "该地址不支持此方法，可用方法见响应头 Allow。"
    answer = getattr(http, method)("/api/v1/items/")
    problem(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET, HEAD, POST"


def test_a_method_cannot_be_smuggled_in(city: City) -> None:
    problem(person(city.dispatcher).post("me/", **{"X-HTTP-Method-Override": "GET"}), 405, "method-not-allowed")


def test_only_json_is_spoken(city: City) -> None:
    answer = person(city.dispatcher).get("items/", Accept="application/xml")
    assert "application/json" in problem(answer, 406, "not-acceptable")["detail"]
    assert person(city.dispatcher).get("items/", Accept="text/html, */*;q=0.5").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"])
def test_only_json_is_heard(city: City, kind: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = person(city.environment_clerk).act(item, "accept", Content_Type=kind)
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"null",
        b"[]",
        b'[{"reason": "x"}]',
        b'"text"',
        b"7",
        b'{"reason": "a", "reason": "b"}',
        b'{"reason": "x"} {}',
        b'{"reason": NaN}',
        b'{"reason": -Infinity}',
        b'{"reason": 1e999}',
        b'{"reason": "\\u0000"}',
        b'{"reason": "\\ud800"}',
        b'{"reason": "\xff"}',
        '{"reason": "理由"}'.encode("gbk"),
        '{"reason": "x"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"reason": "x"}',
        b"[" * 100_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"reason": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_one_json_object_is_malformed(city: City, raw: bytes) -> None:
    item = walking.walk(city, State.ASSIGNED)
    problem(person(city.environment_clerk).act(item, "decline", raw=raw), 400, "parse-error")
    item.refresh_from_db()
    assert item.state == State.ASSIGNED


def test_where_a_body_is_broken_is_told_in_words(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = person(city.environment_clerk).act(item, "decline", raw=b'{"reason": "x"\n "note": 1}')
    assert problem(answer, 400, "parse-error")["detail"] == "请求体不是有效的 JSON：第 2 行第 2 列起无法解析"


def test_a_body_that_is_too_large_is_not_read(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    raw = b'{"reason": "' + b"x" * 5 * 1024 * 1024 + b'"}'
    answer = person(city.environment_clerk).act(item, "decline", raw=raw)
    assert "5 MiB" in problem(answer, 413, "too-large")["detail"]


def test_the_sentence_is_in_the_language_of_the_request(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answers = {
        language: person(city.water_clerk).get("nothing/", **{"Accept-Language": language}).json()
        for language in ("zh-CN", "en")
    }
    assert answers["zh-CN"]["detail"] != answers["en"]["detail"]
    assert answers["zh-CN"]["code"] == answers["en"]["code"]
    assert item.number not in str(answers)


def test_a_person_needs_the_csrf_token(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.environment_clerk)
    address = f"/api/v1/items/{item.number}/actions/accept/"
    headers = {"If-Match": f'"v{item.version}"'}
    refused = browser.post(address, {}, content_type="application/json", headers=headers)
    assert problem(refused, 403, "permission-denied")["detail"].startswith("网页会话须在 X-CSRFToken 中带上")
    browser.get("/sign-in/")
    item.refresh_from_db()
    assert item.state == State.ASSIGNED


def test_a_machine_needs_none(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = machine(city.environment)
    caller.http = Client(enforce_csrf_checks=True)
    assert caller.act(item, "accept").status_code == 200


def break_down(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr("workflow.api.views.visible_to", fail)


def test_what_nobody_foresaw_is_recorded_and_not_told(
    city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    break_down(monkeypatch, ZeroDivisionError("the secret of the house"))
    with caplog.at_level(logging.ERROR):
        answer = person(city.dispatcher).get("items/")
    problem(answer, 500, "server-error")
    assert "secret" not in answer.content.decode()
    assert "the secret of the house" in caplog.text


def test_a_database_that_does_not_answer_is_503(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    break_down(monkeypatch, OperationalError("connection lost"))
    answer = person(city.dispatcher).get("items/")
    assert "connection" not in problem(answer, 503, "unavailable")["detail"]
    assert answer["Retry-After"] == "5"


def test_answers_are_kept_by_nobody(city: City) -> None:
    assert person(city.dispatcher).get("items/")["Cache-Control"] == "private, no-store"
    assert person(city.dispatcher).get("items/", {"x": 1})["Cache-Control"] == "private, no-store"


def test_a_view_that_declares_no_operation_lets_nobody_in(city: City) -> None:
    class Forgotten(ApiView):
        def get(self, request: Request) -> None:
            raise AssertionError("somebody got in")

    request = RequestFactory().get("/")
    request.user = city.dispatcher
    assert Forgotten.as_view()(request).status_code == 403


@pytest.mark.parametrize("path", ["items/", "departments/", "regions/", "sources/", "procedures/", "me/"])
def test_an_unknown_parameter_is_named(city: City, path: str) -> None:
    body = problem(person(city.dispatcher).get(path, {"fields": "x", "format": "json"}), 400, "invalid-input")
    assert sorted(fields(body)) == ["fields", "format"]


def test_an_action_takes_no_parameters(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    path = f"items/{item.number}/actions/accept/?force=true"
    answer = person(city.environment_clerk).post(path, **{"If-Match": f'"v{item.version}"'})
    assert fields(problem(answer, 400, "invalid-input")) == ["force"]


@pytest.mark.parametrize("address", ["/api/", "/api/v2/items/", "/api/%00"])
@pytest.mark.parametrize(("language", "sentence"), [("en", "Nothing has this address"), ("zh-CN", "没有此地址")])
def test_what_is_beside_the_api_is_a_problem_in_the_language_asked_for(
    db: None, address: str, language: str, sentence: str
) -> None:
    answer = Client().get(address, headers={"Accept-Language": language})
    assert problem(answer, 404, "not-found")["detail"].startswith(sentence)


def test_what_is_not_beside_the_api_is_a_page(db: None) -> None:
    assert Client().get("/apis/").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("reason", [DeadlockDetected(), SerializationFailure(), LockNotAvailable()])
def test_whoever_is_in_the_way_of_another_is_told_to_come_again(
    city: City, monkeypatch: pytest.MonkeyPatch, reason: Exception
) -> None:
    """In every view, also in one that goes through no verb."""
    error = OperationalError("somebody is in the way")
    error.__cause__ = reason
    break_down(monkeypatch, error)
    answer = person(city.dispatcher).get("items/")
    problem(answer, 409, "busy")
    assert answer["Retry-After"] == "5"

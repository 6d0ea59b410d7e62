"""Every answer has a name, which stands in the log and in the problem too."""

import io
import logging
import re
from collections.abc import Iterator
from contextvars import Context
from logging.config import DictConfigurator

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client

from accounts.middleware import LanguageMiddleware
from tests.api.callers import person, problem
from tests.people import City

OWN = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("address", ["/api/v1/items/", "/api/v1/nothing/", "/sign-in/", "/nothing/", "/livez", "/api/"])
def test_every_answer_has_one(db: None, address: str) -> None:
    assert OWN.fullmatch(Client().get(address)["X-Request-ID"])


def test_no_two_are_the_same(db: None) -> None:
    assert Client().get("/livez")["X-Request-ID"] != Client().get("/livez")["X-Request-ID"]


@pytest.mark.parametrize("name", ["a", "Gateway_7.trace-0", "x" * 64])
def test_one_that_came_along_is_kept(city: City, name: str) -> None:
    answer = person(city.dispatcher).get("nothing/", **{"X-Request-ID": name})
    assert problem(answer, 404, "not-found")["request_id"] == name


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a\r\nSet-Cookie: x", "中文", "a/b", "１２", "a\n", "<b>"])
def test_one_that_could_forge_a_log_or_a_header_is_not(db: None, name: str) -> None:
    assert OWN.fullmatch(Client().get("/livez", headers={"X-Request-ID": name})["X-Request-ID"])


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Client:
    def fail(_request: HttpRequest) -> str:
        raise OperationalError("connection refused")

    monkeypatch.setattr(LanguageMiddleware, "language", staticmethod(fail))
    return Client(raise_request_exception=False)


def test_what_fails_before_the_views_has_one_too(failing: Client) -> None:
    answer = failing.get("/api/v1/items/", headers={"X-Request-ID": "early"})
    assert (answer.status_code, answer.json()["request_id"], answer["X-Request-ID"]) == (503, "early", "early")


def test_a_page_that_fails_has_one_too(failing: Client) -> None:
    answer = failing.get("/sign-in/", headers={"X-Request-ID": "page"})
    assert (answer.status_code, answer["X-Request-ID"]) == (503, "page")


def test_an_unknown_host_is_told_in_the_format_of_the_api(db: None) -> None:
    answer = Client().get("/api/v1/items/", headers={"Host": "evil.example"})
    assert "Host" in problem(answer, 400, "malformed")["detail"]


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """What is logged, as it is written to stderr."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    line = settings.LOGGING["formatters"]["line"]
    handler.setFormatter(logging.Formatter(line["format"], style=line["style"]))
    handler.addFilter(DictConfigurator(settings.LOGGING).configure_filter(settings.LOGGING["filters"]["request_id"]))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_what_we_log_meanwhile_carries_it(failing: Client, heard: io.StringIO) -> None:
    failing.get("/api/v1/items/", headers={"X-Request-ID": "r-1"})
    assert re.search(r" WARNING workflow\.api\.errors r-1 the database did not serve", heard.getvalue())


def test_what_django_logs_of_the_answer_carries_it(db: None, heard: io.StringIO) -> None:
    Client().get("/api/v1/nothing/", headers={"X-Request-ID": "r-2"})
    assert re.search(r" WARNING django\.request r-2 Not Found: /api/v1/nothing/", heard.getvalue())


def test_outside_of_requests_there_is_none(heard: io.StringIO) -> None:
    Context().run(logging.getLogger("tests").error, "nobody asked")
    assert heard.getvalue().endswith(" ERROR tests - nobody asked\n")


def test_every_handler_of_the_log_knows_it() -> None:
    assert all("request_id" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


def test_the_middleware_stands_outside_of_all_others() -> None:
    assert settings.MIDDLEWARE[0] == "accounts.request_id.RequestIdMiddleware"

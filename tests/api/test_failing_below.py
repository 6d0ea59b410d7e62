"""What fails before a view is reached: machines still get a problem, people a page; nobody gets a trace."""

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.middleware import LanguageMiddleware


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch):
    """A browser before a server whose database does not answer, or that has a bug."""

    def break_with(error: Exception) -> Client:
        def fail(*arguments: object) -> str:
            raise error

        monkeypatch.setattr(LanguageMiddleware, "language", staticmethod(fail))
        return Client(raise_request_exception=False)

    return break_with


def test_a_machine_is_told_to_come_again_when_the_database_is_away(broken) -> None:
    response = broken(OperationalError("connection refused")).get("/api/v1/items/")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert (response.json()["code"], response["Retry-After"]) == ("unavailable", "5")


def test_a_person_gets_a_page_with_the_same_meaning(broken) -> None:
    response = broken(OperationalError("connection refused")).get("/sign-in/")
    assert (response.status_code, response["Content-Type"]) == (503, "text/html; charset=utf-8")


def test_a_bug_tells_nothing_about_itself(broken) -> None:
    response = broken(ZeroDivisionError("secret detail")).get("/api/v1/items/")
    assert response.status_code == 500
    assert b"secret detail" not in response.content

"""The OpenAPI description is complete and its page loads nothing from elsewhere."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from workflow.api import urls
from workflow.services import VERBS

OPEN = {"schema", "docs", None}  # no data; and the answer to unknown addresses


@pytest.fixture
def description(db: None) -> dict[str, Any]:
    answer = Client().get("/api/v1/schema/")
    assert answer["Content-Type"].startswith("application/json")
    return answer.json()


def operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for methods in description["paths"].values() for entry in methods.values()]


def test_the_generator_has_nothing_to_complain_about(db: None) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"


def test_every_action_has_an_operation_with_its_own_body(description: dict[str, Any]) -> None:
    for action in VERBS:
        operation = description["paths"][f"/api/v1/items/{{number}}/actions/{action.value}/"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert "note" in description["components"]["schemas"][body]["properties"]
        headers = {entry["name"] for entry in operation["parameters"] if entry["in"] == "header"}
        assert headers == {"If-Match", "Idempotency-Key"}
        assert {"200", "400", "401", "403", "404", "409", "412", "422", "428"} <= set(operation["responses"])


def test_every_error_is_a_problem_and_every_operation_names_its_scope(description: dict[str, Any]) -> None:
    for operation in operations(description):
        for status, answer in operation["responses"].items():
            assert (list(answer.get("content", {})) == ["application/problem+json"]) == (status >= "400")
        client, signature, session = operation["security"]
        assert list(client) == ["client"] and len(client["client"]) == 1
        assert (signature, session) == ({"signature": []}, {"session": []})


def test_the_filters_are_described(description: dict[str, Any]) -> None:
    names = {entry["name"] for entry in description["paths"]["/api/v1/items/"]["get"]["parameters"]}
    assert " ".join(sorted(names)) == (
        "cursor department due_after due_before external_ref kind lead limit number ordering overdue q region role "
        "source state updated_since"
    )


def test_every_address_is_described_or_known_to_be_open(description: dict[str, Any]) -> None:
    described = {path.removeprefix("/api/v1/") for path in description["paths"]}
    for entry in urls.urlpatterns:
        assert isinstance(entry, URLPattern)
        address = re.sub(r"<\w+:(\w+)>", r"{\1}", str(entry.pattern))
        assert address.replace("{pk}", "{id}") in described or address in described or entry.name in OPEN


def test_the_page_has_no_inline_script_and_nothing_from_elsewhere(db: None) -> None:
    answer = Client().get("/api/v1/docs/")
    page = answer.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"\bon\w+=", page) == []
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) >= 4 and all(source.startswith("/") and source[1] != "/" for source in sources)
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";" and "unsafe-eval" not in policy


def test_its_script_is_a_file_of_ours_that_asks_nobody_else(db: None) -> None:
    answer = Client().get("/api/v1/docs/?script=")
    assert answer["Content-Type"].startswith("application/javascript")
    assert '"validatorUrl": null' in answer.content.decode()
    assert re.findall(r"https?://", answer.content.decode()) == []


def test_only_that_page_may_style_inline(db: None) -> None:
    assert "unsafe-inline" in Client().get("/api/v1/docs/")["Content-Security-Policy"]
    assert "unsafe-inline" not in Client().get("/api/v1/schema/")["Content-Security-Policy"]


@pytest.mark.parametrize(("language", "summary"), [("zh-CN", "签收"), ("en", "Accept")])
def test_it_is_told_in_the_language_of_the_request(db: None, language: str, summary: str) -> None:
    answer = Client().get("/api/v1/schema/", headers={"Accept-Language": language}).json()
    assert answer["paths"]["/api/v1/items/{number}/actions/accept/"]["post"]["summary"] == summary


def test_every_answer_is_described_with_its_name_and_its_limits(description: dict[str, Any]) -> None:
    for operation in operations(description):
        for status, answer in operation["responses"].items():
            assert {"X-Request-ID", "RateLimit-Policy", "RateLimit"} <= set(answer["headers"])
            assert ("Retry-After" in answer["headers"]) == (status in ("429", "503"))
        assert {"406", "429", "503"} <= set(operation["responses"])

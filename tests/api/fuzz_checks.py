"""What must hold of every answer beside what schemathesis checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from schemathesis import Case, CheckContext, Response
from schemathesis.checks import negative_data_rejection

PROBLEM = ["type", "title", "status", "detail", "code", "errors", "request_id"]
INSIDE = re.compile(rb"Traceback|File \"|psycopg|django\.|SELECT |site-packages|Exception|0x[0-9a-f]{8}")


def errors_are_problems(ctx: CheckContext, response: Response, case: Case) -> None:
    """An error is a problem with a sentence that a Chinese clerk can read."""
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
    body = response.json()
    assert list(body) == PROBLEM, body
    assert body["status"] == response.status_code
    assert re.search(r"[\u4e00-\u9fff]", body["detail"]), body["detail"]
    assert all(entry["message"] for entry in body["errors"])


def what_was_well_formed_is_refused_with_its_reason(ctx: CheckContext, response: Response, case: Case) -> None:
    """The description cannot know all that is wrong; then the answer names the field, or a code that says it."""
    if response.status_code == 400 and case.meta.generation.mode.is_positive:
        body = response.json()
        assert body["errors"] or body["code"] not in ("invalid-input", "malformed", "parse-error"), body


def nothing_of_the_inside_is_told(ctx: CheckContext, response: Response, case: Case) -> None:
    sent = repr((case.path_parameters, case.query, case.body))
    found = [word for word in INSIDE.findall(response.content) if word.decode(errors="replace") not in sent]
    assert not found, (found, response.content)


def an_item_has_its_etag(ctx: CheckContext, response: Response, case: Case) -> None:
    if response.status_code < 300 and response.headers.get("content-type") == ["application/json"]:
        body = response.json()
        if isinstance(body, dict) and {"number", "version", "allowed_actions"} <= set(body):
            assert response.headers["etag"] == [f'"v{body["version"]}"']


OWN_CHECKS: list[Callable[..., Any]] = [
    errors_are_problems,
    what_was_well_formed_is_refused_with_its_reason,
    nothing_of_the_inside_is_told,
    an_item_has_its_etag,
]


def unfit(case: Case) -> list[Callable[..., Any]]:
    """Each of many actions has a result of its own: what is wrong with one is told there, beneath a 200. And a form
    holds texts and files only: a number in place of a file is sent as a file. An address holds texts only: whatever
    stands for the list of `number` is a list of texts, and of an empty object nothing is left."""
    query = case.query or {}
    is_text = bool(query.get("number")) or any(value in ({}, []) for value in query.values())
    is_form = case.media_type == "multipart/form-data"
    return [negative_data_rejection] if is_form or is_text or case.path.endswith("/bulk/") else []

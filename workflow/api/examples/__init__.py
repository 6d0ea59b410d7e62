"""What requests and answers look like, for the description: data in the JSON files beside this one.

`requests.json` goes by the id of the operation, `answers.json` by the name of what is answered. A page is made of the
example of its rows. A test holds each against its own schema.
"""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rest_framework.serializers import BaseSerializer

_CODES = {  # a code that may come with the status
    400: "invalid-input",
    401: "not-authenticated",
    403: "not-the-lead",
    404: "not-found",
    406: "not-acceptable",
    409: "not-in-this-state",
    412: "stale",
    413: "too-large",
    415: "unsupported-media-type",
    422: "idempotency-key-reused",
    428: "precondition-required",
    429: "rate-limited",
    503: "unavailable",
}


@cache
def _stored(name: str) -> dict[str, Any]:
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))


def request(operation: str) -> Any:
    """The example of what an operation takes; None where there is none."""
    return _stored("requests").get(operation)


def answer(name: str, serializer: BaseSerializer | None) -> Any:
    """The example of an answer; a page has one row. None where there is none."""
    fields = getattr(serializer, "fields", {})
    if "results" not in fields:
        return _stored("answers").get(name)
    row = _stored("answers").get(name.removesuffix("Page"))
    page = {"results": [row], "next": None, "count": 1, "count_capped": False}
    return row and {field: page[field] for field in fields}


def problem(status: int, detail: str) -> dict[str, Any]:
    """An error with the sentence that the description has for its status."""
    errors = [{"field": "due_on", "message": detail}] if status == HTTPStatus.BAD_REQUEST else []
    told = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": _CODES[status]}
    return {"type": "about:blank", **told, "errors": errors, "request_id": "0f8c1d7e5b"}

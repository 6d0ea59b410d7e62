"""Bodies that are refused before anybody reads them: B04 and B05, at the API and at pages."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.test import Client, RequestFactory
from django.test.client import MULTIPART_CONTENT

from tests.api.callers import problem
from tests.bad_input.ground import JSON_WRITES, WRITES, Answer, Ground, nothing_changes
from tests.permissions.described import Described

UPLOAD = WRITES["POST items/{number}/evidence/"]
HEADERS = {
    "B04 in pieces": ({"HTTP_TRANSFER_ENCODING": "chunked"}, "411 length-required"),
    "B04 a length that is none": ({"CONTENT_LENGTH": "x"}, "400 malformed"),
    "B04 a negative length": ({"CONTENT_LENGTH": "-1"}, "400 malformed"),
    "B04 a length beyond all limits": ({"CONTENT_LENGTH": "9" * 30}, "413 too-large"),
    "B05 gzip": ({"HTTP_CONTENT_ENCODING": "gzip"}, "415 unsupported-media-type"),
}
KINDS = {
    "B05 text": "text/plain",
    "B05 form": "application/x-www-form-urlencoded",
    "B05 form in parts": "multipart/form-data; boundary=x",
    "B05 form without boundary": "multipart/form-data",
    "B05 charset of another country": "application/json; charset=gbk",
    "B05 unknown charset": "application/json; charset=nonsense",
    "B05 nonsense": "nonsense",
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_body_that_cannot_be_read_right_is_not_read(ground: Ground, case: str) -> None:
    meta, expected = HEADERS[case]
    with nothing_changes():
        for name, operation in WRITES.items():
            assert str(Answer.of(ground.send(operation, meta=meta))) == expected, name


@pytest.mark.parametrize("case", KINDS)
def test_another_content_type_than_the_one_asked_for_is_refused(ground: Ground, case: str) -> None:
    with nothing_changes():
        for name, operation in JSON_WRITES.items():
            answer = ground.send(operation, kind=KINDS[case])
            told = Answer.of(answer)
            assert str(told) == "415 unsupported-media-type", name
            assert (answer["Accept"], "application/json" in told.told) == ("application/json", True)


def test_a_form_of_5000_fields_is_refused(ground: Ground) -> None:
    body = {f"field{number}": "x" for number in range(5000)}
    with nothing_changes():
        assert Answer.of(ground.send(UPLOAD, UPLOAD.body | body)).status == 400


def test_an_upload_larger_than_any_file_is_refused_by_its_length(ground: Ground, settings: Any) -> None:
    length = settings.EVIDENCE_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    with nothing_changes():
        assert str(Answer.of(ground.send(UPLOAD, meta={"CONTENT_LENGTH": str(length)}))) == "413 too-large"


def cut_off(ground: Ground, operation: Described, whole: bytes, kept: int) -> Answer:
    """What is answered when the connection ends before the length that was announced, as gunicorn tells it."""
    headers = ground.caller.headers | {"Idempotency-Key": "cut-off"}
    kind = MULTIPART_CONTENT if operation is UPLOAD else "application/json"
    environ = RequestFactory().generic("POST", ground.place(operation), whole, kind, headers=headers).environ
    environ["wsgi.input"] = BytesIO(whole[:kept])
    return Answer.of(WSGIHandler().get_response(WSGIRequest(environ)))


@pytest.mark.parametrize("share", [0.3, 0.9], ids=["B04 cut off early", "B04 cut off late"])
def test_of_an_upload_that_is_cut_off_nothing_is_kept(ground: Ground, share: float) -> None:
    _kind, whole = ground.encoded(UPLOAD, UPLOAD.body)
    with nothing_changes():
        assert str(cut_off(ground, UPLOAD, whole, int(len(whole) * share))) == "400 cut-off"


def test_json_that_is_shorter_than_announced_is_not_taken_for_whole(ground: Ground) -> None:
    """B04: also where what came can be read."""
    creating = WRITES["POST items/"]
    sent = json.dumps(ground.body(creating)).encode()
    with nothing_changes():
        for kept in (len(sent), len(sent) // 2, 1, 0):
            assert str(cut_off(ground, creating, sent + b" " * 9, kept)) == "400 cut-off", kept


def test_a_page_says_the_same_as_a_page(db: None) -> None:
    answer = Client().post("/sign-in/", {}, CONTENT_LENGTH="9" * 20)
    assert (answer.status_code, answer["Content-Type"][:9]) == (413, "text/html")


def test_where_tokens_are_handed_out_it_is_a_problem(db: None) -> None:
    problem(Client().post("/oauth/token/", {}, headers={"Transfer-Encoding": "chunked"}), 411, "length-required")

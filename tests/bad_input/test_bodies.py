"""Bodies that are not what was asked for: B01 to B05, on every operation that takes one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test.client import MULTIPART_CONTENT

from tests.bad_input.ground import BULK, JSON_WRITES, WRITES, Answer, Ground, nothing_changes, undone
from tests.permissions.described import MULTIPART

DEEP = 10_000


def wrapped(raw: bytes, name: str) -> bytes:
    """One element of a list where the operation takes a list."""
    return b"[" + raw + b"]" if name == BULK else raw


def refused(ground: Ground, expected: str, **given: Any) -> dict[str, str]:
    """The operations that answer otherwise; `raw` may be made by the operation's name."""
    wrong = {}
    with nothing_changes():
        for name, operation in JSON_WRITES.items():
            sent = {key: value(name) if callable(value) else value for key, value in given.items()}
            answer = Answer.of(ground.send(operation, **sent))
            if str(answer) != expected:
                wrong[name] = f"{answer} {answer.told}"
    return wrong


NOT_JSON = {
    "B01 null": b"null",
    "B01 text": b'"text"',
    "B01 number": b"7",
    "B01 true": b"true",
    "B01 spaces": b"   ",
    "B02 half an object": b'{"note": "x"',
    "B02 single quotes": b"{'note': 'x'}",
    "B02 trailing comma": b'{"note": "x",}',
    "B02 comment": b'{"note": "x"} // x',
    "B02 something behind it": b'{"note": "x"} {}',
    "B02 BOM": b'\xef\xbb\xbf{"note": "x"}',
    "B02 not UTF-8": b'{"note": "\xff"}',
    "B02 GB18030": '{"note": "理由"}'.encode("gb18030"),
    "B02 UTF-16": '{"note": "x"}'.encode("utf-16"),
    "B02 line break in a text": b'{"note": "a\nb"}',
    "B04 nested objects": b'{"note":' * DEEP + b"1" + b"}" * DEEP,
    "B04 nested lists": b"[" * DEEP + b"]" * DEEP,
}


@pytest.mark.parametrize("case", NOT_JSON)
def test_what_is_not_the_json_asked_for_is_refused(ground: Ground, case: str) -> None:
    assert refused(ground, "400 parse-error", raw=NOT_JSON[case]) == {}


@pytest.mark.parametrize(("case", "raw"), [("B01 list for an object", b"[]"), ("B01 object for a list", b"{}")])
def test_a_list_is_no_object_and_an_object_no_list(ground: Ground, case: str, raw: bytes) -> None:
    with nothing_changes():
        for name, operation in JSON_WRITES.items():
            if (name == BULK) == (raw == b"{}"):
                assert str(Answer.of(ground.send(operation, raw=raw))) == "400 parse-error", name


FLAWS = {
    "B02 a name twice": b'{"note": "a", "note": "b"}',
    "B02 lone surrogate": b'{"note": "\\ud800"}',
    "B02 surrogates the wrong way round": b'{"note": "\\udc00\\ud800"}',
    "B03 NaN": b'{"note": NaN}',
    "B03 Infinity": b'{"note": Infinity}',
    "B03 -Infinity": b'{"note": -Infinity}',
    "B03 1e999": b'{"note": 1e999}',
    "B03 5,000 digits": b'{"note": ' + b"9" * 5000 + b"}",
    "B04 40 deep": b'{"note":' * 40 + b"1" + b"}" * 40,
    "B10 NUL": b'{"note": "a\\u0000b"}',
}


@pytest.mark.parametrize("case", FLAWS)
def test_what_cannot_be_kept_is_named(ground: Ground, case: str) -> None:
    with nothing_changes():
        for name, operation in JSON_WRITES.items():
            answer = Answer.of(ground.send(operation, raw=wrapped(FLAWS[case], name)))
            field = "note" if name != BULK else "0" if case == "B04 40 deep" else "0.note"
            assert str(answer) == f"400 parse-error {field}", f"{name}: {answer.told}"


def test_a_flaw_within_is_named_by_its_place(ground: Ground) -> None:
    body = b'{"lead": 1, "departments": [{"role": "joint"}, {"role": "a\\u0000"}], "note": 1e999}'
    answer = Answer.of(ground.send(WRITES["POST items/{number}/actions/assign/"], raw=body))
    assert str(answer) == "400 parse-error departments.1.role note"


@pytest.mark.parametrize("kind", ["application/json", ""], ids=["B01 empty body", "B01 empty body of no kind"])
def test_no_body_is_an_empty_one(ground: Ground, kind: str) -> None:
    """Where nothing is required that is enough; where something is, it is missing."""
    for name, operation in JSON_WRITES.items():
        if name != BULK:
            with undone():
                nothing = Answer.of(ground.send(operation, raw=b"", kind=kind))
            with undone():
                assert str(nothing) == str(Answer.of(ground.send(operation, raw=b"{}"))), name


def test_no_body_is_neither_a_list_nor_a_form(ground: Ground) -> None:
    with nothing_changes():
        assert str(Answer.of(ground.send(WRITES[BULK], raw=b""))) == "400 parse-error"
        for operation in WRITES.values():
            if operation.media_type == MULTIPART:
                for kind in ("", "application/json", MULTIPART_CONTENT):
                    assert str(Answer.of(ground.send(operation, raw=b"", kind=kind))) == "400 invalid-input file kind"


def test_a_body_of_10_megabytes_is_refused(ground: Ground) -> None:
    raw = b'{"note": "' + b"x" * 10 * 1024 * 1024 + b'"}'
    assert refused(ground, "413 too-large", raw=raw) == {}


def test_a_hundred_thousand_names_are_answered_briefly(ground: Ground) -> None:
    raw = json.dumps({f"name{n}": n for n in range(100_000)}).encode()
    for operation in (WRITES["POST items/{number}/actions/report/"], WRITES["POST items/"]):
        with nothing_changes():
            response = ground.send(operation, raw=raw)
        assert str(Answer.of(response)).startswith("400 invalid-input name0 name1")
        assert len(response.content) < 20_000

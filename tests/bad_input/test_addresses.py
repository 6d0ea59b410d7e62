"""Addresses, parameters and methods that are none: B08, B09 and B11, on every operation of the description."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from itertools import groupby
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from tests.bad_input.ground import WRITES, Answer, Ground, nothing_changes
from tests.permissions.described import PREFIX, Described, operations

READS = {name: operation for name, operation in operations().items() if operation.is_safe}
LISTS = {name: operation for name, operation in READS.items() if "cursor" in operation.query}
UNKNOWN = {
    "page": "0",
    "page_size": "1000000",
    "fields": "secret",
    "lead__superior__name": "x",
    "title__regex": "(a+)+$",
    "format": "xml",
}
WRONG = {
    "limit": ("0", "-1", "201", "1000000000000", "9" * 5000, "1.5", "1e1", "+5", " 5", "５", "x", "%00", "true"),
    "cursor": ("x", "W10", "bnVsbA", "WyJpZCIsIG51bGwsIDFd", "%00", "é", "a" * 5000, "e30", "====", "\ud7ff"),
    "ordering": ("lead__password", "-", "--number", "number,title", "?", "pk", "title;DROP", "\0"),
    "updated_since": ("x", "2026-13-01", "9999999999", "10000-01-01T00:00:00Z", "2026-01-01T24:01:00Z", "\0"),
    "due_before": ("x", "2026-02-30", "2026-1-1x", "10000-01-01", "２０２６-01-01"),
    "state": ("no-such-state", "closed;filed", "\0"),
    "lead": ("no such department", "0", "-1", str(2**63), "9" * 40, "\0"),
}
IDS = ("0", str(2**63), "9" * 40, "-1", "1.0", "%00", "..%2F", "%7B1%7D", "１", "x" * 300, "%27%20OR%201=1", "%FF")
UUID = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
NUMBERS = (*IDS, UUID, UUID.lower(), "{number}x", "{number}%00", "{number}%0A", "{number}%20", "{lower}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "NONSENSE")


def by_path() -> dict[str, set[str]]:
    every = sorted(operations().values(), key=lambda operation: operation.path)
    return {path: {one.method for one in same} for path, same in groupby(every, key=lambda one: one.path)}


def asked(ground: Ground, operation: Described, query: str) -> str:
    return str(Answer.of(ground.send(operation, raw=b"", query=f"?{query}")))


def test_an_unknown_parameter_is_refused_and_named(ground: Ground) -> None:
    """B08"""
    with nothing_changes():
        for name, operation in operations().items():
            for parameter in set(UNKNOWN) - set(operation.query):
                answer = asked(ground, operation, urlencode({parameter: UNKNOWN[parameter]}))
                assert answer == f"400 invalid-input {parameter}", name


def test_a_parameter_that_comes_twice_is_refused_and_named(ground: Ground) -> None:
    """B08: whoever looks at the first and whoever looks at the last would see different things."""
    for name, operation in READS.items():
        for parameter in operation.query:
            answer = asked(ground, operation, urlencode([(parameter, "1"), (parameter, "2")]))
            assert answer == f"400 invalid-input {parameter}", name


@pytest.mark.parametrize("parameter", WRONG, ids=[f"B08 {parameter}" for parameter in WRONG])
def test_a_wrong_value_of_a_parameter_is_named(ground: Ground, parameter: str) -> None:
    tried = [operation for operation in READS.values() if parameter in operation.query]
    for operation in tried:
        for value in WRONG[parameter]:
            answer = asked(ground, operation, urlencode({parameter: value}))
            assert answer == f"400 invalid-input {parameter}", f"{operation} {value[:40]!r}"
    assert tried


def test_no_value_of_any_filter_fails(ground: Ground) -> None:
    """B08: found or not found or refused, but answered, whatever stands there."""
    strange = (
        "",
        "\0",
        "0",
        "-1",
        "9" * 40,
        "x" * 5000,
        "%",
        "_",
        "'",
        "(a+)+$",
        "𠮷",
        "null",
        "[]",
        "{}",
        "\n",
        "NaN",
    )
    for operation in READS.values():
        for parameter in operation.query:
            for value in strange:
                answer = Answer.of(ground.send(operation, raw=b"", query=f"?{urlencode({parameter: value})}"))
                assert answer.status in (200, 400, 404), f"{operation} {parameter}={value[:40]!r}: {answer.told}"
                assert answer.status != 400 or answer.fields == (parameter,), answer.told


@pytest.mark.parametrize("value", ["%FF", "%BC%D7", "%00", "a%00b"], ids=lambda value: f"B08 {value}")
def test_what_is_no_text_is_no_value(ground: Ground, value: str) -> None:
    """Of bytes that are not UTF-8 nothing but question marks would be looked for."""
    for operation in READS.values():
        for parameter in operation.query:
            answer = Answer.of(ground.send(operation, raw=b"", query=f"?{parameter}={value}"))
            assert str(answer) == f"400 invalid-input {parameter}", f"{operation} {answer.told}"
            assert "UTF-8" in answer.told


def cursor(*told: object) -> str:
    return f"cursor={urlsafe_b64encode(json.dumps(told).encode()).decode()}"


FORGED = {
    "a moment without a zone": ("-created_at", "2026-01-01", 1),
    "no moment": ("-created_at", None, 1),
    "an id that is none": ("-created_at", "2026-01-01T00:00:00+08:00", "1"),
    "a truth for an id": ("-created_at", "2026-01-01T00:00:00+08:00", True),
    "another order": ("created_at", "2026-01-01T00:00:00+08:00", 1),
    "a column": ("lead__name", "x", 1),
    "too much": ("-created_at", "2026-01-01T00:00:00+08:00", 1, 1),
}


@pytest.mark.parametrize("case", FORGED, ids=[f"B08 {case}" for case in FORGED])
def test_a_forged_cursor_is_refused(ground: Ground, case: str) -> None:
    assert asked(ground, LISTS["GET items/"], cursor(*FORGED[case])) == "400 invalid-input cursor"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_time_do_no_harm_in_a_cursor(ground: Ground, moment: str) -> None:
    """B08"""
    for pk in (-1, 2**70):
        assert asked(ground, LISTS["GET items/"], cursor("-created_at", moment, pk)) in (
            "200",
            "400 invalid-input cursor",
        )


def test_a_cursor_of_another_list_is_refused(ground: Ground) -> None:
    """B08"""
    of_items = cursor("-created_at", "2026-01-01T00:00:00+08:00", 1)
    assert asked(ground, LISTS["GET items/"], of_items) == "200"
    for name, operation in LISTS.items():
        if name != "GET items/":
            assert asked(ground, operation, of_items) == "400 invalid-input cursor", name


def method_of(ground: Ground, path: str, method: str, **headers: str) -> HttpResponse:
    operation = Described(method, path, {"operationId": ""})
    return ground.send(operation, raw=b"", kind="", headers={"If-Match": None, **headers})


@pytest.mark.parametrize("path", by_path(), ids=[f"B09 {path}" for path in by_path()])
def test_a_method_that_is_not_there_is_told_which_are(ground: Ground, path: str) -> None:
    with nothing_changes():
        for method in sorted(set(METHODS) - by_path()[path]):
            answer = method_of(ground, path, method)
            assert str(Answer.of(answer)) == "405 method-not-allowed", method
            assert set(answer["Allow"].split(", ")) - {"HEAD"} == by_path()[path]


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_another_method_of_one(ground: Ground, header: str) -> None:
    """B09"""
    with nothing_changes():
        for name, operation in READS.items():
            plain = ground.send(operation, raw=b"")
            answer = ground.send(operation, raw=b"", headers={header: "DELETE"})
            assert answer.status_code == plain.status_code, name
        for path in ("items/", "sources/"):
            assert method_of(ground, path, "GET", **{header: "POST"}).status_code == 200


@pytest.mark.parametrize("accepted", ["application/xml", "text/html", "image/*", "nonsense"])
def test_what_cannot_be_answered_in_the_format_asked_for_is_406(ground: Ground, accepted: str) -> None:
    """B09: before anything is done."""
    with nothing_changes():
        for name, operation in operations().items():
            if not name.endswith("/content/"):  # a file is what it is
                answer = ground.send(operation, headers={"Accept": accepted})
                assert str(Answer.of(answer)) == "406 not-acceptable", name


@pytest.mark.parametrize("path", sorted(path for path in by_path() if "{" in path))
def test_an_address_that_names_nothing_is_404(ground: Ground, path: str) -> None:
    """B11: whatever stands where a number or an id is expected, for reading and for writing."""
    known = ground.names()
    with nothing_changes():
        for name in [name for name in known if f"{{{name}}}" in path and name not in ("ref", "code")]:
            for text in NUMBERS if name == "number" else IDS:
                wrong = text.format(number=ground.item.number, lower=ground.item.number.lower())
                for method in by_path()[path]:
                    operation = operations()[f"{method} {path}"]
                    answer = ground.send(operation, names={name: wrong})
                    assert str(Answer.of(answer)) == "404 not-found", f"{method} {wrong[:40]}"


@pytest.mark.parametrize("path", ["items", "items//", "ITEMS/", "no-such/", "items/%2e%2e/me/", "../v2/items/", "%00/"])
def test_what_is_not_on_the_map_is_404(ground: Ground, path: str) -> None:
    """B11: for every method, a problem and no page."""
    for method in METHODS[:5]:
        answer = ground.caller.http.generic(method, PREFIX + path, headers=ground.caller.headers)
        assert answer.status_code == 404, answer.content
        assert json.loads(answer.content)["code"] == "not-found"


def test_every_write_is_tried() -> None:
    assert len(WRITES) > 35
    assert len(READS) > 20

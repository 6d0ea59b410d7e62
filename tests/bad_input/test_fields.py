"""Values that no field takes: B03, B06, B07 and B10, on every field that the description has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pytest

from tests.bad_input.ground import BULK, JSON_WRITES, Answer, Ground, nothing_changes
from tests.bad_input.schemas import Path, changed, fields_of, not_taken, required, schema_of
from tests.permissions.described import Described

SINGLE = {name: operation for name, operation in JSON_WRITES.items() if name != BULK}
NOTHING = object()
NOT_FIELDS = ("state", "created_by", "office", "org", "id", "number", "is_admin", "__class__", "Title", "note ")


def names(answer: Answer, field: str) -> bool:
    return any(named == field or named.startswith(f"{field}.") for named in answer.fields)


Wrong = dict[Path, Any]  # by place in the body, what stands there


def rounds(operation: Described, body: Any) -> Iterator[Wrong]:
    """Of the fields that stand beside each other, the first wrong value of each together, then the second, …"""
    beside: dict[Path, dict[Path, list[Any]]] = defaultdict(dict)
    for path, schema in fields_of(schema_of(operation), body):
        beside[path[:-1]][path] = list(not_taken(schema))
    for siblings in beside.values():
        for values in zip_longest(*siblings.values(), fillvalue=NOTHING):
            yield {path: value for path, value in zip(siblings, values, strict=True) if value is not NOTHING}


def not_named(ground: Ground, operation: Described, body: Any, wrong: Wrong) -> list[Path]:
    """The fields of which the answer says nothing although they are wrong."""
    for path, value in wrong.items():
        body = changed(body, path, value)
    answer = Answer.of(ground.send(operation, body))
    assert (answer.status, answer.code) == (400, "invalid-input"), f"{wrong}: {answer} {answer.told}"
    return [path for path in wrong if not names(answer, ".".join(map(str, path)))]


@pytest.mark.parametrize("name", SINGLE, ids=[f"B07 {name}" for name in SINGLE])
def test_a_value_that_the_description_excludes_is_refused_by_its_field(ground: Ground, name: str) -> None:
    """What is wrong together is told together as a rule; where it is not, it is told when it alone is wrong."""
    operation, body = SINGLE[name], ground.body(SINGLE[name])
    with nothing_changes():
        for wrong in rounds(operation, body):
            for path in not_named(ground, operation, body, wrong):
                alone = {path: wrong[path]}
                assert not not_named(ground, operation, body, alone), f"not named: {str(alone)[:80]}"


def test_every_field_has_wrong_values() -> None:
    """Else the test above would try nothing."""
    for name, operation in SINGLE.items():
        for path, schema in fields_of(schema_of(operation), operation.body or {}):
            assert len(list(not_taken(schema))) > 4, f"{name} {path}"


@pytest.mark.parametrize("name", SINGLE, ids=[f"B07 {name}" for name in SINGLE])
def test_what_is_missing_is_named(ground: Ground, name: str) -> None:
    operation, body = SINGLE[name], ground.body(SINGLE[name])
    with nothing_changes():
        for field in required(operation):
            answer = Answer.of(ground.send(operation, {key: value for key, value in body.items() if key != field}))
            assert str(answer) == f"400 invalid-input {field}", answer.told
        if required(operation):
            everything = Answer.of(ground.send(operation, {}))
            assert sorted(everything.fields) == sorted(required(operation))


def test_what_is_no_field_is_refused_and_named(ground: Ground) -> None:
    """B06: nobody sets by the way what only the road sets, or what he misspelt."""
    with nothing_changes():
        for name, operation in SINGLE.items():
            unknown = set(NOT_FIELDS) - set(schema_of(operation).get("properties", ()))
            answer = Answer.of(ground.send(operation, ground.body(operation) | dict.fromkeys(unknown, "closed")))
            assert answer.status == 400 and set(answer.fields) >= unknown, f"{name}: {answer.told}"

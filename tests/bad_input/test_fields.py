"""Values that no field takes: B03, B06, B07 and B10, on every field that the description has."""

from __future__ import annotations

import pytest

from tests.bad_input.ground import BULK, JSON_WRITES, Answer, Ground, nothing_changes
from tests.bad_input.schemas import changed, fields_of, not_taken, required, schema_of

SINGLE = {name: operation for name, operation in JSON_WRITES.items() if name != BULK}
NOT_FIELDS = ("state", "created_by", "office", "org", "id", "number", "is_admin", "__class__", "Title", "note ")


def names(answer: Answer, field: str) -> bool:
    return any(named == field or named.startswith(f"{field}.") for named in answer.fields)


@pytest.mark.parametrize("name", SINGLE, ids=[f"B07 {name}" for name in SINGLE])
def test_a_value_that_the_description_excludes_is_refused_by_its_field(ground: Ground, name: str) -> None:
    operation, body = SINGLE[name], ground.body(SINGLE[name])
    wrong, tried = [], 0
    with nothing_changes():
        fields = list(fields_of(schema_of(operation), body))
        for path, schema in fields:
            for value in not_taken(schema):
                tried += 1
                answer = Answer.of(ground.send(operation, changed(body, path, value)))
                if (answer.status, answer.code) != (400, "invalid-input") or not names(
                    answer, ".".join(map(str, path))
                ):
                    wrong.append(f"{path} = {str(value)[:40]!r}: {answer} {answer.told}")
            assert not wrong, "\n".join(wrong)
    assert tried >= 5 * len(fields)


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


@pytest.mark.parametrize("field", NOT_FIELDS, ids=[f"B06 {field}" for field in NOT_FIELDS])
def test_what_is_no_field_is_refused_and_named(ground: Ground, field: str) -> None:
    """Nobody sets by the way what only the road sets, or what he misspelt."""
    wrong = []
    with nothing_changes():
        for name, operation in SINGLE.items():
            if field not in schema_of(operation).get("properties", {}):
                answer = Answer.of(ground.send(operation, ground.body(operation) | {field: "closed"}))
                if (answer.status, answer.fields) != (400, (field,)):
                    wrong.append(f"{name}: {answer} {answer.told}")
    assert not wrong, "\n".join(wrong)

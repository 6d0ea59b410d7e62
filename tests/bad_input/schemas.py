"""What the description says that a field takes, and values that it therefore does not take."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from tests.permissions.described import Described

Path = tuple[str | int, ...]
POOL: tuple[Any, ...] = (
    *(None, True, False, "true", "5", "", "no-such-thing", "x" * 20_001, "字" * 81),
    *(-1, 0, 5, 101, 1.5, 2**31, 2**63, -(2**63) - 1, 10**39),
    *("2026-02-30", "2026-13-01", "2026-1-1", "20261231", "2026-12-31T00:00:00", "2026-12-31 ", "２０２６-１２-３１"),
    *([], ["no-such-thing"], [1, None], [[]], list(range(1, 1002)), {}, {"no-such-thing": 1}),
)


@cache
def components() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)["components"]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return components()["schemas"][name] if name else schema


def schema_of(operation: Described) -> dict[str, Any]:
    """Of the body."""
    return resolved(operation.entry["requestBody"]["content"][operation.media_type]["schema"])


def fields_of(schema: dict[str, Any], body: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every field with its schema, those within objects too if the body has such an object."""
    for name, inner in resolved(schema).get("properties", {}).items():
        yield (*path, name), inner
        value, kind = body.get(name) if isinstance(body, dict) else None, resolved(inner)
        if isinstance(value, dict):
            yield from fields_of(_as_object(kind), value, (*path, name))
        elif isinstance(value, list) and value and "items" in kind:
            yield (*path, name, 0), kind["items"]
            yield from fields_of(kind["items"], value[0], (*path, name, 0))


def _as_object(schema: dict[str, Any]) -> dict[str, Any]:
    """Of several shapes that which has fields."""
    return next((one for one in map(resolved, schema.get("oneOf", [])) if "properties" in one), schema)


def not_taken(schema: dict[str, Any]) -> Iterator[Any]:
    whole = schema | {"components": components()}
    checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    yield from (value for value in POOL if not checker.is_valid(value))


def required(operation: Described) -> list[str]:
    return schema_of(operation).get("required", [])


def changed(body: Any, path: Path, value: Any) -> Any:
    """A copy of the body in which this stands there."""
    body = copy.deepcopy(body)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return body

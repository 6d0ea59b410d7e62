"""The operations of the API as its description has them, and a sensible request for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator

from accounts.models import today
from tests.api.callers import PNG

PREFIX = "/api/v1/"
MULTIPART = "multipart/form-data"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_AHEAD = {"due_on", "reply_by", "ends_on"}  # days to come; others lie behind us


@dataclass(frozen=True)
class Described:
    """One operation: `body` is the example of its description with days that are sensible today."""

    method: str
    path: str  # below PREFIX, with {names}
    entry: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    @property
    def scope(self) -> str:
        (entry,) = [entry["client"] for entry in self.entry["security"] if "client" in entry]
        return entry[0]

    @property
    def query(self) -> list[str]:
        return [entry["name"] for entry in self.entry.get("parameters", []) if entry["in"] == "query"]

    @property
    def media_type(self) -> str | None:
        return next(iter(self.entry.get("requestBody", {}).get("content", {})), None)

    @property
    def body(self) -> Any:
        content = self.entry.get("requestBody", {}).get("content", {}).get(self.media_type, {})
        (example,) = content.get("examples", {"": {"value": None}}).values()
        return _with_file(fresh(example["value"])) if self.media_type == MULTIPART else fresh(example["value"])


@cache
def operations() -> dict[str, Described]:
    """All of them, by method and path."""
    description = SchemaGenerator().get_schema(request=None, public=True)
    found = [
        Described(method.upper(), path.removeprefix(PREFIX), entry)
        for path, methods in description["paths"].items()
        for method, entry in methods.items()
    ]
    return {str(operation): operation for operation in found}


def fresh(value: Any, name: str = "") -> Any:
    """The same with days that do not grow old: a month from now, or today where nothing may lie in the future."""
    if isinstance(value, dict):
        return {name: fresh(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [fresh(inner) for inner in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _day(name).isoformat()
    return value


def _day(name: str) -> date:
    return today() + timedelta(days=30 if name in _AHEAD else 0)


def _with_file(form: dict[str, Any]) -> dict[str, Any]:
    return form | {"file": SimpleUploadedFile("整改后.png", PNG)}

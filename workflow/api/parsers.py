"""JSON read strictly: UTF-8, the object or list asked for, no doubles, NaN, endless nesting, unkeepable characters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from workflow.api.errors import Problem

DEEPEST = 32


class StrictJSONParser(BaseParser):
    """Raises ParseError (400) with a sentence that says what is wrong."""

    media_type = "application/json"
    renderer_class = JSONRenderer
    shape: type = dict

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {}).get("request")
        if request and (request.encoding or "utf-8").lower().replace("utf8", "utf-8") != "utf-8":
            raise UnsupportedMediaType(media_type)
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Problem(413, "too-large", _("The request is too large."))
        return read(body, self.shape)


class StrictJSONListParser(StrictJSONParser):
    """The same for a list."""

    shape = list


def read(body: bytes, shape: type = dict) -> Any:
    """The object, or the list, that the bytes spell. Raises ParseError."""
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
        _check(value, 0)
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not UTF-8.")) from error
    except RecursionError as error:
        raise ParseError(_("The body is nested too deeply.")) from error
    except ValueError as error:
        raise ParseError(_("The body is not valid JSON: {reason}").format(reason=error)) from error
    if not isinstance(value, shape):
        is_list = shape is list
        raise ParseError(_("The body must be a JSON list.") if is_list else _("The body must be one JSON object."))
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(_("“{name}” is there twice").format(name=next(n for n in names if names.count(n) > 1)))
    return found


def _no_constant(name: str) -> None:
    raise ValueError(_("{name} is not a number").format(name=name))


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(_("a number is too large"))
    return number


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= char <= "\udfff" for char in value)):
        raise ValueError(_("a text contains NUL or half a character"))

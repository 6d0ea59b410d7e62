"""Bodies read strictly. JSON: UTF-8, the object or list asked for, no doubles, NaN, endless nesting, unkeepable
characters. Forms with files: each part once, its texts and names in UTF-8."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.renderers import JSONRenderer

from workflow.api.errors import MOST_ERRORS, Problem, too_large

DEEPEST = 32
LONGEST_NUMBER = 40  # digits of a whole number; no column holds half of them
REPLACEMENT = "\ufffd"  # what Django puts where bytes are no UTF-8


class StrictJSONParser(BaseParser):
    """Raises ParseError (400) with a sentence that says what is wrong."""

    media_type = "application/json"
    renderer_class = JSONRenderer
    shape: type = dict

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {}).get("request")
        charset = request.content_params.get("charset", "utf-8") if request else "utf-8"
        if charset.strip("\"' ").lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type)
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return read(body, self.shape)


class StrictJSONListParser(StrictJSONParser):
    """The same for a list."""

    shape = list


class StrictFormParser(MultiPartParser):
    """Raises ParseError (400) for a form that cannot be read, or a Problem that names its parts."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles:
        try:
            form = super().parse(stream, media_type, parser_context)
        except ParseError as error:
            told = _("The form cannot be read; does its Content-Type name the boundary of its parts?")
            raise ParseError(told) from error
        parts = form.data.copy()
        parts.update(form.files)
        flaws = {name: told for name, values in parts.lists() if (told := _flaw_of_a_part(name, values))}
        if flaws:
            raise Problem(400, ParseError.default_code, _("The form is not as it must be."), errors=flaws)
        return form


def _flaw_of_a_part(name: str, values: list[Any]) -> str:
    """Of several only the last would be kept, and of what is not UTF-8 nothing but question marks; empty: none."""
    if len(values) > 1:
        return _("“{name}” is there twice").format(name=name)
    text = name + (values[0] if isinstance(values[0], str) else values[0].name)
    return _("The text is not UTF-8.") if REPLACEMENT in text else ""


@dataclass(frozen=True)
class _Flaw:
    """Stands where a value was that is none; its place is known when all of the body is read."""

    sentence: str


def read(body: bytes, shape: type = dict) -> Any:
    """The object, or the list, that the bytes spell. Raises ParseError, or a Problem that names the fields."""
    if body.startswith(BOM_UTF8):
        raise ParseError(_("The body begins with a byte order mark (BOM); send it without."))
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=lambda name: _Flaw(_("{name} is not a number").format(name=name)),
            parse_float=_finite,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not UTF-8.")) from error
    except RecursionError as error:
        raise ParseError(_("The body is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        place = _("it cannot be read on from line {line}, column {column}")
        raise _not_json(place.format(line=error.lineno, column=error.colno)) from error
    if flaws := dict(islice(_flaws(value, ()), MOST_ERRORS)):
        raise _not_json(next(iter(flaws.values())), flaws)
    if not isinstance(value, shape):
        is_list = shape is list
        raise ParseError(_("The body must be a JSON list.") if is_list else _("The body must be one JSON object."))
    return value


def _not_json(reason: str, flaws: dict[str, object] | None = None) -> Problem:
    sentence = _("The body is not valid JSON: {reason}").format(reason=reason)
    return Problem(400, ParseError.default_code, sentence, errors=flaws)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Flaw(_("“{name}” is there twice").format(name=name)) if name in found else value
    return found


def _finite(digits: str) -> float | _Flaw:
    number = float(digits)
    return number if abs(number) != float("inf") else _Flaw(_("a number is too large"))


def _whole(digits: str) -> int | _Flaw:
    return int(digits) if len(digits) <= LONGEST_NUMBER else _Flaw(_("a number is too large"))


def _flaws(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Where in the body something is that cannot be kept, and why: `departments.0.role`."""
    if len(path) > DEEPEST:
        yield ".".join(path[:1]), _("The body is nested too deeply.")
    elif isinstance(value, _Flaw):
        yield ".".join(path), value.sentence
    elif isinstance(value, dict):
        for name, inner in value.items():
            if _is_unkeepable(name):
                yield ".".join(path), _("a text contains NUL or half a character")
            yield from _flaws(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _flaws(inner, (*path, str(position)))
    elif isinstance(value, str) and _is_unkeepable(value):
        yield ".".join(path), _("a text contains NUL or half a character")


def _is_unkeepable(text: str) -> bool:
    try:
        return b"\0" in text.encode()
    except UnicodeEncodeError:
        return True

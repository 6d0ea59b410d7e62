"""Keyset pages for machines: a page begins after the last row of the one before, however many rows there are."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from rest_framework.request import Request

from workflow.api.errors import invalid_input
from workflow.api.parsers import REPLACEMENT

DEFAULT_LIMIT, MOST = 25, 200
COUNT_AT_MOST = 1000  # nobody pages through more; a COUNT(*) over everything would cost more than the page
PAGING = ("limit", "cursor")


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Every parameter is known, given once, and text. Raises 400 naming those that are not."""
    wrong = {name: _("Unknown parameter.") for name in request.query_params if name not in known}
    for name, values in request.query_params.lists():
        if len(values) > 1:
            wrong.setdefault(name, _("Given more than once."))
        elif "\0" in values[0] or REPLACEMENT in values[0]:
            wrong.setdefault(name, _("Not UTF-8, percent-encoded; or there is a NUL in it."))
    if wrong:
        raise invalid_input(wrong)


def read_number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number among the parameters. Raises 400."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        wrong = _("A whole number from {least} to {most}, please.").format(least=least, most=most)
        raise invalid_input({name: wrong})
    return int(text)


def read_limit(request: Request) -> int:
    return read_number(request, "limit", DEFAULT_LIMIT, 1, MOST)


@dataclass(frozen=True)
class Keyset:
    """The order of a list: one field, the id to tell equals apart; null comes last."""

    field: str
    is_descending: bool = False

    @classmethod
    def of(cls, ordering: str) -> Keyset:
        return cls(ordering.lstrip("-"), ordering.startswith("-"))

    def page(self, request: Request, rows: QuerySet) -> tuple[list[Any], str | None]:
        """The rows of the page that the request asks for, and the address of the next one."""
        limit = read_limit(request)
        cursor = request.query_params.get("cursor")
        found: list[Any] = []
        for part in self._parts(rows, self._decode(cursor, rows.model) if cursor else None):
            found += part[: limit + 1 - len(found)]
            if len(found) > limit:
                return found[:limit], self._next(request, found[limit - 1])
        return found, None

    def _parts(self, rows: QuerySet, place: tuple[Any, int] | None) -> Iterator[QuerySet]:
        """Rows with a value, then those without: an index goes through either from the place on, not through both."""
        sign, beyond = ("-", "lt") if self.is_descending else ("", "gt")
        rows = rows.order_by(f"{sign}{self.field}", f"{sign}pk")
        is_without = Q(**{f"{self.field}__isnull": True})
        is_nullable = rows.model._meta.get_field(self.field).null
        value, pk = place or (None, None)
        if place is None or value is not None:
            valued = rows.exclude(is_without) if is_nullable else rows
            yield valued.filter(self._after(value, pk, beyond)) if place else valued
        if is_nullable:
            without = rows.filter(is_without)
            yield without.filter(**{f"pk__{beyond}": pk}) if place and value is None else without

    def _after(self, value: Any, pk: int, beyond: str) -> Q:
        later = Q(**{f"{self.field}__{beyond}": value}) | Q(**{self.field: value, f"pk__{beyond}": pk})
        return later & Q(**{f"{self.field}__{beyond}e": value})  # lets the index begin at the right place

    def cursor(self, last: Model) -> str:
        """Where to go on after this row."""
        value = getattr(last, self.field)
        text = json.dumps([self._name, None if value is None else str(value), last.pk])
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _next(self, request: Request, last: Model) -> str:
        parameters = request.query_params.copy()
        parameters["cursor"] = self.cursor(last)
        return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")

    @property
    def _name(self) -> str:
        return f"-{self.field}" if self.is_descending else self.field

    def _decode(self, cursor: str, model: type[Model]) -> tuple[Any, int]:
        try:
            name, value, pk = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if name != self._name or type(pk) is not int:
                raise ValueError
            value = _value(model._meta.get_field(self.field), value)
        except (ValueError, TypeError, RecursionError, OverflowError, ValidationError) as error:
            wrong = _("This is not a cursor of this list; begin again without it.")
            raise invalid_input({"cursor": wrong}) from error
        return value, pk


def _value(field: Field, told: Any) -> Any:
    """What the last row had in its field. Raises ValueError or ValidationError for what no row has."""
    value = None if told is None else field.to_python(str(told))
    str(value).encode()  # half a character (a lone surrogate) is a ValueError here, not in the database
    is_moment = isinstance(value, datetime)
    if "\0" in str(value) or (is_moment and is_naive(value)) or (value is None and not field.null):
        raise ValueError
    return value.astimezone(UTC) if is_moment else value  # PostgreSQL knows no zone from 16 hours on


def count(rows: QuerySet) -> tuple[int, bool]:
    """How many rows there are, counted up to COUNT_AT_MOST; and whether there are more."""
    found = rows.order_by()[: COUNT_AT_MOST + 1].count()
    return min(found, COUNT_AT_MOST), found > COUNT_AT_MOST

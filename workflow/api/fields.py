"""Fields that take their own type only: no "5" for 5, no "true" for true; and rows of the registers by name or id."""

import re
import unicodedata
from abc import ABC, abstractmethod
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Department, Region, today
from workflow.models import Source
from workflow.querysets import sources_visible_to

HIGHEST = 2**63 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_one_line(text: str) -> bool:
    """Neither control characters nor line breaks."""
    return not any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text)


class Text(serializers.CharField):
    """As long as the description says, the blanks around it counted in: what is kept is trimmed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20_000} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class Line(Text):
    """A text without line breaks."""

    default_error_messages = {"lines": _("One line of text, please.")}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_one_line(text):
            self.fail("lines")
        return text


class Whole(serializers.IntegerField):
    """At most what a column of the database holds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_value": HIGHEST} | kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """2025-12-31, and neither 2025-1-1 nor digits of other scripts, which strptime would read as well."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, data: Any) -> date:
        if not (isinstance(data, str) and _DAY.fullmatch(data)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class RowField(serializers.Field, ABC):
    """One row of a register, by what it is called or by its id."""

    @abstractmethod
    def rows(self) -> QuerySet:
        """Those that may be named."""

    @abstractmethod
    def called(self, rows: QuerySet, name: str) -> QuerySet:
        """Those of this name."""

    def to_internal_value(self, data: Any) -> Model:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        data = data.strip() if isinstance(data, str) else data
        # A list of parties, or many actions at once, name the same rows again and again.
        known = self.context.setdefault("named_rows", {})
        if (type(self), data) not in known:
            known[type(self), data] = self._find(data)
        rows = known[type(self), data]
        if len(rows) != 1:
            self.fail("ambiguous" if rows else "unknown")
        return rows[0]

    def _find(self, wanted: int | str) -> list[Model]:
        rows = self.rows()
        return list((rows.filter(pk=wanted) if isinstance(wanted, int) else self.called(rows, wanted))[:2])

    def to_representation(self, value: Model) -> str:
        return str(value)


_AMBIGUOUS = _("Several are called so; use the id.")


class DepartmentField(RowField):
    """A department that exists today, by its name, another of its names, or its id."""

    default_error_messages = {
        "invalid": _("The name or the id of a department, please."),
        "unknown": _("There is no such department."),
        "ambiguous": _AMBIGUOUS,
    }

    def rows(self) -> QuerySet[Department]:
        return Department.objects.valid_on(today())

    def called(self, rows: QuerySet[Department], name: str) -> QuerySet[Department]:
        others = rows.filter(aliases__contains=[name])
        return rows.filter(name=name) | others.exclude(Exists(rows.filter(name=name)))


class RegionField(RowField):
    """A region that exists today, by its name, its code, or its id."""

    default_error_messages = {
        "invalid": _("The name, the code or the id of a region, please."),
        "unknown": _("There is no such region."),
        "ambiguous": _AMBIGUOUS,
    }

    def rows(self) -> QuerySet[Region]:
        return Region.objects.valid_on(today())

    def called(self, rows: QuerySet[Region], name: str) -> QuerySet[Region]:
        return rows.filter(Q(name=name) | Q(code=name))


class SourceField(RowField):
    """A source that the caller may read, by its title, its document number, or its id."""

    default_error_messages = {
        "invalid": _("The title, the document number or the id of a source, please."),
        "unknown": _("There is no such source."),
        "ambiguous": _AMBIGUOUS,
    }

    def rows(self) -> QuerySet[Source]:
        return sources_visible_to(self.context["request"].user).select_related("procedure", "office")

    def called(self, rows: QuerySet[Source], name: str) -> QuerySet[Source]:
        return rows.filter(Q(title=name) | Q(document_number=name)) if name else rows.none()


class Moment(serializers.DateTimeField):
    """A date and time; one that no time zone can hold (year 1, year 9999) is wrong, not a failure."""

    def enforce_timezone(self, value: datetime) -> datetime:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("invalid", format="ISO 8601")

"""Fields that take their own type only: no "5" for 5, no "true" for true; and departments by name or id."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Department, today


class Text(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20_000} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
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
    """2025-12-31."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class DepartmentField(serializers.Field):
    """A department that exists today, by its name, another of its names, or its id."""

    default_error_messages = {
        "invalid": _("The name or the id of a department, please."),
        "unknown": _("There is no such department."),
        "ambiguous": _("Several are called so; use the id."),
    }

    def to_internal_value(self, data: Any) -> Department:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        present = Department.objects.valid_on(today())
        if isinstance(data, int):
            found = list(present.filter(pk=data))
        else:
            name = data.strip()
            found = list(present.filter(name=name)) or list(present.filter(aliases__contains=[name])[:2])
        if len(found) != 1:
            self.fail("ambiguous" if found else "unknown")
        return found[0]

    def to_representation(self, value: Department) -> str:
        return value.name


class Moment(serializers.DateTimeField):
    """A date and time; one that no time zone can hold (year 1, year 9999) is wrong, not a failure."""

    def enforce_timezone(self, value: datetime) -> datetime:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("invalid", format="ISO 8601")

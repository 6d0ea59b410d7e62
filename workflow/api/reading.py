"""Serializers that only answer: declared like any other, but a row is read without asking each field about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache, partial
from types import MethodType
from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.fields import empty

# What these hand out is what the row holds already.
_AS_IT_IS = (serializers.CharField, serializers.IntegerField, serializers.BooleanField, serializers.FloatField)
_CALLED = (MethodType, partial)  # `get_state_display`, `all` of a manager
Read = Callable[[Any], Any]


class ReadSerializer(serializers.Serializer):
    """Takes nothing in. The ways to the values are worked out once for each serializer and not for each row."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: read(instance) for name, read in self._reads}

    @cached_property
    def _reads(self) -> list[tuple[str, Read]]:
        return [(field.field_name, _reader(field)) for field in self._readable_fields]


class _RecurringRows(serializers.ListSerializer):
    def to_representation(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        language = get_language()
        return [self.child.written(row, language) for row in rows]


class RecurringSerializer(ReadSerializer):
    """Of rows that never change and are the same objects in one answer after the other: each is written out once for a
    language. To look their words up in the catalogue costs more than the rest of a list."""

    class Meta:
        list_serializer_class = _RecurringRows

    @cached_property
    def written(self) -> Callable[[Any, str | None], dict[str, Any]]:
        """In the language that is in force, which is named so that each has its own."""
        return lru_cache(maxsize=4096)(lambda row, language: self.to_representation(row))


def _reader(field: serializers.Field) -> Read:
    """None stays None. A way that ends early leads to the field's default; without one AttributeError is raised."""
    steps, default, convert = tuple(field.source_attrs), field.default, _conversion(field)

    def read(instance: Any) -> Any:
        value = instance
        for step in steps:
            value = getattr(value, step) if default is empty else getattr(value, step, empty)
            if value is empty:
                return default
            if isinstance(value, _CALLED):
                value = value()
        return value if value is None or convert is None else convert(value)

    return read


def _conversion(field: serializers.Field) -> Read | None:
    is_plain = type(field) in _AS_IT_IS or isinstance(field, serializers.ChoiceField)
    return None if is_plain else field.to_representation

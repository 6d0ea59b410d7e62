"""What the bodies are made of: no field that is not declared, values as in a table."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workflow.api.fields import Text

MOST_VALUES, LONGEST_NAME, LONGEST_VALUE = 50, 80, 200


class StrictSerializer(serializers.Serializer):
    """A field that is not declared is an error with its name; `elsewhere` says of some what else sets them."""

    elsewhere: ClassVar[dict[str, Any]] = {}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            wrong = {name: self.elsewhere.get(name, _("Unknown field.")) for name in sorted(unknown)}
            try:
                super().to_internal_value(data)
            except serializers.ValidationError as error:
                wrong |= error.detail
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


@extend_schema_field({"type": ["string", "number", "boolean"]})
class Scalar(serializers.Field):
    """What a cell of a table holds, and no tree: it is kept for ever and sent with every page of the history."""

    default_error_messages = {"invalid": _("A number, a text of at most {most} characters, true or false, please.")}

    def __init__(self) -> None:
        super().__init__(allow_null=True)

    def to_internal_value(self, data: Any) -> str | int | float | bool:
        if isinstance(data, dict | list) or len(str(data)) > LONGEST_VALUE:
            self.fail("invalid", most=LONGEST_VALUE)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def a_table_row(values: dict[str, Any]) -> None:
    """So many names of such a length. Raises ValidationError."""
    if len(values) > MOST_VALUES or any(len(name) > LONGEST_NAME for name in values):
        limits = {"most": MOST_VALUES, "longest": LONGEST_NAME}
        raise serializers.ValidationError(
            _("At most {most} names of at most {longest} characters, please.").format(**limits)
        )


class ActionBody(StrictSerializer):
    """All actions may carry a note."""

    note = Text(required=False, allow_blank=True)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the verb."""
        return self.validated_data


class ReasonBody(ActionBody):
    """The reason stands in the history of the item."""

    reason = Text()

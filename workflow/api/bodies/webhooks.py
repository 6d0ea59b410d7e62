"""What webhooks are told to be, and what is to be sent once more."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notifications.models import Endpoint
from workflow.api.bodies.fields import StrictSerializer
from workflow.api.fields import Choice, Flag, Line, Whole
from workflow.feed import AHEAD, HIGHEST, AheadOfTheFeed, Position
from workflow.pushing import TYPES_IN_WORDS

MOST_DELIVERIES = 200


class Place(Line):
    """A position of the feed; `latest` means now."""

    default_error_messages = {
        "place": _("This is no position of the feed; take a `cursor` or `next` of it."),
        "ahead": AHEAD,
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Position:
        text = super().run_validation(data)
        try:
            return Position.named(text)
        except AheadOfTheFeed:
            self.fail("ahead")
        except ValueError:
            self.fail("place")


def _event_types() -> serializers.ListField:
    """None: all."""
    return serializers.ListField(child=Choice(choices=TYPES_IN_WORDS), required=False)


class WebhookBody(StrictSerializer):
    """`event_types` empty or left out: all. `after` is where in the feed it begins; left out: from now on."""

    name = Line(max_length=Endpoint._meta.get_field("name").max_length)
    url = Line(max_length=Endpoint._meta.get_field("url").max_length)
    event_types = _event_types()
    after = Place(required=False)


class WebhookChange(StrictSerializer):
    """Whatever is left out stays. What waits already goes to the new address, whatever its type."""

    name = Line(max_length=Endpoint._meta.get_field("name").max_length, required=False)
    url = Line(max_length=Endpoint._meta.get_field("url").max_length, required=False)
    event_types = _event_types()


class RotationBody(StrictSerializer):
    """`keeps_former` false: the present secret has leaked and ends at once; else both sign for 24 hours."""

    keeps_former = Flag(required=False, default=True)


class EmptyBody(StrictSerializer):
    """Nothing has to be said."""


class ReplayBody(StrictSerializer):
    """Either `deliveries`, by their ids, or a range of the feed: after a position, up to another one included."""

    deliveries = serializers.ListField(
        child=Whole(min_value=1, max_value=HIGHEST), required=False, min_length=1, max_length=MOST_DELIVERIES
    )
    after = Place(required=False)
    until = Place(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("deliveries" in attrs) == ("after" in attrs) or ("until" in attrs and "after" not in attrs):
            raise serializers.ValidationError(_("Name either deliveries, or after (and until)."))
        return attrs

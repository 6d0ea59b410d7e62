"""The change feed over HTTP: whoever remembers `next` gets every event of the items that he may see, once."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from workflow.api.errors import invalid_input
from workflow.api.pagination import read_limit
from workflow.api.schema import LIMIT, POSITION, Operation
from workflow.api.serializers import FeedEventSerializer
from workflow.api.views import ApiView
from workflow.feed import AHEAD, AheadOfTheFeed, Position, read
from workflow.querysets import events_visible_to


class FeedSerializer(serializers.Serializer):
    """`next` is always there; with no event in between ask again with it later."""

    events = FeedEventSerializer(many=True)
    next = serializers.CharField()


class Feed(ApiView):
    """Unlike pages of a list it has no end, so there is no count and no `results`."""

    parameters = ("after", "limit")
    operations = {
        "GET": Operation(
            "events_feed",
            "events:read",
            gettext_lazy("Every event of the items that the caller may see, each once, in a stable order"),
            FeedSerializer,
            parameters=[POSITION, LIMIT],
            tag="events",
        )
    }

    def get(self, request: Request) -> Response:
        limit, after = read_limit(request), _position(request)
        visible = events_visible_to(request.user).select_related("item", "actor", "department")
        events, following = read(visible, after, limit)
        return Response({"events": FeedEventSerializer(events, many=True).data, "next": str(following)})


def _position(request: Request) -> Position:
    """Raises 400."""
    text = request.query_params.get("after")
    if text is None:
        return Position()
    try:
        return Position.named(text)
    except AheadOfTheFeed as error:
        raise invalid_input({"after": AHEAD}) from error
    except ValueError as error:
        sentence = _("This is no position of the feed; take `next` of the page before, or “latest”.")
        raise invalid_input({"after": sentence}) from error

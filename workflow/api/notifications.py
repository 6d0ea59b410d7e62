"""What the caller was told: his own messages, newest first, and having read them.

A machine is told by its webhooks and by the feed; it has no messages.
"""

from __future__ import annotations

import django_filters as filters
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.models import NoticeClass
from notifications.services import mark_read, messages_of
from workflow.api.bodies.notifications import ReadBody
from workflow.api.errors import invalid_input
from workflow.api.idempotency import once
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, IDEMPOTENCY_KEY, LIMIT, Operation, page_of
from workflow.api.views import ApiView, whole_page

NEWEST_FIRST = Keyset("id", is_descending=True)


class NotificationSerializer(serializers.Serializer):
    """A message to the caller, in his language. `item` is the number of what it is about, `url` where it leads on the
    site, `occasion` what was told together; `read_at` is null until it is read."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    notice_class = serializers.ChoiceField(choices=NoticeClass.choices)
    is_urgent = serializers.BooleanField()
    subject = serializers.CharField()
    body = serializers.CharField()
    item = serializers.CharField(source="number")
    url = serializers.CharField()
    occasion = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class ReadSerializer(serializers.Serializer):
    """How many were unread until now."""

    count = serializers.IntegerField()


class NotificationFilter(filters.FilterSet):
    unread = filters.TypedChoiceFilter(
        choices=[("true", gettext_lazy("Unread")), ("false", gettext_lazy("Read"))],
        coerce=lambda value: value == "true",
        field_name="read_at",
        lookup_expr="isnull",
        label=gettext_lazy("Unread"),
    )
    notice_class = filters.ChoiceFilter(choices=NoticeClass.choices, label=gettext_lazy("Class"))
    kind = filters.CharFilter(label=gettext_lazy("Kind"), max_length=40)
    item = filters.CharFilter(field_name="number", label=gettext_lazy("The number of the item."), max_length=40)


class Notifications(ApiView):
    parameters = (*NotificationFilter.base_filters, *PAGING)
    operations = {
        "GET": Operation(
            "notifications_list",
            "items:read",
            gettext_lazy("The caller's own messages, newest first"),
            page_of(NotificationSerializer),
            filters=NotificationFilter,
            parameters=[LIMIT, CURSOR],
            tag="notifications",
        )
    }

    def get(self, request: Request) -> Response:
        chosen = self.filtered(request, NotificationFilter, messages_of(request.user))
        return whole_page(NotificationSerializer, chosen.qs, NEWEST_FIRST, request)


class NotificationsRead(ApiView):
    operations = {
        "POST": Operation(
            "notifications_read",
            "actions",
            gettext_lazy("Mark own messages as read"),
            ReadSerializer,
            takes=ReadBody,
            parameters=[IDEMPOTENCY_KEY],
            problems=(409, 413, 415, 422),
            tag="notifications",
        )
    }

    def post(self, request: Request) -> Response | HttpResponse:
        return once(request, lambda: self._read(request))

    def _read(self, request: Request) -> Response:
        """All or nothing: with an id that is not one of his messages none is marked."""
        body = ReadBody(data=request.data)
        body.is_valid(raise_exception=True)
        ids = body.validated_data.get("ids")
        own = set(messages_of(request.user).filter(pk__in=ids or ()).values_list("pk", flat=True))
        wrong = {f"ids.{place}": _("You have no such message.") for place, pk in enumerate(ids or ()) if pk not in own}
        if wrong:
            raise invalid_input(wrong)
        return Response({"count": mark_read(request.user, ids)})

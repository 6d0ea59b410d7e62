"""The caller's own messages, those of the pages: read, and marked as read. Nobody reads anybody else's."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Cast, Substr
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from notifications.models import Message, NoticeClass
from notifications.services import mark_read, messages_of
from workflow.api.bodies.fields import StrictSerializer
from workflow.api.fields import Whole
from workflow.api.idempotency import once
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, IDEMPOTENCY_KEY, LIMIT, Operation, page_of
from workflow.api.views import HIGHEST_ID, ApiView, whole_page
from workflow.filters import ListFilter
from workflow.querysets import visible_to

MOST_IDS = 500


class NotificationSerializer(serializers.Serializer):
    """A finished text for the caller. `number` is that of the item it is about, empty where there is none; `url` is a
    path of this site; `read_at` is null while it is unread."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    notice_class = serializers.ChoiceField(choices=NoticeClass.choices)
    is_urgent = serializers.BooleanField()
    subject = serializers.CharField()
    body = serializers.CharField()
    number = serializers.CharField()
    url = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class MarkRead(StrictSerializer):
    """The messages by their ids; without `ids` all of the caller's. What is not the caller's own stays as it is."""

    ids = serializers.ListField(child=Whole(min_value=1, max_value=HIGHEST_ID), required=False, max_length=MOST_IDS)


class MarkedSerializer(serializers.Serializer):
    """How many were unread until now."""

    marked = serializers.IntegerField()


class NotificationFilter(filters.FilterSet):
    unread = filters.TypedChoiceFilter(
        choices=[("true", _("Unread")), ("false", _("Read"))],
        coerce=lambda value: value == "true",
        field_name="read_at",
        lookup_expr="isnull",
        label=_("Unread"),
    )
    notice_class = ListFilter(choices=NoticeClass.choices, label=_("Class of the notice"))


class Notifications(ApiView):
    parameters = (*NotificationFilter.base_filters, *PAGING)
    operations = {
        "GET": Operation(
            "notifications_list",
            "items:read",
            _("The caller's own messages, newest first"),
            page_of(NotificationSerializer),
            filters=NotificationFilter,
            parameters=[LIMIT, CURSOR],
            tag="notifications",
        )
    }

    def get(self, request: Request) -> Response:
        rows = self.filtered(request, NotificationFilter, _told_still(request.user)).qs
        return whole_page(NotificationSerializer, rows, Keyset("id", is_descending=True), request)


class NotificationsRead(ApiView):
    operations = {
        "POST": Operation(
            "notifications_mark_read",
            "items:write",
            _("Mark the caller's own messages as read"),
            MarkedSerializer,
            takes=MarkRead,
            parameters=[IDEMPOTENCY_KEY],
            problems=(409, 413, 415, 422),
            tag="notifications",
        )
    }

    def post(self, request: Request) -> Response | HttpResponse:
        return once(request, lambda: self._mark(request))

    def _mark(self, request: Request) -> Response:
        given: Any = MarkRead(data=request.data)
        given.is_valid(raise_exception=True)
        return Response({"marked": mark_read(request.user, given.validated_data.get("ids"))})


def _told_still(user: User) -> QuerySet[Message]:
    """Without those about items that the caller no longer sees: no answer of the API tells of them.

    A person's page keeps what he was told at the time, and what is marked as read is so in both places.
    """
    is_of_an_item = Q(about__regex=r"^item:[0-9]{1,18}$")
    item = Case(When(is_of_an_item, then=Cast(Substr("about", 6), BigIntegerField())))
    rows = messages_of(user).alias(item_id=item)
    return rows.filter(~is_of_an_item | Exists(visible_to(user).filter(pk=OuterRef("item_id")))).order_by("-id")

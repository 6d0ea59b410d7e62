"""What was sent to a webhook: the log, a test event, sending once more."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import operating
from notifications.models import Delivery, Endpoint
from workflow.api.bodies.webhooks import EmptyBody, ReplayBody
from workflow.api.errors import Problem, invalid_input
from workflow.api.idempotency import once
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, IDEMPOTENCY_KEY, LIMIT, page_of
from workflow.api.views import whole_page
from workflow.api.webhook_serializers import DELIVERY_STATES, ReplaySerializer, WebhookDeliverySerializer
from workflow.api.webhooks import WRITING, WebhookView, operation, read_body
from workflow.pushing import TEST, TYPES_IN_WORDS, replay_range, send_test, type_of
from workflow.querysets import deliveries_visible_to

NEWEST_FIRST = Keyset("id", is_descending=True)
TYPES = [*TYPES_IN_WORDS, (type_of(TEST), gettext_lazy("Test"))]


class DeliveryFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=DELIVERY_STATES, label=gettext_lazy("State"))
    type = filters.ChoiceFilter(choices=TYPES, method="of_type", label=gettext_lazy("Event type"))
    item = filters.CharFilter(
        field_name="message__number", label=gettext_lazy("The number of the item."), max_length=40
    )

    def of_type(self, deliveries: QuerySet[Delivery], name: str, value: str) -> QuerySet[Delivery]:
        return deliveries.filter(message__kind=value.removeprefix("item."))


def _shown(request: Request, endpoint: Endpoint) -> QuerySet[Delivery]:
    log = deliveries_visible_to(request.user).filter(endpoint=endpoint)
    return log.select_related("message").prefetch_related("tries").order_by("-id")


class WebhookDeliveries(WebhookView):
    parameters = (*DeliveryFilter.base_filters, *PAGING)
    operations = {
        "GET": operation(
            "deliveries",
            gettext_lazy("What was sent to a webhook or is to be sent, newest first, with every attempt"),
            page_of(WebhookDeliverySerializer),
            filters=DeliveryFilter,
            parameters=[LIMIT, CURSOR],
        )
    }

    def get(self, request: Request, pk: int) -> Response:
        rows = self.filtered(request, DeliveryFilter, _shown(request, self.endpoint(request, pk))).qs
        return whole_page(WebhookDeliverySerializer, rows, NEWEST_FIRST, request)


class WebhookTest(WebhookView):
    operations = {
        "POST": operation(
            "test",
            gettext_lazy("Send a test event; what became of it stands in the log"),
            WebhookDeliverySerializer,
            takes=EmptyBody,
            status=202,
            parameters=[IDEMPOTENCY_KEY],
            problems=WRITING,
        )
    }

    def post(self, request: Request, pk: int) -> Response | HttpResponse:
        endpoint = self.endpoint(request, pk)
        return once(request, lambda: self._test(endpoint, request))

    def _test(self, endpoint: Endpoint, request: Request) -> Response:
        read_body(EmptyBody, request)
        _refuse_disabled(endpoint)
        sent = _shown(request, endpoint).get(pk=send_test(endpoint).pk)
        return Response(WebhookDeliverySerializer(sent).data, status=202)


class WebhookReplay(WebhookView):
    operations = {
        "POST": operation(
            "replay",
            gettext_lazy("Send deliveries once more, by their ids or by a range of the feed"),
            ReplaySerializer,
            takes=ReplayBody,
            status=202,
            parameters=[IDEMPOTENCY_KEY],
            problems=WRITING,
        )
    }

    def post(self, request: Request, pk: int) -> Response | HttpResponse:
        endpoint = self.endpoint(request, pk)
        return once(request, lambda: self._replay(endpoint, request))

    def _replay(self, endpoint: Endpoint, request: Request) -> Response:
        given = read_body(ReplayBody, request)
        _refuse_disabled(endpoint)
        if "deliveries" in given:
            return _replayed(self._by_id(endpoint, request, given["deliveries"]), None)
        return _replayed(*replay_range(endpoint, given["after"], given.get("until"), request.user))

    def _by_id(self, endpoint: Endpoint, request: Request, ids: list[int]) -> int:
        meant = deliveries_visible_to(request.user).filter(endpoint=endpoint, pk__in=ids)
        if unknown := set(ids) - set(meant.values_list("pk", flat=True)):
            sentence = _("This webhook has no such deliveries: {ids}.")
            raise invalid_input({"deliveries": sentence.format(ids=", ".join(map(str, sorted(unknown))))})
        return operating.send_again(meant, request.user)


def _replayed(count: int, following: Any) -> Response:
    return Response({"count": count, "next": following and str(following)}, status=202)


def _refuse_disabled(endpoint: Endpoint) -> None:
    if endpoint.disabled_at is not None:
        raise Problem(409, "webhook-disabled", _("The webhook is disabled; enable it first."))

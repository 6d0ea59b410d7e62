"""Items, their detail and their history. Every view goes through `visible_to`; what is hidden is not there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from workflow.api.errors import invalid_input
from workflow.api.pagination import PAGING, Keyset, check_parameters, count, read_limit, read_number
from workflow.api.preconditions import etag
from workflow.api.schema import AFTER, CURSOR, LIMIT, Operation, page_of
from workflow.api.serializers import EventSerializer, ItemSerializer, items_as_seen, shown
from workflow.filters import ItemFilter
from workflow.models import Event, WorkItem
from workflow.querysets import visible_to

HIGHEST_ID = 2**63 - 1


class ApiView(APIView):
    """`operations` says by method which scope is needed and what the description tells; no entry, no access."""

    http_method_names = ("get", "head", "post")
    operations: ClassVar[dict[str, Operation]] = {}
    parameters: ClassVar[tuple[str, ...]] = ()  # of the query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_parameters(request, self.parameters)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def filtered(self, request: Request, filterset: type[FilterSet], rows: QuerySet) -> FilterSet:
        """Raises 400 naming each parameter with a wrong value."""
        chosen = filterset(request.query_params, queryset=rows, request=request)
        if not chosen.is_valid():
            raise invalid_input({name: " ".join(messages) for name, messages in chosen.errors.items()})
        return chosen


class NoSuchAddress(APIView):
    """Whatever is not on the map, in the format of all errors."""

    authentication_classes = permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound


class ItemList(ApiView):
    parameters = (*ItemFilter.base_filters, *PAGING)
    operations = {
        "GET": Operation(
            "items_list",
            "items:read",
            _("Items that the caller may see"),
            page_of(ItemSerializer),
            filters=ItemFilter,
            parameters=[LIMIT, CURSOR],
        )
    }

    def get(self, request: Request) -> Response:
        chosen = self.filtered(request, ItemFilter, visible_to(request.user))
        keyset = Keyset.of(chosen.chosen_ordering)
        rows, following = keyset.page(request, chosen.qs.only(keyset.field))
        number, is_capped = count(chosen.qs)
        results = items_as_seen(shown(row.pk for row in rows), request)
        return Response({"results": results, "next": following, "count": number, "count_capped": is_capped})


class ItemView(ApiView):
    """Something about one item."""

    def item(self, request: Request, number: str) -> WorkItem:
        """Raises 404, the same for an item that is hidden and for one that never was."""
        found = shown(visible_to(request.user).filter(number=number).values_list("pk", flat=True))
        if not found:
            raise NotFound
        return found[0]


def item_response(item: WorkItem, request: Request) -> Response:
    (seen,) = items_as_seen([item], request)
    return Response(seen, headers={"ETag": etag(item.version)})


class ItemDetail(ItemView):
    operations = {"GET": Operation("items_detail", "items:read", _("One item"), ItemSerializer, sends_etag=True)}

    def get(self, request: Request, number: str) -> Response:
        return item_response(self.item(request, number), request)


class ItemEvents(ItemView):
    parameters = ("after", "limit")
    operations = {
        "GET": Operation(
            "items_events",
            "events:read",
            _("The history of an item, oldest first"),
            page_of(EventSerializer, counted=False),
            parameters=[AFTER, LIMIT],
        )
    }

    def get(self, request: Request, number: str) -> Response:
        item, limit = self.item(request, number), read_limit(request)
        after = read_number(request, "after", 0, 0, HIGHEST_ID)
        events = Event.objects.filter(item=item, pk__gt=after).select_related("actor", "department").order_by("pk")
        found = list(events[: limit + 1])
        following = _after(request, found[limit - 1].pk) if len(found) > limit else None
        return Response({"results": EventSerializer(found[:limit], many=True).data, "next": following})


def _after(request: Request, pk: int) -> str:
    parameters = request.query_params.copy()
    parameters["after"] = str(pk)
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")


def whole_page(serializer: type[Serializer], rows: QuerySet, keyset: Keyset, request: Request) -> Response:
    """A counted keyset page of rows that need no facts."""
    found, following = keyset.page(request, rows)
    number, is_capped = count(rows)
    results = serializer(found, many=True, context={"request": request}).data
    return Response({"results": results, "next": following, "count": number, "count_capped": is_capped})

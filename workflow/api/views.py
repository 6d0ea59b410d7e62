"""Items, their detail and their history. Every view goes through `visible_to`; what is hidden is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.forms import ChoiceField, Form, ModelChoiceField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from workflow.api import limits
from workflow.api.errors import invalid_input, no_such_address
from workflow.api.pagination import PAGING, Keyset, check_parameters, count, read_limit, read_number
from workflow.api.preconditions import etag, stale
from workflow.api.schema import AFTER, CURSOR, LIMIT, Operation, page_of
from workflow.api.serializers import EventSerializer, ItemSerializer, items_as_seen
from workflow.filters import ItemFilter
from workflow.models import Event, WorkItem
from workflow.querysets import found_with_names, visible_to, with_a_part_first
from workflow.refusal import RefusalKind, Refused

HIGHEST_ID = 2**63 - 1


class ApiView(APIView):
    """`operations` says by method which scope is needed and what the description tells; no entry, no access."""

    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    operations: ClassVar[dict[str, Operation]] = {}
    parameters: ClassVar[tuple[str, ...]] = ()  # of a query; whoever writes has none
    standing: limits.Standing | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.pay(request)
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:  # else 405, whatever the parameters
            check_parameters(request, self.parameters if request.method in ("GET", "HEAD") else ())

    def pay(self, request: Request) -> None:
        """Before anything else is looked at, so that whatever is refused costs as well. Raises 401 or 429."""
        try:
            is_known = request.user.is_authenticated
        except APIException:
            self._count(limits.Quota.STRANGER, limits.stranger(request))
            raise
        if not is_known:
            return self._count(limits.Quota.STRANGER, limits.stranger(request))
        cost = 1
        try:
            cost = self.cost(request)
        finally:  # what cannot be read costs one
            self._count(limits.quota_of(request), limits.known(request), cost)

    def _count(self, quota: limits.Quota, whose: str, cost: int = 1) -> None:
        self.standing = limits.take(quota, whose, cost)
        self.standing.check()

    def cost(self, request: Request) -> int:
        """In tokens."""
        return 1

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if self.standing:
            self.standing.tell(response)
        return response

    def filtered(self, request: Request, filterset: type[FilterSet], rows: QuerySet) -> FilterSet:
        """Raises 400 naming each parameter with a wrong value."""
        chosen = filterset(request.query_params, queryset=rows, request=request)
        if not chosen.is_valid():
            raise invalid_input({name: _told_of(chosen.form, name) for name in chosen.errors})
        return chosen


def _told_of(form: Form, name: str) -> str:
    """What is wrong with a parameter, and the values that are not, where they are a few words."""
    errors, field = form.errors.as_data()[name], form.fields[name]
    sentences = [sentence for error in errors for sentence in error.messages]
    has_words = isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField)
    if has_words and any(error.code == "invalid_choice" for error in errors):
        words = ", ".join(str(value) for value, _label in field.choices if value)
        sentences.append(gettext("Possible are: {words}").format(words=words))
    return " ".join(sentences)


class NoSuchAddress(APIView):
    """Whatever is not on the map, in the format of all errors."""

    is_on_the_map = False
    authentication_classes = permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise no_such_address(request.path)


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
        few = with_a_part_first(request.user, chosen.qs)
        number, is_capped = count(few)
        rows, following = keyset.page(request, (chosen.qs if is_capped else few).only(keyset.field))
        results = items_as_seen(found_with_names(row.pk for row in rows), request)
        return Response({"results": results, "next": following, "count": number, "count_capped": is_capped})


class ItemView(ApiView):
    """Something about one item."""

    def item(self, request: Request, number: str) -> WorkItem:
        """Raises 404, the same for an item that is hidden and for one that never was."""
        found = found_with_names(visible_to(request.user).filter(number=number).values_list("pk", flat=True))
        if not found:
            raise NotFound
        return found[0]

    @contextmanager
    def telling_what_is_there(self, request: Request, number: str) -> Iterator[None]:
        """A verb that is refused because somebody was faster: 412 carries the tag of what is there now."""
        try:
            yield
        except Refused as refused:
            if refused.refusal.kind == RefusalKind.STALE:
                raise stale(self.item(request, number).version, str(refused.refusal)) from refused
            raise


def item_response(item: WorkItem, request: Request, status: int = 200) -> Response:
    """An item that is new says where it is."""
    (seen,) = items_as_seen([item], request)
    headers = {"ETag": etag(item.version)}
    if status == HTTPStatus.CREATED:
        headers["Location"] = reverse("api:item", args=[item.number], request=request)
    return Response(seen, status=status, headers=headers)


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


def whole_page(
    serializer: type[Serializer], rows: QuerySet, keyset: Keyset, request: Request, **known: Any
) -> Response:
    """A counted keyset page of rows that need no facts; `known` is the serializer's context besides the request."""
    found, following = keyset.page(request, rows)
    number, is_capped = count(rows)
    results = serializer(found, many=True, context={"request": request} | known).data
    return Response({"results": results, "next": following, "count": number, "count_capped": is_capped})

"""Creating and correcting items: by their number, and by the client's own reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from workflow import permissions
from workflow.api.bodies.items import CreateBody, PetitionBody, RevisionBody, UpsertBody
from workflow.api.errors import invalid_input
from workflow.api.fields import is_one_line
from workflow.api.idempotency import once, once_if_asked
from workflow.api.preconditions import optional_version, required_version
from workflow.api.schema import (
    IDEMPOTENCY_KEY,
    IDEMPOTENCY_KEY_OPTIONAL,
    IF_MATCH,
    IF_MATCH_OPTIONAL,
    IF_NONE_MATCH,
    REFERENCE,
    Operation,
)
from workflow.api.serializers import ItemSerializer
from workflow.api.views import ItemDetail, ItemList, ItemView, item_response
from workflow.models import ExternalReference, WorkItem
from workflow.querysets import found_with_names, visible_to
from workflow.refusal import Refusal, Refused
from workflow.services import external_references
from workflow.services.perform import busy_refused
from workflow.services.revising import revise

WRITE = "items:write"
# Django leaves bytes that are no UTF-8 as they stood in the address; encoding twice leaves the same.
_UNDECODED = re.compile(r"%[89A-F][0-9A-F]", re.ASCII | re.IGNORECASE)


class Items(ItemList):
    operations = ItemList.operations | {
        "POST": Operation(
            "items_create",
            WRITE,
            gettext_lazy("Enter an issue or a petition"),
            ItemSerializer,
            takes=CreateBody,
            status=201,
            parameters=[IDEMPOTENCY_KEY],
            problems=(409, 413, 415, 422),
            sends_etag=True,
        )
    }

    @property
    def parameters(self) -> tuple[str, ...]:
        return ItemList.parameters if self.request.method in ("GET", "HEAD") else ()

    def post(self, request: Request) -> Response | HttpResponse:
        _let(permissions.refuse_any_registration(request.user))
        return once(request, lambda: self._create(request), lambda first: _seen(request, number=first["number"]))

    def _create(self, request: Request) -> Response:
        given = _read(CreateBody, request).arguments() | {"client": request.user, "said": _said(request)}
        with _petition_named():
            item = external_references.register_new(given.pop("source"), **given)
        return item_response(_seen(request, pk=item.pk), request, 201)


class Item(ItemDetail):
    operations = ItemDetail.operations | {
        "PATCH": Operation(
            "items_revise",
            WRITE,
            gettext_lazy("Correct what was entered of an item"),
            ItemSerializer,
            takes=RevisionBody,
            parameters=[IF_MATCH, IDEMPOTENCY_KEY_OPTIONAL],
            problems=(409, 412, 413, 415, 422, 428),
            sends_etag=True,
        )
    }

    def patch(self, request: Request, number: str) -> Response | HttpResponse:
        item = self.item(request, number)
        _let(permissions.refuse_registration(request.user, item.office_id))
        return once_if_asked(request, lambda: self._revise(item, request))

    def _revise(self, item: WorkItem, request: Request) -> Response:
        version = required_version(request)
        body = _read(RevisionBody, request)
        with self.telling_what_is_there(request, item.number):
            revise(item, by=request.user, version=version, **body.validated_data)
        return item_response(_seen(request, pk=item.pk), request)


class ItemByReference(ItemView):
    """`ref` is the caller's own word for the item: 1 to 80 characters in UTF-8, percent-encoded."""

    operations = {
        "GET": Operation(
            "items_by_reference",
            "items:read",
            gettext_lazy("The item of a reference of the caller's own"),
            ItemSerializer,
            parameters=[REFERENCE],
            sends_etag=True,
        ),
        "PUT": Operation(
            "items_upsert",
            WRITE,
            gettext_lazy("Enter an item under a reference of the caller's own (201), or correct it (200)"),
            ItemSerializer,
            takes=UpsertBody,
            parameters=[REFERENCE, IF_MATCH_OPTIONAL, IF_NONE_MATCH, IDEMPOTENCY_KEY_OPTIONAL],
            problems=(409, 412, 413, 415, 422),
            sends_etag=True,
            also=(201,),
        ),
    }

    def get(self, request: Request, ref: str) -> Response:
        found = _known(request, ref)
        if found is None:
            raise NotFound
        return item_response(found, request)

    def put(self, request: Request, ref: str) -> Response | HttpResponse:
        _let(permissions.refuse_any_registration(request.user))
        _known(request, ref)
        return once_if_asked(request, lambda: self._put(request, ref))

    def _put(self, request: Request, ref: str) -> Response:
        with busy_refused(), transaction.atomic():
            reference = external_references.hold(request.user, ref)
            found = _known(request, ref)
            body = _read(UpsertBody, request)  # what is wrong in itself is so whatever is there (RFC 9110, 13.2.1)
            version = optional_version(request, found and found.version)
            if reference is None:
                return self._create(request, ref, body)
            return self._update(request, reference, version, body.corrections_of(found))

    def _create(self, request: Request, ref: str, body: UpsertBody) -> Response:
        given = body.arguments_of_a_new_item() | {"client": request.user, "said": _said(request)}
        with _petition_named():
            item = external_references.register_under(ref, given.pop("source"), **given)
        return item_response(_seen(request, pk=item.pk), request, 201)

    def _update(
        self, request: Request, reference: ExternalReference, version: int | None, given: dict[str, Any]
    ) -> Response:
        with self.telling_what_is_there(request, reference.item.number):
            given |= {"by": request.user, "said": _said(request)}
            external_references.revise_under(reference, version=version, **given)
        return item_response(_seen(request, pk=reference.item_id), request)


def _said(request: Request) -> dict[str, Any]:
    return {name: value for name, value in request.data.items() if name != "sequence"}


def _read(body: type[RevisionBody], request: Request) -> Any:
    read = body(data=request.data, context={"request": request})
    read.is_valid(raise_exception=True)
    return read


def _let(refusal: Refusal | None) -> None:
    if refusal:
        raise Refused(refusal)


def _seen(request: Request, **which: Any) -> WorkItem:
    """The item as it is now, to be shown. Raises 404."""
    found = found_with_names(visible_to(request.user).filter(**which).values_list("pk", flat=True))
    if not found:
        raise NotFound
    return found[0]


def _known(request: Request, ref: str) -> WorkItem | None:
    """The item that has this reference; None where none has. Raises 404 for one that is hidden (by now), or 400."""
    if not (0 < len(ref) <= external_references.LONGEST and is_one_line(ref) and ref == ref.strip()):
        sentence = _("A reference is 1 to {most} characters, without control characters and without spaces around it.")
        raise invalid_input({"ref": sentence.format(most=external_references.LONGEST)})
    if _UNDECODED.search(ref):
        raise invalid_input({"ref": _("A reference stands in the address as UTF-8, percent-encoded, and once.")})
    named = ExternalReference.objects.filter(client=request.user, ref=ref).values_list("item", flat=True).first()
    return None if named is None else _seen(request, pk=named)


@contextmanager
def _petition_named() -> Iterator[None]:
    """The verb takes a petition apart; the client reads where in the body the wrong field stands."""
    try:
        yield
    except Refused as refused:
        own = PetitionBody().fields
        errors = {f"petition.{name}" if name in own else name: told for name, told in refused.refusal.errors.items()}
        raise Refused(replace(refused.refusal, errors=errors)) from refused

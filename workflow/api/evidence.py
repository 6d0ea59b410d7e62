"""Evidence over HTTP: what is there, one more file, the bytes of one."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from workflow.api.bodies.fields import StrictSerializer
from workflow.api.fields import Moment, Text
from workflow.api.idempotency import once
from workflow.api.pagination import PAGING, Keyset
from workflow.api.parsers import StrictFormParser
from workflow.api.schema import CURSOR, IDEMPOTENCY_KEY, LIMIT, Operation, page_of
from workflow.api.serializers import EvidenceSerializer
from workflow.api.views import ItemView, whole_page
from workflow.downloads import evidence_response
from workflow.models import Evidence, WorkItem
from workflow.querysets import evidence_visible_to
from workflow.services.evidence import add_evidence


@extend_schema_field(OpenApiTypes.BINARY)
class Upload(serializers.FileField):
    """The description would take it for an address otherwise."""

    default_error_messages = {  # a part whose head is not UTF-8 is read by nobody
        "required": _("There is no part “file” with a file; its name and that of the file are written in UTF-8.")
    }


class EvidenceUpload(StrictSerializer):
    """Multipart. `taken_at` is a moment with its zone, without one Asia/Shanghai; `replaces` the version before."""

    file = Upload(allow_empty_file=True)  # the verb refuses an empty one, with its own sentence
    kind = serializers.ChoiceField(choices=Evidence.Kind.choices)
    note = Text(required=False, allow_blank=True, max_length=300)
    taken_at = Moment(required=False)
    replaces = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ItemEvidence(ItemView):
    parameters = PAGING
    parser_classes = (StrictFormParser,)
    operations = {
        "GET": Operation(
            "evidence_list",
            "items:read",
            _("The evidence of an item, oldest first"),
            page_of(EvidenceSerializer),
            parameters=[LIMIT, CURSOR],
            tag="evidence",
        ),
        "POST": Operation(
            "evidence_add",
            "evidence:write",
            _("Upload a file"),
            EvidenceSerializer,
            takes=EvidenceUpload,
            status=201,
            parameters=[IDEMPOTENCY_KEY],
            problems=(409, 413, 415, 422),
            tag="evidence",
        ),
    }

    def get(self, request: Request, number: str) -> Response:
        files = evidence_visible_to(request.user).filter(item=self.item(request, number))
        files = files.select_related("item", "by", "department", "replaced_by").order_by("pk")
        return whole_page(EvidenceSerializer, files, Keyset("id"), request)

    def post(self, request: Request, number: str) -> Response | HttpResponse:
        item = self.item(request, number)
        return once(request, lambda: self._add(item, request))

    def _add(self, item: WorkItem, request: Request) -> Response:
        upload = EvidenceUpload(data=dict(request.data.items()))
        upload.is_valid(raise_exception=True)
        evidence = add_evidence(item, by=request.user, **upload.validated_data)
        seen = EvidenceSerializer(evidence, context={"request": request}).data
        return Response(seen, status=201, headers={"Location": seen["url"]})


class EvidenceContent(ItemView):
    operations = {
        "GET": Operation(
            "evidence_content",
            "items:read",
            _("The bytes of a file"),
            OpenApiTypes.BINARY,
            answers_as=("application/octet-stream", "*/*"),  # generators of clients know bytes by the former
            tag="evidence",
        )
    }

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)  # a file comes as what it is

    def get(self, request: Request, number: str, pk: int) -> FileResponse:
        item = self.item(request, number)
        found = evidence_visible_to(request.user).filter(item=item, pk=pk).first()
        if found is None:
            raise NotFound
        return evidence_response(found)

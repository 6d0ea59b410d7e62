"""The OpenAPI description, made from what each view declares in `operations`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import django_filters as filters
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from workflow.api.errors import MEDIA_TYPE
from workflow.api.serializers import ProblemSerializer

HEADER, QUERY = OpenApiParameter.HEADER, OpenApiParameter.QUERY

IF_MATCH = OpenApiParameter(
    "If-Match", str, HEADER, required=True, description=_('The ETag of the item as it was seen, e.g. "v17".')
)
_KEY = {"type": "string", "minLength": 1, "maxLength": 255}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    _KEY,
    HEADER,
    description=_("Required for machines, ignored for people: the same key has its effect once, for 7 days."),
)
IDEMPOTENCY_KEY_OPTIONAL = OpenApiParameter(
    "Idempotency-Key", _KEY, HEADER, description=_("The same key has its effect once, for 7 days. Ignored for people.")
)
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 25}, QUERY)
CURSOR = OpenApiParameter("cursor", str, QUERY, description=_("Taken from `next`, never made by hand."))
AFTER = OpenApiParameter(
    "after", {"type": "integer", "minimum": 0}, QUERY, description=_("The id of the last event seen.")
)

_SENTENCES = {
    400: _("The request is wrong; `errors` names the fields."),
    401: _("No credentials, or credentials that do not hold."),
    403: _("The caller may not do this; `detail` says why."),
    404: _("Not there, or not to be seen by the caller."),
    409: _("Not possible in the present state of the item, or the first request with this key is still running."),
    412: _("Somebody changed the item in between; its present ETag comes along."),
    413: _("Too large."),
    415: _("Not the content type that this operation takes."),
    422: _("The Idempotency-Key was used for a different request."),
    428: _("If-Match is missing."),
}


@dataclass(frozen=True)
class Operation:
    """What a view says of one of its methods: its scope, and what stands in the description."""

    id: str
    scope: str
    summary: str | Promise
    answers: Any
    takes: Any = None
    status: int = 200
    tag: str = "items"
    filters: type[filters.FilterSet] | None = None
    parameters: list[OpenApiParameter] = field(default_factory=list)
    problems: tuple[int, ...] = ()
    sends_etag: bool = False


def page_of(serializer: type[serializers.Serializer], *, counted: bool = True) -> serializers.Serializer:
    """The envelope of a list."""
    name = serializer.__name__.removesuffix("Serializer")
    fields: dict[str, Any] = {"results": serializer(many=True), "next": serializers.URLField(allow_null=True)}
    if counted:
        fields |= {"count": serializers.IntegerField(), "count_capped": serializers.BooleanField()}
    return inline_serializer(f"{name}Page", fields)


def parameters_of(filterset: type[filters.FilterSet]) -> list[OpenApiParameter]:
    return [_parameter(name, entry) for name, entry in filterset.base_filters.items()]


def _parameter(name: str, entry: filters.Filter) -> OpenApiParameter:
    label = str(entry.label)
    if isinstance(entry, filters.ModelChoiceFilter):
        return OpenApiParameter(name, str, QUERY, description=format_lazy(_("{label} (name or id)"), label=label))
    choices = [value for value, _label in entry.extra.get("choices", []) if value]
    if isinstance(entry, filters.BaseInFilter):
        return OpenApiParameter(name, str, QUERY, enum=choices, many=True, explode=False, description=label)
    if choices:
        return OpenApiParameter(name, str, QUERY, enum=choices, description=label)
    kinds = {filters.DateFilter: OpenApiTypes.DATE, filters.IsoDateTimeFilter: OpenApiTypes.DATETIME}
    found = (kind for base, kind in kinds.items() if isinstance(entry, base))
    return OpenApiParameter(name, next(found, OpenApiTypes.STR), QUERY, description=label)


@cache
def _problem(status: int) -> OpenApiResponse:
    return OpenApiResponse(ProblemSerializer, description=_SENTENCES[status])


class Schema(AutoSchema):
    """Reads `view.operations[method]`; a view without is left out."""

    @property
    def operation(self) -> Operation | None:
        return getattr(self.view, "operations", {}).get(self.method)

    def is_excluded(self) -> bool:
        return self.operation is None

    def get_operation_id(self) -> str:
        return self.operation.id

    def get_summary(self) -> str:
        return str(self.operation.summary)

    def get_description(self) -> str:
        return str(self.operation.takes.__doc__ or "") if isinstance(self.operation.takes, type) else ""

    def get_tags(self) -> list[str]:
        return [self.operation.tag]

    def get_override_parameters(self) -> list[OpenApiParameter]:
        chosen = self.operation.filters
        own = [*(parameters_of(chosen) if chosen else []), *self.operation.parameters]
        if self.operation.sends_etag:
            sent = OpenApiParameter("ETag", str, HEADER, response=[self.operation.status])
            own.append(sent)
        return own

    def get_request_serializer(self) -> Any:
        return self.operation.takes

    def get_response_serializers(self) -> dict[Any, Any]:
        problems: Iterable[int] = sorted({400, 401, 403, 404, *self.operation.problems})
        return {self.operation.status: self.operation.answers} | {
            (status, MEDIA_TYPE): _problem(status) for status in problems
        }

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # pages are declared with their envelope


class ClientScheme(OpenApiAuthenticationExtension):
    target_class = "workflow.api.authentication.ClientAuthentication"
    name = "client"

    def get_security_requirement(self, auto_schema: Schema) -> dict[str, list[str]]:
        return {self.name: [auto_schema.operation.scope]}

    def get_security_definition(self, auto_schema: Schema) -> dict[str, Any]:
        from oauth2_provider.settings import oauth2_settings

        scopes = {name: str(sentence) for name, sentence in oauth2_settings.SCOPES.items()}
        flow = {"tokenUrl": "/oauth/token/", "scopes": scopes}
        return {
            "type": "oauth2",
            "description": str(_("Machines: client credentials.")),
            "flows": {"clientCredentials": flow},
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "workflow.api.authentication.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Schema) -> dict[str, Any]:
        description = str(_("People: the session of the pages. A POST carries the CSRF token as X-CSRFToken."))
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": description}

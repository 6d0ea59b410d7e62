"""The OpenAPI description, made from what each view declares in `operations`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import django_filters as filters
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from workflow.api import examples
from workflow.api.bodies.fields import StrictSerializer
from workflow.api.errors import MEDIA_TYPE
from workflow.api.serializers import ProblemSerializer

HEADER, PATH, QUERY = OpenApiParameter.HEADER, OpenApiParameter.PATH, OpenApiParameter.QUERY

IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^"v[0-9]{1,9}"$'},
    HEADER,
    required=True,
    description=_('The ETag of the item as it was seen, e.g. "v17".'),
)
IF_MATCH_OPTIONAL = OpenApiParameter(
    "If-Match", str, HEADER, description=_("The ETag of the item as it was seen; * for any, if only it is there.")
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, HEADER, enum=["*"], description=_("* creates and never changes.")
)
_KEY = {"type": "string", "pattern": r"^[!-~]{1,255}$"}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    _KEY,
    HEADER,
    description=_("Required for machines, ignored for people: the same key has its effect once, for 7 days."),
)
IDEMPOTENCY_KEY_OPTIONAL = OpenApiParameter(
    "Idempotency-Key", _KEY, HEADER, description=_("The same key has its effect once, for 7 days. Ignored for people.")
)
REFERENCE = OpenApiParameter(
    "ref",
    {"type": "string", "minLength": 1, "maxLength": 80},
    OpenApiParameter.PATH,
    description=_("The caller's own word for the item, UTF-8, percent-encoded."),
)
LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": 200, "default": 25},
    QUERY,
    description=_("So many on a page at most."),
)
CURSOR = OpenApiParameter("cursor", str, QUERY, description=_("Taken from `next`, never made by hand."))
AFTER = OpenApiParameter(
    "after", {"type": "integer", "minimum": 0}, QUERY, description=_("The id of the last event seen.")
)
POSITION = OpenApiParameter(
    "after",
    {"type": "string", "pattern": "^([0-9]{1,19}-[0-9]{1,19}|latest)$"},
    QUERY,
    description=_("`next` of the page before; left out: from the beginning; `latest`: from now on."),
)

_OF_THE_PATH = {  # by name
    "number": OpenApiParameter("number", str, PATH, description=_("The number of the item.")),
    "id": OpenApiParameter("id", int, PATH, description=_("Taken from the list.")),
    "code": OpenApiParameter("code", str, PATH, description=_("Taken from the list.")),
}
_SENTENCES = {
    400: _("The request is wrong; `errors` names the fields."),
    401: _("No credentials, or credentials that do not hold."),
    403: _("The caller may not do this; `detail` says why."),
    404: _("Not there, or not to be seen by the caller."),
    406: _("No content type that this operation answers with is accepted."),
    409: _("Not possible in the present state of the item, or the first request with this key is still running."),
    412: _("Somebody changed the item in between; its present ETag comes along."),
    413: _("Too large."),
    415: _("Not the content type that this operation takes."),
    422: _("The Idempotency-Key was used for a different request."),
    428: _("If-Match is missing."),
    429: _("Too many requests; Retry-After says in how many seconds to come again."),
    503: _("The service is busy; Retry-After says in how many seconds to come again."),
}
_ALWAYS = (400, 401, 403, 404, 406, 429, 503)


def _sent(name: str, sentence: Promise, statuses: list[int] | None = None) -> OpenApiParameter:
    """A header of these answers, or of all."""
    return OpenApiParameter(name, str, HEADER, response=statuses or True, description=sentence)


_HEADERS = [
    _sent("X-Request-ID", _("The name of this request, as the caller gave it or a new one.")),
    _sent("RateLimit-Policy", _('How many requests are allowed in a minute, e.g. "read";q=1200;w=60.')),
    _sent("RateLimit", _('How many are left, and in how many seconds it is all again, e.g. "read";r=1199;t=1.')),
    _sent("Retry-After", _("Seconds."), [429, 503]),
]


@dataclass(frozen=True)
class Operation:
    """What a view says of one of its methods: its scope, and what stands in the description.

    `answers_as` are the content types where it is not JSON.
    """

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
    also: tuple[int, ...] = ()  # further statuses with the same answer
    answers_as: tuple[str, ...] = ("application/json",)


def told(text: str | None) -> str:
    """What a docstring says to those who build against the API, in the language of the request."""
    return gettext(" ".join(text.split())) if text else ""


def page_of(serializer: type[serializers.Serializer], *, counted: bool = True) -> serializers.Serializer:
    """The envelope of a list."""
    name = component(serializer)
    fields: dict[str, Any] = {"results": serializer(many=True), "next": serializers.URLField(allow_null=True)}
    if counted:
        fields |= {"count": serializers.IntegerField(), "count_capped": serializers.BooleanField()}
    page = inline_serializer(f"{name}Page", fields)
    type(page).__doc__ = "A page of a list; `next` is the address of the following one, null after the last."
    return page


def component(serializer: Any) -> str:
    """The name of a serializer in the description."""
    kind = serializer if isinstance(serializer, type) else type(getattr(serializer, "child", serializer))
    return kind.__name__.removesuffix("Serializer")


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


def _problem(status: int) -> OpenApiResponse:
    shown = OpenApiExample("problem", examples.problem(status, str(_SENTENCES[status])), media_type=MEDIA_TYPE)
    return OpenApiResponse(ProblemSerializer, description=_SENTENCES[status], examples=[shown])


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
        return told(inspect.getdoc(self.operation.takes)) if isinstance(self.operation.takes, type) else ""

    def get_tags(self) -> list[str]:
        return [self.operation.tag]

    def get_override_parameters(self) -> list[OpenApiParameter]:
        chosen = self.operation.filters
        own = [*(parameters_of(chosen) if chosen else []), *self.operation.parameters, *_HEADERS]
        if self.operation.sends_etag:
            sentence = _("The version of the item, for the If-Match of the next action.")
            own.append(OpenApiParameter("ETag", str, HEADER, description=sentence, response=self._statuses))
        return own + [entry for name, entry in _OF_THE_PATH.items() if f"{{{name}}}" in self.path]

    def _get_parameters(self) -> list[dict[str, Any]]:
        """A filter without a value is none: `?state=` keeps everything."""
        chosen = self.operation.filters
        empty = chosen.base_filters if chosen else {}
        told = super()._get_parameters()
        return [entry | ({"allowEmptyValue": True} if entry["name"] in empty else {}) for entry in told]

    def get_examples(self) -> list[OpenApiExample]:
        answered = self.operation.answers
        row = getattr(answered, "child", answered)
        answered_with = {"response_only": True, "status_codes": list(map(str, self._statuses))}
        shown = [
            ("request", examples.request(self.operation.id), {"request_only": True, "media_type": self._takes_type}),
            ("answer", examples.answer(component(row), row and force_instance(row)), answered_with),
        ]
        return [OpenApiExample(name, value, **kind) for name, value, kind in shown if value is not None]

    @property
    def _statuses(self) -> list[int]:
        return [self.operation.status, *self.operation.also]

    @property
    def _takes_type(self) -> str:
        return self.view.parser_classes[0].media_type

    def get_request_serializer(self) -> Any:
        return self.operation.takes

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        """A list is no body that may be left out; an object without required fields is."""
        body = super()._get_request_body(direction)
        return (
            body | {"required": True} if body and getattr(self.view.parser_classes[0], "shape", dict) is list else body
        )

    def get_response_serializers(self) -> dict[Any, Any]:
        problems: Iterable[int] = sorted({*_ALWAYS, *self.operation.problems})
        answer = OpenApiResponse(self.operation.answers, description=self.operation.summary)
        return dict.fromkeys(product(self._statuses, self.operation.answers_as), answer) | {
            (status, MEDIA_TYPE): _problem(status) for status in problems
        }

    def _is_list_view(self, serializer: Any = None) -> bool:
        return isinstance(serializer, serializers.ListSerializer)  # pages are declared with their envelope

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        """Bodies take no field beside those declared; what answers say by default is always there."""
        schema = super()._map_basic_serializer(serializer, direction)
        fields = force_instance(serializer).fields
        if isinstance(force_instance(serializer), StrictSerializer):
            return schema | {"additionalProperties": False}
        always = {name for name, field in fields.items() if field.default is None}
        return schema | {"required": sorted({*schema.get("required", []), *always})}


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


class SignedScheme(OpenApiAuthenticationExtension):
    target_class = "workflow.api.signed.SignedAuthentication"
    name = "signature"

    def get_security_definition(self, auto_schema: Schema) -> dict[str, Any]:
        description = _(
            "Machines with a signing key: X-Bihuan-Key, X-Bihuan-Timestamp and X-Bihuan-Nonce beside this header, "
            "“<algorithm> <hex>” over method, path, query, body hash, timestamp and nonce; see docs/api-signing.md."
        )
        return {"type": "apiKey", "in": "header", "name": "X-Bihuan-Signature", "description": str(description)}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "workflow.api.authentication.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Schema) -> dict[str, Any]:
        description = str(_("People: the session of the pages. A POST carries the CSRF token as X-CSRFToken."))
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": description}

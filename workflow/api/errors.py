"""Every error of the API in one format: RFC 9457 `application/problem+json`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views import defaults
from psycopg.errors import UniqueViolation
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.request_id import present_id
from workflow.refusal import RefusalKind, Refused
from workflow.services.perform import is_busy

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
WAIT = {"Retry-After": "5"}  # seconds until a client asks again
MOST_ERRORS = 100  # fields that one answer names: it shall not be many times the request
LONGEST_NAME, LONGEST_SENTENCE = 200, 1000  # characters; both may repeat what was sent

STATUS = {
    RefusalKind.FORBIDDEN: 403,
    RefusalKind.CONFLICT: 409,
    RefusalKind.STALE: 412,
    RefusalKind.INVALID: 400,
}


class Problem(exceptions.APIException):
    """An error of our own: status, stable code, a sentence; perhaps headers and the fields concerned."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: object,
        *,
        headers: dict[str, str] | None = None,
        errors: dict[str, object] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code, self.headers, self.errors = status, headers or {}, errors or {}


def invalid_input(errors: dict[str, object]) -> Problem:
    """400 that names each field (or parameter) with its sentence."""
    return Problem(400, "invalid-input", _("Something in the request is wrong."), errors=errors)


def too_large(most: int) -> Problem:
    """413 with the limit in bytes."""
    told = _("The request is too large; at most {most} MiB, please.").format(most=most // 2**20)
    return Problem(413, "too-large", told)


def problem(error: Exception, context: dict[str, Any]) -> Response:
    """REST framework's exception handler. What nobody foresaw is logged and told without any detail."""
    foreseen = _as_problem(error)
    if foreseen is None:
        request = context.get("request")
        log.error("Internal Server Error: %s", request.path if request else "", exc_info=error)
    if isinstance(error, exceptions.UnsupportedMediaType):
        foreseen = _other_media_type(context["view"].parser_classes[0].media_type)
    return _answer(foreseen or _unforeseen())


def _other_media_type(taken: str) -> Problem:
    """415 that says which one would be right, in the header that RFC 9110 (12.5.1) has for that too."""
    sentence = _("This operation takes {media_type} in UTF-8.").format(media_type=taken)
    return Problem(415, "unsupported-media-type", sentence, headers={"Accept": taken})


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what failed before or behind the views (a session that cannot be read, say)."""
    error = sys.exc_info()[1]
    foreseen = _from_below(error) if isinstance(error, Exception) else None
    if _is_of_the_api(request):
        return _plain_answer(foreseen or _unforeseen())
    response = defaults.server_error(request)
    if foreseen and "Retry-After" in foreseen.headers:
        response.status_code, response.headers["Retry-After"] = 503, foreseen.headers["Retry-After"]
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of addresses that are not on the map; those of other versions of the API are not either."""
    if _is_of_the_api(request):
        return _plain_answer(no_such_address(request.path))
    return defaults.page_not_found(request, exception)


def no_such_address(path: str) -> Problem:
    """404 for what is not on the map, whatever there is in the database."""
    with suppress(Resolver404):
        view = resolve(f"{path}/").func
        if getattr(getattr(view, "cls", view), "is_on_the_map", True):
            told = _("There is no such address; those of this API end in a slash: {address}").format(address=f"{path}/")
            return Problem(404, "not-found", told[:LONGEST_SENTENCE])
    return Problem(404, "not-found", _("Nothing has this address, and no action is called so; see /api/v1/docs/."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of what is malformed before a view sees it (an unknown Host, too many parameters)."""
    return early_answer(request, _from_below(exception) or _malformed())


def early_answer(request: HttpRequest, error: Problem) -> HttpResponse:
    """To a request that no view sees; a person gets a page."""
    if _is_of_the_api(request):
        return _plain_answer(error)
    page = defaults.bad_request(request, error)
    page.status_code = error.status_code
    return page


def _is_of_the_api(request: HttpRequest) -> bool:
    """Does a machine ask, which reads problems and no pages?"""
    return request.path.startswith(("/api/", "/oauth/")) or request.path in ("/api", "/oauth")


def _plain_answer(error: Problem) -> JsonResponse:
    return JsonResponse(_body(error), status=error.status_code, headers=error.headers, content_type=MEDIA_TYPE)


def as_result(error: Exception) -> dict[str, Any]:
    """One error among many results: its status, and the problem without what the status says already."""
    foreseen = _as_problem(error)
    if foreseen is None:
        log.error("one of many failed", exc_info=error)
    told = _body(foreseen or _unforeseen())
    return {"status": told["status"], "problem": {name: told[name] for name in ("code", "detail", "errors")}}


def _unforeseen() -> Problem:
    return Problem(500, "server-error", _("Something went wrong here; it was recorded."))


def _answer(error: Problem) -> Response:
    return Response(_body(error), status=error.status_code, headers=error.headers, content_type=MEDIA_TYPE)


def _body(error: Problem) -> dict[str, Any]:
    status = HTTPStatus(error.status_code)
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error.detail),
        "code": str(error.get_codes()).replace("_", "-"),
        "errors": [
            {"field": _visible(field)[:LONGEST_NAME], "message": _visible(str(message))[:LONGEST_SENTENCE]}
            for field, message in islice(error.errors.items(), MOST_ERRORS)
        ],
        "request_id": present_id(),
    }


def _visible(text: str) -> str:
    """Half characters, as a form may hold them in a name, cannot be sent."""
    return text.encode(errors="replace").decode()


def _as_problem(error: Exception) -> Problem | None:
    """None for what nobody foresaw."""
    match error:
        case Problem():
            return error
        case Refused():
            refusal = error.refusal
            wait = WAIT if refusal.code == "busy" else {}
            return Problem(STATUS[refusal.kind], refusal.code, str(refusal), headers=wait, errors=refusal.errors)
        case exceptions.ValidationError():
            return invalid_input(dict(_fields(error.detail)))
        case exceptions.MethodNotAllowed():
            return Problem(
                405, error.get_codes(), _("This address does not take this method; Allow names those it takes.")
            )
        case exceptions.NotAcceptable():
            return Problem(406, error.get_codes(), _("The answer comes as application/json; Accept has to allow that."))
        case exceptions.APIException():
            return Problem(error.status_code, error.get_codes(), error.detail, headers=_headers(error))
        case Http404():
            return _as_problem(exceptions.NotFound())
        case DjangoPermissionDenied():
            return _as_problem(exceptions.PermissionDenied())
    return _from_below(error)


def _from_below(error: Exception) -> Problem | None:
    """What Django and the database raise."""
    match error:
        case RequestDataTooBig():
            return too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case UnreadablePostError():
            return Problem(400, "cut-off", _("The request ended before it was complete."))
        case DisallowedHost():
            return Problem(400, "malformed", _("The Host header names none of the names of this system."))
        case SuspiciousOperation() | BadRequest() | MultiPartParserError():
            return _malformed()
        case IntegrityError(__cause__=UniqueViolation()):
            return Problem(409, "conflict", _("Somebody else has just stored the same; look again."))
        case OperationalError() if is_busy(error):
            return Problem(409, "busy", _("Somebody else is working on the same right now; try again."), headers=WAIT)
        case OperationalError() | InterfaceError():
            log.warning("the database did not serve a request", exc_info=error)
            return Problem(503, "unavailable", _("The service is busy; try again in a moment."), headers=WAIT)
    return None


def _malformed() -> Problem:
    return Problem(400, "malformed", _("The request is malformed."))


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {"WWW-Authenticate": getattr(error, "auth_header", None), "Retry-After": getattr(error, "wait", None)}
    return {name: str(value) for name, value in headers.items() if value}


def _fields(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Flatten REST framework's nested errors: `departments.0.role` → its sentences."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _fields(inner, ".".join(filter(None, [path, here])))
    elif isinstance(detail, list) and any(isinstance(entry, dict | list) for entry in detail):
        for position, inner in enumerate(detail):
            yield from _fields(inner, f"{path}.{position}".lstrip("."))
    else:
        yield path, " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)

"""The name of a request: in its answer, in every line that is logged meanwhile, in every problem of the API."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
NOBODY = "-"  # outside of requests, as in workers and commands
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)  # nothing that could forge a line of the log
_present: ContextVar[str] = ContextVar("request_id", default=NOBODY)


def present_id() -> str:
    """Of the request that is being answered; `-` outside of one."""
    return _present.get()


class RequestIdMiddleware:
    """The outermost: whatever goes wrong further in is answered and logged under the name of its request.

    A name that came along is kept, so that one request can be followed through proxy, gateway and us.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = _present.set(given if _GIVEN.fullmatch(given) else uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers[HEADER] = present_id()
        finally:
            _present.reset(token)
        return response


class RequestIdFilter(logging.Filter):
    """Lets every record pass, with its `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = present_id()
        return True

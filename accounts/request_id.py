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
    """Of the request that this thread answers, or has answered last; `-` where there was none."""
    return _present.get()


class RequestIdMiddleware:
    """The outermost: whatever goes wrong further in is answered and logged under the name of its request.

    A name that came along is kept, so that one request can be followed through proxy, gateway and us. It stands until
    the thread's next request: what Django logs of an answer, it logs when the middleware is left.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if _GIVEN.fullmatch(given) else uuid4().hex
        _present.set(name)
        response = self.get_response(request)
        response.headers[HEADER] = name
        return response


class RequestIdFilter(logging.Filter):
    """Lets every record pass, with its `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = present_id()
        return True

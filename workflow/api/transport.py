"""Bodies that nobody should begin to read: without a length, compressed, longer than anything takes, or cut off."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from workflow.api.errors import Problem, early_answer, too_large
from workflow.importing.reader import MAX_BYTES as LARGEST_DOCUMENT


class TransportMiddleware:
    """Before anything reads a body, of pages too: also a form in which only the CSRF token is looked for is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = length_of(request)
        except Problem as problem:
            return early_answer(request, problem)
        if "wsgi.input" in request.META:
            request._stream = WholeBody(request.META["wsgi.input"], length)
        return self.get_response(request)


class WholeBody(LimitedStream):
    """A body that ends before its length is an error (Django answers OSError with UnreadablePostError), never a
    shorter body: of an upload that was cut off half a file would be kept as evidence."""

    def read(self, size: int | None = -1, /) -> bytes:
        left = self.limit - self._pos
        wanted = left if size is None or size < 0 else min(size, left)
        return self._whole(super().read(size), wanted)

    def readline(self, size: int = -1, /) -> bytes:
        wanted = 0 if size == 0 else min(1, self.limit - self._pos)  # how long a line is nobody knows before
        return self._whole(super().readline(size), wanted)

    def _whole(self, data: bytes, wanted: int) -> bytes:
        if len(data) < wanted:
            raise OSError("the body ended before its length")
        return data


def length_of(request: HttpRequest) -> int:
    """Of the body, in bytes. Raises 400, 411, 413 or 415."""
    if "Transfer-Encoding" in request.headers:
        # The server reads the pieces, but nothing tells Django where they end: it would take the body for empty.
        raise Problem(411, "length-required", _("Send the body with a Content-Length, not in pieces."))
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem(415, "unsupported-media-type", _("A compressed body is not accepted; send it as it is."))
    text = request.headers.get("Content-Length", "").strip() or "0"
    if not (text.isascii() and text.isdecimal()):
        raise Problem(400, "malformed", _("The request is malformed."))
    length = int(text) if len(text) < 20 else 10**20
    if length > (most := largest_body(request)):
        raise too_large(most)
    return length


def largest_body(request: HttpRequest) -> int:
    """Bytes that anything takes: of a form with files the largest file and the other fields, else what is not files."""
    plain = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    is_form = (request.content_type or "").lower() == "multipart/form-data"
    return plain + max(settings.EVIDENCE_MAX_BYTES, LARGEST_DOCUMENT) if is_form else plain

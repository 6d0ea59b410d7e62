"""The second way of machines: no token, each request is signed. docs/api-signing.md is the recipe."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.addresses import caller_address
from accounts.clients.callers import Caller
from accounts.clients.signatures import Claim, SignatureRefused, caller_by, is_signed, read_claim, text_to_sign
from accounts.models import User
from workflow.api.errors import too_large
from workflow.api.transport import largest_body

IN_MEMORY = 1024 * 1024  # bytes of a body; more lies in a file until it is read
A_PIECE = 64 * 1024


class SignedAuthentication(BaseAuthentication):
    """Four headers `X-Bihuan-…`; `request.auth` is then the Caller with all scopes of its client."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        if not is_signed(request.headers):
            return None
        try:
            claim = read_claim(request.headers)
            caller = caller_by(claim, caller_address(request.META), lambda: _text(request._request, claim))
        except SignatureRefused as refused:
            raise AuthenticationFailed(str(refused), refused.code) from refused
        return caller.user, caller

    def authenticate_header(self, request: Request) -> str:
        return 'Bihuan-Signature realm="api"'


def _text(request: HttpRequest, claim: Claim) -> bytes:
    query = request.META.get("QUERY_STRING", "")
    digest = _digest(request, claim.hash)
    return text_to_sign(request.method or "", request.path, query, digest, claim.timestamp, claim.nonce)


def _digest(request: HttpRequest, hash_name: str) -> str:
    """Of the raw body, hexadecimal; afterwards the body can be read as if it never had been. Raises 413.

    Not by `request.body`: that one keeps it all in memory, and has no room for an upload.
    """
    digest = hashlib.new(hash_name)
    kept = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed with the request)
    left = most = largest_body(request)
    while piece := request.read(A_PIECE):
        left -= len(piece)
        if left < 0:
            raise too_large(most)
        digest.update(piece)
        kept.write(piece)
    _unread(request, kept)
    return digest.hexdigest()


def _unread(request: HttpRequest, body: IO[bytes]) -> None:
    body.seek(0)
    request._stream, request._read_started = body, False

"""Who asks: a machine by its bearer token, a person by the session of the pages; and which scope that needs.

Machines that sign their requests instead of holding a token are in signed.py.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.addresses import caller_address
from accounts.clients import Caller, caller_of
from accounts.clients.signatures import is_signed
from accounts.models import User


class ClientAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; `request.auth` is then the Caller, `request.user` its stand-in."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        if "access_token" in request.query_params:  # addresses end up in logs
            raise AuthenticationFailed(_("A token belongs into the Authorization header."), "token-in-query")
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if is_signed(request.headers):  # or a signature that was never looked at might be relied upon
            raise AuthenticationFailed(_("A request carries a token or a signature, not both."), "two-credentials")
        caller = caller_of(token.strip(), caller_address(request.META))
        if caller is None:
            raise AuthenticationFailed(_("The access token is not valid (any more)."), "invalid-token")
        return caller.user, caller

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api", Bihuan-Signature realm="api"'


class PersonAuthentication(SessionAuthentication):
    """The session of the pages, CSRF token included; the stand-in of a machine has none."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        return found if found and not found[0].is_machine else None

    def enforce_csrf(self, request: Request) -> None:
        """Raises 403 with a sentence of ours; which of the checks failed stands in the log."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            sentence = _("The session needs the CSRF token of its pages as X-CSRFToken; programs use a token or sign.")
            raise PermissionDenied(sentence) from error


class InsufficientScope(PermissionDenied):
    """RFC 6750: the token is good, but not for this."""

    default_code = "insufficient-scope"

    def __init__(self, scope: str) -> None:
        super().__init__(_("The token lacks the scope “{scope}”.").format(scope=scope))
        self.auth_header = f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'


class HasScope(BasePermission):
    """Somebody is known; a machine's token carries the scope that the view's operation names."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not request.user.is_authenticated:
            return False
        operation = view.operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            return request.method not in view.allowed_methods  # the answer is 405; what was not declared stays shut
        if isinstance(request.auth, Caller) and operation.scope not in request.auth.scopes:
            raise InsufficientScope(operation.scope)
        return True

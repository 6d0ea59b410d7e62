"""What the OAuth library asks us: may this client have a token, with which scopes, for how long."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.utils import timezone
from oauth2_provider.models import Application
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import SettingsScopes
from oauthlib.common import Request
from oauthlib.oauth2 import OAuth2Error

from accounts.addresses import Address, caller_address
from accounts.clients import guesses
from accounts.clients.callers import clients, is_let_in, note_use
from accounts.clients.credentials import secret_matching
from accounts.models import MachineClient


class GrantedScopes(SettingsScopes):
    """A client may ask for the scopes that it was given; asking for none means all of them."""

    def get_available_scopes(self, application: Application | None = None, *args: Any, **kwargs: Any) -> list[str]:
        given = MachineClient.objects.filter(application=application).values_list("scopes", flat=True)
        return list(given.first() or [])

    get_default_scopes = get_available_scopes


class TooManyAttempts(OAuth2Error):
    """429, with the seconds to wait."""

    error = "too_many_attempts"
    description = "Too many wrong secrets came from there."
    status_code = 429

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)}


class ClientValidator(OAuth2Validator):
    """One of a client's two secrets, while the client is let in; why another gets nothing is not told."""

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        claimed, secret = _credentials(request)
        address = caller_address(request.headers)
        try:
            return guesses.guarded(claimed, address, lambda: self._proves_itself(request, claimed, secret, address))
        except guesses.TooManyGuesses as error:
            raise TooManyAttempts(error.seconds) from error

    def _proves_itself(self, request: Request, claimed: str, secret: str, address: Address | None) -> bool:
        is_possible = claimed and "\0" not in claimed  # a text that no column can hold is nobody's id
        client = clients().filter(application__client_id=claimed).first() if is_possible else None
        matching = secret_matching(client, secret) if client else None
        if client is None or matching is None or not is_let_in(client, address, client.asked_at):
            return False
        for row in (client, matching):
            note_use(row, address, client.asked_at)
        request.client = client.application
        return True

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """A token does not outlive its client."""
        token["expires_in"] = min(token["expires_in"], _seconds_left(request.client.machine_client))
        super().save_bearer_token(token, request, *args, **kwargs)


def _seconds_left(client: MachineClient) -> int:
    """Until the end of the client's last day, in the business zone."""
    midnight = datetime.combine(client.expires_on + timedelta(days=1), time(), timezone.get_default_timezone())
    return max(0, int((midnight - datetime.now(UTC)).total_seconds()))


def _credentials(request: Request) -> tuple[str, str]:
    """(client id, secret) from HTTP Basic, else from the form (RFC 6749, 2.3.1); empty ones where there are none.

    Who names a client in both places does not come this far (workflow.api.token_urls).
    """
    scheme, _space, coded = request.headers.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return request.client_id or "", request.client_secret or ""
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    claimed, _colon, secret = text.partition(":")
    return unquote_plus(claimed), unquote_plus(secret)

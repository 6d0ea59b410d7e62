"""Machine clients: OAuth 2 applications with a stand-in user, so that rights are read like a person's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from oauth2_provider.generators import generate_client_id, generate_client_secret
from oauth2_provider.models import AccessToken, Application
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import SettingsScopes

from accounts.models import Department, MachineClient, Membership, User
from accounts.roles import Role


@dataclass(frozen=True)
class Caller:
    """The machine behind a request, with the scopes that hold now."""

    user: User
    client_id: str
    scopes: frozenset[str]


@transaction.atomic
def register_client(
    name: str, department: Department, roles: Iterable[Role | str], scopes: Iterable[str]
) -> tuple[str, str]:
    """A new client of a department: (client_id, client_secret). The secret is stored hashed and never shown again.

    Raises ValueError for a role or scope that does not exist.
    """
    client_id, secret = generate_client_id(), generate_client_secret()
    scopes = list(dict.fromkeys(scopes))
    if unknown := set(scopes) - set(settings.OAUTH2_PROVIDER["SCOPES"]):
        raise ValueError(f"unknown scopes: {', '.join(sorted(unknown))}")
    user = User.objects.create_user(f"client-{client_id}", name=name, is_machine=True)  # no password: cannot sign in
    Membership.objects.bulk_create(Membership(user=user, department=department, role=Role(role)) for role in roles)
    application = Application.objects.create(
        name=name,
        user=user,
        client_id=client_id,
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    MachineClient.objects.create(application=application, scopes=scopes)
    return client_id, secret


def caller_of(token: str) -> Caller | None:
    """Who presents this access token; None if it is unknown, expired or its client was switched off.

    A scope that was taken from the client since no longer counts.
    """
    checksum = hashlib.sha256(token.encode()).hexdigest()
    related = ("application__user", "application__machine_client")
    found = AccessToken.objects.select_related(*related).filter(token_checksum=checksum).first()
    if found is None or found.is_expired() or not _is_in_use(found.application):
        return None
    granted = frozenset(found.scope.split()) & frozenset(found.application.machine_client.scopes)
    return Caller(found.application.user, found.application.client_id, granted)


def _is_in_use(application: Application | None) -> bool:
    user = application and application.user
    return bool(user and user.is_active and user.is_machine and hasattr(application, "machine_client"))


class GrantedScopes(SettingsScopes):
    """A client may ask for the scopes that it was given; asking for none means all of them."""

    def get_available_scopes(self, application: Application | None = None, *args: Any, **kwargs: Any) -> list[str]:
        given = MachineClient.objects.filter(application=application).values_list("scopes", flat=True)
        return list(given.first() or [])

    get_default_scopes = get_available_scopes


class ClientValidator(OAuth2Validator):
    """A client that was switched off gets no token, and neither does a name that no row can have."""

    def _load_application(self, client_id: str | None, request: Any) -> Application | None:
        return None if client_id and "\0" in client_id else super()._load_application(client_id, request)

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return super().authenticate_client(request, *args, **kwargs) and _is_in_use(request.client)

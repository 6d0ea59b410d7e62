"""Clients are registered, changed and revoked here; each time with a line on record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_id
from oauth2_provider.models import AccessToken, Application

from accounts.clients.credentials import issue
from accounts.clients.records import Action, ClientRefused, Kind, locked, put_on_record
from accounts.models import Department, MachineClient, Membership, User, today
from accounts.models.networks import Network
from accounts.roles import Role


@transaction.atomic
def register_client(
    name: str,
    department: Department,
    roles: Iterable[Role | str],
    scopes: Iterable[str],
    *,
    networks: Iterable[str | Network] = (),
    expires_on: date | None = None,
    by: User | None = None,
) -> tuple[str, str]:
    """A new client of a department: (client_id, client_secret). The secret is stored hashed and never shown again.

    Without `expires_on` (the last day, Asia/Shanghai) it ends after a year; without `networks` it may call from
    anywhere. Raises ClientRefused, a ValueError, for a scope, network or end that cannot be, ValueError for a role.
    """
    terms = checked_terms(scopes, networks, expires_on or a_year_after(today()))
    client_id = generate_client_id()
    user = User.objects.create_user(f"client-{client_id}", name=name, is_machine=True)  # no password: cannot sign in
    roles = [Role(role) for role in roles]
    Membership.objects.bulk_create(Membership(user=user, department=department, role=role) for role in roles)
    client = MachineClient.objects.create(
        application=_application(name, user, client_id), department=department, created_by=by, **terms
    )
    put_on_record(client, Action.REGISTER, by, data=_plain({"name": name, "roles": roles, **terms}))
    return client_id, issue(client, Kind.SECRET, by=by)


def _application(name: str, user: User, client_id: str) -> Application:
    """What the OAuth library needs of a client; its own secret opens nothing, ours are ClientSecret rows."""
    return Application.objects.create(
        name=name,
        user=user,
        client_id=client_id,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


@transaction.atomic
def change_client(
    client: MachineClient, *, scopes: Iterable[str], networks: Iterable[str | Network], expires_on: date, by: User
) -> MachineClient:
    """Other scopes, networks, another end; they hold from the next request on. Raises ClientRefused."""
    client = locked(client)
    before = {"scopes": client.scopes, "networks": client.networks, "expires_on": client.expires_on}
    terms = checked_terms(scopes, networks, expires_on, keeps=client.expires_on)
    if terms["expires_on"] == client.expires_on:
        del terms["expires_on"], terms["expiry_set_on"]
    changed = {name: [before[name], value] for name, value in terms.items() if before.get(name, value) != value}
    for name, value in terms.items():
        setattr(client, name, value)
    client.save(update_fields=terms)
    if changed:
        put_on_record(client, Action.CHANGE, by, data={name: _plain(pair) for name, pair in changed.items()})
    return client


@transaction.atomic
def revoke_client(client: MachineClient, *, by: User) -> MachineClient:
    """From now on nothing of it opens anything: neither tokens that it holds, nor secrets, nor keys."""
    client = locked(client)
    client.revoked_at, client.revoked_by = Now(), by
    client.save(update_fields=["revoked_at", "revoked_by"])
    client.secrets.all().delete()
    AccessToken.objects.filter(application=client.application_id).delete()
    put_on_record(client, Action.REVOKE, by)
    return client


def checked_terms(
    scopes: Iterable[str], networks: Iterable[str | Network], expires_on: date, keeps: date | None = None
) -> dict[str, Any]:
    """The columns of what a client is allowed. Raises ClientRefused; an end that it `keeps` may be over."""
    return {
        "scopes": checked_scopes(scopes),
        "networks": checked_networks(networks),
        "expires_on": checked_end(expires_on, keeps),
        "expiry_set_on": today(),
    }


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Each once. Raises ClientRefused."""
    found = list(dict.fromkeys(scopes))
    if unknown := set(found) - set(settings.OAUTH2_PROVIDER["SCOPES"]):
        raise ClientRefused(_("Unknown scopes: {names}").format(names=", ".join(sorted(unknown))), "scopes")
    return found


def checked_networks(networks: Iterable[str | Network]) -> list[Network]:
    """Each once. Raises ClientRefused."""
    return list(dict.fromkeys(map(_network, networks)))


def checked_end(expires_on: date, keeps: date | None = None) -> date:
    """The last day of use; one that it `keeps` may be over. Raises ClientRefused."""
    day = today()
    if expires_on != keeps and not day <= expires_on <= a_year_after(day):
        raise ClientRefused(_("The last day of use lies between today and the same day a year ahead."), "expires_on")
    return expires_on


def a_year_after(day: date) -> date:
    """The same day of the next year; after 29 February the 28th."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _network(given: str | Network) -> Network:
    try:
        return ip_network(given)
    except ValueError:
        pass
    try:
        meant = ip_network(given, strict=False)
    except ValueError as error:
        sentence = _("“{given}” is not a network; one looks like 10.20.0.0/16 or 2001:db8::/32.")
        raise ClientRefused(sentence.format(given=given), "networks") from error
    sentence = _("“{given}” is an address within a network; the network is {meant}.")
    raise ClientRefused(sentence.format(given=given, meant=meant), "networks")


def _plain(value: Any) -> Any:
    """As JSON keeps it."""
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items() if name != "expiry_set_on"}
        case list():
            return [_plain(inner) for inner in value]
    return str(value)

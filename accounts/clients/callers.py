"""Who calls: the client behind a token, if it may come in now and from there."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_network

from django.db.models import DateTimeField, Func, Q, QuerySet
from oauth2_provider.models import AccessToken

from accounts.addresses import Address
from accounts.models import ClientSecret, MachineClient, User
from accounts.models.networks import Network

log = logging.getLogger(__name__)
A_MINUTE = timedelta(minutes=1)
clock_timestamp = Func(function="clock_timestamp", output_field=DateTimeField())  # the database's present moment


@dataclass(frozen=True)
class Caller:
    """The machine behind a request, with the scopes that hold now."""

    user: User
    client_id: str
    scopes: frozenset[str]


def caller_of(token: str, address: Address | None) -> Caller | None:
    """Who presents this access token from this address; None if it is unknown, over, or its client is not let in.

    A scope that was taken from the client since no longer counts.
    """
    checksum = hashlib.sha256(token.encode()).hexdigest()
    related = ("application__user", "application__machine_client")
    tokens = AccessToken.objects.select_related(*related).annotate(asked_at=clock_timestamp)
    found = tokens.filter(token_checksum=checksum).first()
    if found is None or found.expires <= found.asked_at or found.application is None:
        return None
    client = getattr(found.application, "machine_client", None)
    if client is None or not is_let_in(client, address, found.asked_at):
        return None
    note_use(client, address, found.asked_at)
    granted = frozenset(found.scope.split()) & frozenset(client.scopes)
    return Caller(found.application.user, found.application.client_id, granted)


def clients() -> QuerySet[MachineClient]:
    """With all that `is_let_in` asks, and the database's moment as `asked_at`."""
    return MachineClient.objects.select_related("application__user").annotate(asked_at=clock_timestamp)


def is_let_in(client: MachineClient, address: Address | None, moment: datetime) -> bool:
    """May the client come in at this moment (aware) from this address? Why not is for the log alone."""
    state = client.state_at(moment)
    if state != MachineClient.State.IN_USE:
        log.warning("client %s was refused: %s", client.client_id, state.value)
        return False
    if client.networks and not any(_contains(network, address) for network in client.networks):
        log.warning("client %s was refused: it called from %s", client.client_id, address)
        return False
    return True


def _contains(network: Network, address: Address | None) -> bool:
    if address is None:
        return False
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= 96:  # ::ffff:10.0.0.0/104 is 10.0.0.0/8
        network = ip_network((mapped, network.prefixlen - 96))
    return address in network


def note_use(row: MachineClient | ClientSecret, address: Address | None, moment: datetime) -> None:
    """When and from where it was used last: at most one write a minute, so that reading the API costs none."""
    if row.last_used_at is not None and moment - row.last_used_at < A_MINUTE:
        return
    noted = {"last_used_at": moment}
    if isinstance(row, MachineClient):
        noted["last_used_from"] = None if address is None else str(address)
    long_ago = Q(last_used_at__isnull=True) | Q(last_used_at__lte=moment - A_MINUTE)
    type(row).objects.filter(long_ago, pk=row.pk).update(**noted)

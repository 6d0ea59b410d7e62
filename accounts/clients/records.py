"""Clients are changed one after the other, and each change is on record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import ClientEvent, ClientSecret, MachineClient, User

Action, Kind = ClientEvent.Action, ClientSecret.Kind


class ClientRefused(ValueError):
    """A sentence that says why not, with the field that it concerns (or none)."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def locked(client: MachineClient) -> MachineClient:
    """The row as it is now, held until the transaction ends. Raises ClientRefused if the client was revoked."""
    found = MachineClient.objects.select_for_update(of=("self",), no_key=True).get(pk=client.pk)
    if found.revoked_at is not None:
        raise ClientRefused(_("This client was revoked; register a new one."))
    return found


def put_on_record(client: MachineClient, action: Action, by: User | None, kind: str = "", data: Any = None) -> None:
    ClientEvent.objects.create(client=client, action=action, kind=kind, by=by, data=data or {})

"""What a client proves itself by: secrets for tokens, keys for signed requests, two of a kind while one is changed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.clients.records import Action, ClientRefused, Kind, locked, put_on_record
from accounts.encryption import decrypt, encrypt
from accounts.models import ClientSecret, MachineClient, User

GRACE = timedelta(hours=24)  # the former one goes on working that long, unless it is withdrawn
DIGEST = "sha256:"


@transaction.atomic
def issue(client: MachineClient, kind: Kind, *, by: User | None) -> str:
    """A new secret or signing key, told this once; the one before works on for GRACE. Raises ClientRefused."""
    client = locked(client)
    there = list(live(client, kind))
    if len(there) == 2:
        raise ClientRefused(_("Two are at work already; withdraw one before you make another."))
    client.secrets.filter(kind=kind).exclude(pk__in=[one.pk for one in there]).delete()
    client.secrets.filter(kind=kind, ends_at__isnull=True).update(ends_at=Now() + GRACE)
    text = secrets.token_hex(32)  # 256 bits
    slot = 1 if all(one.slot != 1 for one in there) else 2
    client.secrets.create(kind=kind, slot=slot, stored=_kept(kind, text), created_by=by)
    put_on_record(client, Action.ISSUE, by, kind)
    return text


@transaction.atomic
def withdraw(secret: ClientSecret, *, by: User) -> None:
    """It opens nothing from now on. Raises ClientRefused where it is gone already."""
    client = locked(secret.client)
    gone, _rows = client.secrets.filter(pk=secret.pk).delete()
    if not gone:
        raise ClientRefused(_("This one was withdrawn already."))
    put_on_record(client, Action.WITHDRAW, by, secret.kind, {"created_at": secret.created_at.isoformat()})


def live(client: MachineClient, kind: Kind) -> QuerySet[ClientSecret]:
    """Those that work now, the present one first."""
    running = Q(ends_at__isnull=True) | Q(ends_at__gt=Now())
    return client.secrets.filter(running, kind=kind).order_by("-created_at")


def secret_matching(client: MachineClient, given: str) -> ClientSecret | None:
    """The client's live secret that this is."""
    return next((one for one in live(client, Kind.SECRET) if _is(one.stored, given)), None)


def signing_keys(client: MachineClient) -> list[tuple[ClientSecret, bytes]]:
    """The client's live signing keys."""
    return [(one, decrypt(one.stored).encode()) for one in live(client, Kind.KEY)]


def _kept(kind: Kind, text: str) -> str:
    """A random text of 256 bits is not guessed from its digest, so that a slow hash would only cost time."""
    return encrypt(text) if kind == Kind.KEY else DIGEST + hashlib.sha256(text.encode()).hexdigest()


def _is(stored: str, given: str) -> bool:
    if stored.startswith(DIGEST):
        return constant_time_compare(stored, DIGEST + hashlib.sha256(given.encode(errors="replace")).hexdigest())
    return check_password(given, stored)  # made before secrets were kept as digests

"""Guessing secrets is hopeless and gets nobody anywhere: wrong ones are counted by client id and place."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db import connection, transaction

from accounts.addresses import Address
from accounts.models import FailedAttempts
from accounts.models.networks import Network

LIMIT = 10  # wrong ones within WINDOW; then nothing is tried from there until it is over
WINDOW = timedelta(minutes=15)
NOWHERE = ip_network("::/128")  # a request without an address


class TooManyGuesses(Exception):
    """Nothing was tried; `seconds` until it may be again."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def guarded(client_id: str, address: Address | None, is_right: Callable[[], bool]) -> bool:
    """What `is_right` says, counted if it says no. Raises TooManyGuesses without asking it.

    Guesses at one client from one place come in one after the other, so that many at once are no more than LIMIT;
    those from elsewhere, the client's own above all, are not concerned.
    """
    client, place = hashlib.sha256(client_id.encode(errors="replace")).hexdigest(), place_of(address)
    with transaction.atomic():
        now = _hold(f"{client} {place}")
        if wait := _wait(client, place, now):
            raise TooManyGuesses(wait)
        counted = FailedAttempts.objects.filter(client_hash=client, source=place)
        if is_right():
            counted.delete()
            return True
        _count(client, place, now)
    return False


def place_of(address: Address | None) -> Network:
    """An IPv4 address; of IPv6 the /64, for every host has all addresses of one."""
    if address is None:
        return NOWHERE
    return ip_network((address, 64 if address.version == 6 else 32), strict=False)


def _hold(name: str) -> datetime:
    """Wait for our turn, until the transaction ends; the database's present moment afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _wait(client: str, place: Network, now: datetime) -> int:
    """Seconds until the next guess may be tried; 0: now."""
    found = FailedAttempts.objects.filter(client_hash=client, source=place, count__gte=LIMIT).first()
    return max(0, math.ceil((found.since + WINDOW - now).total_seconds())) if found else 0


def _count(client: str, place: Network, now: datetime) -> None:
    rows = FailedAttempts.objects.select_for_update()
    row, is_new = rows.get_or_create(client_hash=client, source=place, defaults={"count": 1, "since": now})
    if not is_new:
        is_over = row.since + WINDOW <= now
        row.count, row.since = (1, now) if is_over else (row.count + 1, row.since)
        row.save(update_fields=["count", "since"])

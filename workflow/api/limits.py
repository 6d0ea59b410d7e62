"""Rate limits: each caller has a bucket of tokens for each quota, taken from by one statement of PostgreSQL.

A bucket holds a minute's requests and fills evenly: who was quiet for a minute may ask all of them at once. The
headers are those of the IETF's draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from workflow.api.errors import Problem

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

# Two requests at once wait for each other at the row; the second sees what the first has left. The moment of a
# statement that had to wait may be before the one that the row was written at, hence `greatest`.
_TAKE = """
INSERT INTO workflow_ratebucket AS bucket (key, full_at, is_admitted)
VALUES (%(key)s, coalesce(%(now)s, statement_timestamp()) + %(price)s, TRUE)
ON CONFLICT (key) DO UPDATE SET
    is_admitted = greatest(bucket.full_at + %(price)s, excluded.full_at) <= excluded.full_at + %(room)s,
    full_at = CASE WHEN greatest(bucket.full_at + %(price)s, excluded.full_at) <= excluded.full_at + %(room)s
        THEN greatest(bucket.full_at + %(price)s, excluded.full_at) ELSE bucket.full_at END
RETURNING is_admitted, full_at - coalesce(%(now)s, statement_timestamp())
"""
_FORGET = "DELETE FROM workflow_ratebucket WHERE full_at < statement_timestamp()"


class Quota(StrEnum):
    """What a request counts as; `stranger` is whoever does not say, or not truly, who he is."""

    READ = "read"
    WRITE = "write"
    UPLOAD = "upload"
    STRANGER = "stranger"

    @property
    def per_minute(self) -> int:
        return {
            Quota.READ: settings.API_READS_PER_MINUTE,
            Quota.WRITE: settings.API_WRITES_PER_MINUTE,
            Quota.UPLOAD: settings.API_UPLOADS_PER_MINUTE,
            Quota.STRANGER: settings.API_STRANGERS_PER_MINUTE,
        }[self]

    @property
    def interval(self) -> timedelta:
        """From one token to the next, in whole microseconds."""
        return MINUTE // self.per_minute


@dataclass(frozen=True)
class Standing:
    """What became of a request at its bucket, and how the bucket stands now."""

    quota: Quota
    cost: int
    is_admitted: bool
    full_in: timedelta

    @property
    def left(self) -> int:
        return max(0, self.quota.per_minute - math.ceil(self.full_in / self.quota.interval))

    @property
    def wait(self) -> int:
        """Seconds until the same request is admitted, if nobody takes anything meanwhile; 1 at least."""
        return max(1, math.ceil((self.full_in - self.quota.interval * (self.quota.per_minute - self.cost)) / SECOND))

    def tell(self, response: HttpResponse) -> None:
        """Two headers; `t` is in how many seconds the bucket is full again."""
        full_in = max(0, math.ceil(self.full_in / SECOND))
        response.headers["RateLimit-Policy"] = f'"{self.quota}";q={self.quota.per_minute};w=60'
        response.headers["RateLimit"] = f'"{self.quota}";r={self.left};t={full_in}'

    def check(self) -> None:
        """Raises 429."""
        if not self.is_admitted:
            sentence = _("Too many requests; wait {seconds} seconds.").format(seconds=self.wait)
            raise Problem(429, "rate-limited", sentence, headers={"Retry-After": str(self.wait)})


def take(quota: Quota, whose: str, cost: int = 1, now: datetime | None = None) -> Standing:
    """Take so many tokens at once, or none if there are not as many. Call it outside of transactions.

    What costs more than a bucket holds takes a full bucket: it has to wait for one, but is never impossible.
    `now` is an aware moment; without it the database's.
    """
    cost = max(1, min(cost, quota.per_minute))
    room = quota.interval * (quota.per_minute - cost)
    given = {"key": f"{quota} {whose}", "now": now, "price": quota.interval * cost, "room": room}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, given)
        is_admitted, full_in = cursor.fetchone()
    return Standing(quota, cost, is_admitted, full_in)


def quota_of(request: Request) -> Quota:
    """By what is asked for; a body in parts is an upload."""
    if request.method in SAFE_METHODS:
        return Quota.READ
    return Quota.UPLOAD if (request.content_type or "").lower().startswith("multipart/") else Quota.WRITE


def known(request: Request) -> str:
    """The person, or the machine's stand-in: one for each client."""
    return f"user {request.user.pk}"


def stranger(request: HttpRequest | Request, name: str = "") -> str:
    """A keyed hash of the address and of the name that is claimed there; neither itself is kept.

    Strangers are counted apart from those who are known, so that nobody can shut out a neighbour behind one address.
    """
    address = BaseThrottle().get_ident(request) or ""
    return salted_hmac("workflow.limits", f"{address} {name}", algorithm="sha256").hexdigest()


def forget_full_buckets() -> int:
    """A full bucket is as good as none; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return cursor.rowcount

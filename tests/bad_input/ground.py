"""Every write of the API in the hands of somebody who may do it, and the same request with one thing wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import MachineClient
from accounts.roles import Role
from notifications.models import Endpoint
from notifications.webhooks import new_secret
from tests import complaints, walking
from tests.api.callers import API, machine
from tests.people import City, appoint
from tests.permissions.described import MULTIPART, Described, operations
from tests.permissions.matrix import SCOPES
from tests.workflow.fingerprint import fingerprint
from workflow.feed import Position

WRITES = {name: operation for name, operation in operations().items() if not operation.is_safe}
JSON_WRITES = {name: operation for name, operation in WRITES.items() if operation.media_type == "application/json"}
BULK = "POST items/bulk/"  # its body is a list, and each element is answered by itself
_PETITION = {"channel": "hotline", "regions": ["桐柏县"], "sub_issues": ["夜间异味"]}
_ISSUE = {"source": 0, "title": "河道垃圾", "description": "白河边堆放建筑垃圾。", "petition": _PETITION}
MORE: dict[str, dict[str, Any]] = {  # by operation: what its example in the description leaves out
    "items_create": _ISSUE,
    "items_upsert": _ISSUE | {"sequence": 1},
    "items_revise": {"title": "河道垃圾"},
    "items_report": {"values": {"垃圾（吨）": 12}, "milestones": []},
    "items_verify": {"checklist": {"effect": {"met": True, "note": "已复绿"}, "lasting": True}},
}
serial = count(1)


@dataclass(frozen=True)
class Answer:
    """What was answered, the one result of a bulk request taken out of its list."""

    status: int
    code: str
    fields: tuple[str, ...]
    told: str

    @classmethod
    def of(cls, response: HttpResponse) -> Answer:
        body = json.loads(response.content)
        if isinstance(body, list) and len(body) == 1:
            body = {"status": body[0]["status"]} | body[0].get("problem", {})
        elif response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", response.content
            assert body["request_id"] == response["X-Request-ID"]
            assert body["detail"]
        found = body if isinstance(body, dict) else {}
        named = tuple(error["field"] for error in found.get("errors", []))
        status = found.get("status", response.status_code) if response.status_code < 300 else response.status_code
        return cls(status, found.get("code", ""), named, response.content.decode()[:500])

    def __str__(self) -> str:
        return f"{self.status} {self.code} {' '.join(self.fields)}".strip()


class Ground:
    """A petition that is being rectified, and a machine that may do everything to it."""

    def __init__(self, city: City) -> None:
        self.city, self.item = city, complaints.in_work(city)
        self.source = walking.source(city)
        self.file = walking.add_evidence(self.item, city.environment_clerk)
        self.item.refresh_from_db()
        self.caller = machine(city.office, [Role.DISPATCHER, Role.SUPERVISOR, Role.VERIFIER], SCOPES)
        appoint(self.caller.user, Role.CLERK, city.environment)
        appoint(self.caller.user, Role.CLERK, city.water)
        self.webhook = self._webhook()
        # Its use is noted to the minute: not while the tests compare what is stored.
        MachineClient.objects.update(last_used_at=Now() + timedelta(days=1))

    def _webhook(self) -> Endpoint:
        about = {"name": "接收", "url": "https://hooks.example/bihuan", "secret": new_secret(), "channel": "webhook"}
        about |= {"owner": self.caller.user, "department": self.city.office, "feed_position": str(Position())}
        return Endpoint.objects.create(**about)

    def names(self) -> dict[str, str]:
        """Of something that is there, by what stands in addresses."""
        pk = {"webhooks": self.webhook.pk, "sources": self.source.pk, "evidence": self.file.pk}
        pk |= {"departments": self.city.office.pk, "regions": self.city.office.region_id}
        return {
            "number": self.item.number,
            "ref": "A-7",
            "code": self.item.procedure.code,
        } | pk

    def place(self, operation: Described, **other: str) -> str:
        """The address, with something that is there for each name in it."""
        known = self.names()
        before = operation.path.partition("/{id}")[0].rpartition("/")[2]
        return API + operation.path.format(**known | {"id": str(known.get(before, "1"))} | other)

    def body(self, operation: Described) -> Any:
        """The example of the description, about what is there, with more of its fields."""
        if str(operation) == BULK:
            about = {"number": self.item.number, "version": self.item.version}
            return [{"action": "report", "text": "已清运六成。", "percent": 60} | about]
        body = (operation.body or {}) | MORE.get(operation.entry["operationId"], {})
        return body | {"source": self.source.pk} if "source" in body else body

    def send(self, operation: Described, body: Any = None, **given: Any) -> HttpResponse:
        """With everything right but what is given: `raw` bytes, `headers` (None: not sent), `kind`, `meta`."""
        headers = {"If-Match": f'"v{self.item.version}"', "Idempotency-Key": f"bad-{next(serial)}"}
        if operation.method == "PUT":
            del headers["If-Match"]  # what is not there yet has no version
        headers = {**self.caller.headers, **headers, **given.get("headers", {})}
        headers = {name: text for name, text in headers.items() if text is not None}
        kind, raw = self.encoded(operation, self.body(operation) if body is None else body)
        raw, kind = given.get("raw", raw), given.get("kind", kind)
        address = self.place(operation, **given.get("names", {})) + given.get("query", "")
        return self.caller.http.generic(operation.method, address, raw, kind, headers=headers, **given.get("meta", {}))

    def encoded(self, operation: Described, body: Any) -> tuple[str, bytes]:
        if operation.media_type == MULTIPART:
            return MULTIPART_CONTENT, encode_multipart(BOUNDARY, body)
        return "application/json", json.dumps(body).encode()


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Not one row of any table."""
    before = fingerprint()
    yield
    assert fingerprint() == before, "something was changed by what was refused"


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

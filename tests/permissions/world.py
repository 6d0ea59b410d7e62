"""The ground, its callers, and how a cell of the matrix is asked."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import Department, MachineClient, Region
from notifications.models import Endpoint
from notifications.webhooks import new_secret
from tests.api.callers import Caller
from tests.permissions.callers import callers
from tests.permissions.described import MULTIPART, PREFIX, Described
from tests.permissions.ground import Ground, hook_marker, marker, source_marker
from tests.permissions.matrix import HOOK_SEEN, REFERENCE_SEEN, RELATIONS, SEEN, SOURCE_SEEN
from workflow.feed import Position
from workflow.models import ExternalReference

NEVER_WAS = {"number": "XF1949-0001", "id": "8999999999", "ref": "1949"}
EVERYBODYS = {  # what everybody may read
    "department": lambda: {"id": str(Department.objects.latest("pk").pk)},
    "region": lambda: {"id": str(Region.objects.latest("pk").pk)},
    "procedure": lambda: {"code": "petition"},
    "reference": lambda: {"ref": "a-new-one"},
}
PASSING = ("X-Request-ID", "RateLimit", "RateLimit-Policy", "X-RateLimit-Remaining", "Date")  # differ by the request


class World:
    def __init__(self, ground: Ground) -> None:
        self.ground, self.callers = ground, callers(ground)
        self.webhooks = {relation: self._webhook(relation, *owner) for relation, owner in HOOK_SEEN.items()}
        for relation, owner in REFERENCE_SEEN.items():
            self._reference(relation, *owner)
        self._serial = count(1)
        # Their use is noted to the minute: not while the tests compare what is stored.
        MachineClient.objects.update(last_used_at=Now() + timedelta(days=1))
        self._forbidden = {name: forbidden_to(name) for name in self.callers}

    def _webhook(self, relation: str, owner: str) -> Endpoint:
        mark, user = hook_marker(relation), self.callers[owner].user
        about = {"name": mark, "url": f"https://hooks.example/{mark}", "secret": new_secret()}
        department = user.memberships.get().department
        about |= {"channel": "webhook", "feed_position": str(Position())}
        return Endpoint.objects.create(owner=user, department=department, **about)

    def _reference(self, relation: str, owner: str) -> None:
        client, item = self.callers[owner].user, self.ground.items[relation]
        ExternalReference.objects.create(client=client, ref=relation, item=item, said={})

    def address(self, about: str, relation: str) -> dict[str, str]:
        """What stands in the path to name the thing in this relation; the first of several."""
        if not relation:
            return EVERYBODYS[about]() if about in EVERYBODYS else {}
        if about == "webhook":
            return {"id": str(self.webhooks[relation].pk)}
        if about == "reference":
            return {"ref": relation}
        item = self.ground.items[relation]
        if about == "source":
            return {"id": str(item.source_id)}
        if about in ("item", "petition"):
            return {"number": item.number}
        row = getattr(item, about.replace("-", "_")).order_by("pk").first()
        return {"number": item.number, "id": str(row.pk) if row else NEVER_WAS["id"]}

    def ask(self, name: str, operation: Described, place: dict[str, str], **given: Any) -> HttpResponse:
        """One request with everything right about it but perhaps the caller; writes that succeed are undone."""
        caller, version = self.callers[name], given.pop("version", 1)
        headers = caller.headers | {"If-Match": f'"v{version}"', "Idempotency-Key": f"matrix-{next(self._serial)}"}
        asked = str(given.get("query", ""))  # what stands in it may be repeated
        if operation.is_safe:
            return self._checked(name, _send(caller, operation, place, headers, **given), asked)
        with transaction.atomic():
            answer = _send(caller, operation, place, headers, **given)
            transaction.set_rollback(answer.status_code < 300)
        return self._checked(name, answer, asked)

    def _checked(self, name: str, answer: HttpResponse, asked: str) -> HttpResponse:
        told = every_byte(answer)
        found = [mark for mark in self._forbidden[name] if mark.encode() in told and mark not in asked]
        assert not found, f"{name} reads {found}: {told[:2000]!r}"
        assert answer.status_code < 500, told
        return answer


def forbidden_to(name: str) -> list[str]:
    items = [marker(relation) for relation in RELATIONS if name not in SEEN[relation]]
    items += [hook_marker(relation) for relation in HOOK_SEEN if name not in HOOK_SEEN[relation]]
    return items + [source_marker(relation) for relation in RELATIONS if name not in SOURCE_SEEN[relation]]


def every_byte(answer: HttpResponse) -> bytes:
    """Body and headers, unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.streaming:
        answer.streaming_content = [body]
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return body + b"\n" + str(dict(answer.headers)).encode()


def lasting(answer: HttpResponse) -> tuple[int, Any, dict[str, str]]:
    """An answer without what differs from one request to the next by its nature."""
    body = json.loads(answer.content)
    body.pop("request_id", None)
    return answer.status_code, body, {name: text for name, text in answer.headers.items() if name not in PASSING}


def _send(
    caller: Caller, operation: Described, place: dict[str, str], headers: dict[str, str], **given: Any
) -> HttpResponse:
    path = PREFIX + operation.path.format(**place)
    if operation.is_safe:
        return caller.http.get(path, given.get("query", {}), headers=headers)
    body = given.get("body", operation.body)
    is_form = operation.media_type == MULTIPART
    data = encode_multipart(BOUNDARY, body) if is_form else json.dumps(body or {}).encode()
    kind = MULTIPART_CONTENT if is_form else "application/json"
    return caller.http.generic(operation.method, path, data, kind, headers=headers)

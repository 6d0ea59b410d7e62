"""Who calls the API in the tests: a person in a browser, a machine with a token. Everything goes over HTTP."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, set_token_value

from accounts.clients import register_client
from accounts.models import Department, MachineClient, User
from accounts.roles import Role
from workflow.models import WorkItem

API = "/api/v1/"
ALL_SCOPES = ("items:read", "items:write", "actions", "evidence:write", "events:read")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "050001a5f645400000000049454e44ae426082"
)
serial = itertools.count(1)


class Caller:
    """Sends what it is told to, with its own credentials. One name for all its requests: answers can be compared."""

    def __init__(self, user: User, **headers: str) -> None:
        self.user, self.http = user, Client()
        self.headers = {"X-Request-ID": "asked-by-a-test"} | headers

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        return self.http.get(API + path, query or {}, headers=self.headers | headers)

    def post(self, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> HttpResponse:
        content = json.dumps(body if body is not None else {}).encode() if raw is None else raw
        sent = self.headers | self.own(headers)
        kind = sent.pop("Content-Type", "application/json")
        return self.http.post(API + path, content, content_type=kind, headers=sent)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PUT", path, body, **headers)

    def patch(self, item: WorkItem | str, body: Any = None, **headers: str) -> HttpResponse:
        """With the version that is there now, unless If_Match says otherwise."""
        number = item if isinstance(item, str) else item.number
        present = WorkItem.objects.filter(number=number).values_list("version", flat=True).first()
        return self.send("PATCH", f"items/{number}/", body, **{"If-Match": f'"v{present}"'} | _named(headers))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Of a method for which a machine needs no key; an empty header is not sent."""
        sent = {name: text for name, text in (self.headers | _named(headers)).items() if text}
        kind = sent.pop("Content-Type", "application/json")
        content = json.dumps(body if body is not None else {}).encode()
        return self.http.generic(method, API + path, content, content_type=kind, headers=sent)

    def act(self, item: WorkItem | str, action: str, body: Any = None, **headers: str) -> HttpResponse:
        """With the version that is there now, unless If_Match says otherwise."""
        number = item if isinstance(item, str) else item.number
        present = WorkItem.objects.values_list("version", flat=True).get(number=number)
        given = {"If-Match": f'"v{present}"'} | _named(headers)
        if not given["If-Match"]:
            del given["If-Match"]
        return self.post(f"items/{number}/actions/{action}/", body, **given)

    def bulk(self, elements: Any, **headers: str) -> HttpResponse:
        return self.post("items/bulk/", elements, **headers)

    def upload(
        self, item: WorkItem | str, content: bytes = PNG, name: str = "整改后.png", **given: Any
    ) -> HttpResponse:
        number = item if isinstance(item, str) else item.number
        headers = self.own(given.pop("headers", {}))
        data = {"file": SimpleUploadedFile(name, content), "kind": "after_photo"} | given
        return self.http.post(f"{API}items/{number}/evidence/", data, headers=self.headers | headers)

    def own(self, headers: dict[str, str]) -> dict[str, str]:
        return headers


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in headers.items()}


class Machine(Caller):
    """Gives each POST a new Idempotency-Key, unless one is named; an empty one is not sent."""

    def own(self, headers: dict[str, str]) -> dict[str, str]:
        given = {"Idempotency-Key": f"key-{next(serial)}"} | headers
        return {name: text for name, text in given.items() if text}


def person(user: User) -> Caller:
    caller = Caller(user)
    caller.http.force_login(user)
    return caller


def machine(
    department: Department, roles: Iterable[Role] = (Role.CLERK,), scopes: Iterable[str] = ALL_SCOPES
) -> Machine:
    """A machine of this department that has got its token already."""
    client_id, _secret = register_client(f"系统 {next(serial)}", department, roles, scopes)
    application = Application.objects.get(client_id=client_id)
    MachineClient.objects.filter(application=application).update(last_used_at=Now())  # it asked for the token just now
    return Machine(application.user, Authorization=f"Bearer {token_of(application, scopes)}")


def token_of(application: Application, scopes: Iterable[str], lives: timedelta = timedelta(minutes=30)) -> str:
    text = f"token-{next(serial)}"
    token = AccessToken(application=application, scope=" ".join(scopes), expires=timezone.now() + lives)
    set_token_value(token, text)
    token.save()
    return text


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The body of an error, checked to be one."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert list(body) == ["type", "title", "status", "detail", "code", "errors", "request_id"]
    assert body["request_id"] == response["X-Request-ID"]
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    return body


def fields(body: dict[str, Any]) -> list[str]:
    return [error["field"] for error in body["errors"]]

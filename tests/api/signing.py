"""A machine that signs its requests by docs/api-signing.md, in words of its own: nothing here is the server's code."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.test import Client

from accounts.clients import register_client
from accounts.clients.credentials import issue
from accounts.models import ClientSecret, Department, MachineClient
from accounts.roles import Role
from tests.api.callers import ALL_SCOPES, API

serial = itertools.count(1)


class Signer:
    """Sends signed requests; what is named in `but` takes the place of a header or of what was signed."""

    def __init__(self, client: MachineClient, key: str, algorithm: str = "hmac-sha256") -> None:
        self.client, self.key, self.algorithm = client, key, algorithm

    @property
    def user(self) -> Any:
        return self.client.application.user

    def get(self, path: str, query: str = "", **but: Any) -> HttpResponse:
        return self.send("GET", API + path, query, **but)

    def post(self, path: str, body: bytes = b"{}", **but: Any) -> HttpResponse:
        but["headers"] = {"Idempotency-Key": f"signed-{next(serial)}"} | but.get("headers", {})
        return self.send("POST", API + path, body=body, **but)

    def send(self, method: str, path: str, query: str = "", body: bytes = b"", **but: Any) -> HttpResponse:
        headers = self.headers(method, path, query, body, **but.pop("signed", {}))
        headers |= but.pop("headers", {})
        given = {name: text for name, text in headers.items() if text is not None}
        kind = but.pop("content_type", "application/json")
        address = f"{path}?{query}" if query else path
        return Client().generic(method, address, body, content_type=kind, headers=given, **but)

    def headers(self, method: str, path: str, query: str = "", body: bytes = b"", /, **other: Any) -> dict[str, str]:
        """`other`: timestamp, nonce, query, body, key, algorithm that are signed instead."""
        timestamp = str(int(time.time()) + other.get("later", 0))
        nonce = other.get("nonce", f"nonce-{next(serial):012d}")
        algorithm = other.get("algorithm", self.algorithm)
        hash_name = algorithm.removeprefix("hmac-")
        digest = hashlib.new(hash_name, other.get("body", body)).hexdigest()
        lines = (method, quote(path), other.get("query", query), digest, timestamp, nonce)
        mac = hmac.new(other.get("key", self.key).encode(), "\n".join(lines).encode(), hash_name).hexdigest()
        return {
            "X-Bihuan-Key": self.client.client_id,
            "X-Bihuan-Timestamp": timestamp,
            "X-Bihuan-Nonce": nonce,
            "X-Bihuan-Signature": f"{algorithm} {mac}",
            "X-Request-ID": "asked-by-a-test",
        }


def signer(
    department: Department,
    roles: Iterable[Role] = (Role.CLERK,),
    scopes: Iterable[str] = ALL_SCOPES,
    **terms: Any,
) -> Signer:
    """A machine of this department that was given a signing key."""
    client_id, _secret = register_client(f"签名系统 {next(serial)}", department, roles, scopes, **terms)
    client = MachineClient.objects.get(application__client_id=client_id)
    return Signer(client, issue(client, ClientSecret.Kind.KEY, by=None))

"""A client that has webhooks, and one that leads to the gateway."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.callers import Caller, machine
from tests.gateway import Gateway
from tests.people import City

SCOPES = ("webhooks", "events:read", "items:read")
HOOK = {"name": "数据平台", "url": "https://hooks.example/bihuan"}


@pytest.fixture(autouse=True)
def allowed(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator answers for this host."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.example", "other.example"]


@pytest.fixture
def caller(city: City) -> Caller:
    return machine(city.environment, scopes=SCOPES)


def made(caller: Caller, **fields: Any) -> dict[str, Any]:
    answer = caller.post("webhooks/", HOOK | fields)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


@pytest.fixture
def hook(committed_city: City, world: Gateway) -> tuple[Caller, dict[str, Any]]:
    """A client of the environment bureau, with a webhook to the gateway."""
    caller = machine(committed_city.environment, scopes=SCOPES)
    return caller, made(caller, url=f"{world.url}/webhook/1")

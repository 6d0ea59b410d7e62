"""docs/webhooks.md: its receiver takes what we send and nothing else; its schedule is ours."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from standardwebhooks import Webhook

from notifications import addresses
from notifications.channels import calls
from notifications.channels.webhook import OF_THE_MESSAGE
from notifications.models import Delivery, Endpoint
from notifications.outbox import deliver
from notifications.outbox.rules import WEBHOOK_DELAYS
from notifications.outbox.webhooks import DISABLED_AFTER
from tests import walking
from tests.api.callers import machine
from tests.api.test_webhooks import SCOPES, made
from tests.faults.house import wait_until
from tests.people import City
from workflow.lifecycle import State
from workflow.pushing import push

RECIPE = (Path(django_settings.BASE_DIR) / "docs/webhooks.md").read_text(encoding="utf-8")
UNITS = {"s": 1, "min": 60, "h": 3600}


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def hook(committed_city: City, settings: Any) -> Endpoint:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
    told = made(machine(committed_city.environment, scopes=SCOPES), url=f"http://127.0.0.1:{port}/bihuan")
    return Endpoint.objects.get(pk=told["id"])


@pytest.fixture
def receiver(hook: Endpoint) -> Iterator[subprocess.Popen]:
    """The snippet as it stands there, in a process of its own."""
    (snippet,) = re.findall(r"```python\n(.*?)```", RECIPE, re.S)
    port = hook.url.split(":")[2].split("/")[0]
    process = subprocess.Popen(
        [sys.executable, "-c", snippet],
        env=os.environ | {"WEBHOOK_SECRET": hook.secret, "PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wait_until(lambda: listens(int(port)), "the receiver listens")
    yield process
    process.kill()
    process.wait()


def test_the_receiver_takes_what_we_send_once(hook: Endpoint, receiver: Any, committed_city: City) -> None:
    item = walking.walk(committed_city, State.RECTIFYING)
    push()
    n = deliver("webhook")
    deliveries = Delivery.objects.filter(endpoint=hook)
    deliveries.update(state="pending", sent_at=None, next_attempt_at="2026-01-01T00:00:00Z")  # all of it again
    assert deliver("webhook") == n == deliveries.filter(state="sent").count()
    kinds = deliveries.order_by("pk").values_list("message__kind", flat=True)
    receiver.kill()
    assert receiver.stdout.read().splitlines() == [f"item.{kind} {item.number}" for kind in kinds]


@pytest.mark.parametrize("change", ["signature", "body", "timestamp"])
def test_and_nothing_else(hook: Endpoint, receiver: Any, change: str) -> None:
    now = datetime.now(UTC) - (timedelta(minutes=6) if change == "timestamp" else timedelta())
    body = '{"type":"test","data":{}}'
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(hook.secret).sign("1", now, body),
    }
    if change == "signature":
        headers["webhook-signature"] = "v1,AAAA"
    content = body.replace("test", "Test") if change == "body" else body
    assert httpx.post(hook.url, content=content, headers=headers, trust_env=False).status_code == 401


def test_the_schedule_there_is_ours() -> None:
    (said,) = re.findall(r"立即，以后依次隔 (.*?) 再试", RECIPE, re.S)
    delays = [int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+) (s|min|h)\b", said)]
    assert delays == [int(delay.total_seconds()) for delay in WEBHOOK_DELAYS]


def test_its_other_numbers_are_ours() -> None:
    name, address, call = addresses.RESOLVING, calls.CONNECTING, calls.SECONDS
    assert f"解析域名最多 {name:.0f} s，连接每个 IP 地址最多 {address:.0f} s，整个请求最多 {call:.0f} s" in RECIPE
    assert f"每 {WEBHOOK_DELAYS[-1].total_seconds() / 3600:.0f} h 再试" in RECIPE
    assert f"答复的正文最多读 {calls.LARGEST_ANSWER // 1024} kB" in RECIPE
    assert f"连续 {DISABLED_AFTER.total_seconds() / 3600:.0f} 小时" in RECIPE
    assert f"答复 {'、'.join(f'`{status}`' for status in OF_THE_MESSAGE)} 表示" in RECIPE

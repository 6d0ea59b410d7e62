"""The world outside as the scripted gateway plays it, and the ways to it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from notifications.channels import Envelope, transport_for
from tests.gateway import Gateway


@pytest.fixture
def world(settings: object) -> Iterator[Gateway]:
    """Its host may be reached although it stands in our own network; text messages go there."""
    with Gateway() as gateway:
        settings.SMS_URL = f"{gateway.url}/sms"
        settings.WEBHOOK_ALLOWED_HOSTS = [urlsplit(gateway.url).netloc]
        yield gateway


def envelope(to: str, **fields: object) -> Envelope:
    """A notice of an item; every field may be said otherwise."""
    usual = {
        "subject": "【XF2026-0001】预警：非法倾倒",
        "body": "逾期1天。",
        "reference": "a1b2",
        "number": "XF2026-0001",
    }
    return Envelope(to=to, **(usual | {"url": "https://bihuan.city.example/items/XF2026-0001/"} | fields))


def send(channel: str, *envelopes: Envelope) -> list[str]:
    """Through one transport, as a run does."""
    with transport_for(channel) as transport:
        return [transport.send(one) for one in envelopes]

"""People, drafts and a scripted mail backend for the tests of messages and deliveries."""

import itertools
import socket
from collections.abc import Callable, Iterator

import pytest
from kombu import pools

from accounts.models import User
from config.celery import app as celery
from notifications import channels, kick
from notifications.models import Delivery, Endpoint
from tests.api.callers import machine
from tests.notifications.backends import ScriptedBackend
from tests.notifications.drafts import tell
from tests.notifications.recording import RecordingTransport
from tests.people import City

counter = itertools.count(1)


@pytest.fixture
def person() -> Callable[..., User]:
    """Makes an active user with an address; every field may be said otherwise."""

    def make(**fields: object) -> User:
        name = f"notified-{next(counter)}"
        return User.objects.create(**{"username": name, "name": name, "email": f"{name}@city.example", **fields})

    return make


@pytest.fixture
def reader(person: Callable[..., User]) -> User:
    return person()


@pytest.fixture
def outgoing(settings: object) -> Iterator[type[ScriptedBackend]]:
    """Mail goes to a list; `outgoing.script` says what goes wrong and in which order."""
    settings.EMAIL_BACKEND = f"{ScriptedBackend.__module__}.ScriptedBackend"
    ScriptedBackend.reset()
    yield ScriptedBackend
    ScriptedBackend.reset()


@pytest.fixture
def gateway(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[RecordingTransport]]:
    """Text messages, robots and webhooks go to a list; there is a gateway for text messages."""
    settings.SMS_URL = "https://sms.example"
    settings.WEBHOOK_ALLOWED_HOSTS = ["robot.example"]
    path = f"{RecordingTransport.__module__}.RecordingTransport"
    monkeypatch.setattr(
        channels, "TRANSPORTS", {**dict.fromkeys(channels.TRANSPORTS, path), "email": channels.TRANSPORTS["email"]}
    )
    RecordingTransport.reset()
    yield RecordingTransport
    RecordingTransport.reset()


@pytest.fixture
def robot(city: City) -> Callable[..., Endpoint]:
    """Makes a robot of the environment bureau, or a webhook of its system; every field may be said otherwise."""

    def make(**fields: object) -> Endpoint:
        url = f"https://robot.example/{next(counter)}"
        if fields.get("channel") == "webhook":
            fields = {"owner": machine(city.environment, scopes=["webhooks", "events:read"]).user, **fields}
        return Endpoint.objects.create(
            **{"department": city.environment, "channel": "wecom", "name": "整改群", "url": url, **fields}
        )

    return make


@pytest.fixture
def delivery(db: None, reader: User) -> Delivery:
    """One message on its way to one reader."""
    tell(reader)
    return Delivery.objects.get()


@pytest.fixture(params=["refuses", "keeps silent"])
def broker_down(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The broker's address refuses connections, or takes them and never says a word."""
    monkeypatch.setattr(kick, "_pause_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        if request.param == "refuses":
            silent.close()
        monkeypatch.setattr(celery.conf, "broker_url", f"redis://127.0.0.1:{port}/0")
        yield


@pytest.fixture
def calls_waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many calls lie in the mail queue of the real broker, which a busy machine may give more time."""
    monkeypatch.setattr(kick, "_pause_until", 0.0)
    monkeypatch.setattr(kick, "PATIENCE", 5.0)
    pools.reset()  # of an earlier test's broker

    def length() -> int:
        with celery.connection_for_read() as connection:
            return connection.default_channel._size("mail")

    return length

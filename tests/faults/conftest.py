"""A ground for the session, a house for each test that asks for one."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree

import pytest
from django.test import override_settings
from kombu import pools
from pytest_django import DjangoDbBlocker

from config.celery import app
from notifications import kick
from tests.faults.ground import Ground
from tests.faults.house import House
from tests.gateway import RemoteGateway


@pytest.fixture(scope="session")
def ground(cheap_hashes: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """PostgreSQL of our own, with a city to copy."""
    try:
        own = Ground()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    with django_db_blocker.unblock(), own as running:
        yield running


@pytest.fixture
def build(ground: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[..., House]]:
    """A house with settings of its own: build(STORM_LIMIT="2")."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        yield lambda **settings: stack.enter_context(_house(ground, **settings))


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    """Broker and gateway run; the test starts whatever else it needs. The ORM of the test works in its database."""
    return build()


@contextmanager
def _house(ground: Ground, **settings: object) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(dir=ground.base, prefix="h"))
    with ground.city() as database, RemoteGateway(folder) as gateway:
        house = House(ground, database, folder, gateway, **settings)
        house.start_valkey()
        try:
            with _as_one_of_its_processes(house):
                yield house
        finally:
            house.leave()
    rmtree(folder, ignore_errors=True)


@contextmanager
def _as_one_of_its_processes(house: House) -> Iterator[None]:
    """Verbs that the test performs itself wake the workers of the house and store files in it."""
    before, app.conf.broker_url, kick._pause_until = app.conf.broker_url, house.broker_url, 0.0
    pools.reset()  # kombu takes two brokers on two sockets for one
    same: AbstractContextManager = override_settings(
        DATA_DIR=house.data, SMS_URL=f"{house.gateway.url}/sms", QUIET_HOURS="", PUBLIC_URL=house.url
    )
    with same:
        yield
    app.conf.broker_url = before
    pools.reset()

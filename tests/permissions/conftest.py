"""The world of the matrix is built once."""

import logging
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.permissions.ground import committed
from tests.permissions.world import World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with committed(django_db_blocker, World) as built:
        yield built


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Thousands are meant."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)

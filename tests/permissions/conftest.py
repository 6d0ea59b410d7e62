"""The world of the matrix is built once."""

import logging
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.committed import laid
from tests.permissions.ground import Ground
from tests.permissions.world import World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with laid(django_db_blocker, lambda city: World(Ground(city))) as built:
        yield built


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Thousands are meant."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)

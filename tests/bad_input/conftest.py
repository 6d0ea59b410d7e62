"""The ground of these tests is laid once; there is no limit on how often one may ask."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests import committed
from tests.bad_input.ground import Ground


@pytest.fixture(scope="package")
def laid(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with committed.laid(django_db_blocker, Ground) as built:
        yield built


@pytest.fixture
def ground(laid: Ground, db: None, settings: Any) -> Ground:
    settings.API_WRITES_PER_MINUTE = settings.API_UPLOADS_PER_MINUTE = settings.API_READS_PER_MINUTE = 1_000_000
    return laid


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Thousands are meant."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)

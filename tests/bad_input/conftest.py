"""The ground of these tests, without limits on how often one may ask."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bad_input.ground import Ground
from tests.people import City


@pytest.fixture
def ground(city: City, settings: Any) -> Ground:
    settings.API_WRITES_PER_MINUTE = settings.API_UPLOADS_PER_MINUTE = settings.API_READS_PER_MINUTE = 1_000_000
    settings.WEBHOOK_ALLOWED_HOSTS = ["data.city.example"]
    return Ground(city)


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Thousands are meant."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)

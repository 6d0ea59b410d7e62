"""The ground of these tests is laid once; there is no limit on how often one may ask."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests import people
from tests.bad_input.ground import Ground
from tests.people import City


@pytest.fixture(scope="package")
def laid(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """Committed, and emptied afterwards; what a test does to it is rolled back."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("workflow.services.look_backs.draw", lambda: 99)
        people.found_the_city()
        built = Ground(City())
    yield built
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        people.found_the_city()


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

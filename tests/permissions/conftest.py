"""The world of the matrix is built once."""

import logging
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests import people
from tests.people import City
from tests.permissions.ground import Ground
from tests.permissions.world import World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Committed, because the feed tells nothing of a transaction that still runs; emptied afterwards."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("workflow.services.look_backs.draw", lambda: 99)
        people.found_the_city()
        built = World(Ground(City()))
    yield built
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        people.found_the_city()


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Thousands are meant."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)

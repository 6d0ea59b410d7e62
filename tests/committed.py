"""A ground that is laid once for many tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests import people
from tests.people import City

Built = TypeVar("Built")


@contextmanager
def laid(blocker: DjangoDbBlocker, build: Callable[[City], Built]) -> Iterator[Built]:
    """What is built in the city. Committed, because the feed tells nothing of a transaction that still runs; what a
    test does to it is rolled back, and afterwards the database is emptied."""
    with pytest.MonkeyPatch.context() as patch, blocker.unblock():
        patch.setattr("workflow.services.look_backs.draw", lambda: 99)
        people.found_the_city()
        built = build(City())
    yield built
    with blocker.unblock():
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)  # no id of a row comes again
        people.found_the_city()

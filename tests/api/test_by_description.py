"""The API does what its description says, whatever it is sent: requests made from the description by schemathesis, as
three people and two machines. `./run fuzz` does the same for as long as it is told."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django import DjangoDbBlocker
from schemathesis import Case

from tests.api.fuzzing import OWN_CHECKS, Senders, described
from tests.permissions.ground import committed

pytestmark = pytest.mark.django_db
schema = described()
schema.config.generation.max_examples = int(os.environ.get("FUZZ_EXAMPLES", 6))
schema.config.generation.deterministic = "FUZZ_EXAMPLES" not in os.environ


@pytest.fixture(scope="module")
def senders(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Senders]:
    with committed(django_db_blocker, Senders) as built:
        yield built


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A request at its end gives its connection back, and with it the transaction that the test undoes."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@schema.parametrize()
def test_the_api_is_what_its_description_says(case: Case, senders: Senders) -> None:
    """Each request is undone, so that the next one finds the same items."""
    headers = senders.prepare(case)
    with transaction.atomic():
        case.call_and_validate(headers=headers, additional_checks=OWN_CHECKS)
        transaction.set_rollback(True)

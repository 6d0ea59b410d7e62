"""The API does what its description says, whatever it is sent: requests made from the description by schemathesis, as
three people and two machines, with all of its checks. `./run fuzz` does the same with as many requests as it is told.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import SettingsWrapper
from schemathesis import Case

from tests.api.fuzz_checks import OWN_CHECKS, unfit
from tests.api.fuzzing import Senders, described, is_one_of_many
from tests.committed import laid
from tests.permissions.ground import Ground

pytestmark = pytest.mark.django_db
ENOUGH = 10  # requests of one operation for each caller to have had a turn
SEED = os.environ.get("FUZZ_SEED")
schema = described(int(os.environ.get("FUZZ_EXAMPLES", 4)), int(SEED) if SEED else None)


@pytest.fixture(scope="module")
def senders(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Senders]:
    with laid(django_db_blocker, lambda city: Senders(Ground(city), list(schema))) as built:
        yield built


@pytest.fixture(autouse=True)
def one_connection(settings: SettingsWrapper) -> Iterator[None]:
    """A request at its end gives its connection back, and with it the transaction that the test undoes."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.example", "data.city.example"]
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    logging.disable(logging.WARNING)  # thousands of refusals are meant
    yield
    logging.disable(logging.NOTSET)
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def everybody_asks(request: pytest.FixtureRequest, senders: Senders) -> Iterator[None]:
    """No operation is left out by anybody."""
    yield
    answered = senders.answered[request.node.operation_label]
    if answered.total() >= ENOUGH:
        assert {name for name, _status in answered} == set(senders.all)


@schema.parametrize()
def test_the_api_is_what_its_description_says(case: Case, senders: Senders) -> None:
    """Each request is undone, so that the next one finds the same items."""
    if SEED is None and is_one_of_many(case):
        return
    name, sent = senders.prepare(case)
    with transaction.atomic():
        response = case.call_and_validate(**sent, additional_checks=OWN_CHECKS, excluded_checks=unfit(case))
        senders.note(name, case.operation.label, response)
        transaction.set_rollback(True)

"""Readers follow the feed while eight writers commit out of order: each event once, in one order for all."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import connections, transaction

from tests import walking
from tests.api.callers import Caller, person
from tests.people import City
from workflow.lifecycle import State
from workflow.models import Event, WorkItem
from workflow.services.reports import report

WRITERS, WRITES, LONGEST_DELAY = 8, 25, 0.03  # seconds before a commit
PAGE_SIZES = (1, 3, 50, 200)


def alone(work: Callable[..., object]) -> Callable[..., object]:
    """A thread leaves no connection behind."""

    def run(*arguments: object) -> object:
        try:
            return work(*arguments)
        finally:
            connections.close_all()

    return run


@alone
def write(city: City, item: WorkItem, seed: int) -> None:
    lots = random.Random(seed)
    for number in range(WRITES):
        with transaction.atomic():
            report(item, by=city.environment_clerk, percent=number, text=f"进展 {number}")
            time.sleep(lots.uniform(0, LONGEST_DELAY))


@alone
def follow(caller: Caller, limit: int, is_over: Signal) -> list[int]:
    """Ids as they come; one more round after the writers have ended."""
    ids, after = [], None
    while True:
        was_over = is_over.is_set()
        page = caller.get("events/", {"limit": limit} | ({"after": after} if after else {})).json()
        ids += [event["id"] for event in page["events"]]
        after = page["next"]
        if was_over and not page["events"]:
            return ids


@pytest.mark.parametrize("seed", [1, 2])
def test_eight_writers_with_delays_and_no_event_is_skipped_or_repeated(committed_city: City, seed: int) -> None:
    items = [walking.walk(committed_city, State.RECTIFYING) for _ in range(WRITERS)]
    _read_people(committed_city)
    is_over = Signal()
    with ThreadPoolExecutor(WRITERS + len(PAGE_SIZES)) as pool:
        readers = [pool.submit(follow, person(committed_city.dispatcher), limit, is_over) for limit in PAGE_SIZES]
        writers = [pool.submit(write, committed_city, item, seed * 100 + n) for n, item in enumerate(items)]
        for writer in writers:
            writer.result()
        is_over.set()
        seen = [reader.result() for reader in readers]
    stored = list(Event.objects.order_by("transaction_id", "pk").values_list("pk", flat=True))
    assert len(stored) > WRITERS * WRITES
    assert sorted(stored) != stored, "no transaction committed out of order, so nothing was shown"
    assert seen == [stored] * len(PAGE_SIZES)


def _read_people(city: City) -> None:
    """Before the threads: each would read them anew at the same moment."""
    assert city.environment_clerk and city.dispatcher

"""A whole list, page by page, while its items change: each item that stays is read once, and the walk ends."""

import argparse
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.models import User
from accounts.roles import Role
from tests.bench.rig import load
from tests.bench.rig.lines import Line, Unfit, say
from tests.bench.rig.staff import staffed_city
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.services.reports import report

WRITERS = 2
PAUSE = 0.1  # seconds of a writer between two changes
SEED = 7
ORDERS = ("number", "-updated_at", "updated_at")  # what never changes, and what each change changes, both ways


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=200_000, help="on all pages together (%(default)s)")
    parser.add_argument("--limit", type=int, default=200, help="on a page (%(default)s)")


def run(options: argparse.Namespace) -> Iterator[Line]:
    city = staffed_city()
    load.fill(city, options.items)
    reader = Client()
    reader.force_login(
        User.objects.filter(memberships__department=city.office, memberships__role=Role.SUPERVISOR).first()
    )
    for ordering in ORDERS:
        yield _walked(reader, ordering, options.limit)


@dataclass
class Walk:
    """What a reader has seen; `queries`: of each full page."""

    numbers: Counter[str] = field(default_factory=Counter)
    queries: list[int] = field(default_factory=list)


def _walked(reader: Client, ordering: str, limit: int) -> Line:
    """Raises Unfit if an item that nobody touched was read more than once, or not at all."""
    say(f"walking by {ordering}")
    there = set(WorkItem.objects.values_list("number", flat=True))
    begun = time.perf_counter()
    with _changing() as changed:
        walk = _walk(reader, ordering, limit)
    seconds = time.perf_counter() - begun
    missed = [number for number in there - changed if walk.numbers[number] != 1]
    if missed or not there >= walk.numbers.keys():
        raise Unfit(f"{ordering}: {len(missed)} items were not read exactly once, e.g. {missed[:3]}")
    queries = {"queries_least": min(walk.queries), "queries_most": max(walk.queries)}
    more = {"pages": len(walk.queries), "changed_meanwhile": len(changed), **queries}
    return Line(f"walk-by-{ordering}", walk.numbers.total(), seconds, None, more)


@override_settings(API_READS_PER_MINUTE=1_000_000)
def _walk(reader: Client, ordering: str, limit: int) -> Walk:
    walk, address = Walk(), f"/api/v1/items/?ordering={ordering}&limit={limit}"
    while address:
        reset_queries()  # Django keeps no more than 9,000
        with CaptureQueriesContext(connection) as asked:
            page = json.loads(reader.get(address).content)
        walk.numbers.update(item["number"] for item in page["results"])
        walk.queries.append(len(asked))
        address = page["next"]
    return walk


@contextmanager
def _changing() -> Iterator[set[str]]:
    """Numbers of the items that report on their progress until the block is left."""
    over, changed = threading.Event(), set()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(_write, over, changed, SEED + each) for each in range(WRITERS)]
        try:
            yield changed
        finally:
            over.set()
    for writer in writers:
        writer.result()


def _write(over: threading.Event, changed: set[str], seed: int) -> None:
    chosen = random.Random(seed)
    with closing(connection):
        open_items = list(WorkItem.objects.filter(state=State.RECTIFYING).values_list("pk", flat=True))
        clerks = dict(User.objects.filter(memberships__role=Role.CLERK).values_list("memberships__department", "pk"))
        while not over.wait(PAUSE):
            item = WorkItem.objects.get(pk=chosen.choice(open_items))
            changed.add(item.number)
            report(item, by=User.objects.get(pk=clerks[item.lead_id]), text="已开工。")

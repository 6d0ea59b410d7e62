"""The deadline scan: alerts stored with their event, messages and deliveries, beside plain SQL and an ORM loop."""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection

from tests.bench.rig import limit, load, loop
from tests.bench.rig.lines import Line, Unfit, say
from tests.bench.rig.staff import staffed_city
from tests.bench.rig.watch import watching
from workflow import database_clock, deadline_scan, tasks

SCAN, LIMIT, LOOP = range(3)  # the rounds of clocks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=100_000, help="open items (%(default)s)")
    parser.add_argument("--due", type=int, default=10_000, help="clocks that are due (%(default)s)")
    parser.add_argument("--loop", type=int, default=300, help="clocks for the per-item loop (%(default)s)")
    parser.add_argument("--idle-runs", type=int, default=100, help="scans with nothing due (%(default)s)")


def run(options: argparse.Namespace) -> Iterator[Line]:
    if options.items < options.due * 3 + load.ORIGINALS:
        raise Unfit("--items: three times as many as --due and 40 more, as each of the three ways takes its own clocks")
    load.fill(staffed_city(), options.items, options.due, rounds=3)
    deadline_scan.scan()  # what is imported and connected at the first call is not measured
    if options.due:
        yield from _against_others(options)
    yield _idle_line(options)


def _against_others(options: argparse.Namespace) -> Iterator[Line]:
    due, each = options.due, min(options.loop, options.due)
    scan = _scan(due)
    yield scan
    yield Line("alerts-stored", due, scan.seconds, None, _stored(due))
    limit.prepare(SCAN, LIMIT)
    _let_fall_due(LIMIT)
    in_sql = Line("limit", due, _timed(limit.fire))
    yield Line("scan-vs-limit", due, in_sql.seconds, scan.per_second / in_sql.per_second)
    _let_fall_due(LOOP)
    now = database_clock.now()
    by_item = Line("loop", each, _timed(lambda: loop.fire(SCAN, LOOP, each, now)))
    yield Line("scan-vs-loop", each, by_item.seconds, scan.per_second / by_item.per_second)
    deadline_scan.scan()  # what the loop has left


def _let_fall_due(number: int) -> None:
    say(f"round {number + 1} of three falls due")
    load.make_due(number)
    load.tidy_up()


def _scan(due: int) -> Line:
    _let_fall_due(SCAN)
    with watching() as watch:
        seconds = _timed(deadline_scan.scan)
    seen = {"longest_transaction_s": watch.longest_transaction, "memory_growth_mib": watch.growth_mib}
    return Line("scan", due, seconds, None, seen)


def _timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _stored(due: int) -> dict[str, int]:
    """What stands in the database for the clocks of the scan's round; raises Unfit unless each was told once."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [SCAN])
        stored = dict(zip(STORED, cursor.fetchone(), strict=True))
    if any(stored[name] != due for name in ("events", "firings", "told", "moved_on")):
        raise Unfit(f"{due} clocks were due, but this is stored: {stored}")
    return stored


STORED = ("events", "firings", "told", "moved_on", "proposals", "messages", "deliveries")
_STORED = """
WITH due AS (SELECT * FROM bench_due WHERE round = %s),
message AS (SELECT m.id, timer_id FROM due JOIN notifications_message AS m ON m.holds_while = 'timer:' || timer_id)
SELECT
    (SELECT count(*) FROM due JOIN workflow_event AS e USING (item_id) WHERE e.data ->> 'timer' = timer_id::text),
    (SELECT count(*) FROM due JOIN workflow_rungfiring USING (timer_id)),
    (SELECT count(DISTINCT timer_id) FROM message),
    (SELECT count(*) FROM due JOIN workflow_timer AS timer ON timer.id = timer_id
        WHERE timer.fire_at IS NULL OR timer.fire_at > statement_timestamp()),
    (SELECT count(*) FROM due JOIN workflow_proposal USING (timer_id)),
    (SELECT count(*) FROM message),
    (SELECT count(*) FROM message JOIN notifications_delivery ON message_id = message.id)
"""


def _idle_line(options: argparse.Namespace) -> Line:
    """Beside the scan alone the whole task of Celery, which writes down besides that it ran."""
    load.tidy_up()
    scans = _milliseconds(options.idle_runs, deadline_scan.scan)
    seen = {"items": options.items, "median_ms": statistics.median(scans), "worst_ms": max(scans)}
    seen["task_median_ms"] = statistics.median(_milliseconds(options.idle_runs, tasks.scan_deadlines))
    return Line("idle-scan", options.idle_runs, sum(scans) / 1000, None, seen)


def _milliseconds(runs: int, work: Callable[[], object]) -> list[float]:
    return [_timed(work) * 1000 for _ in range(runs)]

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
from workflow import database_clock, tasks

SCAN, LIMIT, LOOP = range(3)  # the rounds of clocks
ODDS = 40  # items beyond those whose clocks are due: the originals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=100_000, help="open items (%(default)s)")
    parser.add_argument("--due", type=int, default=10_000, help="clocks that are due (%(default)s)")
    parser.add_argument("--loop", type=int, default=300, help="clocks for the per-item loop (%(default)s)")
    parser.add_argument("--idle-runs", type=int, default=100, help="scans with nothing due (%(default)s)")


def run(options: argparse.Namespace) -> Iterator[Line]:
    if options.items < options.due * 3 + ODDS:
        raise Unfit("--items: three times as many as --due and 40 more, as each of the three ways takes its own clocks")
    load.fill(staffed_city(), options.items, options.due, rounds=3)
    idle(1)  # what is imported and connected at the first call is not measured
    if options.due:
        yield from _against_others(options)
    yield _idle_line(options)


def _against_others(options: argparse.Namespace) -> Iterator[Line]:
    scan, stored = _scan(options.due)
    yield scan
    yield stored
    limit.prepare(SCAN, LIMIT)
    sql = _timed("limit", options.due, _due(LIMIT, limit.fire))
    yield Line("scan-vs-limit", options.due, sql.seconds, scan.per_second / sql.per_second)
    load.make_due(LOOP)
    n = min(options.loop, options.due)
    now = database_clock.now()
    each = _timed("loop", n, lambda: loop.fire(SCAN, LOOP, n, now))
    yield Line("scan-vs-loop", n, each.seconds, scan.per_second / each.per_second)
    tasks.scan_deadlines()  # what the loop has left


def _due(number: int, fire: Callable[[], object]) -> Callable[[], object]:
    load.make_due(number)
    return fire


def _scan(due: int) -> tuple[Line, Line]:
    fire = _due(SCAN, tasks.scan_deadlines)
    with watching() as watch:
        line = _timed("scan", due, fire)
    stored = _stored()
    if stored["events"] != due or stored["firings"] != due:
        raise Unfit(f"{due} clocks were due, but this was stored: {stored}")
    seen = {"longest_transaction_s": watch.longest_transaction, "memory_growth_mib": watch.growth_mib}
    return Line("scan", due, line.seconds, None, seen), Line("alerts-stored", due, line.seconds, None, stored)


def _timed(name: str, n: int, work: Callable[[], object]) -> Line:
    say(f"{name}: {n:,}")
    begun = time.perf_counter()
    work()
    return Line(name, n, time.perf_counter() - begun)


def _stored() -> dict[str, int]:
    """What stands in the database for the clocks of the scan's round."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [SCAN])
        return dict(zip(STORED, cursor.fetchone(), strict=True))


STORED = ("events", "firings", "proposals", "messages", "deliveries", "moved_on")
_STORED = """
WITH due AS (SELECT * FROM bench_due WHERE round = %s),
message AS (SELECT m.id FROM due JOIN notifications_message AS m ON m.holds_while = 'timer:' || due.timer_id)
SELECT
    (SELECT count(*) FROM due JOIN workflow_event AS e USING (item_id) WHERE e.data ->> 'timer' = due.timer_id::text),
    (SELECT count(*) FROM due JOIN workflow_rungfiring USING (timer_id)),
    (SELECT count(*) FROM due JOIN workflow_proposal USING (timer_id)),
    (SELECT count(*) FROM message),
    (SELECT count(*) FROM message JOIN notifications_delivery AS d ON d.message_id = message.id),
    (SELECT count(*) FROM due JOIN workflow_timer AS t ON t.id = due.timer_id
        WHERE t.fire_at IS NULL OR t.fire_at > statement_timestamp())
"""


def idle(runs: int) -> list[float]:
    """Milliseconds of each scan that finds nothing due."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        tasks.scan_deadlines()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def _idle_line(options: argparse.Namespace) -> Line:
    load.tidy_up()
    taken = sorted(idle(options.idle_runs))
    seen = {"items": options.items, "median_ms": statistics.median(taken), "worst_ms": taken[-1]}
    return Line("idle-scan", options.idle_runs, sum(taken) / 1000, None, seen)

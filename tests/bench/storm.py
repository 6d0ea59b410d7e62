"""A storm: thousands of clocks fall due at one moment; a real worker fires them, everybody gets one digest."""

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator

from django.conf import settings

from tests.bench.rig import house, load
from tests.bench.rig.lines import Line, Unfit, say
from tests.bench.rig.staff import staffed_city
from tests.gateway import RemoteGateway

PATIENCE = 900  # seconds until a benchmark gives up
TARGET = 60  # seconds until the last clock must have fired
ROUND = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timers", type=int, default=20_000, help="clocks that fall due (%(default)s)")
    parser.add_argument(
        "--group-wait",
        type=int,
        default=settings.GROUP_WAIT,
        help="seconds that notices of the clock wait for one another (%(default)s, as in production)",
    )


def run(options: argparse.Namespace) -> Iterator[Line]:
    load.fill(staffed_city(), options.timers + load.ORIGINALS, options.timers)
    with house.gateway() as gateway, house.at_work(gateway, options.group_wait, house.SCANNING, house.MAILING):
        say("workers and beat are at work; the clocks fall due")
        load.make_due(ROUND)
        fired = house.wait_until(lambda: house.rows(_STILL_DUE) == [(0,)], PATIENCE, "the clocks to fire")
        yield Line("storm-fired", options.timers, fired, None, {"target_s": TARGET, **_told(options.timers)})
        sent = fired + house.wait_until(house.nothing_pending, PATIENCE, "the mail to leave")
        yield _digests(gateway, sent, options.group_wait)


_STILL_DUE = """
SELECT count(*) FROM (SELECT FROM workflow_timer WHERE fire_at <= statement_timestamp() AND rung_id IS NOT NULL LIMIT 1)
AS due
"""
_TOLD = """
SELECT count(DISTINCT timer_id), count(message.id), count(DISTINCT recipient_id)
FROM bench_due LEFT JOIN notifications_message AS message ON holds_while = 'timer:' || timer_id
"""
# What a person's notices left in: in a digest, or by themselves.
_ENVELOPES = """
SELECT delivery.recipient_id, envelope.state, told.dedup_key, count(*)
FROM bench_due JOIN notifications_message AS message ON message.holds_while = 'timer:' || timer_id
JOIN notifications_delivery AS delivery ON delivery.message_id = message.id AND delivery.channel = 'email'
JOIN notifications_delivery AS envelope ON envelope.id = coalesce(delivery.digest_id, delivery.id)
JOIN notifications_message AS told ON told.id = envelope.message_id
GROUP BY 1, 2, 3
"""


def _told(timers: int) -> dict[str, int]:
    ((fired, messages, people),) = house.rows(_TOLD)
    if fired != timers:
        raise Unfit(f"{timers} clocks were due, {fired} were told")
    return {"messages": messages, "people": people}


def _digests(gateway: RemoteGateway, seconds: float, group_wait: int) -> Line:
    """What the database says has been sent must have reached the gateway, each once."""
    envelopes = house.rows(_ENVELOPES)
    arrived = Counter(record.reference[1:33] for record in gateway.executed("smtp"))
    wrong = [key for _, state, key, _ in envelopes if state != "sent" or arrived[_reference(key)] != 1]
    if wrong:
        raise Unfit(f"{len(wrong)} of {len(envelopes)} envelopes did not arrive once, as {wrong[0]}")
    people = Counter(recipient for recipient, *_ in envelopes)
    members = sum(n for *_, n in envelopes)
    seen = {"people": len(people), "most_for_one_person": max(people.values()), "group_wait_s": group_wait}
    told = {"notices": members, "notices_per_person": members / len(people), "largest": max(e[3] for e in envelopes)}
    return Line("storm-digests", len(envelopes), seconds, None, seen | told)


def _reference(dedup_key: str) -> str:
    """As the outbox makes it."""
    return hashlib.sha256(dedup_key.encode()).hexdigest()[:32]

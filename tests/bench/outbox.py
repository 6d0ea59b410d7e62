"""The outbox: mail to a gateway that refuses one in five at first; none lost, none twice; beside bare SMTP."""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from django.conf import settings
from django.db import transaction

from accounts.models import User
from notifications.services import Draft, notify
from tests.bench.rig import house, load, posting
from tests.bench.rig.lines import Line, Unfit, say
from tests.faults.processes import started
from tests.gateway import RemoteGateway

PATIENCE = 1800  # seconds until a benchmark gives up
AT_A_TIME = 1000
WORKERS = 2
MAILING = ("-Q", "mail", "-c", str(WORKERS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=20_000, help="one for each of so many people (%(default)s)")
    parser.add_argument("--fail", type=int, default=20, help="percent that fail at the first attempt (%(default)s)")


def run(options: argparse.Namespace) -> Iterator[Line]:
    script = {"smtp": f"fail_once {options.fail}"}
    _tell(options.messages)
    with house.gateway(script) as gateway, house.at_work(gateway, settings.GROUP_WAIT, MAILING):
        say("a worker with two children sends, woken by beat")
        sent = _drain()
        seen = _arrived(gateway, options)
    with house.gateway(script) as gateway:
        bare = _post(gateway, options.messages)
        _arrived(gateway, options)
    ratio = bare / sent
    yield Line("outbox", options.messages, sent, None, {"workers": WORKERS, **seen})
    yield Line("outbox-vs-limit", options.messages, bare, ratio, {"processes": WORKERS})


def _tell(messages: int) -> None:
    """One message a person, so that nothing is folded into a digest."""
    say(f"storing {messages:,} messages")
    people = User.objects.bulk_create(
        User(username=f"reader.{n}", name=f"读者{n}", email=f"reader.{n}@city.example", password="!")
        for n in range(messages)
    )
    load.tidy_up()
    for first in range(0, messages, AT_A_TIME):
        with transaction.atomic():
            notify([_draft(user) for user in people[first : first + AT_A_TIME]])
    load.tidy_up()


def _draft(user: User) -> Draft:
    return Draft(
        recipient_id=user.pk,
        kind="return",
        subject=f"{user.name}：整改退回",
        body="整改材料不完整，请补充现场照片后重新提交。" * 3,
        url="/",
        dedup_key=f"bench:{user.pk}",
        notice_class="mandatory",
    )


def _drain() -> float:
    """Seconds from the first attempt to the end of the last one, without the minute that a failed one has to wait.

    The first attempts are made, then the second ones fall due at once.
    """
    house.wait_until(lambda: house.rows(_FRESH) == [(0,)], PATIENCE, "the first attempts")
    house.rows(_RETRY_NOW)
    house.wait_until(house.nothing_pending, PATIENCE, "the second attempts")
    ((first, second),) = house.rows(_TOOK)
    return first + second


_FRESH = """
SELECT count(*) FROM (SELECT FROM notifications_delivery
    WHERE channel = 'email' AND (state = 'pending' AND attempts = 0 OR state = 'sending') LIMIT 1) AS fresh
"""
_RETRY_NOW = """
UPDATE notifications_delivery SET next_attempt_at = statement_timestamp()
WHERE channel = 'email' AND state = 'pending' AND attempts > 0 RETURNING id
"""
_TOOK = """
SELECT coalesce(sum(seconds) FILTER (WHERE n = 1), 0)::float, coalesce(sum(seconds) FILTER (WHERE n > 1), 0)::float
FROM (SELECT least(n, 2) AS n, extract(epoch FROM max(finished_at) - min(started_at)) AS seconds
    FROM notifications_deliveryattempt GROUP BY 1) AS round
"""


def _arrived(gateway: RemoteGateway, options: argparse.Namespace) -> dict[str, int]:
    """By the gateway's own record: everybody has got his mail once."""
    records = [record for record in gateway.records if record.to.startswith("reader.")]
    taken = Counter(record.to for record in records if record.executed)
    refused = sum(not record.executed for record in records)
    seen = {
        "arrived": len(taken),
        "lost": options.messages - len(taken),
        "twice": sum(n > 1 for n in taken.values()),
        "failed_first": refused,
    }
    if seen["lost"] or seen["twice"]:
        raise Unfit(f"not everybody got his mail once: {seen}")
    return seen


def _post(gateway: RemoteGateway, messages: int) -> float:
    """Seconds of bare processes that claim by SQL and post to the same gateway, nothing else."""
    posting.prepare(messages)
    host, port = gateway.smtp_address
    with ExitStack() as stack:
        processes = [
            stack.enter_context(started("-m", "tests.bench.rig.posting", host, str(port))) for _ in range(WORKERS)
        ]
        house.wait_until(lambda: posting.waiting() < messages, PATIENCE, "a bare process")
        begun = time.perf_counter()
        for process in processes:
            process.wait()
        return time.perf_counter() - begun

"""The processes of the system at work beside a benchmark: Celery workers, beat, the gateway."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.db import connection

from notifications.models import Heartbeat
from notifications.tasks import beat
from tests.bench.rig.lines import Unfit
from tests.faults.processes import started
from tests.gateway import RemoteGateway

GLANCE = 0.1  # seconds between two looks
CELERY = ("-m", "celery", "-q", "-A", "config")
# As `./run` starts them: the scan has a child for each core, mail has threads of its own.
SCANNING = ("-Q", "kick", "-c", "2")
MAILING = ("-Q", "mail", "-c", "3", "-P", "threads")
_TO_LEAVE = """
SELECT count(*) FROM notifications_delivery WHERE channel = 'email'
    AND (state = 'sending' OR state = 'pending' AND next_attempt_at < statement_timestamp() + interval '10 minutes')
"""


@contextmanager
def gateway(script: dict[str, str] | None = None) -> Iterator[RemoteGateway]:
    """It records what arrives, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder, RemoteGateway(Path(folder), script) as remote:
        yield remote


@contextmanager
def at_work(remote: RemoteGateway, group_wait: int, *workers: tuple[str, ...]) -> Iterator[None]:
    """Until the block is left; mail goes out at any hour. Yields when a worker of mail has taken its first call."""
    host, port = remote.smtp_address
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_URL": f"smtp://{host}:{port}",
        "QUIET_HOURS": "",
        "GROUP_WAIT": str(group_wait),
    }
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for number, words in enumerate(workers):
            command = (*CELERY, "worker", "-n", f"bench-{number}@%h", "-l", "ERROR", *words)
            stack.enter_context(started(*command, application="worker", **environment))
        command = (*CELERY, "beat", "-s", f"{folder}/beat", "-l", "ERROR")
        stack.enter_context(started(*command, application="beat", **environment))
        beat.apply_async(queue="mail")
        wait_until(Heartbeat.objects.filter(queue="mail").exists, 120, "a worker")
        yield


def wait_until(holds: Callable[[], object], seconds: float, what: str) -> float:
    """Returns how many seconds it took; raises Unfit when it takes too long."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > seconds:
            raise Unfit(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(GLANCE)
    return time.monotonic() - begun


def rows(statement: str, parameters: list[object] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def nothing_pending() -> bool:
    """Has all mail left the house but what waits for tomorrow's digest?"""
    return rows(_TO_LEAVE) == [(0,)]

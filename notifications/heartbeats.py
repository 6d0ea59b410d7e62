"""Heartbeats: beat sends a call to each queue, the worker that takes it writes the moment down.

A worker that is alive but deaf, as after a lost connection to the broker, is found out by this alone.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from notifications.models import Heartbeat

LATE = timedelta(seconds=90)  # three calls in a row that nobody took


def beat(queue: str) -> None:
    """A worker listens to this queue: now, by the database's clock. One statement, so that two workers may at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Heartbeat._meta.db_table} AS known (queue, beaten_at) VALUES (%s, clock_timestamp())
            ON CONFLICT (queue) DO UPDATE SET beaten_at = greatest(known.beaten_at, excluded.beaten_at)
            """,
            [queue],
        )


def last_beats() -> dict[str, datetime | None]:
    """For each queue of the settings the last sign of life; None: never. A queue that was given up is left out."""
    beaten = dict(Heartbeat.objects.values_list("queue", "beaten_at"))
    return {queue.name: beaten.get(queue.name) for queue in settings.CELERY_TASK_QUEUES}


def is_late(beaten_at: datetime | None, now: datetime) -> bool:
    return beaten_at is None or now - beaten_at > LATE

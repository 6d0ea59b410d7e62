"""The database's clock: hosts may differ, and what is due is due for all of them at once."""

from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """The present moment (aware); it goes on also inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment

"""The database's clock decides: hosts may differ, and a scan on a fast one must not end a publicity early."""

from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """The present moment (aware) as PostgreSQL tells it; it goes on also inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment

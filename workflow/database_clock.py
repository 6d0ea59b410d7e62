"""The database's clock decides: hosts may differ, and a scan on a fast one must not end a publicity early."""

from datetime import datetime

from accounts.prepared import Question, ask


def now() -> datetime:
    """The present moment (aware) as PostgreSQL tells it; it goes on also inside a transaction."""
    return ask(present_moment())


def present_moment() -> Question[datetime]:
    return Question("SELECT clock_timestamp()", [], lambda rows: rows[0][0])

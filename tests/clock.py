"""The database's clock, moved: for a test that cannot wait for months."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.prepared import Question
from workflow import database_clock


def show(monkeypatch: pytest.MonkeyPatch, moment: Callable[[], datetime]) -> None:
    """Whoever asks PostgreSQL for the present is told this."""

    def shown() -> Question[datetime]:
        return Question("SELECT %s::timestamptz", [moment()], lambda rows: rows[0][0])

    monkeypatch.setattr(database_clock, "present_moment", shown)

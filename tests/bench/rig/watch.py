"""Watches from outside while something is measured: how long transactions last, how much memory is held."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.db import connection

PERIOD = 0.01  # seconds between two looks
_OLDEST = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass
class Watch:
    """What was seen. Memory is this process's, in bytes."""

    longest_transaction: float = 0.0  # seconds
    memory: list[int] = field(default_factory=list)

    @property
    def growth_mib(self) -> float:
        """How much more is held at the highest point of the second half than at that of the first tenth."""
        tenth, half = max(1, len(self.memory) // 10), len(self.memory) // 2
        return max(0, max(self.memory[half:]) - max(self.memory[:tenth])) / 2**20


@contextmanager
def watching() -> Iterator[Watch]:
    """Looks until the block is left."""
    watch, over = Watch(memory=[_held()]), threading.Event()
    watcher = threading.Thread(target=_look, args=(watch, over, _address()), daemon=True)
    watcher.start()
    try:
        yield watch
    finally:
        over.set()
        watcher.join()


def _look(watch: Watch, over: threading.Event, address: dict[str, object]) -> None:
    with psycopg.connect(**address, autocommit=True) as own:
        while not over.wait(PERIOD):
            (age,) = own.execute(_OLDEST).fetchone()
            watch.longest_transaction = max(watch.longest_transaction, age)
            watch.memory.append(_held())


def _address() -> dict[str, object]:
    """Of the database that is measured."""
    known = connection.get_connection_params()
    return {name: known[name] for name in ("dbname", "host", "port", "user", "password") if name in known}


def _held() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

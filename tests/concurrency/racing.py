"""Letting several threads do something at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

PATIENCE = 30  # seconds; a barrier that breaks is an error, not a wait for ever


def race(runners: Iterable[Callable[[], Any]]) -> list[Any]:
    """Start all at once; for each its result or the exception it raised, in the order given."""
    runners = list(runners)
    barrier = threading.Barrier(len(runners))

    def run(runner: Callable[[], Any]) -> Any:
        try:
            barrier.wait(PATIENCE)
            return runner()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))

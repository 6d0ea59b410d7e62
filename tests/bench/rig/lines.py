"""One JSON object a line on stdout; progress on stderr."""

import json
import sys
import time
from typing import Any

from django.db import connection

started = time.monotonic()


class Unfit(Exception):
    """Options that make no sense together, as one sentence."""


def line(bench: str, case: str, n: int, seconds: float, limit: float | None, **more: Any) -> str:
    """`limit` is what plain SQL (or a bare client) reached a second with the same n in the same run."""
    per_second = n / seconds if seconds else 0.0
    values = {
        "bench": bench,
        "case": case,
        "n": n,
        "seconds": seconds,
        "per_second": per_second,
        "limit_per_second": limit,
        "ratio_to_limit": per_second / limit if limit else None,
    }
    return json.dumps({name: _short(value) for name, value in (values | more | durability()).items()})


def _short(value: Any) -> Any:
    """Four digits are more than a benchmark knows."""
    if isinstance(value, float):
        return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")
    return value


def durability() -> dict[str, bool]:
    """Does a commit survive a power cut on these servers, as in production?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') = 'on'")
        (is_durable,) = cursor.fetchone()
    return {"durable": is_durable}


def say(text: str) -> None:
    """What is going on, with the seconds since the start."""
    print(f"{time.monotonic() - started:7.1f} s  {text}", file=sys.stderr, flush=True)

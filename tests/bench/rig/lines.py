"""What a benchmark says: one line a result on stdout, to be read or as JSON; progress on stderr."""

import json
import sys
import time
from dataclasses import dataclass, field

from django.db import connection

started = time.monotonic()
Value = int | float | bool | str | None


class Unfit(Exception):
    """Options that make no sense together, or a result that is wrong, as one sentence."""


@dataclass(frozen=True)
class Line:
    """A result. `ratio`: times as fast as what the name says it is compared with, in the same run."""

    name: str
    n: int
    seconds: float
    ratio: float | None = None
    more: dict[str, Value] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.n / self.seconds if self.seconds else 0.0

    def values(self) -> dict[str, Value]:
        ours = {"name": self.name, "n": self.n, "seconds": self.seconds, "per_second": self.per_second}
        return {name: _short(value) for name, value in (ours | {"ratio": self.ratio} | self.more).items()}

    def as_json(self) -> str:
        return json.dumps(self.values())

    def as_text(self) -> str:
        values = self.values()
        name = values.pop("name")
        told = [
            f"{key} {value:,}" if isinstance(value, int | float) else f"{key} {value}" for key, value in values.items()
        ]
        return f"{name:<18} " + "  ".join(word for word in told if not word.endswith(" None"))


def _short(value: Value) -> Value:
    """Four digits are more than a benchmark knows."""
    if isinstance(value, float):
        return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")
    return value


def is_durable() -> bool:
    """Does a commit survive a power cut on this server, as in production?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') = 'on'")
        return cursor.fetchone()[0]


def say(text: str) -> None:
    """What is going on, with the seconds since the start."""
    print(f"{time.monotonic() - started:7.1f} s  {text}", file=sys.stderr, flush=True)

"""What the oracle knows from outside the database: the gateway's record, the answers that clients got, the broker."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.gateway import Record


@dataclass(frozen=True, slots=True)
class Answer:
    """What one client was told about one request of one action; `status` 0: it heard nothing, so nobody knows."""

    number: str  # of the item
    action: str
    key: str  # Idempotency-Key
    status: int
    version: int | None = None  # from the ETag
    code: str = ""  # of the problem
    retry_after: str = ""
    is_replay: bool = False
    at: float = 0.0  # when it came

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Scene:
    """Everything may be left out; then only the database is examined."""

    records: Iterable[Record] | None = None  # None: there was no gateway
    answers: list[Answer] = field(default_factory=list)
    windows: list[tuple[float, float]] = field(default_factory=list)  # of faults; pages may say 503 within
    queued: dict[str, int] = field(default_factory=dict)  # wake-up calls that nobody takes
    spoken_since: int | None = None  # after this event every verb of a person stands among the answers
    rights_since: datetime | None = None  # when rights were changed last; who was told before that may not see it now
    lateness: timedelta = timedelta(minutes=1)  # how late a clock may speak

    def is_in_a_window(self, at: float) -> bool:
        return any(begin <= at <= end for begin, end in self.windows)

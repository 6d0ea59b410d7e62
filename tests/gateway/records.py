"""What reached the gateway, in the order of arrival: in memory, and as lines of JSON for other processes."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One call or one mail. `executed` tells whether it had its effect, however it was answered."""

    channel: str  # sms, sms-query, wecom, dingtalk, feishu, webhook, smtp
    to: str  # number, key of the robot, path of the webhook, address
    reference: str  # out_id, webhook-id, Message-ID; the text for robots, which have no such thing
    behaviour: str
    executed: bool
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: str = ""
    at: float = field(default_factory=time.time)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def mail(self) -> Mail:
        return message_from_bytes(self.body.encode())


class Records(list[Record]):
    """A list that also writes itself down."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._file = path.open("a", encoding="utf-8", buffering=1) if path else None

    def append(self, record: Record) -> None:
        super().append(record)
        if self._file:
            self._file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")

    def close(self) -> None:
        if self._file:
            self._file.close()


def read(path: Path) -> Iterator[Record]:
    """What another process wrote so far; a line that is being written just now waits for the next time."""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield Record(**json.loads(line))

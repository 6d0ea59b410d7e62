"""What the gateway shall do: behaviours by channel, or by channel and destination.

{"sms": "ok",                                 always
 "sms 13800000001": ["500", "ok"],            in turn, for this number; afterwards as if nothing were said
 "smtp": "fail_once 20", "dingtalk": "limit 20 600"}

ok                   takes it and says so
slow SECONDS         the same, late
drop                 hangs up before doing anything
execute_and_timeout  takes it and never answers (SMTP: hangs up before the 250)
execute_and_drop     takes it and hangs up
dup                  takes it twice
500, 429 30, 302 URL an HTTP status, with Retry-After or Location; the thing is not done (SMTP: 451)
errcode CODE         HTTP 200 with this errcode, code or business code (SMTP: this answer, e.g. errcode 550)
garbage              takes it and answers what nobody understands
reset                tears the connection down without doing anything
endless, drip        takes it and answers with a body without end; with a header a byte every 50 ms
cut, stall           takes it, says so and hangs up in the body; never sends the rest of it
fail_once PERCENT    500 at the first attempt of so many messages out of a hundred, chosen by their reference
limit N SECONDS      more than N a minute to one destination: refused as too many, for SECONDS
"""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from zlib import crc32

MINUTE = 60

Lines = Mapping[str, "str | list[str]"]


class Behaviour(NamedTuple):
    name: str
    value: str = ""
    more: str = ""

    @property
    def seconds(self) -> float:
        return float(self.value)


OK = Behaviour("ok")
LIMITED = Behaviour("limited")
NOT_DONE = {"drop", "reset", "status", "errcode", "limited"}


class Script(dict[str, "str | list[str]"]):
    """The lines, and what must be remembered to follow them."""

    def __init__(self, lines: Lines | None = None) -> None:
        super().__init__(lines or {})
        self._seen: set[tuple[str, str]] = set()
        self._taken: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._blocked: dict[tuple[str, str], float] = {}

    def replace(self, lines: Lines) -> None:
        self.clear()
        self.update(lines)

    def behaviour(self, channel: str, to: str, reference: str) -> Behaviour:
        """What happens to this call; being asked counts as a call."""
        said = parse(self._line(channel, to))
        if said.name == "fail_once":
            return self._first_attempt_fails((channel, reference), int(said.value))
        if said.name == "limit":
            return self._within_limit((channel, to), int(said.value), float(said.more or 0))
        return said

    def _line(self, channel: str, to: str) -> str:
        for key in (f"{channel} {to}", channel):
            line = self.get(key)
            if isinstance(line, list):
                line = line.pop(0) if line else None
            if line:
                return line
        return "ok"

    def _first_attempt_fails(self, message: tuple[str, str], percent: int) -> Behaviour:
        is_first = message not in self._seen
        self._seen.add(message)
        return Behaviour("status", "500") if is_first and crc32(message[1].encode()) % 100 < percent else OK

    def _within_limit(self, destination: tuple[str, str], most: int, block: float) -> Behaviour:
        now = time.monotonic()
        if now < self._blocked.get(destination, 0):
            return LIMITED
        recent = [at for at in self._taken[destination] if at > now - MINUTE]
        if len(recent) >= most:
            self._blocked[destination] = now + block
            return LIMITED
        self._taken[destination] = [*recent, now]
        return OK


def parse(line: str) -> Behaviour:
    name, *values = line.split()
    return Behaviour("status", name, *values[:1]) if name.isdigit() else Behaviour(name, *values)

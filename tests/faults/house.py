"""A house to break: pages, workers, beat, broker and a recording gateway as real processes on a city of their own.

Moments of a fault are found by looking on (who waits for which lock, what the gateway holds), never by hooks in the
product. `happened` makes a test fail whose fault did not take place.
"""

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from celery import Celery

from tests.faults.ground import Ground, serial
from tests.gateway import Record, RemoteGateway
from tests.people import City

PATIENCE = 60  # seconds until a test gives up waiting
QUEUES = ("kick", "mail", "sms", "robot", "webhook")
SCAN, MAIL, SWEEP = "workflow.tasks.scan_deadlines", "notifications.tasks.deliver_mail", "notifications.tasks.sweep"


def wait_until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Probe until it holds; fails with what was waited for."""
    until = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.05)


def happened(holds: Callable[[], object] | bool, what: str, patience: float = PATIENCE) -> None:
    """A run counts only if its fault took place."""
    until = time.monotonic() + patience
    while not (holds() if callable(holds) else holds):
        if not callable(holds) or time.monotonic() > until:
            pytest.fail(f"the fault did not happen: {what}")
        time.sleep(0.02)


class House:
    """One test's processes. A `service` is one of ./run's: a child that is watched, stopped and never leaked."""

    def __init__(
        self,
        ground: Ground,
        database: str,
        folder: Path,
        gateway: RemoteGateway,
        *,
        keeps_calls: bool = False,
        **more: str,
    ) -> None:
        self.ground, self.database, self.folder, self.gateway = ground, database, folder, gateway
        self.city = City()
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.data = folder / "data"
        self.data.mkdir()
        self.own: list[Any] = []
        self.valkey = ground.run.valkey(folder, durable=keeps_calls)
        self.broker_url = f"redis+socket://{ground.run.valkey_socket(folder)}"
        self.more = more
        self.answers: list[Any] = []  # what clients were told: oracle.Answer
        self.windows: list[tuple[float, float]] = []

    # -- what runs in it -----------------------------------------------------------------------------------------------

    def environment(self, name: str) -> dict[str, str]:
        host, port = self.gateway.smtp_address
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.ground.url(self.database, name),
            "REDIS_URL": self.broker_url,
            "DATA_DIR": str(self.data),
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "DEMO": "false",
            "EMAIL_URL": f"smtp://{host}:{port}",
            "SMS_URL": f"{self.gateway.url}/sms",
            "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
            "QUIET_HOURS": "",
            **self.more,
        }

    def start(self, name: str, command: list[object], is_ready: Callable[[str], bool], **environment: str) -> Any:
        """A process under a name that PostgreSQL knows as well; ready when its own output says so."""
        name = f"{name}-{next(serial)}"
        service = self.ground.run.Service(name, command, env=self.environment(name) | environment)
        service.is_ready = lambda: is_ready(self.log(service))
        self.own.append(service)
        self.ground.services.start(service)
        return service

    def worker(self, *queues: str, children: int = 1, **environment: str) -> Any:
        """A Celery worker of these queues, or of all of them."""
        ears = ["-Q", ",".join(queues or QUEUES), "-c", children, "-l", "INFO", "-n", f"w{next(serial)}@house"]
        return self.start("worker", [*self._celery(), "worker", *ears], lambda log: "ready." in log, **environment)

    def beat(self) -> Any:
        memory = ["-s", self.folder / f"beat-{next(serial)}", "-l", "INFO"]
        return self.start("beat", [*self._celery(), "beat", *memory], lambda log: "beat: Starting" in log)

    def web(self, processes: int = 1, application: str = "config.wsgi:application", **environment: str) -> Any:
        gunicorn = [self.ground.run.PYTHON, "-m", "gunicorn", application, "--bind", self.url[7:]]
        shape = ["--workers", processes, "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        self.pages = self.start("web", [*gunicorn, *shape], lambda _log: self.responds("/readyz"), **environment)
        return self.pages

    def _celery(self) -> list[object]:
        return [self.ground.run.PYTHON, "-m", "celery", "-A", "config"]

    def responds(self, path: str) -> bool:
        browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with suppress(OSError):
            return browser.open(self.url + path, timeout=5).status == 200
        return False

    def log(self, service: Any) -> str:
        file = self.ground.services.log_of(service)
        return file.read_text(errors="replace") if file.exists() else ""

    # -- breaking it ---------------------------------------------------------------------------------------------------

    def send(self, service: Any, number: signal.Signals) -> None:
        """To the process and all its children."""
        self.ground.run.signal_family(service.process.pid, number)

    def kill(self, service: Any) -> None:
        """kill -9, the children too; it is dead afterwards."""
        self.send(service, signal.SIGKILL)
        service.process.wait(10)

    def kill_one(self, pid: int) -> None:
        """kill -9 for a single process, as of a worker's pool."""
        os.kill(pid, signal.SIGKILL)

    def stop(self, service: Any, number: signal.Signals = signal.SIGTERM, patience: float = PATIENCE) -> int:
        """Ask the process itself to end; returns its exit code."""
        service.process.send_signal(number)
        return service.process.wait(patience)

    def again(self, service: Any) -> None:
        """Start the same once more, as a supervisor would."""
        self.ground.services.running.remove(service)
        self.ground.services.start(service)

    def live_again(self, service: Any) -> bool:
        """Started again if it has died, as every supervisor does."""
        if not service.is_alive():
            self.again(service)
        return True

    def children(self, service: Any) -> list[int]:
        pid = service.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def start_valkey(self) -> None:
        if self.valkey in self.ground.services.running:
            self.ground.services.running.remove(self.valkey)
        else:
            self.own.insert(0, self.valkey)
        self.ground.services.start(self.valkey)

    def kill_valkey(self) -> None:
        self.valkey.process.kill()
        self.valkey.process.wait()

    @property
    def broker(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.ground.run.valkey_socket(self.folder)), socket_timeout=5)

    def leave(self) -> None:
        """Everything ends."""
        for service in reversed(self.own):
            with suppress(OSError):
                self.kill(service)
            if service in self.ground.services.running:
                self.ground.services.running.remove(service)

    @contextmanager
    def fault(self) -> Iterator[None]:
        """While it lasts, and only then, clients may hear 503."""
        began = time.time()
        yield
        self.windows.append((began, time.time()))

    # -- looking on ----------------------------------------------------------------------------------------------------

    def wake(self, task: str, queue: str) -> None:
        """One wake-up call, as beat sends them."""
        Celery(broker=self.broker_url, set_as_current=False).send_task(task, queue=queue, ignore_result=True)

    def ask(self, statement: str, *values: object) -> Any:
        return self.ground.ask(statement, *values, database=self.database)

    def backends(self, service: Any, more: str = "true") -> int:
        """How many connections of that process are in such a state."""
        of_it = "datname = current_database() AND application_name = %s"
        return self.ask(f"SELECT count(*) FROM pg_stat_activity WHERE {of_it} AND {more}", service.name)

    def is_mid_transaction(self, service: Any) -> bool:
        """It has written something that is not committed, and waits for a lock that the test holds."""
        return self.backends(service, "backend_xid IS NOT NULL AND wait_event_type = 'Lock'") > 0

    @contextmanager
    def held(self, statement: str, *values: object) -> Iterator[psycopg.Connection]:
        """A transaction of somebody else that has done this and stays open."""
        with self.ground.connect(self.database) as other:
            other.execute("BEGIN")
            other.execute(statement, values or None)
            yield other
            if not other.closed:
                other.execute("ROLLBACK")

    def executed(self, channel: str) -> list[Record]:
        return self.gateway.executed(channel)

    def queued(self, queues: Iterable[str] = QUEUES) -> dict[str, int]:
        """Wake-up calls that wait, by queue; empty queues are left out."""
        return {name: n for name in queues if (n := self.broker.llen(name))}

    def unheard(self) -> dict[str, int]:
        """Calls that nobody takes although a worker of their queue lives, once it has had time to."""
        if self.valkey.process.poll() is not None:
            return {}
        living = [service.command for service in self.own if service.is_alive()]
        heard = [queue for queue in QUEUES for command in living if "-Q" in command and queue in _ears(command)]
        until = time.monotonic() + PATIENCE
        while (queued := self.queued(heard)) and time.monotonic() < until:
            time.sleep(0.1)
        return queued

    def in_hand(self) -> int:
        """Wake-up calls that a worker has taken and not acknowledged."""
        return self.broker.hlen("unacked")


def _ears(command: list[object]) -> list[str]:
    return str(command[command.index("-Q") + 1]).split(",")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

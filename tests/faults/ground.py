"""What a session of fault tests stands on: a PostgreSQL of its own, and in it a city to copy for each test.

Programs, sockets, death signals and clearing up are those of ./run, which is loaded here as a module.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import environ
import psycopg
from django.db import connection, connections

from tests import people

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "city"
# Committed means committed, also when the postmaster is killed; every wait for a lock leaves a line in the log.
AS_IN_PRODUCTION = ["synchronous_commit=on", "log_lock_waits=on", "deadlock_timeout=1s"]
serial = itertools.count(1)


def load(file: Path, name: str = "run") -> ModuleType:
    """./run has no suffix, so it is imported by hand."""
    loader = SourceFileLoader(name, str(file))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


class Ground:
    """In a `with` block."""

    def __init__(self) -> None:
        self.run = load(ROOT / "run", "run_of_the_faults")
        if not (self.run.RUNTIME / "postgres").exists() or not (self.run.RUNTIME / "valkey").exists():
            raise FileNotFoundError("./run has installed no servers of its own to break")
        self.base = Path(tempfile.mkdtemp(prefix="house-"))
        self.base.chmod(0o711)  # the real nobody must get through
        self.services = self.run.Services(self.base, throw_away=True)
        self.cluster = self.run.Cluster(self.base)

    def __enter__(self) -> "Ground":
        self.cluster.create(throw_away=True)
        self.postgres = self.cluster.service(durable=False)
        self.postgres.command += [word for setting in AS_IN_PRODUCTION for word in ("-c", setting)]
        self.services.start(self.postgres)
        self._found_the_city()
        return self

    def __exit__(self, *_: object) -> None:
        for service in reversed(self.services.running):
            service.stop()
        self.services.guard.dismiss()
        shutil.rmtree(self.base, ignore_errors=True)

    def _found_the_city(self) -> None:
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=os.environ | {"DATABASE_URL": self.url(TEMPLATE)}, check=True)
        with self.moved_to(TEMPLATE):
            people.found_the_city()

    @contextmanager
    def city(self) -> Iterator[str]:
        """The name of a database with the seed city, as it was founded."""
        name = f"city_{next(serial)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        try:
            with self.moved_to(name):
                yield name
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def moved_to(self, database: str) -> Iterator[None]:
        """The ORM of this process works there, in every thread."""
        settings = connections.settings["default"]
        before = dict(settings)
        connection.close()
        options = {"options": before["OPTIONS"]["options"]}
        settings.update(environ.Env.db_url_config(self.url(database)))
        settings["OPTIONS"] = settings.get("OPTIONS", {}) | options
        try:
            yield
        finally:
            connections.close_all()
            settings.clear()
            settings.update(before)

    def url(self, database: str, application: str = "test") -> str:
        where = f"host={self.cluster.sockets}&application_name={application}"
        return f"postgres://postgres@/{database}?{where}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """For looking on and for holding locks: a connection of its own, outside the ORM."""
        return psycopg.connect(
            dbname=database,
            user="postgres",
            host=str(self.cluster.sockets),
            autocommit=True,
            application_name="onlooker",
        )

    def execute(self, statement: str, *values: object, database: str = "postgres") -> None:
        with self.connect(database) as looking:
            looking.execute(statement, values or None)

    def ask(self, statement: str, *values: object, database: str = "postgres") -> Any:
        """The first column of the first row."""
        with self.connect(database) as looking:
            row = looking.execute(statement, values or None).fetchone()
        return row and row[0]

    def log(self) -> str:
        """What PostgreSQL has written down."""
        return self.services.log_of(self.postgres).read_text(errors="replace")

    def stop_postgres(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is pg_ctl's `-m fast`; SIGKILL leaves a recovery to the next start."""
        self.postgres.process.send_signal(how)
        self.postgres.process.wait(30)

    def start_postgres(self) -> None:
        self.services.running.remove(self.postgres)
        self.services.start(self.postgres)

"""./run when something is in its way: one sentence, exit code 1, nothing left behind."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.faults.ground import load

RUN = Path(__file__).resolve().parents[2] / "run"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with nothing but ./run and requirements."""
    shutil.copy(RUN, tmp_path / "run")
    (tmp_path / "requirements.txt").write_text("nothing==1.0\n")
    return tmp_path


@pytest.fixture
def run(checkout: Path) -> ModuleType:
    module = load(checkout / "run")
    module.DATA.mkdir()
    return module


def start(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "PORT": "", **environment}
    command = [sys.executable, checkout / "run", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)


def assert_one_sentence(done: subprocess.CompletedProcess, *parts: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    sentence = done.stderr.strip().splitlines()[-1]
    assert all(part in sentence for part in parts), sentence
    assert "Traceback" not in done.stderr


def pretend_venv(checkout: Path, pip_says: str) -> None:
    """A virtual environment whose pip is there and fails."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n[ "$3" = --version ] && exit 0\necho "{pip_says}"\nexit 1\n')
    python.chmod(0o755)


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_a_second_demo_is_refused(checkout):
    (checkout / ".data").mkdir()
    with (checkout / ".data" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        json.dump({"pid": os.getpid(), "kind": "demo", "url": ""}, lock)
        lock.flush()
        assert_one_sentence(start(checkout), "another ./run is using .data", f"pid {os.getpid()}")


def test_a_port_in_use_is_named(checkout):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert_one_sentence(start(checkout, PORT=port), f"port {port} is in use")


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(checkout, port):
    assert_one_sentence(start(checkout, PORT=port), "not a port number", port)


def test_an_unasked_port_in_use_is_stepped_over(run, monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setattr(run, "port_is_free", lambda port: port > 8001)
    assert run.choose_port() == 8002


def test_an_unknown_command_shows_the_usage(checkout):
    done = start(checkout, "tset")
    assert done.returncode == 2
    assert "no such command: tset" in done.stderr
    assert "./run test" in done.stderr


def test_an_older_python_is_told_what_is_needed():
    program = f"import sys, runpy; sys.version_info = (3, 10, 1); runpy.run_path({str(RUN)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert_one_sentence(done, "Python 3.11 or later is needed")


def test_a_failed_download_is_one_sentence_with_details_in_the_log(checkout):
    pretend_venv(checkout, "ERROR: No matching distribution found for nothing==1.0")
    assert_one_sentence(start(checkout), "could not install the Python packages", "No matching distribution")
    assert "-m pip install" in (checkout / ".data" / "log" / "setup.log").read_text()


def test_a_full_disk_is_called_a_full_disk(checkout):
    pretend_venv(checkout, "ERROR: [Errno 28] No space left on device")
    assert_one_sentence(start(checkout), "the disk is full")


def test_a_missing_browser_is_named(checkout):
    assert_one_sentence(start(checkout, "e2e", CHROMIUM="/nowhere", PATH="/nowhere"), "Chromium is missing")


# -- taking turns ------------------------------------------------------------------------------------------------------


def test_the_turn_of_a_dead_process_is_free(run):
    gone = subprocess.Popen(["true"])
    gone.wait()
    run.LOCK.write_text(json.dumps({"pid": gone.pid, "kind": "demo", "url": "http://127.0.0.1:1"}))
    assert run.take_turn("demo") is None
    assert run.read_holder()["pid"] == os.getpid()


def test_a_command_gets_the_address_of_a_running_demo(run):
    with run.LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run.sign_turn("demo", "http://127.0.0.1:8123")
        assert run.take_turn("manage")["url"] == "http://127.0.0.1:8123"


def test_interrupted_work_is_done_again(run, tmp_path):
    stamp, done = tmp_path / "stamp", []

    def fail() -> None:
        raise KeyboardInterrupt

    run.once(stamp, "a", lambda: done.append("a"))
    run.once(stamp, "a", lambda: done.append("again"))
    with pytest.raises(KeyboardInterrupt):
        run.once(stamp, "b", fail)
    run.once(stamp, "a", lambda: done.append("after the interruption"))
    assert done == ["a", "after the interruption"]


# -- sockets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["长路径", "with space", "x" * 100])
def test_sockets_of_awkward_folders_move_to_a_short_plain_one(run, tmp_path, name):
    folder = run.socket_folder(tmp_path / name, os.geteuid())
    try:
        assert str(folder).isascii() and len(str(folder)) < 60
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder == run.socket_folder(tmp_path / name, os.geteuid())
    finally:
        folder.rmdir()


def test_a_prepared_link_in_place_of_the_socket_folder_is_refused(run, tmp_path):
    wanted = tmp_path / ("x" * 100)
    trap = Path("/tmp") / f"bihuan-{os.geteuid()}-{run.short_hash(wanted)}"
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(run.Trouble, match="somebody else"):
            run.socket_folder(wanted, os.geteuid())
    finally:
        trap.unlink()


# -- children ----------------------------------------------------------------------------------------------------------

SUPERVISOR = """
    import importlib.util, sys
    from importlib.machinery import SourceFileLoader
    from pathlib import Path
    loader = SourceFileLoader("run", {run!r})
    run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
    sys.modules["run"] = run
    loader.exec_module(run)
    run.ORPHANS_MAY_TAKE = 1
    services = run.Services(Path({base!r}), throw_away=True)
    services.start(run.Service("polite", ["sleep", "600"]))
    services.start(run.Service("deaf", ["sh", "-c", "trap '' TERM; sleep 600 & while :; do sleep 1; done"]))
    services.watch()
"""


@pytest.fixture
def supervisor(tmp_path):
    """A supervisor with two children, one of which ignores SIGTERM and has a child of its own; and its folder."""
    base = tmp_path / "base"
    base.mkdir()
    program = textwrap.dedent(SUPERVISOR).format(run=str(RUN), base=str(base))
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    wait_until(lambda: "deaf" in pids(base))
    yield process, base
    process.kill()
    process.wait()


def pids(base: Path) -> dict[str, int]:
    file = base / "pids.json"
    return json.loads(file.read_text()) if file.exists() else {}


def wait_until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def family_is_gone(leader: int) -> bool:
    states = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True).stdout.split("\n")
    members = [line.split() for line in states if line.split()[:1] == [str(leader)]]
    return all(state.startswith("Z") for _, state in members)  # dead; whoever is process 1 may bury it late


def test_a_child_that_dies_is_started_again(supervisor):
    _, base = supervisor
    first = pids(base)["polite"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: pids(base)["polite"] != first)


def test_kill_9_of_the_supervisor_leaves_nothing(supervisor):
    process, base = supervisor
    families = [pids(base)["polite"], pids(base)["deaf"]]
    process.kill()
    process.wait()
    wait_until(lambda: all(map(family_is_gone, families)))
    wait_until(lambda: not base.exists())


def test_children_stop_in_reverse_order(run, tmp_path, monkeypatch):
    stopped = []
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)  # the test runner keeps its Ctrl-C
    monkeypatch.setattr(run.Service, "stop", lambda service: stopped.append(service.name))
    services = run.Services(tmp_path)
    services.running = [run.Service(name, []) for name in ("postgres", "valkey", "web")]
    services.stop()
    assert stopped == ["web", "valkey", "postgres"]


def test_a_server_that_cannot_start_says_why(run, tmp_path):
    services = run.Services(tmp_path)
    broken = run.Service("broken", ["sh", "-c", "echo FATAL: wrong moon; exit 1"], is_ready=lambda: False)
    try:
        with pytest.raises(run.Trouble, match=r"broken.*wrong moon"):
            services.start(broken)
    finally:
        services.guard.dismiss()

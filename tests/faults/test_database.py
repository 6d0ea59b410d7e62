"""PostgreSQL restarts, is killed, finds a deadlock, lets somebody wait: a clear refusal, one effect a request."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from django.db import connection

from notifications.models import Alarm
from tests.faults.clients import Machine, browser
from tests.faults.house import SCAN, House, happened, wait_until
from tests.faults.load import NO_MESSAGES, due_items, firings, in_work, mail_is_out, told
from tests.faults.oracle import Scene, assert_all_is_well, check_invariants
from tests.walking import accept
from workflow import services
from workflow.models import Event, WorkItem
from workflow.services.decomposition import Part

pytestmark = pytest.mark.faults
CLIENTS = 4


def test_f15_database_restarts_under_load(house: House) -> None:
    """pg_ctl restart -m fast: everybody is cut off."""
    goes_under_load(house, signal.SIGINT)


def test_f16_database_killed_under_load(house: House) -> None:
    """kill -9 for the postmaster: it recovers from its log, and what was answered with success is there."""
    goes_under_load(house, signal.SIGKILL)
    assert "database system was not properly shut down" in house.ground.log(), "the fault did not happen: no recovery"


def goes_under_load(house: House, how: signal.Signals) -> None:
    """Machines insist with their keys, a person looks at pages; what was answered with success is there, once."""
    house.web(processes=2)
    worker, beat = house.worker(), house.beat()
    items = [in_work(house.city) for _n in range(CLIENTS)]
    machines = [Machine(house, house.city.environment) for _item in items]
    reader = browser(house, house.city.dispatcher)
    before = Event.objects.latest("pk").pk
    connection.close()
    over, pages = threading.Event(), []
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        working = [pool.submit(_work_on, *pair, over) for pair in zip(machines, items, strict=True)]
        looking = pool.submit(_look_on, reader, pages, over)
        wait_until(lambda: len(house.answers) > 20, "the load runs")
        with house.fault():
            house.ground.stop_postgres(how)
            time.sleep(2)
            house.ground.start_postgres()
            _served_again(house)
        quiet = len(house.answers)
        wait_until(lambda: len(house.answers) > quiet + 20, "the load goes on")
        over.set()
        reports = sum(done.result() for done in working)
        looking.result()
    happened(any(answer.status in (0, 503) for answer in house.answers), "requests met the database away")
    happened((503, True) in pages, "a page met the database away")
    assert {status for status, _waits in pages} <= {200, 503}, "a page failed otherwise"
    assert Event.objects.filter(action="report").count() == reports
    assert check_invariants(Scene(answers=house.answers, windows=house.windows, spoken_since=before)) == []
    assert due_items(house.city, 3)
    for service in (worker, beat):
        house.live_again(service)
    wait_until(lambda: told() == 3, "worker and beat go on")
    mail_is_out(house)
    assert_all_is_well(house)


def _work_on(machine: Machine, item: WorkItem, over: threading.Event) -> int:
    """Report after report; how many were done."""
    done = 0
    while not over.is_set():
        told_ = machine.insist(item)
        assert told_.is_ok, told_
        done += 1
    return done


def _look_on(reader: httpx.Client, pages: list[tuple[int, bool]], over: threading.Event) -> None:
    while not over.is_set():
        with suppress(httpx.HTTPError):
            page = reader.get("/items/")
            pages.append((page.status_code, "Retry-After" in page.headers))
        time.sleep(0.05)


def _served_again(house: House) -> None:
    """PostgreSQL answers, and whoever was turned away has been told so."""
    wait_until(lambda: house.responds("/readyz"), "the pages are ready again")
    time.sleep(1)


def test_f19_deadlock_between_two_people(house: House) -> None:
    """A verb holds the whole and wants the part, somebody else the other way round: the verb is refused as busy."""
    house.web()
    whole, part = _family(house)
    machine = Machine(house, house.city.tongbai)
    with ThreadPoolExecutor(2) as pool, house.held("SET LOCAL deadlock_timeout = '1h'") as other:
        other.execute("SELECT id FROM workflow_workitem WHERE id = %s FOR UPDATE", [part.pk])
        asking = pool.submit(machine.report, part, "k-deadlock")
        wait_until(lambda: house.backends(house.pages, "wait_event_type = 'Lock'") == 1, "the verb waits for the part")
        locking = pool.submit(other.execute, "SELECT id FROM workflow_workitem WHERE id = %s FOR UPDATE", [whole.pk])
        told_ = asking.result()
        locking.result()
    happened("deadlock detected" in house.ground.log(), "PostgreSQL found a deadlock")
    assert (told_.status, told_.code) == (409, "busy")
    again = machine.report(part, "k-deadlock")
    assert again.is_ok and not again.is_replay
    assert part.events.filter(action="report").count() == 1
    house.worker()
    mail_is_out(house)
    assert_all_is_well(house)


def _family(house: House) -> tuple[WorkItem, WorkItem]:
    whole = in_work(house.city)
    services.decompose(whole, by=house.city.dispatcher, parts=[Part(house.city.tongbai)])
    return whole, accept(house.city, whole.children.get())


def test_f19_scan_that_waits_too_long_for_a_lock(house: House) -> None:
    """Nothing is wrong with the clocks: the next scan tells of them, not the next hour's."""
    due_items(house.city, 6)
    worker = house.worker()
    with house.held(NO_MESSAGES):
        house.wake(SCAN, "kick")
        waited = "canceling statement due to lock timeout"
        happened(lambda: waited in house.ground.log(), "the scan waited too long")
        wait_until(lambda: f"{SCAN}[" in house.log(worker) and "succeeded" in house.log(worker), "the scan gives up")
        assert told() == 0
    assert not Alarm.objects.filter(kind="poisoned").exists(), "a healthy clock was called poisoned"
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 6, "the next scan tells")
    assert firings() == 6
    mail_is_out(house)
    assert_all_is_well(house)

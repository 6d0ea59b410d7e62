"""The broker is killed, gone, emptied, full, slow: people go on working, nothing that is owed is lost."""

import time

import pytest
from redis.exceptions import OutOfMemoryError

from notifications.models import Message
from tests.faults.clients import browser, office_of, slowest
from tests.faults.house import House, happened, wait_until
from tests.faults.load import drafts, owed
from tests.faults.oracle import assert_all_is_well
from tests.faults.slow import SlowBroker

pytestmark = pytest.mark.faults
GIVES_UP = "broker does not answer"  # what a page says to its log
MAY_LOSE = 1.0  # seconds of a request


@pytest.mark.parametrize("is_kept", [True, False], ids=["with AOF", "without AOF"])
def test_f08_broker_killed_with_calls_in_its_queue(build, is_kept: bool) -> None:
    house = build(keeps_calls=is_kept)
    house.web()
    findings, office = drafts(house.city, 50), office_of(house)
    assert office.hand_out(next(findings)).is_ok
    happened(lambda: house.queued(["mail"]), "a call waits in the queue")
    time.sleep(1.1)  # appendfsync everysec
    house.kill_valkey()
    assert office.hand_out(next(findings)).is_ok
    happened(lambda: GIVES_UP in house.log(house.pages), "the page met a dead broker")
    house.start_valkey()
    assert bool(house.queued(["mail"])) == is_kept, "the queue is not what the broker promises"
    house.worker()
    house.beat()
    wait_until(lambda: owed() == 0, "what is owed goes out")
    assert_all_is_well(house)


def test_f08_broker_bounces_under_working_workers(house: House) -> None:
    house.web()
    worker = house.worker()
    house.beat()
    findings, office = drafts(house.city, 50), office_of(house)
    for _bounce in range(3):
        house.kill_valkey()
        assert office.hand_out(next(findings)).is_ok
        time.sleep(3)
        house.start_valkey()
        assert office.hand_out(next(findings)).is_ok
        wait_until(lambda: house.live_again(worker) and owed() == 0, "the worker serves again")
    happened(house.log(worker).count("Connection to broker lost") >= 1, "the worker lost its broker")
    assert_all_is_well(house)


def test_f09_broker_gone_for_long(house: House) -> None:
    """Pages, API and in-app notices go on, and lose no second a request; delivery goes on when the broker is back."""
    house.web()
    house.worker()
    house.beat()
    findings, office = drafts(house.city, 50), office_of(house)
    reader = browser(house, house.city.dispatcher)
    for _n in range(20):
        assert office.hand_out(next(findings)).is_ok
    usual, office.seconds, pages = slowest(office.seconds), [], []
    house.kill_valkey()
    unread = Message.objects.count()
    for _n in range(24):
        assert office.hand_out(next(findings)).is_ok
        began = time.monotonic()
        pages.append(reader.get("/items/").status_code)
        office.seconds.append(time.monotonic() - began)
        time.sleep(0.5)
    happened(lambda: GIVES_UP in house.log(house.pages), "the pages met a dead broker")
    assert set(pages) == {200}
    assert slowest(office.seconds) <= usual + MAY_LOSE
    assert Message.objects.count() >= unread + 24, "no in-app notice"
    assert owed() > 0
    house.start_valkey()
    wait_until(lambda: owed() == 0, "what is owed goes out")
    assert_all_is_well(house)


def test_f10_everything_flushed(house: House) -> None:
    house.web()
    findings, office = drafts(house.city, 50), office_of(house)
    reader = browser(house, house.city.dispatcher)
    assert office.hand_out(next(findings)).is_ok
    happened(lambda: house.queued(["mail"]), "a call waits in the queue")
    house.broker.flushall()
    happened(not house.broker.keys("*"), "the broker has forgotten everything")
    assert reader.get("/items/").status_code == 200, "the session was in the broker"
    house.worker()
    house.beat()
    wait_until(lambda: owed() == 0, "what is owed goes out")
    house.broker.flushall()
    assert office.hand_out(next(findings)).is_ok
    wait_until(lambda: owed() == 0, "the running worker still hears")
    assert_all_is_well(house)


def test_f11_broker_full(house: House) -> None:
    """It refuses every call; the rows wait, and go out when there is room again."""
    house.web()
    findings, office = drafts(house.city, 50), office_of(house)
    house.broker.config_set("maxmemory", "1")
    with pytest.raises(OutOfMemoryError):
        house.broker.lpush("mail", "x")
    told = [office.hand_out(next(findings)) for _n in range(5)]
    assert all(answer.is_ok for answer in told)
    assert slowest(office.seconds) < 2 * MAY_LOSE
    happened(lambda: "used memory > 'maxmemory'" in house.log(house.pages), "a page was refused")
    assert "Traceback" not in house.log(house.pages)
    assert owed() > 0
    house.broker.config_set("maxmemory", "0")
    house.worker()
    house.beat()
    wait_until(lambda: owed() == 0, "what is owed goes out")
    assert_all_is_well(house)


def test_f12_broker_slow(house: House) -> None:
    """Two seconds a way: pages give up after a moment, beat's calls find the rows."""
    with SlowBroker(house, seconds=2) as slow:
        house.web(REDIS_URL=slow.url)
        findings, office = drafts(house.city, 50), office_of(house)
        for _n in range(20):
            assert office.hand_out(next(findings)).is_ok
        happened(slow.connections > 0, "the pages spoke to the slow broker")
        happened(lambda: GIVES_UP in house.log(house.pages), "a page gave up")
        assert slowest(office.seconds) <= 2 * MAY_LOSE
        house.worker()
        house.beat()
        wait_until(lambda: owed() == 0, "what is owed goes out")
    assert_all_is_well(house)

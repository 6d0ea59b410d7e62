"""A machine that heard nothing asks again with the same key: it is done once, and the first answer is the answer."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import walking
from tests.faults.clients import office_of
from tests.faults.dying import HEADER
from tests.faults.house import House, happened, wait_until
from tests.faults.load import in_work
from tests.faults.oracle import assert_all_is_well
from tests.walking import submit
from workflow.models import Event, IdempotencyRecord, Source, WorkItem

pytestmark = pytest.mark.faults
AT_ONCE = 50
NO_EVENTS = "LOCK TABLE workflow_event IN SHARE MODE"


@pytest.fixture
def campaign(house: House) -> Source:
    return walking.source(house.city, "campaign")


def test_f42_fifty_at_once_with_one_key_make_one_item(house: House, campaign: Source) -> None:
    house.web(processes=2)
    machine = office_of(house)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(lambda _n: machine.enter(campaign, "k-fifty"), range(AT_ONCE)))
    item = WorkItem.objects.get()
    assert Event.objects.filter(item=item).count() == 1
    heard = Counter((answer.status, answer.code or answer.number, answer.is_replay) for answer in told)
    assert heard[201, item.number, False] == 1
    assert heard.keys() <= {
        (201, item.number, False),
        (201, item.number, True),
        (409, "idempotency-key-in-use", False),
    }
    happened(len(heard) > 1, "some came while the first one was worked on, or after it")
    assert_all_is_well(house)


@pytest.mark.quick
def test_f43_process_dies_between_commit_and_answer(house: House, campaign: Source) -> None:
    house.web(application="tests.faults.dying:application")
    machine = office_of(house)
    before = house.children(house.pages)
    with house.fault():
        silence = machine.enter(campaign, "k-created", **{HEADER: "now"})
        happened(silence.status == 0, "nobody heard the answer")
        happened(lambda: house.children(house.pages) not in ([], before), "the process died and was replaced")
        item = WorkItem.objects.get()
        assert IdempotencyRecord.objects.get().key == "k-created", "what was committed stands with its answer"
        wait_until(lambda: house.responds("/readyz"), "the pages are there again")
    again = machine.enter(campaign, "k-created")
    assert (again.status, again.number, again.version, again.is_replay) == (201, item.number, 1, True)
    assert (WorkItem.objects.count(), Event.objects.count()) == (1, 1)
    assert_all_is_well(house)


def test_f43_a_correction_that_nobody_heard_of(house: House) -> None:
    """Also when the item has gone on since: the first answer is the answer."""
    house.web(application="tests.faults.dying:application")
    item, machine = in_work(house.city), office_of(house)
    with house.fault():
        happened(machine.correct(item, "k", **{HEADER: "now"}).status == 0, "nobody heard the answer")
        wait_until(lambda: house.responds("/readyz"), "the pages are there again")
    submit(house.city, WorkItem.objects.get())
    again = machine.correct(item, "k")
    assert (again.status, again.version, again.is_replay) == (200, item.version + 1, True)
    assert item.events.filter(action=Event.REVISE).count() == 1


def test_f43_process_dies_before_its_commit_and_nothing_is_left(house: House, campaign: Source) -> None:
    """The item is written and its event is not; no number is lost by it."""
    house.web()
    machine = office_of(house)
    with ThreadPoolExecutor(1) as pool, house.fault():
        with house.held(NO_EVENTS):
            asking = pool.submit(machine.enter, campaign, "k-lost")
            happened(lambda: house.is_mid_transaction(house.pages), "the item is written and not committed")
            house.kill_one(house.children(house.pages)[0])
            happened(asking.result().status == 0, "nobody heard an answer")
        wait_until(lambda: house.backends(house.pages, "backend_xid IS NOT NULL") == 0, "PostgreSQL rolls it back")
        assert not WorkItem.objects.exists()
        wait_until(lambda: house.responds("/readyz"), "the pages are there again")
    again = machine.enter(campaign, "k-lost")
    assert (again.status, again.is_replay, again.number[-5:]) == (201, False, "-0001")
    assert_all_is_well(house)

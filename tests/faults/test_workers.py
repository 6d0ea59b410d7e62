"""Workers die: between claiming and committing, between sending and writing it down, politely and not."""

import random
import signal
import time

import pytest

from notifications.models import Delivery, DeliveryAttempt
from tests.faults.house import SCAN, House, happened, wait_until
from tests.faults.load import NO_COMMIT, NO_MESSAGES, crowd, due_items, firings, leases_run_out, mail_is_out, owed, told
from tests.faults.oracle import assert_all_is_well
from tests.notifications.drafts import tell

pytestmark = pytest.mark.faults
State, Outcome = Delivery.State, DeliveryAttempt.Outcome


@pytest.mark.quick
def test_f01_worker_killed_between_claim_and_commit(house: House) -> None:
    due_items(house.city, 12)
    doomed = house.worker("kick")
    with house.held(NO_MESSAGES):
        house.wake(SCAN, "kick")
        happened(lambda: house.is_mid_transaction(doomed), "the scan has written its batch and not committed it")
        house.kill(doomed)
    wait_until(lambda: house.backends(doomed) == 0, "PostgreSQL notices that the worker is gone")
    assert (told(), firings()) == (0, 0), "half a batch was committed"
    house.worker()
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 12, "the next worker tells of all")
    mail_is_out(house)
    assert_all_is_well(house)


def test_f01_worker_killed_within_its_commit(house: House) -> None:
    """PostgreSQL has the COMMIT in hand: all of the batch stands, though nobody hears the answer."""
    due_items(house.city, 12)
    doomed = house.worker("kick")
    with house.held(NO_COMMIT):
        house.wake(SCAN, "kick")
        happened(lambda: house.backends(doomed, "query = 'COMMIT' AND wait_event_type = 'Lock'"), "it is committing")
        house.kill(doomed)
    wait_until(lambda: house.backends(doomed) == 0, "PostgreSQL notices that the worker is gone")
    assert (told(), firings()) == (12, 12)
    house.worker()
    house.wake(SCAN, "kick")
    mail_is_out(house)
    assert (told(), firings()) == (12, 12)
    assert_all_is_well(house)


def test_f01_workers_killed_at_random_moments(house: House) -> None:
    """Whatever the moment; beat goes on, each worker is replaced."""
    due_items(house.city, 60)
    hits = 0
    for _round in range(6):
        due_items(house.city, 10)
        doomed = house.worker("kick")
        house.wake(SCAN, "kick")
        wait_until(lambda worker=doomed: f"{SCAN}[" in house.log(worker), "the worker has begun")
        time.sleep(random.uniform(0, 0.1))
        house.kill(doomed)
        hits += " succeeded in " not in house.log(doomed)
    happened(hits > 0, "a worker was killed within a scan")
    house.worker()
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 120, "all are told")
    mail_is_out(house)
    assert_all_is_well(house)


def test_f02_child_killed_between_sending_and_settling(house: House) -> None:
    """The gateway holds the mail and has not answered: nobody can know, so it goes out again under the same id."""
    house.gateway.follow({"smtp": ["slow 60", "ok"]})
    (reader,) = crowd(1)
    worker = house.worker("mail", "kick")
    tell(reader)
    happened(lambda: house.executed("smtp") and _started() == 1, "the mail is out and its attempt is not settled")
    (child,) = house.children(worker)
    house.kill_one(child)
    happened(lambda: child not in house.children(worker), "the child is dead")
    assert _started() == 1, "the attempt was written down before anything left the house"
    leases_run_out()
    mail_is_out(house)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.interruptions) == (State.SENT, 2, 1)
    assert list(delivery.tries.order_by("n").values_list("outcome", flat=True)) == [Outcome.UNKNOWN, Outcome.SENT]
    assert len({record.reference for record in house.executed("smtp")}) == 1
    assert_all_is_well(house)


def _started() -> int:
    return DeliveryAttempt.objects.filter(outcome=Outcome.STARTED).count()


def test_f03_message_popped_by_a_worker_that_dies(house: House) -> None:
    """The call has left the broker and reached nobody: the next tick of beat makes it good."""
    worker = house.worker("kick")
    due_items(house.city, 3)
    house.send(worker, signal.SIGSTOP)
    house.wake(SCAN, "kick")
    happened(lambda: not house.queued(["kick"]) and house.in_hand() == 0, "the call has left the broker")
    house.kill(worker)
    assert not house.queued(["kick"]) and house.in_hand() == 0, "the call is not lost"
    house.worker()
    assert told() == 0
    house.beat()
    wait_until(lambda: told() == 3, "the effect of the lost call")
    mail_is_out(house)
    assert_all_is_well(house)


def test_f04_warm_shutdowns_under_load(house: House) -> None:
    """One worker after the other is asked to go while it works; a tenth of the mails at each."""
    rounds, each = 5, 30
    readers = crowd(rounds * each)
    worker, interrupted = house.worker("mail"), 0
    for number in range(rounds):
        house.gateway.follow({"smtp": "slow 0.02"})
        before = len(house.executed("smtp"))
        tell(*readers[number * each : (number + 1) * each])
        wait_until(lambda before=before: len(house.executed("smtp")) > before, "the worker is at it")
        worker.process.send_signal(signal.SIGTERM)
        interrupted += owed() > 0
        successor = house.worker("mail")
        assert worker.process.wait(60) == 0
        worker = successor
    happened(interrupted == rounds, "each worker was asked to go while there was work")
    mail_is_out(house)
    assert len(house.executed("smtp")) == rounds * each
    assert not Delivery.objects.filter(interruptions__gt=0).exists(), "a polite end leaves no doubt"
    assert_all_is_well(house)


def test_f05_cold_shutdown_within_a_batch(house: House) -> None:
    due_items(house.city, 12)
    doomed = house.worker("kick")
    with house.held(NO_MESSAGES):
        house.wake(SCAN, "kick")
        happened(lambda: house.is_mid_transaction(doomed), "the scan has written its batch and not committed it")
        doomed.process.send_signal(signal.SIGQUIT)
        happened(lambda: doomed.process.poll() is not None, "the worker went at once", patience=4)
        house.kill(doomed)
    wait_until(lambda: house.backends(doomed) == 0, "PostgreSQL notices that the worker is gone")
    assert told() == firings()
    assert told() in (0, 12), "a torn batch"
    house.worker()
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 12, "the next worker tells of all")
    mail_is_out(house)
    assert_all_is_well(house)

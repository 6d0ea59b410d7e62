"""Beats and scans: too many, none for days, all at once. The same is told as by one, once, to each person together."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import User
from notifications.models import Alarm, Delivery, HeldPass, Message
from notifications.outbox import storms
from tests.concurrency.copies import copied
from tests.concurrency.racing import race
from tests.faults.house import SCAN, House, happened, wait_until
from tests.faults.load import due_items, firings, mail_is_out, owed, told
from tests.faults.oracle import assert_all_is_well
from workflow.deadline_scan import scan
from workflow.models import RungFiring, WorkItem

pytestmark = pytest.mark.faults
State = Delivery.State
LOAD = 2_000


def all_is_read(house: House) -> None:
    """Everything that was told on the way here has gone out; what comes now is the clock's."""
    house.worker("mail", "kick")
    mail_is_out(house)


def mails_since(house: House, before: int) -> Counter[str]:
    return Counter(record.to for record in house.executed("smtp")[before:])


@pytest.mark.parametrize("number", [2, 5])
def test_f24_several_beats_at_once(house: House, number: int) -> None:
    due_items(house.city, 10)
    beats = [house.beat() for _n in range(number)]
    house.worker()
    asked = "Sending due task deadlines"
    happened(lambda: all(house.log(beat).count(asked) >= 2 for beat in beats), "every beat asked for two scans")
    wait_until(lambda: told() == 10, "all are told")
    assert firings() == 10
    for beat in beats:
        house.kill(beat)
    mail_is_out(house)
    assert_all_is_well(house)


def test_f25_beat_dead_for_days(house: House) -> None:
    """The clock jumped over several rungs: each item speaks once, from the highest; one digest a person."""
    due_items(house.city, 12, late=timedelta(days=8))
    all_is_read(house)
    before = len(house.executed("smtp"))
    happened(told() == 0, "nobody scanned while rungs fell due")
    beat = house.beat()
    wait_until(lambda: told() == 12, "the house catches up")
    house.kill(beat)
    assert firings() == 12, "more than the highest rung of an item"
    assert RungFiring.objects.filter(superseded=True).count() >= 12, "the lower rungs are not in the history"
    mail_is_out(house)
    mails = mails_since(house, before)
    assert len(mails) >= 3 and set(mails.values()) == {1}, "somebody got more than one mail"
    assert Delivery.objects.filter(message__kind="escalate", state=State.DIGESTED).count() >= 24
    assert_all_is_well(house)


def test_f26_everything_due_after_a_dead_morning(house: House) -> None:
    """Worker and beat were down over the deadline wall: all on their pages at once, one digest a person by mail."""
    originals = due_items(house.city, 4)
    all_is_read(house)
    copied(originals, LOAD)
    WorkItem.objects.update(external_ref="")
    before = len(house.executed("smtp"))
    happened(told() == 0, "nobody scanned")
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == LOAD, "everything is told", patience=300)
    assert firings() == LOAD
    ears = User.objects.filter(messages__kind="escalate").distinct()
    assert Message.objects.filter(kind="escalate").count() == LOAD * ears.count()
    mail_is_out(house)
    assert mails_since(house, before) == dict.fromkeys(ears.values_list("email", flat=True), 1)
    assert_all_is_well(house)


def test_f26_a_storm_waits_for_a_person(build) -> None:
    """More readers at once than usual: held, an alarm, and out after an operator has said so."""
    house = build(STORM_LIMIT="1")
    due_items(house.city, 12)
    all_is_read(house)
    before = len(house.executed("smtp"))
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 12, "all are told on their pages")
    mail_is_out(house)
    happened(HeldPass.objects.filter(decision="").exists(), "the pass was out of proportion")
    assert mails_since(house, before) == {}
    assert Alarm.objects.filter(kind="held", cleared_at=None).count() == 1
    for held in HeldPass.objects.all():
        assert storms.release(held, house.city.system_admin)
    mail_is_out(house)
    mails = mails_since(house, before)
    assert len(mails) >= 2 and set(mails.values()) == {1}
    assert not Alarm.objects.filter(kind="held", cleared_at=None).exists()
    assert_all_is_well(house)


def test_f27_eight_scans_at_once(house: House) -> None:
    """At a barrier, in small batches, so that they meet at every row."""
    due_items(house.city, 80)
    handled = race([lambda: scan(batch=5)] * 8)
    assert [result for result in handled if isinstance(result, Exception)] == []
    happened(sum(n > 0 for n in handled) > 1, "several scans shared the work")
    assert (sum(handled), told(), firings()) == (80, 80, 80)
    house.worker()
    mail_is_out(house)
    assert owed() == 0
    assert_all_is_well(house)

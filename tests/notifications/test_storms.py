"""The storm breaker: a pass out of all proportion waits for a person, who releases or discards it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from notifications.models import Alarm, Delivery, HeldPass, Message
from notifications.outbox import deliver, storms
from tests.notifications.drafts import tell, time_passes

State = Delivery.State
PASS = "clock:2026-11-25"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings: object) -> int:
    """So few readers are a storm here."""
    settings.STORM_LIMIT = 3
    return 3


@pytest.fixture
def storm(person, outgoing, limit) -> HeldPass:
    """A pass that was held."""
    a_pass(*[person() for _ in range(limit + 1)])
    return HeldPass.objects.get()


def a_pass(*readers: object, occasion: str = PASS) -> int:
    tell(*readers, occasion=occasion)
    time_passes(1)
    return deliver("email")


def test_a_pass_within_the_measure_goes_out(person, outgoing, limit):
    assert a_pass(*[person() for _ in range(limit)]) == limit
    assert not HeldPass.objects.exists()


def test_a_pass_beyond_it_is_held_and_an_alarm_raised(storm, outgoing, limit):
    assert outgoing.sent == []
    assert Delivery.objects.filter(state=State.HELD, held_pass=storm).count() == limit + 1
    assert (storm.envelopes, storm.limit) == (limit + 1, limit)
    assert Alarm.objects.get(cleared_at=None).key == f"held:{PASS}"


def test_readers_count_and_not_messages(person, outgoing):
    few = [person(), person()]
    assert a_pass(*few * 20) == len(few)


def test_what_joins_a_held_pass_is_held_with_it(storm, person, outgoing):
    assert a_pass(person()) == 0
    assert Delivery.objects.filter(state=State.HELD).count() == 5
    assert HeldPass.objects.count() == 1


def test_other_notices_are_not_held_up(storm, reader, outgoing):
    tell(reader)
    assert deliver("email") == 1


def test_the_messages_are_on_the_page_all_the_same(storm):
    assert Message.objects.filter(read_at=None).count() == 4


def test_what_is_usual_raises_the_measure(person, outgoing, limit):
    tell(*[person() for _ in range(4)])
    deliver("email")
    Delivery.objects.update(sent_at=Now() - timedelta(hours=1))
    assert storms._usual_in_an_hour("email") == 0  # one busy hour of a week is not usual
    for hour in range(2, 6):
        tell(*[person() for _ in range(4)])
        deliver("email")
        Delivery.objects.filter(sent_at__gt=Now() - timedelta(minutes=30)).update(sent_at=Now() - timedelta(hours=hour))
    assert storms._usual_in_an_hour("email") == 4
    assert a_pass(*[person() for _ in range(5 * 4)]) == 20
    assert a_pass(*[person() for _ in range(5 * 4 + 1)], occasion="clock:2026-11-26") == 0


def test_a_released_pass_goes_out_and_is_not_held_again(storm, city, outgoing):
    assert storms.release(storm, city.system_admin) == 4
    assert deliver("email") == 4
    storm.refresh_from_db()
    assert (storm.decision, storm.decided_by) == (HeldPass.Decision.RELEASED, city.system_admin)
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_a_discarded_pass_stays_in_the_house(storm, city, outgoing):
    assert storms.discard(storm, city.system_admin) == 4
    time_passes()
    assert deliver("email") == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SUPPRESSED}
    assert PASS in Delivery.objects.first().last_error


def test_a_pass_is_decided_once(storm, city):
    storms.discard(storm, city.system_admin)
    assert storms.release(storm, city.system_admin) == 0
    assert Delivery.objects.filter(state=State.SUPPRESSED).count() == 4


def test_the_alarm_stays_until_every_channel_of_the_pass_is_decided(storm, city):
    other = HeldPass.objects.create(occasion=PASS, channel="sms", envelopes=9, limit=3)
    storms.discard(storm, city.system_admin)
    assert Alarm.objects.filter(cleared_at=None).exists()
    storms.discard(other, city.system_admin)
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_the_database_refuses_a_decision_of_nobody(storm):
    with pytest.raises(IntegrityError, match="decided_by_somebody"), transaction.atomic():
        HeldPass.objects.update(decision="released")

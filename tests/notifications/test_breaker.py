"""The breaker of a channel: open after five outages, half open after a minute, closed by the first success."""

from datetime import timedelta

import pytest
from django.db.models import F

from notifications.channels import ChannelError
from notifications.models import Alarm, ChannelState, Delivery
from notifications.outbox import deliver
from tests.notifications.drafts import tell, tell_endpoint, time_passes

State = Delivery.State
ALARM = "breaker:email"
pytestmark = pytest.mark.django_db


@pytest.fixture
def outage(outgoing, monkeypatch) -> pytest.MonkeyPatch:
    """The mail server refuses connections until `undo`."""
    monkeypatch.setattr(outgoing, "open", lambda self: (_ for _ in ()).throw(ConnectionRefusedError("refused")))
    return monkeypatch


def runs(times: int) -> None:
    for _ in range(times):
        time_passes()
        deliver("email")


def a_minute_passes() -> None:
    minute = timedelta(seconds=61)
    ChannelState.objects.update(open_until=F("open_until") - minute, window_from=F("window_from") - minute)
    time_passes()


def attempts() -> int:
    return sum(Delivery.objects.values_list("attempts", flat=True))


def is_alarmed() -> bool:
    return Alarm.objects.filter(key=ALARM, cleared_at=None).exists()


@pytest.fixture
def three_waiting(reader) -> None:
    tell(reader, reader, reader)


def test_four_outages_do_not_open_it(three_waiting, outage):
    runs(4)
    assert not is_alarmed()
    assert ChannelState.objects.get().open_until is None


def test_the_fifth_opens_it_and_nothing_is_tried_any_more(three_waiting, outage):
    runs(5)
    assert is_alarmed()
    assert attempts() == 5
    runs(3)
    assert attempts() == 5


def test_five_outages_over_a_long_time_do_not_open_it(three_waiting, outage):
    for _ in range(6):
        runs(1)
        a_minute_passes()
    assert not is_alarmed()


def test_half_open_one_try_costs_one_attempt_and_opens_it_again(three_waiting, outage):
    runs(5)
    a_minute_passes()
    runs(1)
    assert attempts() == 6
    runs(1)
    assert attempts() == 6
    assert is_alarmed()


def test_what_gets_through_closes_it_and_clears_the_alarm(three_waiting, outage):
    runs(5)
    outage.undo()
    a_minute_passes()
    assert deliver("email") == 3
    assert not is_alarmed()
    assert not ChannelState.objects.exists()


def test_a_refused_message_is_no_outage(reader, outgoing):
    tell(*[reader] * 5)
    outgoing.script[:] = [ValueError("bad")] * 5
    deliver("email")
    assert not ChannelState.objects.exists()


def test_an_outage_of_mail_holds_up_no_other_channel(three_waiting, outage, robot, gateway):
    runs(5)
    tell_endpoint(robot())
    assert deliver("wecom") == 1


def test_one_webhook_out_of_order_says_nothing_of_the_others(robot, gateway):
    tell_endpoint(*[robot(channel="webhook") for _ in range(8)])
    gateway.script[:] = [ChannelError("connection refused", outage=True)] * 6
    assert deliver("webhook") == 2
    assert not ChannelState.objects.exists()

"""Results that nobody knows: each channel by its rule, never silently twice, never silently lost."""

import pytest

from accounts.models import User
from notifications import operating
from notifications.channels import ChannelError
from notifications.models import Delivery, DeliveryAttempt, NoticeClass
from notifications.outbox import claim, deliver, sweep
from notifications.outbox.rules import SHORT_DELAYS, WEBHOOK_DELAYS
from tests.notifications.drafts import tell, tell_endpoint, time_passes

State, Result = Delivery.State, DeliveryAttempt.Outcome
DOUBT = ChannelError("timed out", ambiguous=True)
pytestmark = pytest.mark.django_db


@pytest.fixture
def text(person, gateway) -> Delivery:
    """Something urgent on its way by telephone, to somebody who has an e-mail address as well."""
    reader: User = person(phone="13800000001")
    tell(reader, is_urgent=True, notice_class=NoticeClass.MANDATORY)
    return Delivery.objects.get(channel="sms")


def run(channel: str) -> int:
    sent = deliver(channel)
    time_passes()
    return sent


def outcomes(delivery: Delivery) -> list[str]:
    return list(delivery.tries.order_by("n").values_list("outcome", flat=True))


# -- text messages: ask first ------------------------------------------------------------------------------------------


def test_a_text_message_that_is_out_is_not_sent_again(text, gateway):
    gateway.script[:], gateway.answer = [DOUBT], "sent"
    run("sms")
    run("sms")
    text.refresh_from_db()
    assert (text.state, outcomes(text)) == (State.SENT, [Result.UNKNOWN, Result.SENT])
    assert (len(gateway.asked), gateway.sent) == (1, [])


def test_a_text_message_that_is_not_out_goes_again_under_the_same_reference(text, gateway):
    gateway.script[:], gateway.answer = [DOUBT], "failed"
    run("sms")
    assert run("sms") == 1
    assert [envelope.reference for envelope in gateway.sent] == gateway.asked


def test_where_the_gateway_does_not_know_it_either_it_is_unknown_and_goes_by_mail(text, gateway, outgoing):
    gateway.script[:] = [DOUBT]
    run("sms")
    run("sms")
    text.refresh_from_db()
    assert (text.state, gateway.sent) == (State.UNKNOWN, [])
    assert deliver("email") == 1


def test_a_text_message_given_up_brings_forward_what_waits_as_mail(text, gateway, outgoing):
    Delivery.objects.filter(channel="email").delete()
    gateway.script[:] = [ChannelError("no such number", permanent=True)]
    run("sms")
    assert deliver("email") == 1


def test_what_is_not_urgent_is_not_doubled_by_mail(person, gateway):
    reader = person(phone="13800000001")
    tell(reader, is_urgent=True, notice_class=NoticeClass.MANDATORY)
    Delivery.objects.filter(channel="email").delete()
    type(Delivery.objects.get().message).objects.update(is_urgent=False)
    gateway.script[:] = [ChannelError("no such number", permanent=True)]
    run("sms")
    assert not Delivery.objects.filter(channel="email").exists()


# -- robots and webhooks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["wecom", "dingtalk", "feishu"])
def test_a_robot_is_asked_twice_and_then_it_is_unknown(robot, gateway, channel):
    tell_endpoint(robot(channel=channel))
    gateway.script[:] = [DOUBT] * 5
    for _ in range(4):
        run(channel)
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == (State.UNKNOWN, 2)


def test_a_webhook_that_takes_nothing_at_all_is_told_again_and_again(robot, gateway):
    tell_endpoint(robot(channel="webhook"))
    gateway.script[:] = [DOUBT] * (len(WEBHOOK_DELAYS) + 5)
    for _ in range(len(WEBHOOK_DELAYS) + 3):
        run("webhook")
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == (State.PENDING, len(WEBHOOK_DELAYS) + 3)


def test_robots_and_telephones_are_given_up_within_hours(robot, gateway):
    tell_endpoint(robot())
    gateway.script[:] = [ChannelError("busy")] * 9
    for _ in range(9):
        run("wecom")
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == (State.DEAD, len(SHORT_DELAYS) + 1)


def test_a_longer_pause_asked_for_is_kept(robot, gateway):
    tell_endpoint(robot(channel="webhook"))
    gateway.script[:] = [ChannelError("503", retry_after=7200)]
    deliver("webhook")
    row = Delivery.objects.get()
    assert (row.next_attempt_at - row.claimed_at).total_seconds() >= 7200


# -- attempts on record ------------------------------------------------------------------------------------------------


def test_an_attempt_is_on_record_before_anything_leaves_the_house(delivery, outgoing, monkeypatch):
    seen = []
    send = outgoing.send_messages
    monkeypatch.setattr(
        outgoing, "send_messages", lambda self, mails: (seen.extend(outcomes(delivery)), send(self, mails))[1]
    )
    deliver("email")
    assert seen == [Result.STARTED]
    assert outcomes(delivery) == [Result.SENT]


def test_a_vanished_worker_leaves_an_attempt_of_which_nobody_knows(delivery):
    claim("email")
    time_passes()
    sweep()
    assert outcomes(delivery) == [Result.UNKNOWN]


def test_each_attempt_says_what_went_wrong(delivery, outgoing):
    outgoing.script[:] = [ConnectionResetError("reset"), None]
    run("email")
    run("email")
    first, second = delivery.tries.order_by("n")
    assert "reset" in first.error
    assert (second.outcome, second.error, bool(second.provider_id)) == (Result.SENT, "", True)


# -- once more ---------------------------------------------------------------------------------------------------------


def test_a_person_may_have_it_sent_once_more(city, delivery, outgoing):
    outgoing.script[:] = [ValueError("bad")]
    run("email")
    delivery.refresh_from_db()
    assert operating.resend(delivery, city.system_admin)
    assert run("email") == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.resent_by, delivery.attempts) == (State.SENT, city.system_admin, 2)


def test_what_is_not_stuck_is_not_sent_once_more(city, delivery, outgoing):
    assert not operating.resend(delivery, city.system_admin)
    deliver("email")
    assert not operating.resend(delivery, city.system_admin)
    assert len(outgoing.sent) == 1

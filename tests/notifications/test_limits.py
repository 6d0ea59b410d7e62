"""No reader gets more than is good: a robot's messages a minute, a person's text messages a day."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from notifications.channels import ChannelError
from notifications.hours import next_digest
from notifications.models import DIGEST, Delivery, Endpoint, NoticeClass
from notifications.models.endpoints import ROBOT_RATE
from notifications.outbox import deliver
from tests.notifications.drafts import tell, tell_endpoint, time_passes

State = Delivery.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def mobile(person) -> User:
    return person(phone="13800000001", email="")


def text(reader: User, times: int = 1) -> None:
    """Something urgent by telephone."""
    tell(*[reader] * times, is_urgent=True, notice_class=NoticeClass.MANDATORY)


def a_minute_passes() -> None:
    Endpoint.objects.update(refilled_at=F("refilled_at") - timedelta(minutes=1))
    time_passes(1)


# -- robots ------------------------------------------------------------------------------------------------------------


def one_by_one(endpoint: Endpoint, times: int, channel: str = "wecom") -> int:
    """So many runs, in each of which one message is due: nothing can be merged."""
    sent = 0
    for _ in range(times):
        tell_endpoint(endpoint)
        sent += deliver(channel)
    return sent


def test_a_robot_gets_eighteen_in_a_minute(robot, gateway):
    assert one_by_one(robot(), ROBOT_RATE + 4) in (ROBOT_RATE, ROBOT_RATE + 1)  # a slow machine refills a token
    assert Delivery.objects.filter(state=State.PENDING, next_attempt_at__gt=timezone.now()).exists()


def test_what_had_to_wait_leaves_as_one_digest(robot, gateway):
    endpoint = robot()
    Endpoint.objects.update(tokens=0, refilled_at=timezone.now())
    assert one_by_one(endpoint, 3) == 0
    a_minute_passes()
    assert deliver("wecom") == 1
    assert gateway.sent[0].subject == "3 条通知"


def test_the_full_measure_of_one_robot_is_nobody_elses(robot, gateway):
    full, other = robot(), robot()
    Endpoint.objects.filter(pk=full.pk).update(tokens=0, refilled_at=timezone.now())
    tell_endpoint(full, other)
    assert deliver("wecom") == 1
    assert gateway.sent[0].to == other.url


def test_a_robot_that_wants_to_be_left_alone_is(robot, gateway):
    endpoint = robot()
    tell_endpoint(endpoint)
    gateway.script[:] = [ChannelError("api freq out of limit", retry_after=600)]
    assert deliver("wecom") == 0
    tell_endpoint(endpoint)
    assert deliver("wecom") == 0
    assert gateway.sent == []
    assert Delivery.objects.order_by("pk").first().next_attempt_at > timezone.now() + timedelta(minutes=9)


def test_a_webhook_has_no_measure_and_no_digests(robot, gateway):
    tell_endpoint(*[robot(channel="webhook")] * 30)
    assert deliver("webhook") == 30


def test_the_database_refuses_a_bucket_that_runs_over(robot):
    robot()
    with pytest.raises(IntegrityError, match="bucket_in_bounds"), transaction.atomic():
        Endpoint.objects.update(tokens=ROBOT_RATE + 1)


# -- text messages -----------------------------------------------------------------------------------------------------


def texts(reader: User, times: int) -> int:
    sent = 0
    for _ in range(times):
        text(reader)
        sent += deliver("sms")
    return sent


def test_nobody_gets_more_than_five_text_messages_a_day(mobile, gateway):
    assert texts(mobile, 7) == 5
    assert len(gateway.sent) == 5


def test_the_sixth_waits_for_the_next_mornings_digest(mobile, gateway):
    texts(mobile, 7)
    waiting = Delivery.objects.filter(state=State.PENDING)
    assert {row.next_attempt_at for row in waiting} == {next_digest(timezone.now())}
    Delivery.objects.filter(state=State.SENT).update(claimed_at=F("claimed_at") - timedelta(days=1))
    time_passes()
    assert deliver("sms") == 1
    assert gateway.sent[-1].subject == "2 条通知"


def test_the_measure_of_one_person_is_nobody_elses(mobile, person, gateway):
    texts(mobile, 5)
    assert texts(person(phone="13800000002", email=""), 1) == 1


def test_one_that_failed_does_not_count(mobile, gateway):
    text(mobile)
    gateway.script[:] = [ChannelError("no such number", permanent=True)]
    deliver("sms")
    assert texts(mobile, 6) == 5


def test_many_at_once_are_one_text_message(mobile, gateway):
    text(mobile, times=8)
    assert deliver("sms") == 1
    assert Delivery.objects.filter(message__kind=DIGEST, state=State.SENT).count() == 1

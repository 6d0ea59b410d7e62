"""Text messages: what the gateway is told, what its answers mean, and asking before sending again."""

import pytest

from notifications.channels import ChannelError, transport_for
from notifications.models import Delivery, NoticeClass
from notifications.outbox import deliver, sweep
from tests.notifications.drafts import tell, time_passes
from tests.notifications.world import envelope, send, world

__all__ = ["world"]
State = Delivery.State
PHONE = "13800000001"


def failing(world, line: str) -> ChannelError:
    world.script["sms"] = line
    with pytest.raises(ChannelError) as caught:
        send("sms", envelope(PHONE))
    return caught.value


def test_the_gateway_gets_number_text_and_our_reference(world, settings):
    settings.SMS_TOKEN, settings.SMS_SIGN = "token-of-the-city", "示例市督察整改"
    assert send("sms", envelope(PHONE)) == ["biz-1"]
    (record,) = world.records
    assert record.json == {"to": PHONE, "text": "【示例市督察整改】【XF2026-0001】预警：非法倾倒", "out_id": "a1b2"}
    assert record.headers["authorization"] == "Bearer token-of-the-city"


def test_a_long_subject_loses_its_end_and_never_the_number(world):
    send("sms", envelope(PHONE, subject="逾期" * 200))
    text = world.records[0].json["text"]
    assert (len(text), text.count("XF2026-0001"), text[-1]) == (200, 1, "…")


@pytest.mark.parametrize(
    ("line", "permanent", "ambiguous", "outage", "waits"),
    [
        ("errcode isv.MOBILE_NUMBER_ILLEGAL", True, False, False, False),
        ("errcode isv.BUSINESS_LIMIT_CONTROL", False, False, False, True),
        ("errcode isv.AMOUNT_NOT_ENOUGH", False, False, True, False),
        ("errcode isv.SOMETHING_NEW", False, False, False, False),
        ("garbage", False, True, False, False),
        ("401", False, False, True, False),
        ("500", False, True, False, False),
        ("502", False, True, False, False),
        ("503", False, True, True, False),
        ("execute_and_drop", False, True, True, False),
    ],
)
def test_what_its_answers_mean(world, line, permanent, ambiguous, outage, waits):
    error = failing(world, line)
    assert (error.permanent, error.ambiguous, error.outage) == (permanent, ambiguous, outage)
    assert bool(error.retry_after) is waits


@pytest.mark.parametrize(
    ("line", "found"), [("ok", "sent"), ("errcode isv.WHAT", None), ("500", None), ("garbage", None)]
)
def test_it_is_asked_what_became_of_a_message(world, line, found):
    send("sms", envelope(PHONE))
    world.script["sms-query"] = line
    with transport_for("sms") as transport:
        if found:
            assert transport.query("a1b2") == found
        else:
            with pytest.raises(ChannelError):
                transport.query("a1b2")


def test_what_it_never_heard_of_may_be_sent(world):
    with transport_for("sms") as transport:
        assert transport.query("a1b2") == "failed"


# -- through the outbox ------------------------------------------------------------------------------------------------


@pytest.fixture
def text(db, person, world) -> Delivery:
    tell(person(phone=PHONE), is_urgent=True, notice_class=NoticeClass.MANDATORY)
    return Delivery.objects.get(channel="sms")


def after(text: Delivery, runs: int) -> str:
    for _run in range(runs):
        deliver("sms")
        time_passes()
    text.refresh_from_db()
    return text.state


@pytest.mark.parametrize("line", ["execute_and_drop", "drop", "502"])
def test_a_doubt_is_settled_by_asking_and_the_telephone_rings_once(text, world, line):
    world.script["sms"] = [line]
    assert after(text, 2) == State.SENT
    assert len(world.executed("sms")) == 1
    assert len([record for record in world.records if record.channel == "sms-query"]) == 1


def test_a_worker_that_vanished_after_sending_makes_no_second_text(text, world, monkeypatch):
    def vanish(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("notifications.outbox.delivering.settle", vanish)
        deliver("sms")
    time_passes()
    sweep()
    assert after(text, 1) == State.SENT
    assert len(world.executed("sms")) == 1


def test_a_wrong_number_is_given_up_at_once(text, world):
    world.script["sms"] = "errcode isv.MOBILE_NUMBER_ILLEGAL"
    assert after(text, 1) == State.DEAD
    assert len(world.records) == 1

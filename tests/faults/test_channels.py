"""The servers outside dawdle, break off, refuse and limit: nobody else waits, nothing is told twice or lost."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import User
from notifications.models import Alarm, Delivery, DeliveryAttempt, Endpoint, NoticeClass
from tests.faults.house import House, happened, wait_until
from tests.faults.load import LONG_AGO, crowd, mail_is_out
from tests.faults.oracle import assert_all_is_well
from tests.notifications.drafts import tell, tell_endpoint

pytestmark = pytest.mark.faults
State, Result = Delivery.State, DeliveryAttempt.Outcome
URGENT = {"is_urgent": True, "notice_class": NoticeClass.MANDATORY}
TASKS = {"sms": "deliver_sms", "wecom": "deliver_robots", "dingtalk": "deliver_robots", "email": "deliver_mail"}
QUEUES = {"sms": "sms", "wecom": "robot", "dingtalk": "robot", "email": "mail"}
PATHS = {"wecom": "/cgi-bin/webhook/send?key=", "dingtalk": "/robot/send?access_token="}


def person(number: int = 1) -> User:
    """With a telephone."""
    (user,) = User.objects.bulk_create(
        [User(username="r", name="读者", email="r@city.example", phone=f"1380000000{number}", password="!")]
    )
    return user


def robot(house: House, channel: str = "wecom") -> Endpoint:
    url = f"{house.gateway.url}{PATHS[channel]}K"
    return Endpoint.objects.create(department=house.city.environment, channel=channel, name="整改群", url=url)


def wake(house: House, channel: str) -> None:
    house.wake(f"notifications.tasks.{TASKS[channel]}", QUEUES[channel])


def minutes_pass(channel: str) -> None:
    """What waits for its next attempt is due."""
    Delivery.objects.filter(channel=channel, state=State.PENDING, next_attempt_at__gt=Now()).update(
        next_attempt_at=Now() - LONG_AGO
    )


def of(channel: str) -> Delivery:
    return Delivery.objects.get(channel=channel)


def outcomes(channel: str) -> list[str]:
    return list(of(channel).tries.order_by("n").values_list("outcome", flat=True))


# -- F31, F32: mail ----------------------------------------------------------------------------------------------------


def test_f31_a_slow_mail_server_delays_nobody_else(house: House) -> None:
    """A mail is in the server's hands for a minute; text messages and the group hear at once; the backlog is seen."""
    house.gateway.follow({"smtp": "slow 60"})
    reader, group, others = person(), robot(house), crowd(3)
    for queues in (("mail",), ("sms", "robot"), ("kick",)):
        house.worker(*queues)
    tell(*others)
    happened(lambda: DeliveryAttempt.objects.filter(outcome=Result.STARTED).count() == 1, "a mail is on its way")
    tell(reader, **URGENT)
    tell_endpoint(group)
    wait_until(lambda: of("sms").state == of("wecom").state == State.SENT, "the others hear", patience=15)
    happened(
        house.executed("smtp") != [] and not Delivery.objects.filter(channel="email", state=State.SENT).exists(),
        "the mail server had not answered yet",
    )
    wait_until(lambda: DeliveryAttempt.objects.filter(outcome=Result.UNKNOWN).exists(), "twenty seconds are enough")
    Delivery.objects.filter(channel="email", state=State.PENDING).update(next_attempt_at=Now() - timedelta(minutes=20))
    house.wake("workflow.tasks.audit_clocks", "kick")
    wait_until(lambda: Alarm.objects.filter(key="outbox:email", cleared_at=None).exists(), "an alarm for the backlog")
    house.gateway.follow({})
    mail_is_out(house)
    assert_all_is_well(house)


def test_f32_a_mail_server_that_drops_the_line_before_it_answers(house: House) -> None:
    """It may be out: once more under the same id, and then a person looks."""
    house.gateway.follow({"smtp": "execute_and_timeout"})
    (reader,) = crowd(1)
    house.worker("mail", "kick")
    tell(reader)
    mail_is_out(house)
    mails = house.executed("smtp")
    happened(len(mails) == 2, "both mails were taken and no answer came")
    assert len({mail.reference for mail in mails}) == 1
    assert (of("email").state, outcomes("email")) == (State.UNKNOWN, [Result.UNKNOWN, Result.UNKNOWN])
    assert_all_is_well(house)


# -- F33, F34: text messages -------------------------------------------------------------------------------------------


def test_f33_a_gateway_that_takes_a_text_and_never_answers(house: House) -> None:
    """It is asked by our own number before anything is sent again; the telephone rings once."""
    house.gateway.follow({"sms": ["execute_and_timeout"]})
    reader = person()
    house.worker("sms")
    tell(reader, **URGENT)
    wait_until(lambda: outcomes("sms") == [Result.UNKNOWN], "the call takes its whole time")
    happened(len(house.executed("sms")) == 1, "the text was taken")
    minutes_pass("sms")
    wake(house, "sms")
    wait_until(lambda: of("sms").state == State.SENT, "the gateway says that it is out")
    assert (len(house.executed("sms")), len(house.executed("sms-query"))) == (1, 1)


def test_f33_and_cannot_be_asked(house: House) -> None:
    """Then it is not sent again: unknown, for a person to see, and what is urgent goes by mail."""
    house.gateway.follow({"sms": ["execute_and_drop"], "sms-query": "404"})
    reader = person()
    house.worker("sms", "mail")
    tell(reader, **URGENT)
    wait_until(lambda: outcomes("sms") == [Result.UNKNOWN], "the line drops")
    happened(len(house.executed("sms")) == 1, "the text was taken")
    minutes_pass("sms")
    wake(house, "sms")
    wait_until(lambda: of("sms").state == State.UNKNOWN, "nobody knows")
    wait_until(lambda: of("email").state == State.SENT, "he is told by mail")
    assert len(house.executed("sms")) == 1


def test_f34_a_gateway_that_limits_one_number(house: House) -> None:
    """No failure: it waits for the next window; the mail has gone meanwhile."""
    house.gateway.follow({"sms": ["errcode isv.BUSINESS_LIMIT_CONTROL"]})
    reader = person()
    house.worker("sms", "mail")
    tell(reader, **URGENT)
    wait_until(lambda: outcomes("sms") == [Result.FAILED], "it is refused")
    happened(house.executed("sms") == [], "the gateway took nothing")
    assert of("sms").state == State.PENDING
    assert Delivery.objects.filter(channel="sms", next_attempt_at__gt=Now() + timedelta(minutes=50)).exists()
    wait_until(lambda: of("email").state == State.SENT, "he is told by mail")
    minutes_pass("sms")
    wake(house, "sms")
    wait_until(lambda: of("sms").state == State.SENT, "in the next window it passes")
    assert len(house.executed("sms")) == 1


# -- F35, F36: robots --------------------------------------------------------------------------------------------------


def test_f35_a_robot_that_must_not_talk_too_much(house: House) -> None:
    """Eighteen by themselves at most, the rest in one; the vendor never has to refuse."""
    house.gateway.follow({"wecom": "limit 20 600"})
    group = robot(house)
    house.worker("robot")
    for number in range(18):
        tell_endpoint(group)
        wait_until(lambda n=number: len(house.executed("wecom")) == n + 1, "each goes by itself")
    for _ in range(10):
        tell_endpoint(group)
    happened(lambda: Delivery.objects.filter(state=State.PENDING, to_digest=True).count() > 5, "the bucket is empty")
    wait_until(_all_told(house), "the bucket has a token again", patience=90)
    assert 18 < len(house.executed("wecom")) <= 20
    assert {record.behaviour for record in house.gateway.records} == {"ok"}
    assert_all_is_well(house)


def _all_told(house: House):
    def all_told() -> bool:
        wake(house, "wecom")
        return not Delivery.objects.filter(state__in=[State.PENDING, State.SENDING]).exists()

    return all_told


def test_f35_a_vendor_that_blocks_the_robot_all_the_same(house: House) -> None:
    """Somebody else uses it too: refused once, it is left alone for a minute, and nothing is lost."""
    house.gateway.follow({"wecom": ["errcode 45009"]})
    group = robot(house)
    house.worker("robot")
    tell_endpoint(group)
    wait_until(lambda: outcomes("wecom") == [Result.FAILED], "it is refused")
    minutes_pass("wecom")
    for _ in range(3):
        wake(house, "wecom")
    wait_until(lambda: not house.queued(["robot"]), "the calls are taken")
    happened(len(house.gateway.records) == 1, "the vendor was asked once")
    assert of("wecom").state == State.PENDING
    Endpoint.objects.update(refilled_at=Now() - timedelta(minutes=2))  # two minutes pass
    minutes_pass("wecom")
    wake(house, "wecom")
    wait_until(lambda: of("wecom").state == State.SENT, "then it passes")
    assert_all_is_well(house)


@pytest.mark.parametrize(("code", "state"), [("310000", State.DEAD), ("-1", State.SENT)])
def test_f36_a_refusal_that_comes_with_http_200(house: House, code: str, state: str) -> None:
    """The code in the answer decides: given up at once, or tried again by the list."""
    house.gateway.follow({"dingtalk": [f"errcode {code}"]})
    group = robot(house, "dingtalk")
    house.worker("robot")
    tell_endpoint(group)
    wait_until(lambda: outcomes("dingtalk") == [Result.FAILED], "it is refused")
    happened(house.executed("dingtalk") == [] and len(house.gateway.records) == 1, "HTTP 200 and nothing done")
    assert code in of("dingtalk").last_error
    minutes_pass("dingtalk")
    wake(house, "dingtalk")
    wait_until(lambda: of("dingtalk").state == state, "its end")
    assert len(house.executed("dingtalk")) == (state == State.SENT)
    assert_all_is_well(house)

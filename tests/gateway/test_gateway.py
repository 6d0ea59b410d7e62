"""The gateway does what its script says; on this the tests of channels and faults rely."""

import smtplib
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage

import httpx
import pytest

from tests.gateway import Gateway, RemoteGateway


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as running:
        yield running


def sms(gateway: Gateway | RemoteGateway, to: str = "138", out_id: str = "a") -> httpx.Response:
    return httpx.post(f"{gateway.url}/sms/send", json={"to": to, "out_id": out_id}, timeout=0.5, trust_env=False)


def mail(gateway: Gateway | RemoteGateway, number: int = 1) -> dict[str, tuple[int, bytes]]:
    message = EmailMessage()
    message["To"], message["Message-ID"] = "clerk@city.example", f"<{number}@city.example>"
    message.set_content("请于 3 日内签收。")
    with smtplib.SMTP(*gateway.smtp_address, timeout=5) as client:
        return client.send_message(message, "office@city.example")


@pytest.mark.parametrize(
    ("line", "executed", "error"),
    [
        ("drop", 0, httpx.RemoteProtocolError),
        ("reset", 0, httpx.ReadError),
        ("execute_and_timeout", 1, httpx.ReadTimeout),
        ("execute_and_drop", 1, httpx.RemoteProtocolError),
        ("slow 3", 1, httpx.ReadTimeout),
    ],
)
def test_a_call_goes_wrong_as_scripted_and_the_record_knows_whether_it_took_effect(gateway, line, executed, error):
    gateway.script["sms"] = line
    try:
        sms(gateway)
    except httpx.HTTPError as caught:
        assert isinstance(caught, error)
    else:
        pytest.fail("an answer came")
    assert (len(gateway.records), len(gateway.executed("sms"))) == (1, executed)


def test_a_list_is_followed_in_turn_and_then_all_is_well(gateway):
    gateway.script["sms"] = ["429 30", "errcode isv.BUSINESS_LIMIT_CONTROL", "dup"]
    answers = [sms(gateway) for _time in range(4)]
    assert (answers[0].status_code, answers[0].headers["retry-after"]) == (429, "30")
    assert [answer.json()["code"] for answer in answers[1:]] == ["isv.BUSINESS_LIMIT_CONTROL", "OK", "OK"]
    assert len(gateway.executed("sms")) == 3


def test_one_destination_can_fail_while_the_others_do_not(gateway):
    gateway.script["sms 139"] = "500"
    assert [sms(gateway, to).status_code for to in ("138", "139")] == [200, 500]


def test_a_share_of_the_messages_fails_once(gateway):
    gateway.script["sms"] = "fail_once 20"
    codes = {number: [sms(gateway, out_id=str(number)).status_code for _time in range(2)] for number in range(100)}
    assert Counter(map(tuple, codes.values()))[(500, 200)] in range(10, 31)
    assert {attempts[1] for attempts in codes.values()} == {200}
    assert len(gateway.executed("sms")) == 200 - [code for both in codes.values() for code in both].count(500)


def test_a_robot_is_blocked_after_too_many_messages_in_a_minute(gateway):
    gateway.script["dingtalk"] = "limit 2 600"
    url = f"{gateway.url}/robot/send?access_token=T"
    text = {"msgtype": "text", "text": {"content": "提醒"}}
    codes = [httpx.post(url, json=text, trust_env=False).json()["errcode"] for _time in range(4)]
    assert codes == [0, 0, 410100, 410100]
    assert len(gateway.executed("dingtalk")) == 2


def test_an_sms_can_be_asked_after_by_its_own_number(gateway):
    sms(gateway, out_id="known")

    def status(reference: str) -> str:
        return httpx.get(f"{gateway.url}/sms/query?out_id={reference}", trust_env=False).json()["status"]

    assert [status("known"), status("never heard of")] == ["sent", "not_found"]


def test_a_mail_can_be_taken_although_no_answer_says_so(gateway):
    gateway.script["smtp"] = ["execute_and_timeout", "ok"]
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail(gateway)
    mail(gateway)
    assert [record.reference for record in gateway.executed("smtp")] == ["<1@city.example>"] * 2
    assert "请于 3 日内签收。" in gateway.mails[0].get_payload(decode=True).decode()


@pytest.mark.parametrize(("line", "code"), [("500", 451), ("errcode 550", 550), ("fail_once 100", 451)])
def test_a_mail_can_be_refused(gateway, line, code):
    gateway.script["smtp"] = line
    with pytest.raises(smtplib.SMTPDataError) as caught:
        mail(gateway)
    assert caught.value.smtp_code == code
    assert gateway.mails == []


def test_as_a_process_it_tells_its_addresses_writes_a_record_and_takes_a_new_script(tmp_path):
    with RemoteGateway(tmp_path, {"sms": "500"}) as gateway:
        assert sms(gateway).status_code == 500
        gateway.follow({"smtp": "errcode 550"})
        assert sms(gateway, out_id="b").status_code == 200
        with pytest.raises(smtplib.SMTPDataError):
            mail(gateway)
    assert [(record.channel, record.executed) for record in gateway.records] == [
        ("sms", False),
        ("sms", True),
        ("smtp", False),
    ]

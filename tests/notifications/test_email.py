"""E-mail over a real SMTP dialogue: what each answer of the server does to the delivery."""

import socket

import pytest

from notifications.channels import ChannelError, Envelope, transport_for
from notifications.models import Delivery
from notifications.outbox import RETRY_DELAYS, deliver
from tests.gateway import Gateway
from tests.gateway.smtp import HANG_UP
from tests.notifications.drafts import tell, time_passes

State = Delivery.State


@pytest.fixture
def server(settings):
    with Gateway() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.smtp_address
        settings.EMAIL_TIMEOUT = 5
        yield running


def after_one_run(delivery: Delivery) -> Delivery:
    deliver("email")
    delivery.refresh_from_db()
    return delivery


def test_the_message_arrives_as_it_was_written(delivery, server):
    after_one_run(delivery)
    (mail,) = server.mails
    assert mail["To"] == delivery.message.recipient.email
    assert "请于 3 日内签收。" in mail.get_payload(decode=True).decode()
    assert delivery.state == State.SENT
    assert mail["Message-ID"] == delivery.provider_id


@pytest.mark.django_db
def test_a_run_uses_one_smtp_connection(reader, server):
    tell(reader, reader, reader)
    assert deliver("email") == 3
    assert server.smtp.connections == 1


def test_a_refused_connection_is_tried_again_later(delivery, server, settings):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.EMAIL_PORT = nobody.getsockname()[1]
    after_one_run(delivery)
    assert (delivery.state, delivery.attempts, delivery.interruptions) == (State.PENDING, 1, 0)
    assert delivery.next_attempt_at >= delivery.claimed_at + RETRY_DELAYS[0]
    assert "ConnectionRefusedError" in delivery.last_error


@pytest.mark.parametrize(
    ("command", "answer", "state", "doubts"),
    [
        ("RCPT", "550 no such user", State.DEAD, 0),
        ("RCPT", "450 mailbox busy", State.PENDING, 0),
        ("DATA", "554 refused as spam", State.DEAD, 0),
        ("DATA", "451 try later", State.PENDING, 0),
        (".", "552 too large", State.DEAD, 0),
        (".", "452 disk full", State.PENDING, 0),
        ("MAIL", "550 sender unknown", State.PENDING, 0),  # about us: no reader's mail dies of it
        ("greeting", "421 too busy", State.PENDING, 0),
        (".", HANG_UP, State.PENDING, 1),  # it may have been taken
    ],
)
def test_the_servers_answer_decides(delivery, server, command, answer, state, doubts):
    server.smtp.answers[command] = answer
    after_one_run(delivery)
    assert (delivery.state, delivery.interruptions) == (state, doubts)
    assert answer == HANG_UP or answer[4:] in delivery.last_error


def test_after_a_lost_connection_the_next_run_makes_a_new_one(delivery, server):
    server.smtp.answers["."] = HANG_UP
    deliver("email")
    server.smtp.answers.clear()
    time_passes()
    assert deliver("email") == 1
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


@pytest.mark.django_db
def test_after_a_refused_reader_the_others_get_theirs(person, server):
    tell(person(), person(), person())
    server.smtp.answers["RCPT"] = ["550 no such user"]
    assert deliver("email") == 2
    assert Delivery.objects.filter(state=State.DEAD).count() == 1


@pytest.mark.django_db
def test_a_server_that_closes_between_two_mails_is_called_again(person, server):
    tell(person(), person())
    server.smtp.answers["RCPT"] = ["421 closing"]
    assert deliver("email") == 1
    assert server.smtp.connections == 2
    assert not Delivery.objects.filter(interruptions__gt=0).exists()


def send(**fields: str) -> None:
    envelope = {"to": "clerk@city.example", "subject": "s", "body": "b", "reference": "r"}
    with transport_for("email") as transport:
        transport.send(Envelope(**{**envelope, **fields}))


def test_a_newline_in_the_subject_begins_no_header(server):
    send(subject="整改\r\nBcc: stranger@evil.example")
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert server.smtp.recipients == ["clerk@city.example"]


@pytest.mark.parametrize("address", ["a@city.example\nBcc: b@evil.example", "no address", "a@b@c", "@", "<>"])
def test_an_address_that_cannot_be_written_is_a_permanent_error(server, address):
    with pytest.raises(ChannelError) as caught:
        send(to=address)
    assert caught.value.permanent
    assert server.mails == []


def test_a_backend_that_accepts_nothing_is_no_success(settings, outgoing, monkeypatch):
    monkeypatch.setattr(outgoing, "send_messages", lambda self, mails: 0)
    with pytest.raises(ChannelError, match="没有接收"):
        send()

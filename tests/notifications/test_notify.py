"""Telling people: what is stored, what is not, and at what price."""

import logging
import time

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from notifications import services
from notifications.models import Delivery, Message
from notifications.services import mark_read, notify, unread_count
from tests.notifications.drafts import draft, tell


def test_a_message_is_stored_with_its_delivery(db, reader):
    assert tell(reader, subject="新任务", url="/items/7/") == 1
    message = Message.objects.get()
    assert (message.recipient, message.subject, message.url, message.read_at) == (reader, "新任务", "/items/7/", None)
    delivery = message.deliveries.get()
    assert (delivery.channel, delivery.state, delivery.attempts) == ("email", "pending", 0)


@pytest.mark.django_db(transaction=True)
def test_notify_refuses_to_work_outside_a_transaction(reader):
    with pytest.raises(transaction.TransactionManagementError):
        notify([draft(reader)])
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_tells_nobody(reader, monkeypatch):
    kicks = []
    monkeypatch.setattr(services, "kick_outbox", lambda channels: kicks.append(1))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify([draft(reader)])
        _ = 1 / 0
    assert not Message.objects.exists()
    assert not Delivery.objects.exists()
    assert kicks == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_only_after_the_commit(reader, monkeypatch):
    kicks = []
    monkeypatch.setattr(services, "kick_outbox", lambda channels: kicks.append(connection.in_atomic_block))
    with transaction.atomic():
        notify([draft(reader)])
        assert kicks == []
    assert kicks == [False]


def test_the_same_key_again_adds_neither_message_nor_delivery(db, reader):
    tell(reader, dedup_key="event:1")
    assert tell(reader, dedup_key="event:1", subject="Another text") == 0
    assert Message.objects.count() == Delivery.objects.count() == 1


def test_a_repeat_does_not_post_what_was_not_posted_the_first_time(db, person):
    reader = person(email="")
    tell(reader, dedup_key="event:1")
    User.objects.filter(pk=reader.pk).update(email="new@city.example")
    tell(reader, dedup_key="event:1")
    assert not Delivery.objects.exists()


def test_the_same_key_twice_in_one_call_is_one_message(db, reader):
    assert notify([draft(reader, dedup_key="event:1"), draft(reader, dedup_key="event:1")]) == 1


@pytest.mark.parametrize("fields", [{"email": ""}, {"is_active": False}])
def test_without_an_address_or_an_active_account_there_is_no_mail(db, person, fields):
    assert tell(person(**fields)) == 1
    assert not Delivery.objects.exists()


def test_a_repeat_wakes_no_worker(db, reader, django_capture_on_commit_callbacks):
    tell(reader, dedup_key="event:1")
    with django_capture_on_commit_callbacks() as callbacks:
        tell(reader, dedup_key="event:1")
    assert callbacks == []


def test_nobody_to_tell_costs_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert notify([]) == 0


def test_a_thousand_messages_cost_one_query(db, person, django_assert_num_queries):
    readers = [person() for _ in range(10)]
    drafts = [draft(reader) for reader in readers for _ in range(100)]
    with django_assert_num_queries(1):
        assert notify(drafts) == 1000


@pytest.mark.parametrize(
    "subject", ["整改\r\nBcc: stranger@evil.example", "整改\nBcc: x", "整改\x00\x1bBcc: x", "整改\u2028Bcc: x"]
)
def test_a_subject_stays_on_one_line(db, reader, subject):
    tell(reader, subject=subject)
    assert Message.objects.get().subject.startswith("整改 Bcc: ")


def test_a_long_subject_is_cut_and_does_not_break_the_callers_transaction(db, reader):
    tell(reader, subject="长" * 500)
    assert Message.objects.get().subject == "长" * 199 + "…"


@pytest.mark.parametrize("url", ["//evil.example/", "https://evil.example", "/\\evil.example", "/\t/evil.example", "x"])
def test_a_link_that_leaves_the_site_is_refused_by_the_database(db, reader, url):
    with pytest.raises(IntegrityError, match="url_stays_on_site"):
        tell(reader, url=url)


@pytest.mark.parametrize("url", ["", "/", "/items/GD-2025-001/?tab=evidence#top", "/items/编号/"])
def test_a_link_of_this_site_is_accepted(db, reader, url):
    assert tell(reader, url=url) == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_commit_goes_on_fast(reader, broker_down, caplog):
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        tell(reader)
    assert time.monotonic() - started < 1
    assert Delivery.objects.get().state == "pending"
    assert "broker does not answer" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_many_commits_ask_it_once(reader, broker_down, caplog):
    started = time.monotonic()
    for _ in range(100):
        tell(reader)
    assert time.monotonic() - started < 2
    assert caplog.text.count("broker does not answer") == 1


@pytest.mark.django_db(transaction=True)
def test_with_a_broker_the_call_lies_in_the_mail_queue(reader, calls_waiting):
    before = calls_waiting()
    tell(reader)
    assert calls_waiting() > before


def test_reading_some_leaves_the_others_unread(db, reader):
    tell(reader, reader, reader)
    first = Message.objects.order_by("id").first()
    assert mark_read(reader, [first.pk]) == 1
    assert unread_count(reader) == 2


def test_reading_all_reads_ones_own_only(db, reader, person):
    other = person()
    tell(reader, reader, other)
    assert mark_read(reader) == 2
    assert unread_count(other) == 1


def test_somebody_elses_message_cannot_be_marked(db, reader, person):
    tell(person())
    assert mark_read(reader, [Message.objects.get().pk]) == 0


def test_reading_again_keeps_the_first_time(db, reader):
    tell(reader)
    mark_read(reader)
    first = Message.objects.get().read_at
    assert mark_read(reader) == 0
    assert Message.objects.get().read_at == first

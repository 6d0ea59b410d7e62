"""The outbox: each delivery goes once, and what fails ends in a known state."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from notifications import outbox
from notifications.channels import ChannelError
from notifications.models import Delivery, Message
from notifications.outbox import RETRY_DELAYS, deliver, delivering, sweep
from notifications.services import notify
from tests.notifications.backends import WorkerKilled
from tests.notifications.drafts import draft, tell, time_passes

State = Delivery.State


def kill_a_worker() -> None:
    with pytest.raises(WorkerKilled):
        deliver("email")


# -- the plain road ------------------------------------------------------------------------------------------------


def test_a_due_delivery_is_sent_and_says_when(delivery, outgoing):
    assert deliver("email") == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.lease_owner) == (State.SENT, 1, None)
    assert delivery.claimed_at <= delivery.sent_at <= timezone.now()
    assert delivery.provider_id == outgoing.sent[0].extra_headers["Message-ID"]


def test_the_mail_carries_text_absolute_link_and_sender(delivery, outgoing, settings):
    settings.PUBLIC_URL = "https://bihuan.example"
    deliver("email")
    (mail,) = outgoing.sent
    assert mail.to == [delivery.message.recipient.email]
    assert mail.subject == delivery.message.subject
    assert mail.body.startswith("请于 3 日内签收。\n\nhttps://bihuan.example/items/7/\n\n")
    assert mail.from_email == settings.DEFAULT_FROM_EMAIL
    assert mail.message()["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db
def test_a_mail_without_a_link_has_none(reader, outgoing, settings):
    tell(reader, url="")
    deliver("email")
    assert settings.PUBLIC_URL not in outgoing.sent[0].body


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "closing"), [("zh-hans", "请勿直接回复"), ("en", "please do not reply")])
def test_the_closing_line_is_in_the_readers_language(person, outgoing, language, closing):
    tell(person(language=language))
    deliver("email")
    assert closing in outgoing.sent[0].body


def test_nothing_is_sent_twice(delivery, outgoing):
    deliver("email")
    time_passes()
    assert deliver("email") == 0
    assert len(outgoing.sent) == 1


@pytest.mark.django_db
def test_one_connection_serves_the_whole_run(reader, outgoing):
    tell(reader, reader, reader)
    assert deliver("email") == 3
    assert outgoing.connections == ["open", "close"]


@pytest.mark.django_db(transaction=True)
def test_nothing_due_costs_one_query_and_no_connection(outgoing, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert deliver("email") == 0
    assert outgoing.connections == []


@pytest.mark.django_db
def test_a_run_ends_at_its_limit(reader, outgoing):
    tell(reader, reader, reader)
    assert deliver("email", limit=2) == 2
    assert deliver("email", seconds=-1) == 0
    assert deliver("email") == 1


def test_sending_inside_a_transaction_is_refused(delivery, outgoing):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        deliver("email")
    assert outgoing.sent == []


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_mail_goes_out(delivery, outgoing, monkeypatch):
    seen = []
    send = outgoing.send_messages
    monkeypatch.setattr(
        outgoing, "send_messages", lambda self, mails: (seen.append(connection.in_atomic_block), send(self, mails))[1]
    )
    deliver("email")
    assert seen == [False]


def test_a_channel_that_nobody_built_is_an_error(db):
    with pytest.raises(KeyError):
        deliver("pigeon")


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_message_once(person, outgoing):
    drafts = [draft(person()) for _ in range(200)]
    with transaction.atomic():
        notify(drafts)
    barrier, counts = threading.Barrier(8), []

    def work() -> None:
        try:
            barrier.wait()
            counts.append(deliver("email"))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = Counter(mail.extra_headers["Message-ID"] for mail in outgoing.sent)
    assert len(ids) == sum(counts) == len(drafts)
    assert set(ids.values()) == {1}
    assert not Delivery.objects.exclude(state=State.SENT, attempts=1).exists()


@pytest.mark.django_db(transaction=True)
def test_a_delivery_in_other_hands_is_passed_over_without_waiting(reader):
    tell(reader, reader)
    first, second = Delivery.objects.order_by("next_attempt_at", "id")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Delivery.objects.select_for_update().get(pk=first.pk)
                held.set()
                done.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        assert outbox.claim("email") == second
        assert outbox.claim("email") is None
    finally:
        done.set()
        holder.join()


# -- who is not written to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_a_reader_who_left_meanwhile_gets_no_mail(delivery, outgoing, change):
    User.objects.update(**change)
    assert deliver("email") == 0
    delivery.refresh_from_db()
    assert outgoing.sent == []
    assert (delivery.state, delivery.next_attempt_at) == (State.SUPPRESSED, None)
    assert "收件人已停用" in delivery.last_error


def test_a_new_address_is_used_at_once(delivery, outgoing):
    User.objects.update(email="new@city.example")
    deliver("email")
    assert outgoing.sent[0].to == ["new@city.example"]


# -- failures that are known ---------------------------------------------------------------------------------------


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The transport answers every message with this error."""

    class Failing:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def send(self, envelope):
            raise error

    monkeypatch.setattr(delivering, "transport_for", lambda channel: Failing())


def test_a_permanent_error_ends_it_at_once(delivery, monkeypatch):
    fail_with(monkeypatch, ChannelError("no such mailbox", permanent=True))
    deliver("email")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == (State.DEAD, 1, "no such mailbox")
    time_passes()
    assert outbox.claim("email") is None


def test_a_passing_error_is_tried_again_after_the_first_delay(delivery, monkeypatch):
    fail_with(monkeypatch, ChannelError("mailbox busy"))
    before = timezone.now()
    deliver("email")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == (State.PENDING, "mailbox busy")
    assert before + RETRY_DELAYS[0] <= delivery.next_attempt_at <= timezone.now() + RETRY_DELAYS[0]
    assert outbox.claim("email") is None  # not due yet


def test_every_delay_of_the_list_is_used_once_and_then_it_is_given_up(delivery, monkeypatch):
    fail_with(monkeypatch, ChannelError("mailbox busy"))
    waited = []
    for _ in RETRY_DELAYS:
        deliver("email")
        delivery.refresh_from_db()
        waited.append(delivery.next_attempt_at - delivery.claimed_at)
        time_passes()
    assert all(
        timedelta() <= real - listed < timedelta(seconds=5) for real, listed in zip(waited, RETRY_DELAYS, strict=True)
    )
    deliver("email")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.DEAD, len(RETRY_DELAYS) + 1)


def test_success_after_a_failure_leaves_no_error_behind(delivery, outgoing):
    outgoing.script[:] = [ConnectionResetError("not this time")]
    deliver("email")
    time_passes()
    deliver("email")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == (State.SENT, 2, "")


@pytest.mark.django_db
def test_one_bad_message_does_not_stop_the_others(reader, outgoing):
    tell(reader, reader, reader)
    outgoing.script[:] = [ValueError("bad"), None, None]
    assert deliver("email") == 2
    assert Delivery.objects.filter(state=State.DEAD).count() == 1


@pytest.mark.django_db
def test_an_outage_ends_the_run_and_costs_one_delivery_an_attempt(reader, monkeypatch):
    tell(reader, reader, reader)
    fail_with(monkeypatch, ChannelError("connection refused", outage=True))
    assert deliver("email") == 0
    assert Delivery.objects.filter(attempts=1).count() == 1
    assert Delivery.objects.filter(state=State.PENDING).count() == 3


# -- failures of which nobody knows --------------------------------------------------------------------------------


def test_a_worker_that_dies_before_settling_is_found_and_the_same_mail_goes_again(delivery, outgoing):
    outgoing.after[:] = [WorkerKilled()]
    kill_a_worker()
    assert deliver("email") == 0  # the lease still runs
    assert sweep() == 0
    time_passes()
    assert sweep() == 1
    assert deliver("email") == 1
    first, second = outgoing.sent
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.interruptions) == (State.SENT, 2, 1)


def test_a_worker_that_dies_before_sending_loses_nothing(delivery, outgoing):
    outgoing.script[:] = [WorkerKilled()]
    kill_a_worker()
    assert outgoing.sent == []
    time_passes()
    sweep()
    assert deliver("email") == 1
    assert len(outgoing.sent) == 1


def test_a_message_that_kills_every_worker_is_sent_twice_at_most(delivery, outgoing):
    outgoing.after[:] = [WorkerKilled()] * 9
    for _ in range(2):
        kill_a_worker()
        time_passes()
        sweep()
    assert deliver("email") == 0
    assert len(outgoing.sent) == 2
    delivery.refresh_from_db()
    assert (delivery.state, delivery.lease_owner) == (State.UNKNOWN, None)
    assert "消失" in delivery.last_error


def test_an_ambiguous_answer_is_tried_once_more_and_then_unknown(delivery, monkeypatch):
    fail_with(monkeypatch, ChannelError("timed out", ambiguous=True))
    for _ in range(3):
        deliver("email")
        time_passes()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.interruptions) == (State.UNKNOWN, 2, 2)


def test_a_fault_of_our_own_is_bounded_too(delivery, monkeypatch):
    fail_with(monkeypatch, ZeroDivisionError("bug"))
    for _ in range(3):
        deliver("email")
        time_passes()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.UNKNOWN, 2)
    assert delivery.last_error == "ZeroDivisionError: bug"


def test_a_worker_that_comes_back_late_changes_nothing(delivery, outgoing):
    late = outbox.claim("email")
    time_passes()
    sweep()
    current = outbox.claim("email")
    assert not outbox.settle(late, outbox.Outcome(State.DEAD, error="too late"))
    assert outbox.settle(current, outbox.Outcome(State.SENT))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == (State.SENT, "")


@pytest.mark.django_db
def test_sweeping_costs_the_same_however_much_is_stuck(person, django_assert_num_queries):
    tell(*[person() for _ in range(20)])
    for _ in range(20):
        outbox.claim("email")
    time_passes()
    with django_assert_num_queries(5):  # three, and a savepoint around them
        assert sweep() == 20


def test_two_sweepers_free_a_delivery_once(delivery):
    outbox.claim("email")
    time_passes()
    assert [sweep(), sweep()] == [1, 0]
    delivery.refresh_from_db()
    assert delivery.interruptions == 1


def test_a_lease_outlives_the_worker_that_holds_it():
    assert outbox.LEASE.total_seconds() > project.CELERY_TASK_TIME_LIMIT


def test_the_claim_reads_the_index_of_what_is_due(delivery):
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off")  # whatever the planner thinks of one row
        cursor.execute(
            "EXPLAIN SELECT recipient_id, endpoint_id FROM notifications_delivery WHERE channel = 'email' "
            "AND state = 'pending' AND next_attempt_at <= now() ORDER BY next_attempt_at, id LIMIT 100"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_sort")
    assert "notifications_delivery_due" in plan, plan
    assert "Sort" not in plan


def test_deleting_a_message_takes_its_deliveries_along(delivery):
    Message.objects.get().delete()
    assert not Delivery.objects.exists()

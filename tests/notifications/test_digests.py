"""What waits for one reader on one channel leaves together: one digest, made once, never changed."""

import threading
from datetime import timedelta
from smtplib import SMTPResponseException

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from notifications import hours
from notifications.models import DIGEST, Channel, Delivery, Message, Mode, NoticeClass
from notifications.outbox import claim, claiming, deliver
from notifications.preferences import save_wishes
from notifications.services import unread_count
from tests.notifications.drafts import tell, time_passes

State = Delivery.State
pytestmark = pytest.mark.django_db
FEW, MANY = claiming.TOGETHER, claiming.TOGETHER + 1


def digest() -> Delivery:
    return Delivery.objects.get(message__kind=DIGEST)


# -- how many together -------------------------------------------------------------------------------------------------


def test_a_few_come_one_by_one(reader, outgoing):
    tell(*[reader] * FEW)
    assert deliver("email") == FEW
    assert not Message.objects.filter(kind=DIGEST).exists()


def test_more_than_a_few_leave_as_one_mail(reader, outgoing):
    tell(*[reader] * MANY)
    assert deliver("email") == 1
    (mail,) = outgoing.sent
    assert mail.subject == f"{MANY} 条通知"
    assert all(message.subject in mail.body for message in Message.objects.exclude(kind=DIGEST))


def test_the_members_say_in_which_digest_they_went(reader, outgoing):
    tell(*[reader] * MANY)
    deliver("email")
    members = Delivery.objects.filter(digest=digest())
    assert members.count() == MANY
    assert set(members.values_list("state", flat=True)) == {State.DIGESTED}
    assert digest().state == State.SENT


def test_the_digest_is_in_the_readers_language(person, outgoing):
    tell(*[person(language="en")] * MANY)
    deliver("email")
    assert outgoing.sent[0].subject == f"{MANY} notices"
    assert f"Assign: {MANY}" in outgoing.sent[0].body


def test_a_digest_has_fifty_lines_and_says_how_many_more(reader, outgoing):
    tell(*[reader] * 53)
    deliver("email")
    assert outgoing.sent[0].body.count("/items/7/") == 50
    assert "另有 3 条" in outgoing.sent[0].body


def test_two_readers_get_a_digest_each(person, outgoing):
    first, second = person(), person()
    tell(*[first] * MANY, *[second] * MANY)
    assert deliver("email") == 2
    assert {mail.to[0] for mail in outgoing.sent} == {first.email, second.email}


def test_a_digest_is_in_no_list_and_counts_as_nothing_unread(reader, outgoing, client):
    tell(*[reader] * MANY)
    deliver("email")
    client.force_login(reader)
    assert "条通知" not in client.get(reverse("notifications:messages")).content.decode()
    assert unread_count(reader) == MANY


# -- waiting for the others of a pass ----------------------------------------------------------------------------------


def test_a_notice_of_the_clock_waits_for_its_pass(reader, outgoing):
    tell(reader, occasion="clock:2026-11-25")
    assert deliver("email") == 0
    wait = Delivery.objects.get().next_attempt_at - timezone.now()
    assert timedelta(seconds=50) < wait <= timedelta(seconds=60)


def test_a_digest_takes_along_what_is_due_within_the_minute(reader, outgoing):
    tell(*[reader] * FEW)
    tell(reader, occasion="clock:2026-11-25")
    assert deliver("email") == 1
    assert Delivery.objects.filter(state=State.DIGESTED).count() == MANY


def test_what_is_due_later_is_not_taken_along(reader, outgoing):
    tell(*[reader] * MANY)
    later = Delivery.objects.last()
    Delivery.objects.filter(pk=later.pk).update(next_attempt_at=Now() + timedelta(hours=1))
    assert deliver("email") == FEW
    later.refresh_from_db()
    assert later.state == State.PENDING


# -- once a day --------------------------------------------------------------------------------------------------------


def test_daily_notices_leave_in_the_morning_as_one(reader, outgoing):
    save_wishes(reader, {(Channel.EMAIL, NoticeClass.DIGESTIBLE): Mode.DAILY})
    tell(reader, reader)
    assert deliver("email") == 0
    due = Delivery.objects.first().next_attempt_at
    assert due == hours.next_digest(timezone.now())
    time_passes()
    assert deliver("email") == 1
    assert outgoing.sent[0].subject == "2 条通知"


def test_a_single_daily_notice_is_no_digest(reader, outgoing):
    tell(reader, notice_class=NoticeClass.OPTIONAL)
    time_passes()
    deliver("email")
    assert outgoing.sent[0].subject == Message.objects.get().subject


# -- its composition never changes -------------------------------------------------------------------------------------


def test_a_retry_sends_the_same_digest_under_the_same_id(reader, outgoing):
    tell(*[reader] * MANY)
    outgoing.script[:] = [TimeoutError()]
    deliver("email")
    before = digest()
    tell(*[reader] * 2)
    time_passes()
    assert deliver("email") == 3
    assert digest().pk == before.pk
    assert Delivery.objects.filter(digest=before).count() == MANY
    (mail,) = [mail for mail in outgoing.sent if "条通知" in mail.subject]
    assert mail.body.startswith(before.message.body)


def test_a_digest_of_which_something_may_not_be_told_any_more_is_made_anew(reader, outgoing, settings):
    settings.NOTIFICATIONS_REASONS_NOT_TO_SEND = ""
    tell(*[reader] * MANY, about="item:8")
    tell(reader, about="item:7", subject="不该再看")
    outgoing.script[:] = [SMTPResponseException(451, b"busy")]
    deliver("email")
    before = digest()
    settings.NOTIFICATIONS_REASONS_NOT_TO_SEND = f"{__name__}.all_but_the_seventh"
    time_passes()
    assert deliver("email") == 1
    before.refresh_from_db()
    assert before.state == State.SUPPRESSED
    assert "不该再看" not in outgoing.sent[0].body
    assert Delivery.objects.filter(state=State.DIGESTED).exclude(digest=before).count() == MANY


def test_one_that_may_be_out_already_stays_as_it_is(reader, outgoing, settings):
    settings.NOTIFICATIONS_REASONS_NOT_TO_SEND = ""
    tell(*[reader] * MANY, about="item:7")
    outgoing.script[:] = [TimeoutError()]
    deliver("email")
    settings.NOTIFICATIONS_REASONS_NOT_TO_SEND = f"{__name__}.all_but_the_seventh"
    time_passes()
    assert deliver("email") == 1
    assert digest().state == State.SENT


def test_what_may_be_out_already_joins_no_digest(reader, outgoing):
    tell(reader)
    outgoing.script[:] = [TimeoutError()]
    deliver("email")
    tell(*[reader] * MANY)
    time_passes()
    assert deliver("email") == 2
    assert not Delivery.objects.get(pk=Delivery.objects.order_by("pk").first().pk).digest_id


def test_a_member_that_nobody_may_get_any_more_is_left_out(reader, outgoing, settings):
    settings.NOTIFICATIONS_REASONS_NOT_TO_SEND = f"{__name__}.all_but_the_seventh"
    tell(*[reader] * MANY, about="item:8")
    tell(reader, about="item:7", subject="不该看到")
    assert deliver("email") == 1
    assert "不该看到" not in outgoing.sent[0].body
    barred = Delivery.objects.get(state=State.SUPPRESSED)
    assert (barred.message.subject, barred.last_error) == ("不该看到", "no longer")


def all_but_the_seventh(messages: list[Message]) -> dict[int, str]:
    return {message.pk: "no longer" for message in messages if message.about == "item:7"}


def test_a_reader_who_left_gets_no_digest(reader, outgoing):
    tell(*[reader] * MANY)
    type(reader).objects.update(is_active=False)
    assert deliver("email") == 0
    assert Delivery.objects.filter(state=State.SUPPRESSED).count() == MANY


# -- the database forbids the rest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", [{"state": State.DIGESTED, "next_attempt_at": None}, {"state": State.HELD, "next_attempt_at": None}]
)
def test_a_state_without_what_belongs_to_it_is_refused(delivery, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(**fields, last_error="x")


def test_a_digest_of_itself_is_refused(delivery):
    with pytest.raises(IntegrityError, match="not_its_own_digest"), transaction.atomic():
        Delivery.objects.update(state=State.DIGESTED, next_attempt_at=None, digest=delivery)


# -- several workers ---------------------------------------------------------------------------------------------------


def in_parallel(*works: object) -> None:
    barrier = threading.Barrier(len(works))

    def run(work: object) -> None:
        try:
            barrier.wait()
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_workers_never_make_two_digests_of_one(person, outgoing):
    tell(*[reader for reader in [person() for _ in range(5)] for _ in range(20)])
    in_parallel(*[lambda: deliver("email")] * 4)
    deliver("email")
    assert Message.objects.filter(kind=DIGEST).count() == len(outgoing.sent) == 5
    assert Delivery.objects.filter(state=State.DIGESTED).count() == 100


@pytest.mark.django_db(transaction=True)
def test_while_new_notices_arrive_each_goes_once(reader, outgoing):
    tell(*[reader] * MANY)
    in_parallel(lambda: [tell(*[reader] * 3) for _ in range(10)], *[lambda: [deliver("email") for _ in range(20)]] * 2)
    deliver("email")
    assert not Delivery.objects.exclude(state__in=[State.SENT, State.DIGESTED]).exists()
    told = [m.subject for m in Message.objects.exclude(kind=DIGEST)]
    text = "\n".join(f"{mail.subject}\n{mail.body}" for mail in outgoing.sent) + "\n"
    assert [text.count(f"{subject} ") + text.count(f"{subject}\n") for subject in told] == [1] * (MANY + 30)


@pytest.mark.django_db(transaction=True)
def test_a_reader_in_other_hands_is_passed_over_without_waiting(person):
    busy, other = person(), person()
    tell(busy, other)
    got, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                claiming._take_in_hand("email", busy.pk, None)
                got.set()
                done.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert got.wait(10)
        assert claim("email").recipient == other
        assert claim("email") is None
    finally:
        done.set()
        holder.join()


def test_an_outage_of_the_server_costs_a_digest_one_attempt(reader, outgoing, monkeypatch):
    tell(*[reader] * MANY)
    monkeypatch.setattr(outgoing, "open", lambda self: (_ for _ in ()).throw(ConnectionRefusedError()))
    deliver("email")
    assert (digest().state, digest().attempts) == (State.PENDING, 1)


def test_a_digest_that_is_refused_for_good_is_dead(reader, outgoing):
    tell(*[reader] * MANY)
    outgoing.script[:] = [ValueError("no address")]
    deliver("email")
    assert digest().state == State.DEAD

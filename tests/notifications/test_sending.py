"""Just before something leaves the house: may the reader still see it, and does it still hold?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from notifications.models import DIGEST, Delivery, Message
from notifications.outbox import deliver
from tests.notifications.drafts import tell, time_passes
from tests.pages.reading import queries
from tests.walking import accept, shanghai, verify, walk
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import Timer, WorkItem
from workflow.sending import NOT_ENTITLED, SETTLED, kind_label, reasons_not_to_send

pytestmark = pytest.mark.django_db
Outcome = Delivery.State


def mail_to(person) -> Delivery:
    return Delivery.objects.filter(recipient=person, channel="email").latest("id")


@pytest.fixture
def item(city) -> WorkItem:
    return walk(city, State.ASSIGNED)


def test_whoever_sees_the_item_gets_the_mail(city, item, outgoing):
    deliver("email")
    assert mail_to(city.environment_clerk).state == Outcome.SENT


def test_whoever_lost_the_office_meanwhile_does_not(city, item, outgoing):
    Membership.objects.filter(user=city.environment_clerk).delete()
    deliver("email")
    mail = mail_to(city.environment_clerk)
    assert (mail.state, mail.last_error) == (Outcome.SUPPRESSED, NOT_ENTITLED)
    assert city.environment_clerk.email not in {to for mail in outgoing.sent for to in mail.to}


def test_whose_department_lost_the_item_gets_that_news_alone(city, item, outgoing):
    services.transfer(item, by=city.dispatcher, department=city.water, reason="职责调整。")
    deliver("email")
    states = Delivery.objects.filter(recipient=city.environment_clerk).order_by("id").values_list("state", flat=True)
    assert list(states) == [Outcome.SUPPRESSED, Outcome.SENT]
    (mail,) = [mail for mail in outgoing.sent if mail.to == [city.environment_clerk.email]]
    assert f"/items/{item.number}/" not in mail.body


def test_in_a_digest_it_is_left_out(city, item, outgoing):
    tell(*[city.environment_clerk] * 6)
    Membership.objects.filter(user=city.environment_clerk).delete()
    deliver("email")
    assert item.number not in Message.objects.get(kind=DIGEST).body


def test_a_reminder_of_what_was_done_meanwhile_is_not_sent(city, outgoing):
    item = walk(city, State.ASSIGNED, now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 3, 7, 9))
    assert Message.objects.filter(holds_while__startswith="timer:").exists()
    accept(city, item, now=shanghai(2025, 3, 7, 10))
    time_passes()
    deliver("email")
    spoken = Delivery.objects.filter(message__holds_while__startswith="timer:", digest=None)
    assert set(spoken.values_list("state", "last_error")) == {(Outcome.SUPPRESSED, SETTLED)}


def test_a_reminder_of_what_is_still_to_be_done_is_sent(city, outgoing):
    walk(city, State.ASSIGNED, now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 3, 7, 9))
    time_passes()
    deliver("email")
    spoken = Delivery.objects.filter(message__holds_while__startswith="timer:", digest=None)
    assert set(spoken.values_list("state", flat=True)) == {Outcome.SENT}


def test_an_urgent_text_message_is_checked_as_everything_else(city, item, gateway):
    clerk = city.environment_clerk
    type(clerk).objects.filter(pk=clerk.pk).update(phone="13800000001")
    tell(clerk, about=f"item:{item.pk}", is_urgent=True, notice_class="mandatory")
    Membership.objects.filter(user=clerk).delete()
    assert deliver("sms") == 0
    assert gateway.sent == []


@pytest.mark.parametrize("about", ["", "item:", "item:x", "note:7", "item:99999999"])
def test_what_names_no_item_that_is_there_is_not_left_to_chance(city, about):
    tell(city.dispatcher, about=about)
    barred = reasons_not_to_send(list(Message.objects.select_related("recipient", "endpoint")))
    assert set(barred.values()) == ({NOT_ENTITLED} if about == "item:99999999" else set())


def test_asking_about_many_costs_as_much_as_about_one(city, item):
    rows = Message.objects.select_related("recipient", "endpoint").filter(recipient=city.environment_clerk)
    few = list(rows)
    tell(*[city.environment_clerk] * 20, about=f"item:{item.pk}")
    many = list(rows.all())
    assert queries(lambda: reasons_not_to_send(many)) == queries(lambda: reasons_not_to_send(few))


def test_a_clock_that_runs_bars_nothing(city, item):
    timer = Timer.objects.filter(item=item, ended_at=None).first()
    tell(city.environment_clerk, holds_while=f"timer:{timer.pk}", url="")
    assert reasons_not_to_send(list(Message.objects.filter(holds_while=f"timer:{timer.pk}"))) == {}


def test_kinds_are_called_as_the_clerks_call_them():
    assert kind_label("assign") == "交办"
    assert kind_label("something else") == "其他通知"


def test_mail_speaks_the_readers_language(city, outgoing):
    walk(city, State.VERIFYING, lead=city.water, now=timezone.now() - timedelta(days=1))
    verify(city, WorkItem.objects.get())
    deliver("email")
    by_reader = {mail.to[0]: mail.body for mail in outgoing.sent}
    assert "The rectification was verified." in by_reader[city.water_clerk.email]
    assert "The rectification" not in by_reader[city.water_head.email]

"""“Who was told” on the page of an item: who, what, when, how, and did it arrive."""

import pytest
from django.urls import reverse

from notifications.models import DIGEST, Delivery, Endpoint
from notifications.outbox import deliver
from tests.notifications.drafts import tell, time_passes
from tests.pages.reading import part, queries, text_of
from tests.walking import accept, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem

Sent = Delivery.State


@pytest.fixture
def item(city) -> WorkItem:
    """Handed out to the environment bureau, whose clerk and head were told."""
    return walk(city, State.ASSIGNED)


def ledger(browser, item: WorkItem, query: str = "") -> str:
    return text_of(part(browser.get(f"/items/{item.number}/{query}"), 'id="told"'))


def give_up(city) -> Delivery:
    """The clerk's mail is refused for good."""
    delivery = Delivery.objects.get(recipient=city.environment_clerk)
    Delivery.objects.exclude(pk=delivery.pk).delete()
    time_passes()
    deliver("email")
    delivery.refresh_from_db()
    assert delivery.state == Sent.DEAD
    return delivery


def send_again(browser, item: WorkItem, delivery: Delivery):
    return browser.post(reverse("workflow:send-again", args=[item.number, delivery.pk]))


# -- what it says ------------------------------------------------------------------------------------------------------


def test_it_names_reader_department_kind_and_that_the_mail_waits(city, item, signed_in):
    told = ledger(signed_in(city.dispatcher), item)
    for words in ("生态环境局经办人", "市生态环境局", "交办", "电子邮件 · 待发送", "未读"):
        assert words in told


def test_it_says_when_the_mail_went_out_and_that_the_message_was_read(city, item, signed_in, outgoing):
    deliver("email")
    browser = signed_in(city.environment_clerk)
    message = city.environment_clerk.messages.get()
    browser.get(reverse("notifications:open", args=[message.pk]))
    told = ledger(browser, item)
    assert "电子邮件 · 已发送" in told
    assert "已读" in told


def test_what_left_in_a_digest_fares_as_the_digest_does(city, item, signed_in, outgoing):
    tell(*[city.environment_clerk] * 6)
    deliver("email")
    assert Delivery.objects.filter(message__kind=DIGEST, state=Sent.SENT).exists()
    assert "电子邮件 · 已发送（并入汇总）" in ledger(signed_in(city.dispatcher), item)


def test_a_department_that_lost_the_item_was_told_too_and_not_where_it_went(city, item, signed_in):
    services.transfer(item, by=city.dispatcher, department=city.water, reason="职责调整。")
    assert "生态环境局经办人" in ledger(signed_in(city.dispatcher), item)
    assert city.environment_clerk.messages.latest("id").url == ""


def test_an_item_of_which_nobody_was_told_has_no_ledger(city, signed_in):
    item = walk(city, State.DRAFT)
    assert 'id="told"' not in signed_in(city.dispatcher).get(f"/items/{item.number}/").content.decode()


def test_what_was_told_of_another_item_is_not_there(city, item, signed_in):
    walk(city, State.ASSIGNED, lead=city.xixia)
    assert "西峡县" not in ledger(signed_in(city.dispatcher), item)


def test_whoever_may_not_see_the_item_sees_no_ledger(city, item, signed_in):
    for stranger in (city.water_clerk, city.system_admin):
        assert signed_in(stranger).get(f"/items/{item.number}/").status_code == 404


def test_the_newest_twenty_and_on_request_all(city, item, signed_in):
    tell(*[city.environment_clerk] * 25, about=f"item:{item.pk}")
    browser = signed_in(city.dispatcher)
    assert ledger(browser, item).count("生态环境局经办人") == 20
    assert ledger(browser, item, "?told=all").count("生态环境局经办人") == 26


def test_it_costs_the_same_for_few_and_for_many(city, item, signed_in):
    browser = signed_in(city.dispatcher)
    few = queries(lambda: browser.get(f"/items/{item.number}/?told=all"))
    tell(*[city.environment_clerk, city.environment_head] * 10, about=f"item:{item.pk}")
    assert queries(lambda: browser.get(f"/items/{item.number}/?told=all")) == few


# -- once more ---------------------------------------------------------------------------------------------------------


def test_the_office_sends_again_what_did_not_arrive(city, item, signed_in, outgoing):
    outgoing.script[:] = [ValueError("no such mailbox")]
    delivery, browser = give_up(city), signed_in(city.dispatcher)
    assert "重发" in ledger(browser, item)
    send_again(browser, item, delivery)
    assert deliver("email") == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.resent_by) == (Sent.SENT, city.dispatcher)


@pytest.mark.parametrize(("name", "status"), [("environment_clerk", 403), ("auditor", 403), ("water_clerk", 404)])
def test_nobody_else_does(city, item, signed_in, outgoing, name, status):
    outgoing.script[:] = [ValueError("no such mailbox")]
    delivery, browser = give_up(city), signed_in(getattr(city, name))
    assert send_again(browser, item, delivery).status_code == status
    delivery.refresh_from_db()
    assert delivery.state == Sent.DEAD


def test_what_was_told_of_another_item_is_not_sent_again_from_here(city, item, signed_in, outgoing):
    other = walk(city, State.ASSIGNED, lead=city.water)
    outgoing.script[:] = [ValueError("no such mailbox")]
    delivery = give_up(city)
    assert send_again(signed_in(city.dispatcher), other, delivery).status_code == 404


def test_what_arrived_is_not_sent_again(city, item, signed_in, outgoing):
    deliver("email")
    send_again(signed_in(city.dispatcher), item, Delivery.objects.filter(state=Sent.SENT).first())
    assert deliver("email") == 0


# -- a department's group ----------------------------------------------------------------------------------------------


def test_a_departments_robot_is_told_and_stands_in_the_ledger(city, item, signed_in, robot, gateway):
    robot(name="整改工作群")
    services.return_for_rework(walk(city, State.VERIFYING), by=city.verifier, reason="缺照片。")
    deliver("wecom")
    (told,) = [entry for entry in gateway.sent if "退回" in entry.subject]
    about = WorkItem.objects.get(number=told.number)
    assert "整改工作群" in ledger(signed_in(city.dispatcher), about)


def test_a_robot_hears_nothing_of_what_its_department_is_not_told(city, robot, gateway):
    robot()
    walk(city, State.ASSIGNED, lead=city.water)
    assert not Delivery.objects.filter(endpoint__isnull=False).exists()


def test_a_robot_hears_nothing_that_people_may_do_without(city, robot, gateway):
    robot(department=city.office)
    accept(city, walk(city, State.ASSIGNED))
    assert not Delivery.objects.filter(endpoint__isnull=False).exists()


def test_a_robot_that_was_switched_off_hears_nothing(city, robot, gateway):
    robot(is_active=False)
    walk(city, State.ASSIGNED)
    assert not Delivery.objects.filter(endpoint__isnull=False).exists()


def test_a_robot_of_a_department_that_lost_the_item_is_not_told_any_more(city, robot, gateway):
    robot()
    item = walk(city, State.ASSIGNED)
    services.transfer(item, by=city.dispatcher, department=city.water, reason="职责调整。")
    assert Endpoint.objects.count() == 1
    assert deliver("wecom") == 0
    assert set(Delivery.objects.filter(channel="wecom").values_list("state", flat=True)) == {Sent.SUPPRESSED}

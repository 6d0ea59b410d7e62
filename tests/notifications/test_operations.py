"""The operators' page: what is held or stuck, and what can be done about it; never a subject, never a text."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.alarms import raise_alarm
from notifications.models import Alarm, Delivery, HeldPass
from notifications.outbox import claim, deliver
from tests.notifications.drafts import tell, time_passes
from tests.pages.reading import queries, tags_of, text_of

PAGE = reverse("notifications:operations")
State = Delivery.State


@pytest.fixture
def operator(city, signed_in: Callable[..., Client]) -> Client:
    return signed_in(city.system_admin)


@pytest.fixture
def dead(city, reader, outgoing) -> Delivery:
    """A delivery that was given up."""
    tell(reader, subject="不该给管理员看的标题", body="也不该看的正文", number="秘-001")
    outgoing.script[:] = [ValueError("no such mailbox")]
    deliver("email")
    return Delivery.objects.get(state=State.DEAD)


@pytest.fixture
def held(city, person, outgoing, settings) -> HeldPass:
    settings.STORM_LIMIT = 1
    tell(person(), person(), occasion="clock:2026-11-25")
    time_passes(1)
    deliver("email")
    return HeldPass.objects.get()


def decide(browser: Client, held: HeldPass, decision: str):
    return browser.post(reverse("notifications:decide-pass", args=[held.pk]), {"decision": decision}, follow=True)


def resend(browser: Client, delivery: Delivery):
    return browser.post(reverse("notifications:resend", args=[delivery.pk]), follow=True)


# -- who ---------------------------------------------------------------------------------------------------------------


def test_the_administrator_finds_it_in_the_menu(operator, city, signed_in):
    def links(browser: Client) -> set[str]:
        return {attrs.get("href", "") for _, attrs in tags_of(browser.get(reverse("notifications:messages")), "a")}

    assert PAGE in links(operator)
    assert PAGE not in links(signed_in(city.dispatcher))


@pytest.mark.parametrize("name", ["dispatcher", "auditor", "supervisor", "environment_clerk", "security_admin"])
def test_nobody_else_sees_it_or_presses_its_buttons(city, signed_in, held, dead, name):
    browser = signed_in(getattr(city, name))
    assert browser.get(PAGE).status_code == 403
    assert decide(browser, held, "release").status_code == 403
    assert resend(browser, dead).status_code == 403
    held.refresh_from_db()
    assert held.decision == ""


def test_a_stranger_is_asked_to_sign_in(db, client):
    assert reverse("accounts:sign-in") in client.get(PAGE)["Location"]


# -- what it shows -----------------------------------------------------------------------------------------------------


def test_nothing_wrong_is_said_to_be_so(operator):
    assert "没有受阻的发送" in text_of(operator.get(PAGE))


def test_a_channel_tells_since_when_the_oldest_waits(operator, delivery):
    due = Delivery.objects.get(pk=delivery.pk).next_attempt_at
    times = [attrs["datetime"] for _, attrs in tags_of(operator.get(PAGE), "time")]
    assert times == [timezone.localtime(due).isoformat()]


def test_what_was_given_up_stands_there_with_its_reason_and_attempts(operator, dead):
    page = text_of(operator.get(PAGE))
    assert "no such mailbox" in page
    assert dead.recipient.name in page


def test_no_business_data_is_shown(operator, dead):
    source = operator.get(PAGE).content.decode()
    for told in ("不该给管理员看的标题", "也不该看的正文", "秘-001", "/items/7/"):
        assert told not in source


def test_what_hangs_with_a_vanished_worker_is_shown_and_has_no_button(operator, delivery):
    claim("email")
    time_passes()
    page = operator.get(PAGE)
    assert delivery.recipient.name in text_of(page)
    assert reverse("notifications:resend", args=[delivery.pk]) not in page.content.decode()


def test_the_page_costs_the_same_for_one_and_for_many(operator, dead, person, outgoing):
    few = queries(lambda: operator.get(PAGE))
    tell(*[person() for _ in range(8)])
    outgoing.script[:] = [ValueError("bad")] * 8
    deliver("email")
    assert queries(lambda: operator.get(PAGE)) == few


# -- what one does there -----------------------------------------------------------------------------------------------


def test_a_held_pass_is_released(operator, held, outgoing):
    assert "clock:2026-11-25" in text_of(operator.get(PAGE))
    decide(operator, held, "release")
    assert deliver("email") == 2


def test_a_held_pass_is_discarded(operator, held, outgoing):
    decide(operator, held, "discard")
    time_passes()
    assert deliver("email") == 0


def test_a_second_decision_is_refused_with_a_sentence(operator, held):
    decide(operator, held, "discard")
    assert "已有人处理" in text_of(decide(operator, held, "release"))
    held.refresh_from_db()
    assert held.decision == "discarded"


def test_a_decision_that_there_is_not_decides_nothing(operator, held):
    decide(operator, held, "explode")
    held.refresh_from_db()
    assert held.decision == ""


def test_who_decided_what_stays_on_the_page(operator, held, city):
    decide(operator, held, "release")
    assert city.system_admin.name in text_of(operator.get(PAGE))


def test_a_dead_delivery_is_sent_again(operator, dead, city, outgoing):
    resend(operator, dead)
    assert deliver("email") == 1
    dead.refresh_from_db()
    assert (dead.state, dead.resent_by) == (State.SENT, city.system_admin)


def test_what_is_not_stuck_any_more_is_not_sent_again(operator, dead, outgoing):
    resend(operator, dead)
    deliver("email")
    assert "已不在受阻状态" in text_of(resend(operator, dead))
    assert deliver("email") == 0
    assert len(outgoing.sent) == 1


def test_an_alarm_is_dealt_with_from_here_and_one_is_back_here(operator, city):
    raise_alarm("breaker:email", "邮件服务器没有响应")
    assert "邮件服务器没有响应" in text_of(operator.get(PAGE))
    answer = operator.post(reverse("notifications:clear-alarm", args=[Alarm.objects.get().pk]), {"next": PAGE})
    assert answer["Location"] == PAGE
    assert Alarm.objects.get().cleared_by == city.system_admin


def test_buttons_are_pressed_and_not_linked_to(operator, held, dead):
    for name, pk in (("decide-pass", held.pk), ("resend", dead.pk)):
        assert operator.get(reverse(f"notifications:{name}", args=[pk])).status_code == 405

"""What was told together stands on one line of the list, and counts once."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.services import unread_count
from tests.notifications.drafts import tell
from tests.pages.reading import queries, text_of

LIST = reverse("notifications:messages")
DAY = "clock:2026-11-25"
pytestmark = pytest.mark.django_db


@pytest.fixture
def own_list(client: Client, reader) -> Client:
    client.force_login(reader)
    return client


def shown(browser: Client, **query: str) -> str:
    return text_of(browser.get(LIST, query))


def test_a_pass_of_the_clock_is_one_line_that_opens_to_its_lines(own_list, reader):
    tell(*[reader] * 36, occasion=DAY, subject="较早的提醒")
    tell(reader, occasion=DAY, subject="最新的提醒")
    assert "37" in shown(own_list)
    assert "较早的提醒" not in shown(own_list)
    assert shown(own_list, occasion=DAY).count("较早的提醒") == 24  # a page holds 25


def test_the_badge_counts_the_line_and_not_its_messages(reader):
    tell(*[reader] * 37, occasion=DAY)
    tell(reader, reader)
    assert unread_count(reader) == 3


def test_a_single_message_of_an_occasion_is_a_message(own_list, reader):
    tell(reader, occasion=DAY, subject="只有一条")
    assert "只有一条" in shown(own_list)


def test_two_days_are_two_lines(own_list, reader):
    tell(*[reader] * 2, occasion=DAY)
    tell(*[reader] * 3, occasion="clock:2026-11-26")
    assert own_list.get(LIST).content.decode().count("?occasion=clock") == 2


def test_reading_a_line_reads_its_messages_and_no_others(own_list, reader):
    tell(*[reader] * 3, occasion=DAY)
    tell(reader)
    own_list.post(reverse("notifications:read-all"), {"occasion": DAY})
    assert unread_count(reader) == 1


def test_somebody_elses_messages_of_the_occasion_are_not_among_them(own_list, reader, person):
    other = person()
    tell(reader, reader, occasion=DAY)
    tell(other, occasion=DAY, subject="别人的提醒")
    assert "别人的提醒" not in shown(own_list, occasion=DAY)
    own_list.post(reverse("notifications:read-all"), {"occasion": DAY})
    assert unread_count(other) == 1


@pytest.mark.parametrize("occasion", ["clock:1999-01-01", "\x00", "'; drop table", "x" * 500])
def test_an_occasion_that_there_is_not_is_an_empty_list(own_list, reader, occasion):
    tell(reader, occasion=DAY, subject="只有一条")
    assert own_list.get(LIST, {"occasion": occasion}).status_code == 200
    assert unread_count(reader) == 1


def test_a_list_of_lines_costs_the_same_however_many_they_stand_for(own_list, reader):
    tell(*[reader] * 2, occasion=DAY)
    few = queries(lambda: own_list.get(LIST))
    for day in range(1, 10):
        tell(*[reader] * 5, occasion=f"clock:2026-12-0{day}")
    assert queries(lambda: own_list.get(LIST)) == few

"""The message pages: everybody reads his own and changes nothing by reading lists."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from notifications.context import unread
from notifications.models import Message
from notifications.services import mark_read, unread_count
from tests.notifications.drafts import tell

LIST = reverse("notifications:messages")


@pytest.fixture
def signed_in(db, reader, client: Client) -> Client:
    client.force_login(reader)
    return client


def page_of(client: Client, **query: object) -> str:
    return client.get(LIST, query).content.decode()


# -- the list ------------------------------------------------------------------------------------------------------


def test_ones_messages_are_listed_newest_first(signed_in, reader):
    tell(reader, subject="较早的消息")
    tell(reader, subject="较新的消息")
    page = page_of(signed_in)
    assert page.index("较新的消息") < page.index("较早的消息")


def test_somebody_elses_messages_are_not_listed(signed_in, person):
    tell(person(), subject="别人的消息")
    assert "别人的消息" not in page_of(signed_in)


def test_only_the_unread_stand_out(signed_in, reader):
    tell(reader, reader)
    assert page_of(signed_in).count("fw-bold") == 2
    mark_read(reader, [Message.objects.order_by("id").first().pk])
    assert page_of(signed_in).count("fw-bold") == 1


def test_the_filter_leaves_out_what_was_read(signed_in, reader):
    tell(reader, subject="已读过的")
    mark_read(reader)
    tell(reader, subject="还没读的")
    page = page_of(signed_in, unread=1)
    assert "还没读的" in page
    assert "已读过的" not in page


def test_a_page_holds_25_and_the_filter_survives_turning_it(signed_in, reader):
    tell(*[reader] * 26)
    first = page_of(signed_in, unread=1)
    assert first.count("list-group-item ") == 25
    assert "?unread=1&amp;page=2" in first
    assert page_of(signed_in, unread=1, page=2).count("list-group-item ") == 1


@pytest.mark.parametrize("page", ["0", "-1", "999999999999999999999", "x", "", "\x00"])
def test_a_page_number_that_makes_no_sense_shows_some_page(signed_in, reader, page):
    tell(reader)
    assert signed_in.get(LIST, {"page": page, "unread": "\x00"}).status_code == 200


def test_markup_in_a_message_is_shown_as_text(signed_in, reader):
    tell(reader, subject="<script>alert(1)</script>", body="<img src=x>")
    page = page_of(signed_in)
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page


def test_pages_obey_the_content_security_policy(signed_in, reader):
    tell(reader)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", page_of(signed_in))


def test_the_list_costs_the_same_for_one_message_and_for_many(signed_in, reader, django_assert_num_queries):
    tell(reader)
    page_of(signed_in)
    with django_assert_num_queries(100, exact=False) as few:
        page_of(signed_in)
    tell(*[reader] * 60)
    with django_assert_num_queries(len(few)):
        page_of(signed_in)


def test_a_stranger_is_sent_to_sign_in(db, client):
    for url in (LIST, reverse("notifications:open", args=[1])):
        assert client.get(url).status_code == 302
        assert reverse("accounts:sign-in") in client.get(url)["Location"]


# -- opening and marking -------------------------------------------------------------------------------------------


def test_opening_a_message_leads_to_its_object_and_marks_it_read(signed_in, reader):
    tell(reader, url="/items/7/")
    response = signed_in.get(reverse("notifications:open", args=[Message.objects.get().pk]))
    assert (response.status_code, response["Location"]) == (302, "/items/7/")
    assert unread_count(reader) == 0


def test_a_message_without_a_link_leads_back_to_the_list(signed_in, reader):
    tell(reader, url="")
    response = signed_in.get(reverse("notifications:open", args=[Message.objects.get().pk]))
    assert response["Location"] == LIST


def test_a_link_checker_reads_nothing(signed_in, reader):
    tell(reader)
    signed_in.head(reverse("notifications:open", args=[Message.objects.get().pk]))
    assert unread_count(reader) == 1


@pytest.mark.parametrize(("name", "method"), [("open", "get"), ("read", "post")])
def test_somebody_elses_message_does_not_exist(signed_in, person, name, method):
    other = person()
    tell(other)
    url = reverse(f"notifications:{name}", args=[Message.objects.get().pk])
    assert getattr(signed_in, method)(url).status_code == 404
    assert unread_count(other) == 1


def test_one_message_can_be_marked_and_the_list_stays_as_it_was(signed_in, reader):
    tell(reader, reader)
    url = reverse("notifications:read", args=[Message.objects.first().pk])
    response = signed_in.post(url, {"unread": "1", "page": "2", "next": "//evil.example"})
    assert response["Location"] == f"{LIST}?unread=1&page=2"
    assert unread_count(reader) == 1


def test_all_messages_can_be_marked(signed_in, reader):
    tell(reader, reader)
    assert signed_in.post(reverse("notifications:read-all"))["Location"] == LIST
    assert unread_count(reader) == 0


def test_marking_needs_post(signed_in, reader):
    tell(reader)
    assert signed_in.get(reverse("notifications:read-all")).status_code == 405
    assert signed_in.get(reverse("notifications:read", args=[Message.objects.get().pk])).status_code == 405
    assert unread_count(reader) == 1


def test_marking_needs_the_csrf_token(db, reader):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader)
    tell(reader)
    assert strict.post(reverse("notifications:read-all")).status_code == 403
    assert unread_count(reader) == 1


# -- the counter ---------------------------------------------------------------------------------------------------

COUNTER = reverse("notifications:unread")


def test_the_counter_is_a_part_and_counts_ones_own(signed_in, reader, person):
    tell(reader, reader, person())
    part = signed_in.get(COUNTER).content.decode()
    assert ">2<" in part
    assert "<html" not in part


def test_the_counter_stops_counting_at_99(signed_in, reader):
    tell(*[reader] * 100)
    assert "99+" in signed_in.get(COUNTER).content.decode()


def test_the_counter_keeps_asking_when_nothing_is_unread(signed_in):
    part = signed_in.get(COUNTER).content.decode()
    assert 'hx-trigger="every 60s"' in part
    assert "badge" not in part


def test_a_poll_costs_session_user_and_one_count(signed_in, django_assert_num_queries):
    with django_assert_num_queries(3):
        signed_in.get(COUNTER)


def test_after_signing_out_the_counter_is_refused_and_not_redirected(db, client):
    assert client.get(COUNTER).status_code == 403


def test_the_context_counts_only_when_it_is_shown(db, reader, rf, django_assert_num_queries):
    tell(reader)
    request = rf.get("/")
    request.user = reader
    with django_assert_num_queries(0):
        shown = unread(request)
    with django_assert_num_queries(1):
        assert shown["unread_count"] == 1
        assert f"{shown['unread_count']}" == "1"


def test_the_context_asks_nothing_about_a_stranger(rf, client, django_assert_num_queries):
    assert unread(rf.get("/")) == {"unread_count": 0}

"""The demo's mailbox: there in the demo, nowhere else."""

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.urls import reverse

from notifications.models import StoredMail
from notifications.outbox import deliver
from tests.notifications.drafts import tell

MAILBOX = reverse("notifications:mailbox")


@pytest.fixture
def demo(settings) -> None:
    settings.DEMO = True
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"


@pytest.fixture
def signed_in(db, reader, client):
    client.force_login(reader)
    return client


def write(to: str, subject: str = "您好", body: str = "正文") -> StoredMail:
    send_mail(subject, body, None, [to])
    return StoredMail.objects.latest("id")


# -- the backend ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_notification_of_the_demo_ends_in_the_mailbox(demo, reader):
    tell(reader, subject="新任务")
    assert deliver("email") == 1
    mail = StoredMail.objects.get()
    assert (mail.to, mail.subject) == (reader.email, "新任务")
    assert mail.message_id == mail.headers["Message-ID"]
    assert "请于 3 日内签收。" in mail.body


def test_each_addressee_finds_a_mail_in_his_own_box(db, demo):
    mail = EmailMultiAlternatives("s", "b", to=["a@city.example"], cc=["b@city.example"], bcc=["c@city.example"])
    mail.attach_alternative("<p>b</p>", "text/html")
    assert mail.send() == 1
    assert set(StoredMail.objects.values_list("to", flat=True)) == {
        "a@city.example",
        "b@city.example",
        "c@city.example",
    }
    assert not any("c@city.example" in str(row.headers) for row in StoredMail.objects.all())


def test_no_mail_is_stored_for_nobody(db, demo):
    assert EmailMultiAlternatives("s", "b", to=[]).send() == 0
    assert not StoredMail.objects.exists()


# -- the pages -----------------------------------------------------------------------------------------------------


def test_ones_own_mailbox_opens_first(signed_in, demo, reader):
    write(reader.email, "给我的")
    write("other@city.example", "给别人的")
    page = signed_in.get(MAILBOX).content.decode()
    assert "给我的" in page
    assert "给别人的" not in page


def test_in_the_demo_any_mailbox_may_be_picked(signed_in, demo, person):
    other = person(name="王科长")
    write(other.email, "给别人的")
    page = signed_in.get(MAILBOX, {"of": other.email}).content.decode()
    assert "给别人的" in page
    assert f'<option value="{other.email}" selected>' in page


def test_machines_and_people_without_address_have_no_mailbox_to_pick(signed_in, demo, person):
    person(name="机器账号", is_machine=True)
    person(name="无邮箱者", email="")
    page = signed_in.get(MAILBOX).content.decode()
    assert "机器账号" not in page
    assert "无邮箱者" not in page


def test_a_mail_is_shown_with_its_link_and_without_its_markup(signed_in, demo, reader):
    mail = write(reader.email, body="<script>alert(1)</script> http://testserver/items/7/")
    page = signed_in.get(reverse("notifications:mail", args=[mail.pk])).content.decode()
    assert 'href="http://testserver/items/7/"' in page
    assert "<script>alert(1)" not in page


def test_the_mailbox_turns_its_pages(signed_in, demo, reader):
    for number in range(26):
        write(reader.email, f"邮件-{number}-")
    first = signed_in.get(MAILBOX, {"of": reader.email}).content.decode()
    assert "邮件-25-" in first
    assert "邮件-0-" not in first
    assert "page=2" in first
    assert "邮件-0-" in signed_in.get(MAILBOX, {"of": reader.email, "page": 2}).content.decode()


@pytest.mark.parametrize("of", ["", "nobody", "\x00", "<script>", "a&page=3"])
def test_a_mailbox_that_does_not_exist_is_empty(signed_in, demo, reader, of):
    write(reader.email, "给我的")
    response = signed_in.get(MAILBOX, {"of": of})
    assert response.status_code == 200
    assert "给我的" not in response.content.decode()


def test_the_mailbox_costs_the_same_for_one_mail_and_for_many(signed_in, demo, reader, django_assert_num_queries):
    write(reader.email)
    with django_assert_num_queries(100, exact=False) as few:
        signed_in.get(MAILBOX)
    for _ in range(10):
        write(reader.email)
    with django_assert_num_queries(len(few)):
        signed_in.get(MAILBOX)


def test_outside_the_demo_there_is_no_mailbox_for_anybody(signed_in, settings, reader, demo):
    mail = write(reader.email)
    settings.DEMO = False
    assert signed_in.get(MAILBOX).status_code == 404
    assert signed_in.get(reverse("notifications:mail", args=[mail.pk])).status_code == 404
    signed_in.logout()
    assert signed_in.get(MAILBOX).status_code == 404


def test_a_stranger_reads_no_mail_in_the_demo(db, client, demo):
    mail = write("a@city.example")
    for url in (MAILBOX, reverse("notifications:mail", args=[mail.pk])):
        assert reverse("accounts:sign-in") in client.get(url)["Location"]


def test_nothing_can_be_posted_to_the_mailbox(signed_in, demo):
    assert signed_in.post(MAILBOX).status_code == 405


def test_a_mail_that_does_not_exist_is_404(signed_in, demo):
    assert signed_in.get(reverse("notifications:mail", args=[0])).status_code == 404

"""How a person wants to be told: the page, what it offers, what it refuses, and what the wishes do."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications.models import Channel, Delivery, Message, Mode, NoticeClass, Preference
from notifications.preferences import save_wishes, wishes_of
from tests.notifications.drafts import tell
from tests.pages.reading import filled, tags_of, text_of

PAGE = reverse("notifications:wishes")
pytestmark = pytest.mark.django_db


@pytest.fixture
def own_page(client: Client, reader: User) -> Client:
    client.force_login(reader)
    return client


def choose(browser: Client, **changes: str):
    """Send the form as it stands, with these choices changed; `_` stands for the hyphen in a field's name."""
    form = filled(browser.get(PAGE), "email-mandatory")
    return browser.post(PAGE, form | {name.replace("_", "-"): [value] for name, value in changes.items()})


def ways(message: Message) -> set[str]:
    return set(message.deliveries.values_list("channel", flat=True))


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_profile_leads_to_it(own_page):
    assert PAGE in {attrs.get("href") for _, attrs in tags_of(own_page.get(reverse("accounts:profile")), "a")}


def test_a_stranger_is_asked_to_sign_in(client):
    assert reverse("accounts:sign-in") in client.get(PAGE)["Location"]


def test_without_a_wish_the_page_shows_the_defaults(own_page):
    form = filled(own_page.get(PAGE), "email-mandatory")
    assert (form["email-mandatory"], form["email-optional"]) == (["immediate"], ["daily"])


def test_a_choice_is_kept_and_shown_again(own_page):
    choose(own_page, email_digestible="daily")
    assert filled(own_page.get(PAGE), "email-mandatory")["email-digestible"] == ["daily"]


def test_what_must_be_learnt_of_is_not_offered_to_be_muted(own_page):
    source = own_page.get(PAGE).content.decode()
    chooser = source[source.index('name="email-mandatory"') :]
    assert '"off"' not in chooser[: chooser.index("</select>")]


def test_muting_it_all_the_same_is_refused_with_a_sentence(own_page, reader):
    page = choose(own_page, email_mandatory="off")
    assert page.status_code == 400
    assert "请选择“即时”或“每日汇总”" in text_of(page)
    assert not Preference.objects.filter(user=reader).exists()


def test_without_a_gateway_there_is_no_talk_of_text_messages(own_page, settings):
    settings.SMS_URL = ""
    assert "短信" not in text_of(own_page.get(PAGE))
    settings.SMS_URL = "https://sms.example"
    assert "短信" in text_of(own_page.get(PAGE))


def test_whoever_has_no_address_is_told_so(own_page, reader):
    User.objects.filter(pk=reader.pk).update(email="")
    assert "不会发送邮件" in text_of(own_page.get(PAGE))


# -- what the wishes do ------------------------------------------------------------------------------------------------


def test_whoever_switched_them_off_gets_no_optional_mail_and_finds_it_on_the_page(own_page, reader):
    choose(own_page, email_optional="off")
    tell(reader, notice_class=NoticeClass.OPTIONAL, subject="可以不看的")
    assert not Delivery.objects.exists()
    assert "可以不看的" in text_of(own_page.get(reverse("notifications:messages")))


def test_a_wish_of_one_is_not_a_wish_of_others(own_page, reader, person):
    choose(own_page, email_optional="off")
    other = person()
    tell(reader, other, notice_class=NoticeClass.OPTIONAL)
    assert Delivery.objects.get().recipient == other


def test_what_is_urgent_and_mandatory_goes_at_once_whatever_was_wished(reader):
    save_wishes(reader, {(Channel.EMAIL, NoticeClass.MANDATORY): Mode.DAILY})
    tell(reader, notice_class=NoticeClass.MANDATORY, is_urgent=True)
    tell(reader, notice_class=NoticeClass.MANDATORY)
    urgent, other = Delivery.objects.order_by("message")
    assert (urgent.to_digest, other.to_digest) == (False, True)


def test_text_messages_are_for_what_is_urgent_and_mandatory(person, gateway):
    reader = person(phone="13800000001")
    tell(reader, notice_class=NoticeClass.MANDATORY)
    tell(reader, is_urgent=True)
    tell(reader, notice_class=NoticeClass.MANDATORY, is_urgent=True)
    assert [ways(message) for message in Message.objects.order_by("id")] == [{"email"}, {"email"}, {"email", "sms"}]


def test_more_text_messages_come_only_by_wish(person, gateway):
    reader = person(phone="13800000001")
    save_wishes(reader, {(Channel.SMS, NoticeClass.DIGESTIBLE): Mode.IMMEDIATE})
    tell(reader)
    assert ways(Message.objects.get()) == {"email", "sms"}


def test_without_a_gateway_nobody_gets_text_messages(person, settings):
    settings.SMS_URL = ""
    tell(person(phone="13800000001"), notice_class=NoticeClass.MANDATORY, is_urgent=True)
    assert ways(Message.objects.get()) == {"email"}


def test_without_a_number_nobody_gets_text_messages(reader, gateway):
    tell(reader, notice_class=NoticeClass.MANDATORY, is_urgent=True)
    assert ways(Message.objects.get()) == {"email"}


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        {(Channel.EMAIL, NoticeClass.MANDATORY): Mode.OFF},
        {(Channel.EMAIL, NoticeClass.DIGESTIBLE): Mode.OFF},
        {(Channel.WEBHOOK, NoticeClass.OPTIONAL): Mode.DAILY},
    ],
)
def test_a_wish_that_is_not_offered_is_refused_and_nothing_is_kept(reader, wish):
    with pytest.raises(ValidationError) as refusal:
        save_wishes(reader, {(Channel.EMAIL, NoticeClass.OPTIONAL): Mode.OFF} | wish)
    assert refusal.value.code == "cannot-be-muted"
    assert wishes_of(reader)[Channel.EMAIL, NoticeClass.OPTIONAL] == Mode.DAILY


def test_the_database_refuses_to_mute_what_is_mandatory(reader):
    with pytest.raises(IntegrityError, match="mandatory_is_not_muted"), transaction.atomic():
        Preference.objects.create(user=reader, channel="email", notice_class="mandatory", mode="off")

"""One's own profile, password and language."""

import pytest
from django.conf import settings
from django.forms import ModelForm
from django.test import Client

from accounts.forms import ProfileForm
from accounts.models import User
from tests.people import PASSWORD

NEW = "白河-两岸-2026-清清"


@pytest.fixture
def own(city, signed_in) -> Client:
    return signed_in(city.dispatcher)


def stored() -> User:
    return User.objects.get(username="dispatcher")


def change_password(client: Client, old: str, new: str, again: str | None = None):
    names = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    return client.post("/profile/password/", names)


def test_address_telephone_and_language_are_ones_own_to_change(own):
    own.post("/profile/", {"email": "new@city.example", "phone": "0377-6300", "language": "en"})
    assert (stored().email, stored().phone, stored().language) == ("new@city.example", "0377-6300", "en")


@pytest.mark.parametrize(
    "field", [{"name": "市长"}, {"username": "mayor"}, {"is_superuser": "on"}, {"is_staff": "on"}, {"is_machine": "on"}]
)
def test_nothing_else_of_oneself_is(own, field):
    before = User.objects.filter(username="dispatcher").values("name", "is_superuser", "is_staff", "is_machine").get()
    own.post("/profile/", {"email": "a@city.example", "phone": "", "language": "en", **field})
    assert User.objects.filter(username="dispatcher", **before).exists()


@pytest.mark.parametrize("field", [{"email": "no address"}, {"language": "fr"}, {"phone": "1" * 31}])
def test_what_makes_no_sense_is_not_stored(own, field):
    given = {"email": "a@city.example", "phone": "", "language": "en", **field}
    assert own.post("/profile/", given).status_code == 200
    assert stored().email == "dispatcher@city.example"


def test_there_is_no_profile_of_somebody_else(own, city):
    own.post("/profile/", {"id": city.verifier.pk, "email": "x@city.example", "phone": "", "language": "en"})
    assert User.objects.get(username="verifier").email == "verifier@city.example"


def test_saving_the_profile_undoes_nothing_that_an_administrator_did_meanwhile(own, monkeypatch):
    def meanwhile(form: ProfileForm) -> bool:
        """Between reading the row and writing it the account is locked and gets another password."""
        person = stored()
        person.set_password(NEW)
        person.is_active = False
        person.save()
        return ModelForm.is_valid(form)

    monkeypatch.setattr(ProfileForm, "is_valid", meanwhile)
    own.post("/profile/", {"email": "new@city.example", "phone": "", "language": "en"})
    kept = stored()
    assert (kept.email, kept.is_active, kept.check_password(NEW)) == ("new@city.example", False, True)


# -- password ----------------------------------------------------------------------------------------------------------


def test_a_new_password_takes_the_place_of_the_old_one(own):
    change_password(own, PASSWORD, NEW)
    assert stored().check_password(NEW)


def test_changing_the_password_signs_out_everywhere_else(own, signed_in, city):
    elsewhere = signed_in(city.dispatcher)
    change_password(own, PASSWORD, NEW)
    assert own.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_without_the_old_password_there_is_no_new_one(own):
    change_password(own, "wrong", NEW)
    assert stored().check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short-1", "1234567890123", "password123", "dispatcher1", ""])
def test_weak_passwords_are_refused(own, weak):
    change_password(own, PASSWORD, weak)
    assert stored().check_password(PASSWORD)


def test_a_new_password_is_typed_twice_alike(own):
    change_password(own, PASSWORD, NEW, again=NEW + "!")
    assert stored().check_password(PASSWORD)


# -- language ----------------------------------------------------------------------------------------------------------


def test_chinese_is_the_language_of_the_house(city, client):
    answer = client.get("/sign-in/", headers={"Accept-Language": "en"})
    assert answer["Content-Language"] == "zh-hans"


def test_the_switch_holds_for_a_stranger_too(city, client):
    client.post("/language/", {"language": "en"})
    assert client.get("/sign-in/")["Content-Language"] == "en"


def test_for_somebody_signed_in_the_switch_holds_for_his_mail(own):
    own.post("/language/", {"language": "en"})
    assert stored().language == "en"


def test_without_a_switch_the_profile_decides(city, signed_in):
    assert signed_in(city.second_dispatcher).get("/profile/")["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["fr", "", "../../etc", "zh-hans\r\nX: 1"])
def test_an_unknown_language_changes_nothing(own, language):
    answer = own.post("/language/", {"language": language})
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies
    assert stored().language == "zh-hans"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_switch_sends_nobody_to_another_site(own, where):
    assert own.post("/language/", {"language": "en", "next": where})["Location"] == "/"


def test_the_switch_leads_back_to_the_page(own):
    assert own.post("/language/", {"language": "en", "next": "/profile/"})["Location"] == "/profile/"


@pytest.mark.parametrize("name", ["abc", "token", "accounts:profile", "admin:index", ""])
def test_the_switch_takes_no_name_of_a_page(client, name):
    answer = client.post("/language/", {"language": "en", "next": name})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_link_alone_switches_nothing(own):
    assert own.get("/language/").status_code == 405

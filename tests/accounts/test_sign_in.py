"""Signing in and out: who gets in, who does not, and when the door stays shut."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.clients import register_client
from accounts.models import User
from accounts.roles import Role
from tests.people import PASSWORD

SIGN_IN = "/sign-in/"


def sign_in(client: Client, username: str, password: str = PASSWORD, **given: str):
    address = given.pop("REMOTE_ADDR", "10.0.0.1")
    return client.post(SIGN_IN, {"username": username, "password": password, **given}, REMOTE_ADDR=address)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_leads_to_the_inbox(city, client):
    answer = sign_in(client, "dispatcher")
    assert (answer.status_code, answer["Location"]) == (302, reverse("workflow:inbox"))


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " ", PASSWORD + "\x00"])
def test_a_wrong_password_does_not(city, client, password):
    sign_in(client, "dispatcher", password)
    assert not is_signed_in(client)


@pytest.mark.parametrize("username", ["nobody", "", "DISPATCHER'--", "dispatcher\x00"])
def test_an_unknown_name_does_not(city, client, username):
    assert sign_in(client, username).status_code == 200
    assert not is_signed_in(client)


def test_unknown_and_wrong_are_told_in_the_same_words(city, client):
    wrong, unknown = (sign_in(client, name, "wrong").context["form"].errors for name in ("dispatcher", "nobody"))
    assert wrong == unknown


def test_an_account_that_was_switched_off_does_not_get_in(city, client):
    User.objects.filter(username="dispatcher").update(is_active=False)
    sign_in(client, "dispatcher")
    assert not is_signed_in(client)


def test_somebody_switched_off_while_signed_in_is_out(city, client):
    sign_in(client, "dispatcher")
    User.objects.filter(username="dispatcher").update(is_active=False)
    assert client.get("/profile/").status_code == 302


def test_a_machine_does_not_get_in(city, client):
    client_id, secret = register_client("ledger", city.office, [Role.DISPATCHER], ["items:read"])
    for password in (secret, "", "!"):
        sign_in(client, f"client-{client_id}", password)
    assert not is_signed_in(client)


def test_a_machine_does_not_get_in_even_with_a_password(city, client):
    User.objects.filter(username="dispatcher").update(is_machine=True)
    sign_in(client, "dispatcher")
    assert not is_signed_in(client)


def test_signing_out_ends_the_session(city, client):
    sign_in(client, "dispatcher")
    client.post("/sign-out/")
    assert not is_signed_in(client)


def test_a_link_alone_signs_nobody_out(city, client):
    sign_in(client, "dispatcher")
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)


def test_signing_in_needs_the_forms_token(city):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "dispatcher").status_code == 403


def test_the_session_changes_its_key_when_somebody_signs_in(city, client):
    client.post("/language/", {"language": "en"})
    session = client.session
    session["before"] = True
    session.save()
    before = client.session.session_key
    sign_in(client, "dispatcher")
    assert client.session.session_key != before


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(city, client, where):
    assert sign_in(client, "dispatcher", next=where)["Location"] == reverse("workflow:inbox")


def test_one_gets_to_the_page_one_came_for(city, client):
    assert sign_in(client, "dispatcher", next="/profile/")["Location"] == "/profile/"


@pytest.mark.parametrize("page", ["/profile/", "/profile/password/", "/"])
def test_strangers_are_asked_to_sign_in(city, client, page):
    assert client.get(page)["Location"].startswith(SIGN_IN)


# -- the door stays shut -----------------------------------------------------------------------------------------------


def fail(client: Client, times: int, username: str = "dispatcher", address: str = "10.0.0.1"):
    return [sign_in(client, username, "wrong", REMOTE_ADDR=address) for _ in range(times)][-1]


def test_after_four_failures_the_right_password_still_works(city, client):
    fail(client, 4)
    assert sign_in(client, "dispatcher").status_code == 302


def test_after_five_failures_the_door_is_shut_also_for_the_right_password(city, client):
    fail(client, 5)
    answer = sign_in(client, "dispatcher")
    assert answer.status_code == 429
    assert not is_signed_in(client)


def test_the_page_of_the_shut_door_is_a_page(city, client):
    assert "accounts/locked.html" in [template.name for template in fail(client, 5).templates]


def test_a_stranger_elsewhere_cannot_shut_a_colleague_out(city, client):
    fail(client, 5, address="203.0.113.9")
    assert sign_in(client, "dispatcher").status_code == 302


def test_a_forged_header_does_not_make_one_a_stranger_elsewhere(city, client):
    for n in range(5):
        given = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": f"203.0.113.{n}"}
        client.post(SIGN_IN, {"username": "dispatcher", "password": "wrong"}, **given)
    assert sign_in(client, "dispatcher").status_code == 429


def test_the_failures_of_one_do_not_shut_out_another(city, client):
    fail(client, 5)
    assert sign_in(client, "verifier").status_code == 302


def test_success_forgives_earlier_failures(city, client):
    fail(client, 4)
    sign_in(client, "dispatcher")
    client.post("/sign-out/")
    fail(client, 4)
    assert sign_in(client, "dispatcher").status_code == 302


def test_capital_letters_do_not_start_the_count_anew(city, client):
    for name in ("dispatcher", "Dispatcher", "DISPATCHER", "dispatcher", "DiSpatcher"):
        fail(client, 1, name)
    fail(client, 3)
    assert sign_in(client, "dispatcher").status_code == 429

"""Machines' tokens: how they are got, what they open, when they stop."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.test import Client, RequestFactory
from oauth2_provider.models import AccessToken, Application

from accounts.clients import register_client
from accounts.models import MachineClient
from accounts.roles import Role
from tests.api.callers import Machine, machine, person, problem, token_of
from tests.people import City


@pytest.fixture
def credentials(city: City) -> tuple[str, str]:
    return register_client("水务平台", city.water, [Role.CLERK], ["items:read", "actions"])


def ask(credentials: tuple[str, str], **form: Any) -> HttpResponse:
    basic = base64.b64encode(":".join(credentials).encode()).decode()
    form = {"grant_type": "client_credentials"} | form
    return Client().post("/oauth/token/", form, headers={"Authorization": f"Basic {basic}"})


def test_a_machine_gets_a_token_and_is_known_by_it(city: City, credentials: tuple[str, str]) -> None:
    answer = ask(credentials, scope="items:read")
    token = answer.json()
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 1800, "items:read")
    assert answer["Cache-Control"] == "no-store"
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token['access_token']}"}).json()
    assert me["memberships"] == [{"department": "市水利局", "role": "clerk"}]
    assert me["client"] == {"client_id": credentials[0], "scopes": ["items:read"]}


def test_asking_for_no_scope_means_all_that_were_given(credentials: tuple[str, str]) -> None:
    assert ask(credentials).json()["scope"] == "items:read actions"


def test_credentials_in_the_form_do_as_well(credentials: tuple[str, str]) -> None:
    form = {"grant_type": "client_credentials", "client_id": credentials[0], "client_secret": credentials[1]}
    assert Client().post("/oauth/token/", form).status_code == 200


def test_neither_secret_nor_token_is_stored(credentials: tuple[str, str]) -> None:
    token = ask(credentials).json()["access_token"]
    assert credentials[1] not in str(Application.objects.values().get())
    assert token not in str(AccessToken.objects.values().get())


@pytest.mark.parametrize("scope", ["events:read", "items:read events:read", "everything"])
def test_a_scope_that_was_not_given_is_refused(credentials: tuple[str, str], scope: str) -> None:
    answer = ask(credentials, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_wrong_secret_is_refused(credentials: tuple[str, str]) -> None:
    answer = ask((credentials[0], "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["nobody", "", "\0", "中"])
def test_an_unknown_client_is_refused(db: None, name: str) -> None:
    assert ask((name, "secret")).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "grant", ["password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "x"]
)
def test_other_grants_are_refused(credentials: tuple[str, str], grant: str) -> None:
    answer = ask(credentials, grant_type=grant, device_code="\0", username="dispatcher", password="x")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("form", [{}, {"grant_type": ["client_credentials", "client_credentials"]}])
def test_a_form_without_one_grant_is_refused(db: None, form: dict[str, Any]) -> None:
    assert Client().post("/oauth/token/", form).json()["error"] == "invalid_request"


def test_tokens_are_posted_for(db: None) -> None:
    assert Client().get("/oauth/token/").status_code == 405


@pytest.mark.parametrize("path", ["authorize/", "applications/", "introspect/", "revoke_token/", "token/x"])
def test_nothing_else_of_oauth_is_there(db: None, path: str) -> None:
    assert Client().get(f"/oauth/{path}").status_code == 404


def test_a_client_that_was_switched_off_gets_no_token(credentials: tuple[str, str]) -> None:
    user = Application.objects.get().user
    user.is_active = False
    user.save()
    assert ask(credentials).json()["error"] == "invalid_client"


def test_its_old_token_stops_at_once(city: City) -> None:
    water = machine(city.water)
    assert water.get("me/").status_code == 200
    water.user.is_active = False
    water.user.save()
    assert "Bearer" in water.get("me/")["WWW-Authenticate"]
    problem(water.get("me/"), 401, "invalid-token")


def test_a_scope_that_was_taken_away_no_longer_counts(city: City) -> None:
    water = machine(city.water)
    MachineClient.objects.update(scopes=["events:read"])
    answer = water.get("items/")
    problem(answer, 403, "insufficient-scope")
    assert 'scope="items:read"' in answer["WWW-Authenticate"]


def test_an_expired_token_is_refused(city: City) -> None:
    water = machine(city.water)
    application = Application.objects.get(user=water.user)
    water.headers["Authorization"] = f"Bearer {token_of(application, ['items:read'], timedelta(seconds=-1))}"
    problem(water.get("me/"), 401, "invalid-token")


@pytest.mark.parametrize("token", ["", "x", "x y", "\u00e9", "x" * 5000])
def test_garbage_is_no_token(city: City, token: str) -> None:
    problem(Machine(city.water_clerk, Authorization=f"Bearer {token}").get("me/"), 401, "invalid-token")


def test_a_token_in_the_address_is_refused_even_beside_a_good_session(city: City) -> None:
    token = machine(city.water).headers["Authorization"].removeprefix("Bearer ")
    problem(person(city.water_clerk).get("me/", {"access_token": token}), 401, "token-in-query")


def test_a_bad_token_beside_a_good_session_is_refused(city: City) -> None:
    problem(person(city.water_clerk).get("me/", Authorization="Bearer x"), 401, "invalid-token")


def test_a_machine_never_signs_in(city: City) -> None:
    user = machine(city.water).user
    sent = {"username": user.username, "password": ""}
    assert authenticate(RequestFactory().post("/sign-in/", sent), **sent) is None
    assert not user.has_usable_password()
    problem(person(user).get("me/"), 401, "not-authenticated")


@pytest.mark.parametrize(("roles", "scopes"), [(["king"], ["items:read"]), ([Role.CLERK], ["items:burn"])])
def test_a_client_with_unknown_rights_is_not_registered(city: City, roles: list[str], scopes: list[str]) -> None:
    with pytest.raises(ValueError, match=r"king|items:burn"):
        register_client("x", city.water, roles, scopes)
    assert not Application.objects.exists()

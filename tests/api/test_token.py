"""Machines' tokens: how they are got, what they open, when they stop."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from accounts.clients import guesses, register_client
from accounts.clients.credentials import issue, withdraw
from accounts.clients.registry import revoke_client
from accounts.clients.tokens import _seconds_left
from accounts.models import ClientEvent, ClientSecret, FailedAttempts, MachineClient, today
from accounts.roles import Role
from tests.api.callers import Machine, machine, person, problem, token_of
from tests.people import City

SECRET = ClientSecret.Kind.SECRET
NETWORKS = ["10.20.0.0/16", "2001:db8:1::/48"]


@pytest.fixture
def credentials(city: City) -> tuple[str, str]:
    return register_client("水务平台", city.water, [Role.CLERK], ["items:read", "actions"])


def ask(
    credentials: tuple[str, str], *, address: str = "127.0.0.1", forwarded: str | None = None, **form: Any
) -> HttpResponse:
    basic = base64.b64encode(":".join(credentials).encode()).decode()
    form = {"grant_type": "client_credentials"} | form
    headers = {"Authorization": f"Basic {basic}"} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    return Client().post("/oauth/token/", form, headers=headers, REMOTE_ADDR=address)


def refused(answer: HttpResponse) -> dict[str, Any]:
    """The one answer to whoever gets no token, whatever the reason."""
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert "WWW-Authenticate" in answer
    return answer.json()


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
    kept = [*Application.objects.values(), *ClientSecret.objects.values(), *ClientEvent.objects.values()]
    assert credentials[1] not in str(kept)
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
    told = Client().post("/oauth/token/", form).json()
    assert (told["error"], "grant_type once" in told["error_description"]) == ("invalid_request", True)


def test_tokens_are_posted_for(db: None) -> None:
    answer = Client().get("/oauth/token/")
    assert (answer.status_code, answer["Allow"], answer["Content-Type"]) == (405, "POST", "application/json")
    assert answer.json() == {"error": "invalid_request", "error_description": "Tokens are asked for with POST."}


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


# -- two secrets -------------------------------------------------------------------------------------------------------


def test_the_old_secret_works_on_beside_the_new_one(credentials: tuple[str, str]) -> None:
    new = issue(MachineClient.objects.get(), SECRET, by=None)
    for secret in (credentials[1], new):
        assert ask((credentials[0], secret)).status_code == 200


def test_the_old_secret_ends_after_a_day(credentials: tuple[str, str]) -> None:
    new = issue(MachineClient.objects.get(), SECRET, by=None)
    ends = ClientSecret.objects.get(ends_at__isnull=False).ends_at - timezone.now()
    assert timedelta(hours=23, minutes=59) < ends <= timedelta(hours=24)
    ClientSecret.objects.filter(ends_at__isnull=False).update(ends_at=timezone.now())
    refused(ask(credentials))
    assert ask((credentials[0], new)).status_code == 200


def test_a_secret_that_was_withdrawn_gets_no_token(city: City, credentials: tuple[str, str]) -> None:
    withdraw(ClientSecret.objects.get(), by=city.system_admin)
    refused(ask(credentials))


def test_a_signing_key_is_no_secret(credentials: tuple[str, str]) -> None:
    key = issue(MachineClient.objects.get(), ClientSecret.Kind.KEY, by=None)
    refused(ask((credentials[0], key)))


def test_the_secret_of_another_client_is_no_secret(city: City, credentials: tuple[str, str]) -> None:
    refused(ask((credentials[0], register_client("别的平台", city.water, [Role.CLERK], ["items:read"])[1])))


def test_a_secret_from_before_secrets_were_digests_goes_on_working(credentials: tuple[str, str]) -> None:
    ClientSecret.objects.update(stored=make_password(credentials[1]))
    assert ask(credentials).status_code == 200
    refused(ask((credentials[0], "wrong")))


@pytest.mark.parametrize("given", ["Basic", "Basic !!!", "Basic eA==", "Basic /w==", "Bearer x", "Digest x"])
def test_credentials_that_cannot_be_read_are_none(credentials: tuple[str, str], given: str) -> None:
    form = {"grant_type": "client_credentials"}
    refused(Client().post("/oauth/token/", form, headers={"Authorization": given}))


def test_two_names_in_one_request_are_none(credentials: tuple[str, str]) -> None:
    answer = ask(credentials, client_id="somebody-else")
    told = answer.json()
    assert (answer.status_code, told["error"], "once" in told["error_description"]) == (400, "invalid_request", True)


# -- clients that are not let in: the answer is always the same --------------------------------------------------------


def test_a_revoked_client_gets_no_token_and_those_it_had_are_gone(city: City, credentials: tuple[str, str]) -> None:
    token = ask(credentials).json()["access_token"]
    revoke_client(MachineClient.objects.get(), by=city.system_admin)
    refused(ask(credentials))
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})
    problem(me, 401, "invalid-token")


def test_an_expired_client_gets_no_token_and_those_it_had_stop(credentials: tuple[str, str]) -> None:
    token = ask(credentials).json()["access_token"]
    MachineClient.objects.update(expires_on=today() - timedelta(days=1))
    refused(ask(credentials))
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})
    problem(me, 401, "invalid-token")


def test_a_token_does_not_outlive_its_client(credentials: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.clients.tokens._seconds_left", lambda client: 600)
    assert ask(credentials).json()["expires_in"] == 600
    assert AccessToken.objects.get().expires <= timezone.now() + timedelta(seconds=600)


def test_the_last_day_of_a_client_is_one_of_the_business_zone() -> None:
    client = MachineClient(expires_on=timezone.localdate())
    left = _seconds_left(client)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert abs(left - (midnight - timezone.localtime()).total_seconds()) < 5


@pytest.mark.parametrize("address", ["10.21.0.1", "2001:db8:2::7", "::1", "", "unix:"])
def test_elsewhere_than_in_its_networks_a_client_is_unknown(city: City, address: str) -> None:
    credentials = register_client("x", city.water, [Role.CLERK], ["items:read"], networks=NETWORKS)
    refused(ask(credentials, address=address))
    token = ask(credentials, address="10.20.30.40").json()["access_token"]
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}, REMOTE_ADDR=address)
    problem(me, 401, "invalid-token")


@pytest.mark.parametrize("address", ["10.20.30.40", "::ffff:10.20.30.40", "2001:db8:1:2::7"])
def test_in_its_networks_it_is_known(city: City, address: str) -> None:
    credentials = register_client("x", city.water, [Role.CLERK], ["items:read"], networks=NETWORKS)
    token = ask(credentials, address=address).json()["access_token"]
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}, REMOTE_ADDR=address)
    assert me.status_code == 200


def test_a_network_may_be_written_as_ipv6_writes_those_of_ipv4(city: City) -> None:
    credentials = register_client("x", city.water, [Role.CLERK], ["items:read"], networks=["::ffff:10.20.0.0/112"])
    for address in ("10.20.30.40", "::ffff:10.20.30.40"):
        assert ask(credentials, address=address).status_code == 200
    refused(ask(credentials, address="10.21.0.1"))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (0, "10.20.30.40", 401),
        (1, "10.20.30.40, 203.0.113.9", 401),
        (1, "10.20.30.40,203.0.113.9,", 401),
        (1, "203.0.113.9, 10.20.30.40", 200),
        (2, "10.20.30.40, 203.0.113.9, 192.0.2.1", 401),
        (2, "203.0.113.9, 10.20.30.40, 192.0.2.1", 200),
        (1, "[2001:db8:1::7]:443", 200),
        (1, "nonsense", 401),
    ],
)
def test_only_what_our_own_proxies_wrote_counts(
    city: City, settings: Any, proxies: int, forwarded: str, status: int
) -> None:
    settings.PROXY_COUNT = proxies
    credentials = register_client("x", city.water, [Role.CLERK], ["items:read"], networks=NETWORKS)
    assert ask(credentials, address="203.0.113.9", forwarded=forwarded).status_code == status


# -- guessing ----------------------------------------------------------------------------------------------------------


def guess(client_id: str, times: int, **where: str) -> HttpResponse:
    return [ask((client_id, f"guess-{number}"), **where) for number in range(times)][-1]


def test_after_many_wrong_secrets_nothing_is_tried_from_there(credentials: tuple[str, str]) -> None:
    refused(guess(credentials[0], guesses.LIMIT, address="203.0.113.9"))
    answer = ask(credentials, address="203.0.113.9")
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_attempts")
    assert 0 < int(answer["Retry-After"]) <= 900
    assert answer["Cache-Control"] == "no-store"


def test_the_client_itself_is_not_locked_out_elsewhere(credentials: tuple[str, str]) -> None:
    guess(credentials[0], guesses.LIMIT + 1, address="203.0.113.9")
    assert ask(credentials, address="203.0.113.10").status_code == 200


def test_nor_are_other_clients_at_the_same_address(city: City, credentials: tuple[str, str]) -> None:
    guess(credentials[0], guesses.LIMIT + 1)
    assert ask(register_client("别的平台", city.water, [Role.CLERK], ["items:read"])).status_code == 200


def test_a_right_secret_begins_the_count_anew(credentials: tuple[str, str]) -> None:
    for _round in range(3):
        guess(credentials[0], guesses.LIMIT - 1)
        assert ask(credentials).status_code == 200


def test_it_is_over_after_a_while(credentials: tuple[str, str]) -> None:
    guess(credentials[0], guesses.LIMIT)
    FailedAttempts.objects.update(since=timezone.now() - guesses.WINDOW)
    assert ask(credentials).status_code == 200


def test_and_then_they_are_counted_from_one(credentials: tuple[str, str]) -> None:
    guess(credentials[0], guesses.LIMIT)
    FailedAttempts.objects.update(since=timezone.now() - guesses.WINDOW)
    refused(guess(credentials[0], guesses.LIMIT - 1))
    assert ask(credentials).status_code == 200


def test_a_host_does_not_begin_anew_with_another_of_its_ipv6_addresses(credentials: tuple[str, str]) -> None:
    for number in range(guesses.LIMIT):
        ask((credentials[0], "guess"), address=f"2001:db8::{number:x}")
    assert ask(credentials, address="2001:db8::ffff").status_code == 429
    assert ask(credentials, address="2001:db8:0:1::1").status_code == 200


def test_whether_a_client_exists_is_not_told_by_the_lock(db: None) -> None:
    assert guess("nobody", guesses.LIMIT + 1).status_code == 429


def test_a_proxy_passes_the_guess_on_but_is_not_the_guesser(credentials: tuple[str, str], settings: Any) -> None:
    settings.PROXY_COUNT = 1
    guess(credentials[0], guesses.LIMIT + 1, address="10.0.0.1", forwarded="198.51.100.1, 203.0.113.9")
    assert ask(credentials, address="10.0.0.1", forwarded="203.0.113.10").status_code == 200


# -- registering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("roles", "scopes"), [(["king"], ["items:read"]), ([Role.CLERK], ["items:burn"])])
def test_a_client_with_unknown_rights_is_not_registered(city: City, roles: list[str], scopes: list[str]) -> None:
    with pytest.raises(ValueError, match=r"king|items:burn"):
        register_client("x", city.water, roles, scopes)
    assert not Application.objects.exists()

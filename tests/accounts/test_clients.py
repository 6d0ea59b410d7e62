"""Clients of the API: what may be done to them, what is on record, what PostgreSQL forbids."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from accounts.addresses import caller_address
from accounts.clients import ClientRefused, guesses, register_client, sweeping
from accounts.clients.credentials import issue, withdraw
from accounts.clients.registry import a_year_after, change_client, revoke_client
from accounts.models import ClientEvent, ClientSecret, FailedAttempts, MachineClient, User, today
from accounts.roles import Role
from accounts.tasks import sweep_clients
from tests.api.callers import machine
from tests.concurrency.racing import race
from tests.people import City

SECRET, KEY = ClientSecret.Kind
DAY = timedelta(days=1)


@pytest.fixture
def water(city: City) -> MachineClient:
    return registered(city)


def registered(city: City, **terms: Any) -> MachineClient:
    terms = {"by": city.system_admin} | terms
    client_id, _secret = register_client("水务平台", city.water, [Role.CLERK], ["items:read", "actions"], **terms)
    return MachineClient.objects.get(application__client_id=client_id)


def changed(client: MachineClient, by: User, **other: Any) -> MachineClient:
    now = {"scopes": client.scopes, "networks": client.networks, "expires_on": client.expires_on}
    return change_client(client, **now | other, by=by)


# -- terms -------------------------------------------------------------------------------------------------------------


def test_a_client_belongs_to_a_department_and_ends_after_a_year(city: City, water: MachineClient) -> None:
    assert (water.department, water.created_by) == (city.water, city.system_admin)
    assert water.expires_on == a_year_after(today())
    assert water.networks == []


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-11-27", "2027-11-27"),
        ("2027-02-28", "2028-02-28"),
        ("2027-03-01", "2028-03-01"),
        ("2028-02-29", "2029-02-28"),
    ],
)
def test_a_year_ends_on_the_same_day_of_the_next_one(day: str, last: str) -> None:
    assert a_year_after(date.fromisoformat(day)) == date.fromisoformat(last)


@pytest.mark.parametrize("end", [today() - DAY, a_year_after(today()) + DAY, today() + 10_000 * DAY])
def test_an_end_in_the_past_or_beyond_a_year_is_refused(city: City, end: date) -> None:
    with pytest.raises(ClientRefused) as refused:
        registered(city, expires_on=end)
    assert refused.value.field == "expires_on"
    assert not Application.objects.exists() and not User.objects.filter(is_machine=True).exists()


@pytest.mark.parametrize("end", [today(), today() + DAY, a_year_after(today())])
def test_an_end_from_today_to_a_year_ahead_is_taken(city: City, end: date) -> None:
    assert registered(city, expires_on=end).expires_on == end


@pytest.mark.parametrize("network", ["10.0.0.0/33", "10.1.2.3/8", "intranet", "", "10.0.0.0/8 ", "fe80::/129", "\0"])
def test_what_is_no_network_is_refused(city: City, network: str) -> None:
    with pytest.raises(ClientRefused) as refused:
        registered(city, networks=[network])
    assert refused.value.field == "networks"


def test_an_address_within_a_network_is_told_the_network(city: City) -> None:
    with pytest.raises(ClientRefused, match=r"10\.0\.0\.0/8"):
        registered(city, networks=["10.1.2.3/8"])


def test_networks_are_kept_as_such_and_once(city: City) -> None:
    water = registered(city, networks=["10.20.0.0/16", "2001:db8::/32", "192.0.2.1", "10.20.0.0/16"])
    assert water.networks == [ip_network("10.20.0.0/16"), ip_network("2001:db8::/32"), ip_network("192.0.2.1/32")]


def test_a_change_is_on_record_with_what_was_before(city: City, water: MachineClient) -> None:
    changed(water, city.system_admin, scopes=["items:read"], networks=["10.0.0.0/8"])
    event = water.events.first()
    assert (event.action, event.by) == ("change", city.system_admin)
    assert event.data == {"scopes": [["items:read", "actions"], ["items:read"]], "networks": [[], ["10.0.0.0/8"]]}


def test_a_change_that_changes_nothing_is_not_on_record(city: City, water: MachineClient) -> None:
    before = water.events.count()
    changed(water, city.system_admin)
    assert water.events.count() == before


def test_a_client_is_prolonged_again_and_again_but_a_year_at_a_time(city: City, water: MachineClient) -> None:
    long_ago = today() - timedelta(days=300)
    MachineClient.objects.update(expiry_set_on=long_ago, expires_on=long_ago + timedelta(days=200))
    water.refresh_from_db()
    assert changed(water, city.system_admin, scopes=["items:read"]).expires_on == long_ago + timedelta(days=200)
    assert changed(water, city.system_admin, expires_on=a_year_after(today())).expiry_set_on == today()


def test_scopes_that_were_taken_no_longer_count_with_the_next_request(city: City) -> None:
    caller = machine(city.water)
    client = MachineClient.objects.get(application__user=caller.user)
    assert caller.get("items/").status_code == 200
    changed(client, city.system_admin, scopes=["events:read"])
    assert caller.get("items/").status_code == 403


# -- secrets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SECRET, KEY])
def test_there_are_two_of_a_kind_at_most(city: City, water: MachineClient, kind: ClientSecret.Kind) -> None:
    while water.secrets.filter(kind=kind).count() < 2:
        issue(water, kind, by=city.system_admin)
    with pytest.raises(ClientRefused):
        issue(water, kind, by=city.system_admin)
    withdraw(water.secrets.filter(kind=kind, ends_at__isnull=False).get(), by=city.system_admin)
    issue(water, kind, by=city.system_admin)
    assert water.secrets.filter(kind=kind, ends_at__isnull=True).count() == 1


def test_one_that_is_over_makes_room(city: City, water: MachineClient) -> None:
    issue(water, SECRET, by=city.system_admin)
    water.secrets.filter(ends_at__isnull=False).update(ends_at=Now())
    issue(water, SECRET, by=city.system_admin)
    assert water.secrets.filter(kind=SECRET).count() == 2


def test_what_was_withdrawn_is_not_withdrawn_again(city: City, water: MachineClient) -> None:
    secret = water.secrets.get()
    withdraw(secret, by=city.system_admin)
    with pytest.raises(ClientRefused):
        withdraw(secret, by=city.system_admin)
    assert water.events.filter(action="withdraw").count() == 1


def test_each_thing_done_to_a_secret_is_on_record_without_it(city: City, water: MachineClient) -> None:
    texts = [issue(water, kind, by=city.system_admin) for kind in (SECRET, KEY)]
    withdraw(water.secrets.get(kind=KEY), by=city.second_dispatcher)
    told = [(event.action, event.kind, event.by.username) for event in water.events.all()]
    assert told[:3] == [
        ("withdraw", "key", "second_dispatcher"),
        ("issue", "key", "system_admin"),
        ("issue", "secret", "system_admin"),
    ]
    kept = str([*water.events.values(), *water.secrets.values()])
    assert not [text for text in texts if text in kept]


def test_many_at_once_make_no_third_secret(committed_city: City) -> None:
    water = registered(committed_city)
    by = committed_city.system_admin
    results = race([lambda: issue(water, SECRET, by=by) for _ in range(6)])
    assert sum(isinstance(result, str) for result in results) == 1
    assert all(isinstance(result, str | ClientRefused) for result in results)
    assert water.secrets.count() == 2


# -- the end of a client -----------------------------------------------------------------------------------------------


def test_a_revoked_client_has_nothing_left(city: City) -> None:
    caller = machine(city.water)
    client = MachineClient.objects.get(application__user=caller.user)
    revoke_client(client, by=city.system_admin)
    client.refresh_from_db()
    assert client.revoked_by == city.system_admin and client.revoked_at <= timezone.now()
    assert not client.secrets.exists() and not AccessToken.objects.exists()
    assert client.state_at(timezone.now()) == MachineClient.State.REVOKED
    assert caller.get("me/").status_code == 401


def test_nothing_is_done_to_a_revoked_client(city: City, water: MachineClient) -> None:
    admin, secret = city.system_admin, water.secrets.get()
    revoke_client(water, by=admin)
    for do in (
        lambda: revoke_client(water, by=admin),
        lambda: changed(water, admin, scopes=[]),
        lambda: issue(water, KEY, by=admin),
        lambda: withdraw(secret, by=admin),
    ):
        with pytest.raises(ClientRefused):
            do()
    assert water.events.count() == 3  # registered, a secret, revoked


def test_the_last_day_counts_in_the_business_zone(water: MachineClient) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    water.expires_on = midnight.date()
    assert water.state_at(midnight + DAY - timedelta(seconds=1)) == MachineClient.State.IN_USE
    assert water.state_at(midnight + DAY) == MachineClient.State.EXPIRED


# -- last use ----------------------------------------------------------------------------------------------------------


def test_where_and_when_a_client_called_last_is_kept(city: City) -> None:
    caller = machine(city.water)
    MachineClient.objects.update(last_used_at=timezone.now() - DAY)
    caller.http.get("/api/v1/me/", headers=caller.headers, REMOTE_ADDR="192.0.2.7")
    client = MachineClient.objects.get()
    assert client.last_used_from == "192.0.2.7"
    assert timezone.now() - client.last_used_at < timedelta(minutes=1)


def test_reading_costs_no_write_each_time(city: City, django_assert_num_queries: Any) -> None:
    caller = machine(city.water)
    with django_assert_num_queries(3) as queries:  # the token with its client, the memberships, the quota
        caller.get("me/")
    written = [query["sql"] for query in queries.captured_queries if not query["sql"].startswith("SELECT")]
    assert [sql for sql in written if "workflow_ratebucket" not in sql] == []


def test_a_refused_call_is_no_use(city: City) -> None:
    caller = machine(city.water)
    MachineClient.objects.update(last_used_at=None, networks=["10.0.0.0/8"])
    caller.get("me/")
    assert MachineClient.objects.get().last_used_at is None


# -- what the database forbids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_machineclient SET expires_on = expiry_set_on + 367",
        "UPDATE accounts_machineclient SET revoked_at = now()",
        "UPDATE accounts_machineclient SET expires_on = NULL",
        "INSERT INTO accounts_clientsecret (client_id, kind, slot, stored) SELECT client_id, kind, 2, 'x' "
        "FROM accounts_clientsecret",
        "INSERT INTO accounts_clientsecret (client_id, kind, slot, stored, ends_at) "
        "SELECT client_id, kind, 1, 'x', now() FROM accounts_clientsecret",
        "INSERT INTO accounts_clientsecret (client_id, kind, slot, stored, ends_at) "
        "SELECT client_id, kind, 3, 'x', now() FROM accounts_clientsecret",
        "UPDATE accounts_clientevent SET by_id = NULL",
        "DELETE FROM accounts_clientevent",
    ],
)
def test_an_impossible_client_is_refused_by_the_database(water: MachineClient, statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_network_that_is_none_does_not_get_into_the_table(water: MachineClient) -> None:
    with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_machineclient SET networks = %s::cidr[]", [["10.1.2.3/8"]])


def test_a_client_with_a_record_is_not_deleted(water: MachineClient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        water.delete()
    assert ClientEvent.objects.filter(client=water).exists()


def test_clients_from_before_go_on_working(city: City) -> None:
    """What migration 0005 does with a client as 0004 left it: no department, no end, its secret with the library."""
    caller = machine(city.water)
    application = Application.objects.get()
    migration = import_module("accounts.migrations.0005_old_clients_take_part")
    columns = ("department_id", "expires_on", "expiry_set_on")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for column in columns:
            cursor.execute(f"ALTER TABLE accounts_machineclient ALTER {column} DROP NOT NULL")
        cursor.execute(f"UPDATE accounts_machineclient SET {' = NULL, '.join(columns)} = NULL")
        cursor.execute("DELETE FROM accounts_clientsecret")
        cursor.execute(migration.TERMS)
        cursor.execute(migration.SECRETS)
    client = MachineClient.objects.get()
    assert (client.department, client.expires_on) == (city.water, a_year_after(today()))
    assert client.secrets.get().stored == application.client_secret
    assert caller.get("me/").status_code == 200


# -- guessing, all at once ---------------------------------------------------------------------------------------------


def test_guesses_that_come_all_at_once_are_no_more(committed_city: City) -> None:
    tried = []

    def guess() -> bool:
        return guesses.guarded("somebody", None, lambda: tried.append(1) or False)

    results = race([guess] * (guesses.LIMIT + 6))
    assert len(tried) == guesses.LIMIT
    assert sum(isinstance(result, guesses.TooManyGuesses) for result in results) == 6


# -- housekeeping and addresses ----------------------------------------------------------------------------------------


def test_what_is_over_is_swept_away_and_nothing_else(city: City) -> None:
    machine(city.water)
    client, token, now = MachineClient.objects.get(), AccessToken.objects.get(), timezone.now()
    issue(client, SECRET, by=None)
    FailedAttempts.objects.create(client_hash="a", source="192.0.2.1/32", count=3, since=now - timedelta(minutes=14))
    sweep_clients()
    assert (client.secrets.count(), FailedAttempts.objects.count(), AccessToken.objects.count()) == (2, 1, 1)
    client.secrets.filter(ends_at__isnull=False).update(ends_at=now)
    FailedAttempts.objects.update(since=now - timedelta(minutes=16))
    AccessToken.objects.filter(pk=token.pk).update(expires=now - 2 * DAY)
    sweeping.sweep()
    assert (client.secrets.count(), FailedAttempts.objects.count(), AccessToken.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "192.0.2.1"),
        (0, "10.0.0.1", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, " ", "192.0.2.1"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::1"),
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "unknown", "None"),
        (1, "10.0.0.1,", "None"),
    ],
)
def test_the_address_of_a_caller(settings: Any, proxies: int, forwarded: str | None, expected: str) -> None:
    settings.PROXY_COUNT = proxies
    meta = {"REMOTE_ADDR": "192.0.2.1"} | ({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})
    assert str(caller_address(meta)) == expected


def test_a_stand_in_has_no_way_in_by_the_pages(city: City, water: MachineClient) -> None:
    browser = Client()
    browser.post("/sign-in/", {"username": water.application.user.username, "password": "x"})
    assert browser.get("/").status_code == 302

"""The system administrator's pages about clients: what they show, what they do, and who has no business there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.clients import register_client
from accounts.clients.credentials import issue
from accounts.models import ClientSecret, MachineClient, User, today
from accounts.roles import Role
from tests.api.test_token import ask
from tests.pages.reading import tags_of, text_of
from tests.people import PEOPLE, City
from tests.test_translations import english_in

SECRET, KEY = ClientSecret.Kind
OTHERS = [name for name in PEOPLE if name != "system_admin"]


@pytest.fixture
def browser(city: City, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(city.system_admin)


@pytest.fixture
def water(city: City) -> MachineClient:
    terms = {"networks": ["10.20.0.0/16"], "by": city.system_admin}
    client_id, _secret = register_client("水务平台", city.water, [Role.CLERK], ["items:read", "actions"], **terms)
    return MachineClient.objects.get(application__client_id=client_id)


def filled(city: City, **other: Any) -> dict[str, Any]:
    form = {
        "name": "河长制平台",
        "department": city.water.pk,
        "roles": ["clerk"],
        "scopes": ["items:read", "events:read"],
        "networks": "10.20.0.0/16\n2001:db8::/32",
        "expires_on": (today() + timedelta(days=90)).isoformat(),
    }
    return form | other


def terms(client: MachineClient, **other: Any) -> dict[str, Any]:
    networks = "\n".join(map(str, client.networks))
    return {"scopes": client.scopes, "networks": networks, "expires_on": client.expires_on.isoformat()} | other


def shown_once(page: HttpResponse) -> str:
    (text,) = re.findall(r'id="shown-once">([^<]+)<', page.content.decode())
    return text


def errors(page: HttpResponse) -> list[str]:
    return list(page.context["form"].errors)


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_client_is_registered_and_its_secret_shown_once(city: City, browser: Client) -> None:
    page = browser.post("/clients/new/", filled(city))
    client = MachineClient.objects.get()
    secret = shown_once(page)
    assert client.client_id in text_of(page)
    assert (client.name, client.department, client.created_by) == ("河长制平台", city.water, city.system_admin)
    assert list(map(str, client.networks)) == ["10.20.0.0/16", "2001:db8::/32"]
    assert ask((client.client_id, secret), address="10.20.0.1").json()["scope"] == "items:read events:read"
    assert secret not in text_of(browser.get(f"/clients/{client.pk}/"))


def test_a_secret_lies_neither_in_the_session_nor_on_the_way(
    city: City, browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    page = browser.post("/clients/new/", filled(city))
    secret = shown_once(page)
    assert "no-store" in page["Cache-Control"]
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert secret not in str(kept) + str(page.headers) + str(page.cookies) + caplog.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "长" * 51),
        ("name", "a\0b"),
        ("department", ""),
        ("department", "99999999999999999999"),
        ("roles", []),
        ("roles", ["system_admin"]),
        ("roles", ["security_admin"]),
        ("roles", ["king"]),
        ("scopes", []),
        ("scopes", ["items:burn"]),
        ("networks", "10.20.1.1/16"),
        ("networks", "intranet"),
        ("expires_on", ""),
        ("expires_on", "tomorrow"),
        ("expires_on", "2020-01-01"),
        ("expires_on", "2199-01-01"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(city: City, browser: Client, field: str, value: Any) -> None:
    page = browser.post("/clients/new/", filled(city, **{field: value}))
    assert errors(page) == [field]
    assert not MachineClient.objects.exists()


def test_everything_wrong_is_said_at_once(city: City, browser: Client) -> None:
    wrong = {
        "name": "",
        "networks": "10.20.1.1/16",
        "expires_on": "2199-01-01",
        "roles": ["dispatcher"],
        "scopes": ["webhooks"],
    }
    page = browser.post("/clients/new/", filled(city, **wrong))
    assert set(errors(page)) == set(wrong)
    assert not MachineClient.objects.exists()


@pytest.mark.parametrize(
    ("role", "department", "is_taken"),
    [
        ("dispatcher", "office", True),
        ("dispatcher", "water", False),
        ("auditor", "office", True),
        ("auditor", "government", False),
        ("city_leader", "government", True),
        ("city_leader", "office", False),
        ("supervisor", "water", True),
        ("verifier", "tongbai", True),
    ],
)
def test_a_role_that_could_do_nothing_there_is_refused(
    city: City, browser: Client, role: str, department: str, is_taken: bool
) -> None:
    page = browser.post("/clients/new/", filled(city, department=getattr(city, department).pk, roles=["clerk", role]))
    assert MachineClient.objects.exists() is is_taken
    assert is_taken or errors(page) == ["roles"]


@pytest.mark.parametrize(("scopes", "wrong"), [(["webhooks"], ["scopes"]), (["webhooks", "events:read"], [])])
def test_who_is_told_of_events_may_read_them(
    browser: Client, water: MachineClient, scopes: list[str], wrong: list[str]
) -> None:
    page = browser.post(f"/clients/{water.pk}/", terms(water, scopes=scopes))
    assert (errors(page) if wrong else []) == wrong
    water.refresh_from_db()
    assert (water.scopes == scopes) is not bool(wrong)


def test_a_page_loaded_again_registers_nothing_twice(city: City, browser: Client) -> None:
    for _time in range(2):
        page = browser.post("/clients/new/", filled(city))
    assert errors(page) == ["name"]
    assert MachineClient.objects.count() == 1


# -- looking -----------------------------------------------------------------------------------------------------------


def test_the_list_says_who_may_what_and_who_called_when(city: City, browser: Client, water: MachineClient) -> None:
    MachineClient.objects.update(last_used_at=timezone.now(), last_used_from="10.20.3.4")
    text = text_of(browser.get("/clients/"))
    for word in ("水务平台", "市水利局", "启用", "经办人", "读取事项", "10.20.3.4"):
        assert word in text


def test_those_that_are_over_are_told_as_such(city: City, browser: Client, water: MachineClient) -> None:
    MachineClient.objects.update(expires_on=today() - timedelta(days=1))
    assert "已到期" in text_of(browser.get("/clients/"))
    browser.post(f"/clients/{water.pk}/revoke/")
    assert "已吊销" in text_of(browser.get("/clients/"))


def test_the_list_costs_the_same_however_long(city: City, browser: Client, django_assert_num_queries: Any) -> None:
    def register(name: str) -> None:
        register_client(name, city.water, [Role.CLERK], ["items:read"])

    register("甲")
    with django_assert_num_queries(6) as queries:
        browser.get("/clients/")
    for name in "乙丙丁戊":
        register(name)
    with django_assert_num_queries(len(queries.captured_queries)):
        browser.get("/clients/")


def test_pages_are_chinese_and_without_script_or_style_of_their_own(
    city: City, browser: Client, water: MachineClient
) -> None:
    issue(water, KEY, by=city.system_admin)
    issue(water, SECRET, by=city.system_admin)
    known = {water.client_id, "system_admin", "items", "read", "write", "actions", "evidence", "events", "webhooks"}
    for url in ("/clients/", "/clients/new/", f"/clients/{water.pk}/"):
        page = browser.get(url)
        assert not english_in(page) - known - {"OAuth", "db"} - set(re.findall("[A-Za-z]{2,}", water.client_id)), url
        tags = tags_of(page)
        assert not [attrs for _tag, attrs in tags if "style" in attrs or any(name.startswith("on") for name in attrs)]
        assert all("src" in attrs for tag, attrs in tags if tag == "script")


def test_the_menu_leads_there(browser: Client) -> None:
    page = browser.get("/clients/")
    assert ("a", "/clients/") in [(tag, attrs.get("href")) for tag, attrs in tags_of(page)]
    assert "接口账号" in text_of(page)


# -- changing ----------------------------------------------------------------------------------------------------------


def test_scopes_networks_and_end_are_changed_and_on_record(city: City, browser: Client, water: MachineClient) -> None:
    end = today() + timedelta(days=10)
    form = terms(water, scopes=["items:read"], networks="192.0.2.0/24", expires_on=end.isoformat())
    page = browser.post(f"/clients/{water.pk}/", form, follow=True)
    water.refresh_from_db()
    assert (water.scopes, list(map(str, water.networks)), water.expires_on) == (["items:read"], ["192.0.2.0/24"], end)
    assert "10.20.0.0/16 → 192.0.2.0/24" in text_of(page)
    assert "系统管理员" in text_of(page)


@pytest.mark.parametrize(("field", "value"), [("networks", "x"), ("expires_on", "2020-01-01"), ("scopes", ["x"])])
def test_a_wrong_change_changes_nothing(browser: Client, water: MachineClient, field: str, value: Any) -> None:
    before = MachineClient.objects.values().get()
    assert errors(browser.post(f"/clients/{water.pk}/", terms(water, **{field: value}))) == [field]
    assert MachineClient.objects.values().get() == before


def test_the_name_and_the_department_are_not_changed_by_the_way(
    city: City, browser: Client, water: MachineClient
) -> None:
    browser.post(f"/clients/{water.pk}/", terms(water, name="别的", department=city.tongbai.pk, roles=["supervisor"]))
    water.refresh_from_db()
    assert (water.name, water.department) == ("水务平台", city.water)
    assert [row.role for row in water.application.user.memberships.all()] == ["clerk"]


def test_a_secret_is_changed_without_a_break(city: City, browser: Client, water: MachineClient) -> None:
    new = shown_once(browser.post(f"/clients/{water.pk}/issue/secret/"))
    assert ask((water.client_id, new), address="10.20.0.1").status_code == 200
    old = water.secrets.get(ends_at__isnull=False)
    page = browser.post(f"/clients/{water.pk}/withdraw/{old.pk}/", follow=True)
    assert "客户端密钥：作废" in text_of(page)
    assert water.secrets.count() == 1


def test_a_third_secret_is_refused_in_words(browser: Client, water: MachineClient) -> None:
    browser.post(f"/clients/{water.pk}/issue/secret/")
    page = browser.post(f"/clients/{water.pk}/issue/secret/", follow=True)
    assert "已有两个在用" in text_of(page)
    assert water.secrets.count() == 2


def test_a_signing_key_is_made_and_shown_once(browser: Client, water: MachineClient) -> None:
    key = shown_once(browser.post(f"/clients/{water.pk}/issue/key/"))
    assert len(key) == 64
    assert key not in text_of(browser.get(f"/clients/{water.pk}/"))


def test_a_client_is_revoked_and_then_only_looked_at(city: City, browser: Client, water: MachineClient) -> None:
    page = browser.post(f"/clients/{water.pk}/revoke/", follow=True)
    assert "已吊销“水务平台”" in text_of(page)
    assert "已吊销" in text_of(page)
    actions = [attrs.get("action", "") for tag, attrs in tags_of(page) if tag == "form"]
    assert not [action for action in actions if "/clients/" in action]
    for address in ("", "revoke/", "issue/key/"):
        again = browser.post(f"/clients/{water.pk}/{address}", terms(water), follow=True)
        assert "请另行登记" in text_of(again)


# -- who has no business there -----------------------------------------------------------------------------------------


def addresses(client: MachineClient) -> dict[str, str]:
    base = f"/clients/{client.pk}/"
    posts = ("issue/secret/", "issue/key/", f"withdraw/{client.secrets.get().pk}/", "revoke/")
    return {base: "get", "/clients/": "get", "/clients/new/": "get"} | {f"{base}{post}": "post" for post in posts}


@pytest.mark.parametrize("name", OTHERS)
def test_for_everybody_else_the_pages_are_shut(
    city: City, signed_in: Callable[[User], Client], water: MachineClient, name: str
) -> None:
    browser, events = signed_in(getattr(city, name)), water.events.count()
    for address, method in addresses(water).items():
        assert getattr(browser, method)(address).status_code == 403, address
    assert browser.post("/clients/new/", filled(city)).status_code == 403
    assert browser.post(f"/clients/{water.pk}/", terms(water, scopes=["actions"])).status_code == 403
    assert (MachineClient.objects.count(), water.events.count()) == (1, events)
    assert "/clients/" not in browser.get("/profile/").content.decode()


def test_strangers_are_asked_to_sign_in(db: None, water: MachineClient) -> None:
    for address, method in addresses(water).items():
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")


def test_a_secret_of_another_client_is_not_there(city: City, browser: Client, water: MachineClient) -> None:
    register_client("别的平台", city.water, [Role.CLERK], ["items:read"])
    other = ClientSecret.objects.exclude(client=water).get()
    assert browser.post(f"/clients/{water.pk}/withdraw/{other.pk}/").status_code == 404
    assert ClientSecret.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("address", ["0/", "999999/", "99999999999999999999/", "x/", "new/x/"])
def test_a_client_that_never_was_is_not_there(browser: Client, address: str) -> None:
    assert browser.get(f"/clients/{address}").status_code == 404


def test_an_unknown_kind_of_secret_is_not_made(browser: Client, water: MachineClient) -> None:
    assert browser.post(f"/clients/{water.pk}/issue/password/").status_code == 404


@pytest.mark.parametrize("address", ["issue/secret/", "issue/key/", "revoke/"])
def test_a_link_does_nothing(browser: Client, water: MachineClient, address: str) -> None:
    assert browser.get(f"/clients/{water.pk}/{address}").status_code == 405


def test_nor_does_a_form_of_another_site(city: City, water: MachineClient) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.system_admin)
    assert browser.post(f"/clients/{water.pk}/revoke/").status_code == 403
    assert MachineClient.objects.get().revoked_at is None

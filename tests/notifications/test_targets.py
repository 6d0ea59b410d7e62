"""Where webhooks may be sent: the security administrator's list, each change on record."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import SettingsWrapper

from accounts.models import User
from notifications import addresses
from notifications.models import AllowedTarget
from notifications.models.targets import reach_of
from tests.pages.reading import text_of
from tests.people import PEOPLE, City

PAGE = reverse("notifications:targets")
OTHERS = [name for name in PEOPLE if name != "security_admin"]


@pytest.fixture
def keeper(city: City, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(city.security_admin)


def given(**fields: Any) -> dict[str, Any]:
    usual = {"host": "data.city.example", "port": 443, "networks": "10.20.30.0/24", "note": "市数据平台，张三申请"}
    return usual | fields


def resolves(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    monkeypatch.setattr(addresses, "_resolve", lambda host: list(found))


def checked(url: str) -> str | None:
    """The code by which it is refused."""
    try:
        addresses.check_url(url, reach_of(url))
    except ValidationError as error:
        return error.code
    return None


# -- who keeps the list ------------------------------------------------------------------------------------------------


def test_the_security_administrator_allows_and_withdraws(keeper: Client, city: City) -> None:
    page = keeper.post(PAGE, given(allows_http="on"), follow=True)
    target = AllowedTarget.objects.get()
    assert (target.host, target.port, target.networks, target.allows_http) == (
        "data.city.example",
        443,
        ["10.20.30.0/24"],
        True,
    )
    assert (target.created_by, target.withdrawn_at) == (city.security_admin, None)
    assert "市数据平台，张三申请" in text_of(page)
    page = keeper.post(reverse("notifications:withdraw-target", args=[target.pk]), follow=True)
    target.refresh_from_db()
    assert target.withdrawn_by == city.security_admin
    assert "市数据平台，张三申请" in text_of(page)  # it stays to be read


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_does(city: City, signed_in: Callable[[User], Client], name: str) -> None:
    browser = signed_in(getattr(city, name))
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, given()).status_code == 403
    assert not AllowedTarget.objects.exists()


def test_strangers_are_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.post(PAGE, given()).status_code == 302
    assert not AllowedTarget.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "https://data.city.example"},
        {"host": "data.city.example:443"},
        {"host": "localhost"},
        {"host": "127.0.0.1"},
        {"host": "127.1"},
        {"host": "2130706433"},
        {"host": "::1"},
        {"host": "169.254.169.254"},
        {"host": "*.example"},
        {"host": "*"},
        {"host": "testserver.example/.."},
        {"host": "dаta.city.example"},
        {"port": 22},
        {"port": 6379},
        {"port": 0},
        {"networks": "10.0.0.0/8"},
        {"networks": "0.0.0.0/0"},
        {"networks": "127.0.0.0/16"},
        {"networks": "169.254.169.0/24"},
        {"networks": "100.100.100.0/24"},
        {"networks": "::/0"},
        {"networks": "fe80::/64"},
        {"networks": "::ffff:10.0.0.0/112"},
        {"networks": "10.20.30.1/24"},
        {"networks": "the office"},
        {"networks": "", "allows_http": "on"},
        {"note": ""},
    ],
)
def test_what_cannot_be_allowed_is_refused_with_a_sentence(keeper: Client, fields: dict[str, Any]) -> None:
    page = keeper.post(PAGE, given(**fields))
    assert page.status_code == 200
    assert page.context["form"].errors.keys() <= {*fields}
    assert page.context["form"].errors
    assert not AllowedTarget.objects.exists()


def test_twice_the_same_is_refused_until_it_is_withdrawn(keeper: Client) -> None:
    keeper.post(PAGE, given())
    assert keeper.post(PAGE, given()).context["form"].errors.keys() == {"host"}
    keeper.post(reverse("notifications:withdraw-target", args=[AllowedTarget.objects.get().pk]))
    keeper.post(PAGE, given(note="重新批准"))
    assert AllowedTarget.objects.count() == 2


def test_an_internal_address_means_itself(keeper: Client) -> None:
    keeper.post(PAGE, given(host="10.1.2.3", port=8080, networks=""))
    assert AllowedTarget.objects.get().networks == ["10.1.2.3/32"]
    assert checked("https://10.1.2.3:8080/hook") is None


@pytest.mark.parametrize("change", [{"note": "anders"}, {"networks": ["10.0.0.0/8"]}, {"withdrawn_at": None}])
def test_the_record_is_not_rewritten(keeper: Client, city: City, change: dict[str, Any]) -> None:
    keeper.post(PAGE, given())
    rows = AllowedTarget.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()


# -- what it means -----------------------------------------------------------------------------------------------------


@pytest.fixture
def intranet(city: City) -> AllowedTarget:
    about = {"networks": ["10.20.30.0/24"], "note": "市数据平台", "created_by": city.security_admin}
    return AllowedTarget.objects.create(host="data.city.example", port=8443, **about)


def test_without_a_row_nothing_is_allowed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    resolves(monkeypatch, "93.184.215.14")
    assert checked("https://anybody.example/") == "target-not-allowed"


def test_a_row_opens_its_host_port_and_networks(intranet: AllowedTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    resolves(monkeypatch, "10.20.30.5")
    assert checked("https://data.city.example:8443/hook") is None
    assert checked("https://data.city.example/hook") == "target-not-allowed"
    assert checked("https://other.city.example:8443/hook") == "target-not-allowed"
    assert checked("http://data.city.example:8443/hook") == "not-https"


@pytest.mark.parametrize(
    "found",
    [
        ["10.20.31.5"],
        ["10.20.30.5", "10.20.31.5"],
        ["93.184.215.14"],
        ["169.254.169.254"],
        ["100.100.100.200"],
        ["::ffff:10.20.30.5"],
        ["64:ff9b::a14:1e05"],
        ["2002:a14:1e05::"],
        ["fe80::1%eth0"],
        ["0.0.0.0"],
        ["224.0.0.1"],
    ],
)
def test_whatever_it_leads_to_must_lie_in_them(
    intranet: AllowedTarget, monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    resolves(monkeypatch, *found)
    assert checked("https://data.city.example:8443/hook") == "internal-address"


def test_this_machine_is_not_admitted_by_whatever_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "NEVER", ())
    reach = addresses.Reach(networks=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")))
    assert not reach.admits("127.0.0.1")
    assert reach.admits("10.255.255.254")


def test_this_machine_is_refused_on_the_list_and_behind_a_name(
    keeper: Client, intranet: AllowedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 stands for the address that this machine has in the intranet."""
    monkeypatch.setattr(addresses, "NEVER", ())
    monkeypatch.setattr("notifications.target_form.NEVER", ())
    page = keeper.post(PAGE, given(host="127.0.0.1", networks=""))
    assert page.context["form"].errors == {"host": ["该地址指向本系统自身。"]}
    for found in (["127.0.0.1"], ["::1"], ["10.20.30.5", "127.0.0.1"]):
        resolves(monkeypatch, *found)
        assert checked("https://data.city.example:8443/hook") == "own-host", found


def test_the_longest_suffix_counts(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    about = {"note": "平台", "created_by": city.security_admin}
    AllowedTarget.objects.create(host="*.city.example", **about)
    AllowedTarget.objects.create(host="*.inner.city.example", networks=["10.20.30.0/24"], **about)
    resolves(monkeypatch, "10.20.30.5")
    assert checked("https://a.inner.city.example/") is None
    assert checked("https://a.city.example/") == "internal-address"
    assert checked("https://city.example/") == "target-not-allowed"


def test_our_own_host_is_never_a_target(city: City, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUBLIC_URL = "https://bihuan.city.example"
    AllowedTarget.objects.create(host="*.city.example", note="平台", created_by=city.security_admin)
    resolves(monkeypatch, "93.184.215.14")
    assert checked("https://bihuan.city.example/api/v1/") == "own-host"


def test_one_that_is_withdrawn_is_closed(
    intranet: AllowedTarget, keeper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves(monkeypatch, "10.20.30.5")
    keeper.post(reverse("notifications:withdraw-target", args=[intranet.pk]))
    assert checked("https://data.city.example:8443/hook") == "target-not-allowed"


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("10.1.2.3", "http://10.1.2.3:8080/hook"),
        ("10.1.2.3:8080", "http://10.1.2.3:8080/hook"),
        ("10.1.2.3:443", "https://10.1.2.3/hook"),
        ("10.1.2.3:80", "http://10.1.2.3/hook"),
    ],
)
def test_the_operator_may_name_the_port_that_an_address_leaves_out(
    db: None, settings: SettingsWrapper, allowed: str, url: str
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = [allowed]
    assert checked(url) is None


@pytest.mark.parametrize("url", ["https://10.1.2.3/hook", "http://10.1.2.3:8081/hook", "https://10.1.2.4:8080/hook"])
def test_the_operator_lets_nothing_else_through(db: None, settings: SettingsWrapper, url: str) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["10.1.2.3:8080"]
    assert checked(url) == "target-not-allowed"


def test_what_the_operator_lets_through_is_shown_beside_the_list(keeper: Client, settings: SettingsWrapper) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    assert "由运维放行" not in text_of(keeper.get(PAGE))
    settings.WEBHOOK_ALLOWED_HOSTS = ["gateway.city.example:8443"]
    page = text_of(keeper.get(PAGE))
    assert "由运维放行" in page and "gateway.city.example:8443" in page

"""A department's robots and webhooks: who keeps them, where they may lead, and what is sent there."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.prepared import ask
from notifications import addresses
from notifications.models import Delivery, Endpoint
from notifications.outbox import deliver
from notifications.services import robots_of
from tests.notifications.drafts import tell_endpoint
from tests.pages.reading import text_of

LIST = reverse("admin:notifications_endpoint_changelist")
ADD = reverse("admin:notifications_endpoint_add")
State = Delivery.State


@pytest.fixture
def keeper(city, signed_in: Callable[..., Client]) -> Client:
    return signed_in(city.system_admin)


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """From now on every host has these addresses."""

    def to(*found: str) -> None:
        monkeypatch.setattr(addresses, "_resolve", lambda host: list(found))

    return to


def given(department: object, **fields: str) -> dict[str, object]:
    usual = {"channel": "wecom", "name": "整改群", "url": "https://robot.example/1", "secret": "", "is_active": "on"}
    return {"department": department.pk, **usual, **fields}


def code_of(url: str) -> str:
    with pytest.raises(ValidationError) as refusal:
        addresses.check_url(url)
    return refusal.value.code


# -- who keeps them ----------------------------------------------------------------------------------------------------


def test_the_administrator_adds_one(keeper, city, gateway):
    keeper.post(ADD, given(city.environment, secret="SEC-1"))
    endpoint = Endpoint.objects.get()
    assert (endpoint.department, endpoint.channel, endpoint.secret) == (city.environment, "wecom", "SEC-1")
    assert ask(robots_of([city.environment.pk])) == [endpoint]


@pytest.mark.parametrize("name", ["dispatcher", "environment_head", "auditor"])
def test_nobody_else_does(city, signed_in, gateway, name):
    browser = signed_in(getattr(city, name))
    browser.post(ADD, given(city.environment))
    assert not Endpoint.objects.exists()
    assert "整改群" not in text_of(browser.get(LIST, follow=True))


def test_the_secret_is_never_shown_and_stays_when_it_is_left_empty(keeper, robot, gateway):
    endpoint = robot(secret="SEC-geheim")
    change = reverse("admin:notifications_endpoint_change", args=[endpoint.pk])
    assert "SEC-geheim" not in keeper.get(change).content.decode()
    keeper.post(change, given(endpoint.department, name="新名称", url=endpoint.url))
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.secret) == ("新名称", "SEC-geheim")


def test_one_that_was_told_something_is_switched_off_and_not_deleted(keeper, robot, gateway):
    endpoint = robot()
    assert keeper.post(reverse("admin:notifications_endpoint_delete", args=[endpoint.pk])).status_code == 403


def test_a_test_message_goes_the_way_of_all_messages(keeper, robot, gateway):
    endpoint = robot(secret="SEC-1")
    page = keeper.post(LIST, {"action": "send_a_test", "_selected_action": [endpoint.pk]}, follow=True)
    assert "1" in text_of(page)
    assert deliver("wecom") == 1
    (sent,) = gateway.sent
    assert (sent.to, sent.secret) == (endpoint.url, "SEC-1")


# -- where they may lead -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "not-an-address"),
        ("robot.example/1", "not-an-address"),
        ("file:///etc/passwd", "not-an-address"),
        ("https://user@robot.example/", "not-an-address"),
        ("https://robot.example:port/", "not-an-address"),
        ("http://8.8.8.8/", "not-https"),
        ("https://8.8.8.8:22/", "port-refused"),
        ("https://127.0.0.1/", "own-host"),
        ("https://10.1.2.3/", "internal-address"),
        ("https://169.254.169.254/latest/", "internal-address"),
        ("https://[::1]/", "own-host"),
        ("https://[::ffff:10.0.0.1]/", "internal-address"),
        ("https://[64:ff9b::a00:1]/", "internal-address"),
        ("https://2130706433/", "own-host"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(url, code):
    assert code_of(url) == code


def test_one_internal_address_among_public_ones_is_enough(resolves):
    resolves("8.8.8.8", "192.168.0.1")
    assert code_of("https://robot.example/") == "internal-address"


def test_a_public_address_is_taken(resolves):
    resolves("8.8.8.8")
    addresses.check_url("https://robot.example/hook?key=1")


def test_a_host_of_our_own_network_is_taken_when_the_settings_say_so(settings):
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1:8099"]
    addresses.check_url("http://127.0.0.1:8099/hook")
    assert code_of("http://127.0.0.1:8098/hook") == "not-https"


def test_the_administrator_is_told_why(keeper, city):
    page = keeper.post(ADD, given(city.environment, url="https://10.1.2.3/"))
    assert "内部网络" in text_of(page)
    assert not Endpoint.objects.exists()


def test_a_name_that_leads_inside_since_is_not_called(robot, resolves):
    tell_endpoint(robot(url="https://moved.example/"))
    resolves("10.0.0.7")
    assert deliver("wecom") == 0
    assert Delivery.objects.get().state == State.DEAD


def test_a_name_that_is_not_known_today_is_tried_again(robot, monkeypatch):
    def unknown(host: str) -> list[str]:
        raise ValidationError("unknown", code="unknown-host")

    tell_endpoint(robot(url="https://moved.example/"))
    monkeypatch.setattr(addresses, "_resolve", unknown)
    deliver("wecom")
    assert Delivery.objects.get().state == State.PENDING


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_the_envelope_carries_number_link_and_secret(robot, gateway, settings):
    settings.PUBLIC_URL = "https://bihuan.example"
    tell_endpoint(robot(secret="SEC-1"), number="XF2026-0001", url="/items/7/")
    deliver("wecom")
    (sent,) = gateway.sent
    assert (sent.number, sent.url, sent.secret) == ("XF2026-0001", "https://bihuan.example/items/7/", "SEC-1")


def test_one_that_was_switched_off_meanwhile_gets_nothing(robot, gateway):
    tell_endpoint(robot())
    Endpoint.objects.update(is_active=False)
    assert deliver("wecom") == 0
    assert Delivery.objects.get().state == State.SUPPRESSED


@pytest.mark.parametrize("channel", ["wecom", "dingtalk", "feishu", "webhook"])
def test_each_goes_through_its_own_channel(robot, gateway, channel):
    tell_endpoint(robot(channel=channel))
    assert [deliver(other) for other in ("wecom", "dingtalk", "feishu", "webhook") if other != channel] == [0, 0, 0]
    assert deliver(channel) == 1


@pytest.mark.parametrize("fields", [{"channel": "email"}, {"url": "ftp://robot.example"}])
def test_the_database_refuses_what_is_no_endpoint(robot, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        robot(**fields)


def test_the_same_address_twice_is_refused(robot):
    endpoint = robot()
    with pytest.raises(IntegrityError, match="endpoint_once"), transaction.atomic():
        robot(url=endpoint.url)

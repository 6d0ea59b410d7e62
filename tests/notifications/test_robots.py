"""Group robots: packed and signed as each vendor wants it, and HTTP 200 is not yet success."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest

from notifications.channels import ChannelError
from notifications.models import Delivery
from notifications.outbox import deliver
from tests.notifications.drafts import tell_endpoint
from tests.notifications.world import envelope, send, world

__all__ = ["world"]
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=K",
    "dingtalk": "/robot/send?access_token=K",
    "feishu": "/open-apis/bot/v2/hook/K",
}
ROBOTS = sorted(PATHS)
SECRET = "SEC-of-the-group"


def signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def failing(world, channel: str, line: str) -> ChannelError:
    world.script[channel] = line
    with pytest.raises(ChannelError) as caught:
        send(channel, envelope(world.url + PATHS[channel]))
    return caught.value


@pytest.mark.parametrize("channel", ROBOTS)
def test_the_group_reads_subject_text_and_link(world, channel):
    send(channel, envelope(world.url + PATHS[channel]))
    (record,) = world.executed(channel)
    said = record.json
    text = said["content"]["text"] if channel == "feishu" else said["text"]["content"]
    assert text.splitlines() == [
        "【XF2026-0001】预警：非法倾倒",
        "逾期1天。",
        "https://bihuan.city.example/items/XF2026-0001/",
    ]


@pytest.mark.parametrize("channel", ROBOTS)
def test_a_long_text_loses_its_end_and_keeps_the_link(world, channel):
    send(channel, envelope(world.url + PATHS[channel], body="逾期" * 2000))
    said = world.records[0].json
    text = said["content"]["text"] if channel == "feishu" else said["text"]["content"]
    assert len(text.encode()) <= 1800
    assert text.splitlines()[-1] == "https://bihuan.city.example/items/XF2026-0001/"


def test_dingtalk_is_signed_in_the_address(world):
    send("dingtalk", envelope(world.url + PATHS["dingtalk"], secret=SECRET))
    asked = parse_qs(urlsplit(world.records[0].path).query)
    assert asked["access_token"] == ["K"]
    assert asked["sign"] == [signature(SECRET, f"{asked['timestamp'][0]}\n{SECRET}")]


def test_feishu_is_signed_in_the_text(world):
    send("feishu", envelope(world.url + PATHS["feishu"], secret=SECRET))
    said = world.records[0].json
    assert said["sign"] == signature(f"{said['timestamp']}\n{SECRET}", "")


@pytest.mark.parametrize("channel", ROBOTS)
def test_without_a_secret_nothing_is_signed(world, channel):
    send(channel, envelope(world.url + PATHS[channel]))
    assert "sign" not in world.records[0].path + world.records[0].body


@pytest.mark.parametrize(
    ("channel", "code", "permanent"),
    [
        ("wecom", 93000, True),
        ("wecom", -1, False),
        ("dingtalk", 310000, True),
        ("dingtalk", 1, False),
        ("feishu", 19021, True),
        ("feishu", 10003, False),
    ],
)
def test_a_refusal_comes_with_http_200(world, channel, code, permanent):
    error = failing(world, channel, f"errcode {code}")
    assert (error.permanent, error.ambiguous, error.outage, error.retry_after) == (permanent, False, False, None)
    assert str(code) in str(error)


@pytest.mark.parametrize("channel", ROBOTS)
def test_who_talks_too_much_waits(world, channel):
    assert failing(world, channel, "limit 0").retry_after == 60


@pytest.mark.parametrize("channel", ROBOTS)
@pytest.mark.parametrize("line", ["garbage", "execute_and_drop"])
def test_an_answer_that_nobody_understands_is_a_doubt(world, channel, line):
    assert failing(world, channel, line).ambiguous


@pytest.mark.parametrize("channel", ROBOTS)
def test_through_the_outbox_to_the_group_of_a_department(world, robot, channel):
    tell_endpoint(robot(channel=channel, url=world.url + PATHS[channel]))
    assert deliver(channel) == 1
    assert Delivery.objects.get().state == Delivery.State.SENT
    assert len(world.executed(channel)) == 1


@pytest.mark.parametrize("channel", ROBOTS)
@pytest.mark.parametrize("status", ["401", "403"])
def test_an_address_that_is_refused_says_nothing_of_the_vendor(world, channel, status):
    error = failing(world, channel, status)
    assert (error.permanent, error.outage) == (True, False)

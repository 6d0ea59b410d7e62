"""What may go wrong on the way to the world outside, and what is made of it; shown on webhooks."""

import base64
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from notifications import addresses
from notifications.channels import ChannelError, Envelope, calls
from notifications.outbox import deliver
from tests.gateway import Gateway
from tests.notifications.drafts import tell_endpoint
from tests.notifications.world import envelope, send, world

__all__ = ["world"]
BODY = '{"type":"item.accept","timestamp":"2026-11-25T08:00:00+08:00","data":{"item":"XF2026-0001"}}'
SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes now").decode()


def notice(world: Gateway, path: str = "/webhook/1", **fields: object) -> Envelope:
    return envelope(f"{world.url}{path}", **{"secret": SECRET, "body": BODY} | fields)


def failing(world: Gateway, line: str, **fields: object) -> ChannelError:
    world.script["webhook"] = line
    with pytest.raises(ChannelError) as caught:
        send("webhook", notice(world, **fields))
    return caught.value


def test_it_arrives_signed_and_as_it_was_written(world):
    assert send("webhook", notice(world)) == ["a1b2"]
    (record,) = world.records
    assert Webhook(SECRET).verify(record.body, record.headers)["data"] == {"item": "XF2026-0001"}
    assert (record.reference, record.body) == ("a1b2", BODY)


def test_while_two_secrets_are_valid_either_proves_it(world):
    former = "whsec_" + base64.b64encode(b"the secret of last month").decode()
    send("webhook", notice(world, former_secret=former))
    (record,) = world.records
    for secret in (SECRET, former):
        assert Webhook(secret).verify(record.body, record.headers)
    assert len(record.headers["webhook-signature"].split()) == 2


def test_a_run_keeps_its_connection(world):
    assert send("webhook", *[notice(world, reference=str(n)) for n in range(5)]) == list("01234")
    assert world.http.connections == 1


@pytest.mark.parametrize(
    ("line", "ambiguous", "outage", "retry_after", "refusals"),
    [
        ("500", False, False, None, None),
        ("503 30", False, False, 30.0, None),
        ("429 90", False, False, 90.0, None),
        ("429 999999", False, False, 86_400.0, None),
        ("429 soon", False, False, None, None),
        ("404", False, False, None, None),
        ("401", False, False, None, None),
        ("422", False, False, None, 3),
        ("302 http://127.0.0.1/", False, False, None, None),
        ("drop", True, True, None, None),
        ("execute_and_drop", True, True, None, None),
        ("reset", True, True, None, None),
    ],
)
def test_each_fault_is_judged_by_what_may_have_happened(world, line, ambiguous, outage, retry_after, refusals):
    error = failing(world, line)
    seen = (error.ambiguous, error.outage, error.retry_after, error.refusals)
    assert seen == (ambiguous, outage, retry_after, refusals)
    assert not error.permanent and not error.gone
    assert str(error).startswith(("HTTP ", "连接中断："))


def test_an_address_that_is_gone_is_gone(world):
    assert failing(world, "410").gone


@pytest.mark.parametrize("line", ["execute_and_timeout", "drip", "slow 5"])
def test_a_call_has_an_end_however_the_answer_is_drawn_out(world, monkeypatch, line):
    monkeypatch.setattr(calls, "SECONDS", 0.4)
    begun = time.monotonic()
    error = failing(world, line)
    assert error.ambiguous and error.outage
    assert "秒内没有收到完整的答复" in str(error)
    assert time.monotonic() - begun < 4


def test_of_an_answer_without_end_the_status_counts(world):
    world.script["webhook"] = "endless"
    assert send("webhook", notice(world)) == ["a1b2"]
    assert len(world.records) == 1


@pytest.mark.parametrize("line", ["cut", "stall"])
def test_of_an_answer_that_breaks_off_the_status_counts(world, monkeypatch, line):
    """It was taken; to send it again would be to tell it twice."""
    monkeypatch.setattr(calls, "SECONDS", 0.4)
    world.script["webhook"] = [line]
    assert send("webhook", notice(world), notice(world, reference="c3d4")) == ["a1b2", "c3d4"]
    assert len(world.records) == 2


def test_of_an_answer_that_breaks_off_a_robot_says_nothing(world, monkeypatch):
    """What it says stands in the body."""
    monkeypatch.setattr(calls, "SECONDS", 0.4)
    world.script["wecom"] = "cut"
    with pytest.raises(ChannelError) as caught:
        send("wecom", envelope(f"{world.url}/cgi-bin/webhook/send?key=K"))
    assert caught.value.ambiguous and caught.value.outage


@pytest.mark.parametrize("path", ["/webhook/a;b=1/c;d", "/webhook/1?x=1;y&z=%20", "/webhook/1?"])
def test_an_address_is_called_as_it_was_written(world, path):
    send("webhook", notice(world, path))
    assert world.records[0].path == path.rstrip("?")


def test_the_host_of_an_ipv6_address_stands_in_brackets(world, monkeypatch, settings):
    monkeypatch.setattr(addresses, "_resolve", lambda host: ["127.0.0.1"])
    port = world.url.rpartition(":")[2]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"fd00::7:{port}"]
    send("webhook", envelope(f"http://[fd00::7]:{port}/webhook/1", secret=SECRET))
    assert world.records[0].headers["host"] == f"[fd00::7]:{port}"


def test_a_redirect_is_not_followed(world):
    failing(world, f"302 {world.url}/webhook/elsewhere")
    assert [record.path for record in world.records] == ["/webhook/1"]


def test_nobody_listens(settings):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
    with pytest.raises(ChannelError) as caught:
        send("webhook", envelope(f"http://127.0.0.1:{port}/", secret=SECRET))
    assert (caught.value.outage, caught.value.ambiguous, caught.value.permanent) == (True, False, False)


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64 ü"])
def test_without_a_secret_nothing_leaves(world, secret):
    with pytest.raises(ChannelError, match="密钥"):
        send("webhook", envelope(f"{world.url}/webhook/1", secret=secret))
    assert world.records == []


# -- where it may lead -------------------------------------------------------------------------------------------------


@pytest.fixture
def two_faced(world: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A name that means a public address when it is looked at, and ours at every later look."""
    answers = [["93.184.215.14"]]
    monkeypatch.setattr(addresses, "_resolve", lambda host: answers.pop(0) if answers else ["127.0.0.1"])
    yield answers


def test_a_name_that_changes_its_mind_leads_nowhere(two_faced, world):
    port = world.url.rpartition(":")[2]
    addresses.check_url("https://rebinding.example/")
    reach = addresses.Reach(schemes=("http", "https"), ports=(int(port),))
    with pytest.raises(ChannelError, match="本系统自身"):
        send("webhook", envelope(f"http://rebinding.example:{port}/webhook/1", secret=SECRET, reach=reach))
    assert world.records == []


def test_the_connection_goes_to_the_address_that_was_checked(world, monkeypatch, settings):
    """The name is looked up once; what is connected to is that answer."""
    looks = []
    monkeypatch.setattr(addresses, "_resolve", lambda host: looks.append(host) or ["127.0.0.1"])
    port = world.url.rpartition(":")[2]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"inside.example:{port}"]
    send("webhook", envelope(f"http://inside.example:{port}/webhook/1", secret=SECRET))
    assert looks == ["inside.example"]
    assert world.records[0].headers["host"] == f"inside.example:{port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_our_own_machine_is_refused_by_default(world, settings, host):
    settings.WEBHOOK_ALLOWED_HOSTS = []
    port = world.url.rpartition(":")[2]
    reach = addresses.Reach(schemes=("http", "https"), ports=(int(port),))
    with pytest.raises(ChannelError, match="本系统自身"):
        send("webhook", envelope(f"http://{host}:{port}/webhook/1", secret=SECRET, reach=reach))
    assert world.records == []


def test_an_unknown_host_may_be_known_tomorrow():
    with pytest.raises(ChannelError) as caught:
        send("webhook", envelope("https://nobody.invalid/", secret=SECRET))
    assert not caught.value.permanent and not caught.value.ambiguous


def test_a_name_server_that_keeps_silent_costs_seconds_and_no_more(monkeypatch):
    silence = threading.Event()
    monkeypatch.setattr(addresses, "RESOLVING", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [][: silence.wait(20)])
    begun = time.monotonic()
    with pytest.raises(ChannelError, match="主机") as caught:
        send("webhook", envelope("https://slow.example/", secret=SECRET))
    silence.set()
    assert time.monotonic() - begun < 4
    assert not caught.value.permanent and not caught.value.ambiguous


def test_several_runs_at_once_do_not_share_their_time(world):
    threads = [threading.Thread(target=send, args=("webhook", notice(world, reference=str(n)))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(record.reference for record in world.records) == [str(n) for n in range(8)]


def test_through_the_outbox_to_the_receiver_of_a_department(world, robot):
    tell_endpoint(robot(channel="webhook", url=f"{world.url}/webhook/1", secret=SECRET), body=BODY)
    assert deliver("webhook") == 1
    (record,) = world.executed("webhook")
    assert Webhook(SECRET).verify(record.body, record.headers)["data"] == {"item": "XF2026-0001"}

"""The broker is gone: people go on working and lose no time; the mail that is owed goes out once it is back."""

import time
from collections.abc import Iterator

import pytest
from django.test import Client
from kombu import pools

from config.celery import app
from notifications import kick
from notifications.models import Delivery, Message
from tests.faults.processes import Valkey, celery, wait_until
from tests.gateway import Gateway
from tests.people import PASSWORD
from tests.walking import accept, register, submit, walk
from tests.workflow.asking import refusal_of
from workflow import deadline_scan
from workflow.lifecycle import State

A_MOMENT = 10  # seconds for a whole walk: many verbs, each with its commit
A_REQUEST = 2  # seconds that one verb may lose to a broker that is gone


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """Ours alone; it runs and is stopped by the test."""
    with Valkey() as valkey:
        monkeypatch.setattr(app.conf, "broker_url", valkey.url)
        monkeypatch.setattr(kick, "_pause_until", 0.0)
        pools.reset()  # kombu takes two brokers on two sockets for one
        yield valkey
    pools.reset()


@pytest.fixture
def no_broker(broker: Valkey) -> Valkey:
    broker.stop()
    assert not broker.answers()
    return broker


def owed() -> int:
    """What should have left; not what waits for tomorrow's digest."""
    return Delivery.objects.filter(state=Delivery.State.PENDING, to_digest=False).count()


def test_a_whole_road_is_walked_without_a_broker(committed_city, no_broker):
    began = time.monotonic()
    item = walk(committed_city, State.CLOSED, procedure="own-finding")
    assert item.state == State.CLOSED
    assert time.monotonic() - began < A_MOMENT


def test_one_verb_loses_no_time_to_the_missing_broker(committed_city, no_broker):
    item = walk(committed_city, State.ASSIGNED)
    kick._pause_until = 0.0  # so that this very call tries
    began = time.monotonic()
    accept(committed_city, item)
    assert time.monotonic() - began < A_REQUEST


def test_one_verb_loses_little_time_to_a_broker_that_keeps_silent(committed_city, broker):
    item = walk(committed_city, State.ASSIGNED)
    broker.fall_silent()
    began = time.monotonic()
    accept(committed_city, item)
    assert time.monotonic() - began < A_REQUEST


def test_every_message_is_stored_with_its_delivery(committed_city, no_broker):
    walk(committed_city, State.CLOSED, procedure="own-finding")
    assert Delivery.objects.count() == Message.objects.count() > 0


def test_the_scan_goes_on(committed_city, no_broker):
    walk(committed_city, State.PUBLICIZING)
    assert deadline_scan.scan() >= 1


def test_pages_go_on(committed_city, no_broker, signed_in):
    item = walk(committed_city, State.ASSIGNED)
    page = signed_in(committed_city.environment_clerk).get(f"/items/{item.number}/")
    assert page.status_code == 200


def test_people_sign_in(committed_city, no_broker):
    answer = Client().post("/sign-in/", {"username": "dispatcher", "password": PASSWORD})
    assert answer.status_code == 302


def test_the_house_says_that_it_is_ready(committed_city, no_broker):
    assert Client().get("/readyz").status_code == 200


def mail_worker(broker: Valkey, post: Gateway) -> object:
    """A real worker with its own clock, as a single process of a small installation."""
    host, port = post.smtp_address
    clock = ["--beat", "--schedule", str(broker.folder / "beat")]
    return celery(*clock, broker=broker.url, DEMO="false", EMAIL_URL=f"smtp://{host}:{port}")


def test_when_the_broker_is_back_the_owed_mail_goes_out_once(committed_city, no_broker):
    walk(committed_city, State.RECTIFYING)
    at_once = Delivery.objects.filter(to_digest=False)
    addresses = sorted(at_once.values_list("recipient__email", flat=True))
    no_broker.start()
    with Gateway() as post, mail_worker(no_broker, post):
        wait_until(lambda: owed() == 0 and len(post.records) == len(addresses), "the owed mail goes out")
        assert sorted(record.to for record in post.records) == addresses
    assert set(at_once.values_list("state", flat=True)) == {Delivery.State.SENT}


def test_a_worker_that_lost_its_broker_serves_again_when_it_is_back(committed_city, broker):
    with Gateway() as post, mail_worker(broker, post):
        item = walk(committed_city, State.ASSIGNED)
        wait_until(lambda: owed() == 0 and Delivery.objects.exists(), "the worker sends while all is well")
        broker.stop()
        submit(committed_city, accept(committed_city, item))
        assert owed() > 0
        broker.start()
        wait_until(lambda: owed() == 0, "the same worker sends again")


def test_a_verb_that_is_refused_without_a_broker_owes_nothing(committed_city, no_broker):
    refusal_of(accept, committed_city, register(committed_city), by=committed_city.environment_clerk)
    assert owed() == 0

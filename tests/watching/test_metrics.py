"""/metrics: who may read it, what it says, what it costs, and that it names nobody."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config import metrics
from notifications.alarms import raise_alarm
from notifications.heartbeats import beat
from notifications.models import Delivery, Heartbeat
from tests.walking import register, walk
from tests.workflow.arrangements import publish_next_year
from workflow import tasks
from workflow.lifecycle import State

TOKEN = "prometheus-" + "x7Kd" * 8
ELSEWHERE = {"REMOTE_ADDR": "10.1.2.3"}


def scrape(**where: str) -> dict[tuple[str, ...], float]:
    """(name, label values …) → value."""
    page = Client().get("/metrics", **where)
    assert page.status_code == 200
    families = text_string_to_metric_families(page.content.decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


# -- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_ask(city, address):
    assert Client().get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "", "unix:"])
def test_for_everybody_else_it_does_not_exist(city, address):
    assert Client().get("/metrics", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_what_a_proxy_on_this_machine_passes_on_comes_from_elsewhere(city, settings, header, proxies):
    settings.AXES_IPWARE_PROXY_COUNT = proxies
    assert Client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_saying_that_one_is_this_machine_helps_nobody(city, header):
    assert Client().get("/metrics", headers={header: "127.0.0.1"}, **ELSEWHERE).status_code == 404


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer {TOKEN}"])
def test_the_token_opens_it_from_anywhere_through_proxies_too(city, settings, given):
    settings.METRICS_TOKEN = TOKEN
    headers = {"Authorization": given, "X-Forwarded-For": "10.9.9.9"}
    assert Client().get("/metrics", headers=headers, **ELSEWHERE).status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer 口令"])
def test_another_token_does_not(city, settings, given):
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", headers={"Authorization": given}, **ELSEWHERE).status_code == 404


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", "bearer  "])
def test_without_a_token_in_the_environment_none_is_right(city, settings, given):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": given}, **ELSEWHERE).status_code == 404


def test_no_session_opens_it_not_even_that_of_those_who_operate_the_house(city, signed_in):
    assert signed_in(city.system_admin).get("/metrics", **ELSEWHERE).status_code == 404


def test_it_is_only_read(city):
    assert Client().post("/metrics").status_code == 405


def test_prometheus_asks_without_encryption_as_a_load_balancer_does(city, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/metrics").status_code == 200


# -- what it says ------------------------------------------------------------------------------------------------------


def test_a_quiet_house_has_every_gauge(city):
    found = scrape()
    assert found["bihuan_database_up",] == 1
    assert found["bihuan_timers_armed",] == found["bihuan_timers_late",] == 0
    assert found["bihuan_timers_late_oldest_seconds",] == found["bihuan_outbox_oldest_seconds", "email"] == 0
    assert found["bihuan_deliveries", "email", "dead"] == found["bihuan_deliveries", "email", "unknown"] == 0
    assert found["bihuan_heartbeat_age_seconds", "mail"] == float("inf")
    assert found["bihuan_run_age_seconds", "scan"] == float("inf")


def test_clocks_that_have_not_fired_are_late(city):
    due, waiting = (walk(city, State.RECTIFYING, now=timezone.now()).timers.filter(ended_at=None) for _ in range(2))
    due.update(fire_at=timezone.now() - timedelta(minutes=10))
    waiting.update(fire_at=timezone.now() + timedelta(minutes=10))
    found = scrape()
    assert (found["bihuan_timers_armed",], found["bihuan_timers_late",]) == (2, 1)
    assert 600 <= found["bihuan_timers_late_oldest_seconds",] < 700


def test_deliveries_are_counted_by_channel_and_state_as_long_as_they_are_not_settled(city):
    walk(city, State.RECTIFYING)
    dead, sent, *others = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=dead.pk).update(state="dead", next_attempt_at=None, last_error="550")
    Delivery.objects.filter(pk=sent.pk).update(state="sent", next_attempt_at=None, sent_at=timezone.now())
    Delivery.objects.filter(pk=others[0].pk).update(next_attempt_at=timezone.now() - timedelta(hours=1))
    found = scrape()
    assert (found["bihuan_deliveries", "email", "dead"], found["bihuan_deliveries", "email", "pending"]) == (
        1,
        len(others),
    )
    assert ("bihuan_deliveries", "email", "sent") not in found
    assert 3600 <= found["bihuan_outbox_oldest_seconds", "email"] < 3700


def test_what_is_to_be_tried_later_is_not_late(city):
    register(city)
    walk(city, State.ASSIGNED)
    Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert scrape()["bihuan_outbox_oldest_seconds", "email"] == 0


def test_alarms_are_counted_by_kind(city):
    raise_alarm("vacant:12:clerk", "a")
    raise_alarm("vacant:13:clerk", "b")
    assert scrape()["bihuan_alarms_open", "vacant"] == 2


def test_a_heartbeat_grows_old(city):
    beat("mail")
    assert scrape()["bihuan_heartbeat_age_seconds", "mail"] < 60
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(minutes=5))
    assert scrape()["bihuan_heartbeat_age_seconds", "mail"] >= 300


def test_a_queue_that_is_no_more_is_left_out(city):
    beat("telegraph")
    assert ("bihuan_heartbeat_age_seconds", "telegraph") not in scrape()


def test_the_calendar_says_how_far_it_reaches(city):
    before = scrape()["bihuan_calendar_covered_days",]
    publish_next_year(city)
    assert scrape()["bihuan_calendar_covered_days",] - before in (365, 366)


def test_jobs_say_when_they_ran_and_what_the_audit_found(city):
    item = walk(city, State.RECTIFYING)
    item.timers.all().delete()
    tasks.scan_deadlines()
    tasks.audit_clocks()
    found = scrape()
    assert found["bihuan_run_age_seconds", "scan"] < 60 > found["bihuan_run_age_seconds", "audit"]
    assert found["bihuan_items_without_clock", "repaired"] == 1


def test_a_database_that_does_not_answer_is_said_and_nothing_else(db, monkeypatch):
    def fail() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(metrics, "look", fail)
    assert scrape() == {("bihuan_database_up",): 0}


def test_no_label_and_no_text_tells_of_people_departments_or_items(city):
    item = walk(city, State.RECTIFYING)
    raise_alarm(f"idle-item:{item.number}", f"{item.number} {city.environment.name}")
    page = Client().get("/metrics").content.decode()
    for secret in (item.number, item.title, city.environment.name, "city.example", city.dispatcher.name):
        assert secret not in page


def test_it_costs_seven_queries_however_much_there_is(city, django_assert_num_queries):
    with django_assert_num_queries(7):
        Client().get("/metrics")
    for _ in range(3):
        walk(city, State.RECTIFYING)
    with django_assert_num_queries(7):
        Client().get("/metrics")


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            "SELECT channel FROM notifications_delivery WHERE state = 'dead' "
            "AND NOT (state = ANY ('{sent,suppressed,digested}'::varchar[])) LIMIT 10",
            "notifications_delivery_open",
        ),
        ("SELECT min(fire_at) FROM workflow_timer WHERE fire_at <= now()", "workflow_timer_armed"),
    ],
)
def test_numbers_come_from_small_indexes(city, statement, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        assert index in "\n".join(line for (line,) in cursor.fetchall())

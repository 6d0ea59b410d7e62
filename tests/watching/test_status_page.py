"""The status page and the alarms: for those who operate the house, in words, without business data."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.alarms import open_alarms, raise_alarm
from notifications.heartbeats import beat
from notifications.models import Alarm, Delivery, Heartbeat, Message
from tests.pages.reading import tags_of, text_of
from tests.walking import walk
from tests.workflow.arrangements import publish_next_year
from workflow import tasks
from workflow.lifecycle import State
from workflow.models import Timer
from workflow.services import alarming

NOT_OPERATING = ["dispatcher", "supervisor", "city_leader", "auditor", "security_admin", "environment_clerk"]


def keys() -> set[str]:
    return set(open_alarms().values_list("key", flat=True))


@pytest.fixture
def all_is_well(city):
    for queue in settings.CELERY_TASK_QUEUES:
        beat(queue.name)
    publish_next_year(city)
    tasks.scan_deadlines()
    tasks.audit_clocks()
    tasks.watch_calendar()


@pytest.mark.parametrize("name", NOT_OPERATING)
def test_nobody_else_reads_it_or_is_offered_it(city, signed_in, name):
    browser = signed_in(getattr(city, name))
    assert browser.get("/status/").status_code == 403
    assert 'href="/status/"' not in browser.get("/profile/").content.decode()


def test_a_stranger_is_sent_to_the_sign_in_page(db, client):
    assert client.get("/status/").headers["Location"] == "/sign-in/?next=/status/"


def test_when_all_is_well_it_says_so(all_is_well, city, signed_in):
    text = text_of(signed_in(city.system_admin).get("/status/"))
    assert "一切正常" in text
    assert "请查看" not in text


def test_the_menu_leads_there(city, signed_in):
    page = signed_in(city.system_admin).get("/status/")
    assert [attrs["href"] for _, attrs in tags_of(page, "a") if "aria-current" in attrs] == ["/status/"]


def test_the_page_renews_its_part(all_is_well, city, signed_in):
    browser = signed_in(city.system_admin)
    assert 'hx-trigger="every 15s"' in browser.get("/status/").content.decode()
    part = browser.get("/status/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "一切正常" in part


def test_it_needs_nothing_that_the_content_security_policy_forbids(all_is_well, city, signed_in):
    raise_alarm("held:1", "一")
    for _tag, attrs in tags_of(signed_in(city.system_admin).get("/status/")):
        assert "style" not in attrs


def test_before_the_first_run_nothing_is_called_good_that_nobody_knows(city, signed_in):
    text = text_of(signed_in(city.system_admin).get("/status/"))
    assert "尚无响应" in text
    assert "从未" in text
    assert "一切正常" not in text


def test_a_worker_that_fell_silent_is_seen(all_is_well, city, signed_in):
    Heartbeat.objects.filter(queue="mail").update(beaten_at=timezone.now() - timedelta(minutes=10))
    text = text_of(signed_in(city.system_admin).get("/status/"))
    assert "10分钟前有后台进程响应" in text
    assert "需要人工处理" in text


def test_the_english_reader_reads_english(all_is_well, city, signed_in):
    city.system_admin.language = "en"
    city.system_admin.save()
    assert "All is well" in text_of(signed_in(city.system_admin).get("/status/"))


def test_no_title_department_or_person_of_an_item_stands_there(city, signed_in):
    item = walk(city, State.RECTIFYING)
    item.timers.all().delete()
    tasks.audit_clocks()
    text = text_of(signed_in(city.system_admin).get("/status/"))
    assert item.number in text
    for secret in (item.title, item.description, city.environment.name):
        assert secret not in text


def test_its_cost_does_not_grow(all_is_well, city, signed_in):
    browser = signed_in(city.system_admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            browser.get("/status/")
        return len(caught)

    queries()
    before = queries()
    for _ in range(3):
        walk(city, State.RECTIFYING)
    assert queries() == before


# -- clearing ----------------------------------------------------------------------------------------------------------


def test_an_alarm_is_cleared_by_a_person_on_record_and_the_page_comes_back(city, signed_in):
    raise_alarm("held:1", "一批通知待放行")
    alarm = Alarm.objects.get()
    answer = signed_in(city.system_admin).post(f"/notifications/alarms/{alarm.pk}/clear/", {"next": "/status/"})
    assert (answer.status_code, answer["Location"]) == (302, "/status/")
    alarm.refresh_from_db()
    assert (alarm.cleared_by, alarm.cleared_at is not None) == (city.system_admin, True)


@pytest.mark.parametrize("name", NOT_OPERATING)
def test_nobody_else_clears_one(city, signed_in, name):
    raise_alarm("held:1", "一")
    url = f"/notifications/alarms/{Alarm.objects.get().pk}/clear/"
    assert signed_in(getattr(city, name)).post(url).status_code == 403
    assert keys() == {"held:1"}


def test_a_stranger_clears_none(city):
    raise_alarm("held:1", "一")
    assert Client().post(f"/notifications/alarms/{Alarm.objects.get().pk}/clear/").status_code == 302
    assert keys() == {"held:1"}


def test_a_link_clears_none_and_what_is_not_there_is_not_found(city, signed_in):
    raise_alarm("held:1", "一")
    browser = signed_in(city.system_admin)
    assert browser.get(f"/notifications/alarms/{Alarm.objects.get().pk}/clear/").status_code == 405
    assert browser.post("/notifications/alarms/999999/clear/").status_code == 404


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""])
def test_clearing_leads_to_no_other_site(city, signed_in, elsewhere):
    raise_alarm("held:1", "一")
    url = f"/notifications/alarms/{Alarm.objects.get().pk}/clear/"
    assert signed_in(city.system_admin).post(url, {"next": elsewhere})["Location"] == "/notifications/"


# -- raising -----------------------------------------------------------------------------------------------------------


def test_a_clock_long_due_raises_an_alarm_until_it_fires(all_is_well, city):
    walk(city, State.RECTIFYING)
    Timer.objects.filter(ended_at=None).update(fire_at=timezone.now() - timedelta(minutes=6))
    alarming.check()
    assert keys() == {"late-timers:scan"}
    tasks.scan_deadlines()
    alarming.check()
    assert keys() == set()


def test_a_clock_due_just_now_raises_none(all_is_well, city):
    walk(city, State.RECTIFYING)
    Timer.objects.filter(ended_at=None).update(fire_at=timezone.now() - timedelta(minutes=4))
    alarming.check()
    assert keys() == set()


def test_a_queue_without_a_worker_raises_an_alarm_until_one_listens(all_is_well):
    Heartbeat.objects.filter(queue="mail").update(beaten_at=timezone.now() - timedelta(minutes=2))
    alarming.check()
    assert keys() == {"heartbeat:mail"}
    beat("mail")
    alarming.check()
    assert keys() == set()


def test_mail_that_waits_too_long_raises_an_alarm_until_it_is_gone(all_is_well, city):
    walk(city, State.RECTIFYING, now=timezone.now())
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=16))
    alarming.check()
    assert keys() == {"outbox:email"}
    Delivery.objects.all().delete()
    alarming.check()
    assert keys() == set()


def test_a_poisoned_clock_raises_an_alarm_until_it_has_fired(all_is_well, city):
    item = walk(city, State.RECTIFYING)
    timer = item.timers.get(ended_at=None)
    Timer.objects.filter(pk=timer.pk).update(repetition=7, fire_at=timezone.now())
    tasks.scan_deadlines()
    alarming.check()
    assert keys() == {f"poisoned:{timer.pk}"}
    Timer.objects.filter(pk=timer.pk).update(repetition=0, fire_at=timezone.now())
    tasks.scan_deadlines()
    alarming.check()
    assert keys() == set()


def test_the_auditor_replaces_a_poisoned_clock_and_its_alarm_is_over(all_is_well, city):
    item = walk(city, State.RECTIFYING)
    Timer.objects.filter(item=item, ended_at=None).update(repetition=7, fire_at=timezone.now())
    tasks.scan_deadlines()
    tasks.audit_clocks()
    assert keys() == {f"idle-item:{item.number}"}


def test_an_alarm_that_was_cleared_and_comes_again_is_told_again(city):
    Message.objects.all().delete()
    for _ in range(2):
        raise_alarm("held:1", "一批通知待放行")
        tasks.audit_clocks()
        open_alarms().update(cleared_at=timezone.now())
    assert Message.objects.filter(kind="alarm", subject="告警：一批通知待放行").count() == 2

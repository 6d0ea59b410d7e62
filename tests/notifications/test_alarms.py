"""Alarms: one open row a key, counted while open, open again after it was cleared."""

import pytest
from django.db import IntegrityError, transaction

from notifications.alarms import clear_alarm, clear_others, raise_alarm
from notifications.models import Alarm

pytestmark = pytest.mark.django_db
KEY = "calendar:2027"


def test_an_alarm_is_new_once():
    assert raise_alarm(KEY, "缺少 2027 年安排")
    assert not raise_alarm(KEY, "仍缺少 2027 年安排")
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.count, alarm.text) == ("calendar", 2, "仍缺少 2027 年安排")


def test_what_was_cleared_may_be_raised_again():
    raise_alarm(KEY, "a")
    assert clear_alarm(KEY)
    assert raise_alarm(KEY, "b")
    assert Alarm.objects.count() == 2


def test_what_is_not_open_cannot_be_cleared():
    assert not clear_alarm(KEY)


def test_a_person_who_clears_it_is_on_record(city):
    raise_alarm(KEY, "a")
    clear_alarm(KEY, by=city.system_admin)
    assert Alarm.objects.get().cleared_by == city.system_admin


def test_others_of_the_kind_are_cleared_and_no_other_kind():
    for key in ("late:1", "late:2", KEY):
        raise_alarm(key, "a")
    assert clear_others("late", still=["late:2"]) == 1
    assert set(Alarm.objects.filter(cleared_at=None).values_list("key", flat=True)) == {"late:2", KEY}


def test_the_database_refuses_a_second_open_one():
    raise_alarm(KEY, "a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(key=KEY, kind="calendar", text="b")

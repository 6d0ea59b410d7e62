"""Quiet hours: nobody is disturbed at night, except by what is urgent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from notifications.hours import day_began, next_digest, quiet_until
from notifications.models import Delivery
from notifications.outbox import deliver
from tests.notifications.drafts import tell, tell_endpoint

NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return NOON.replace(hour=hour, minute=minute, day=day)


@pytest.fixture
def night(settings: object) -> None:
    """It is quiet now, for an hour yet, whatever the clock says."""
    local = timezone.now().astimezone(ZoneInfo("Asia/Shanghai"))
    begin, end = local - timedelta(hours=1), local + timedelta(hours=1)
    settings.QUIET_HOURS = f"{begin:%H:%M}-{end:%H:%M}"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(22), at(7, day=26)),
        (at(23, 59), at(7, day=26)),
        (at(0), at(7)),
        (at(6, 59), at(7)),
        (at(7), None),
        (at(12), None),
        (at(21, 59), None),
    ],
)
def test_the_night_begins_and_ends_in_business_time(settings, now, until):
    settings.QUIET_HOURS = "22:00-07:00"
    assert quiet_until(now) == until
    assert quiet_until(now.astimezone(ZoneInfo("UTC"))) == until


def test_quiet_hours_may_lie_within_a_day(settings):
    settings.QUIET_HOURS = "12:00-14:00"
    assert (quiet_until(at(13)), quiet_until(at(14)), quiet_until(at(11))) == (at(14), None, None)


def test_without_the_setting_there_are_none(settings):
    settings.QUIET_HOURS = ""
    assert quiet_until(at(3)) is None


@pytest.mark.parametrize("told", ["22:00-22:00", "22:00", "late"])
def test_hours_that_make_no_sense_are_an_error(settings, told):
    settings.QUIET_HOURS = told
    with pytest.raises(ValueError):
        quiet_until(NOON)


def test_the_digest_goes_out_in_the_morning(settings):
    settings.DIGEST_AT = "08:00"
    assert (next_digest(at(7, 59)), next_digest(at(8))) == (at(8), at(8, day=26))
    assert day_began(at(12)) == at(0)


@pytest.mark.django_db
def test_what_is_due_at_night_waits_for_the_morning(reader, outgoing, night):
    tell(reader)
    assert deliver("email") == 0
    waits = Delivery.objects.get().next_attempt_at - timezone.now()
    assert timedelta(minutes=55) < waits <= timedelta(hours=1)
    assert outgoing.sent == []


@pytest.mark.django_db
def test_what_is_urgent_goes_out_at_night(reader, outgoing, night):
    tell(reader)
    tell(reader, is_urgent=True, subject="督办")
    assert deliver("email") == 1
    assert outgoing.sent[0].subject == "督办"


@pytest.mark.django_db
def test_a_machine_has_no_night(robot, gateway, night):
    tell_endpoint(robot(channel="webhook"))
    assert deliver("webhook") == 1


@pytest.mark.django_db
def test_a_robot_speaks_to_people_and_is_silent_at_night(robot, gateway, night):
    tell_endpoint(robot())
    assert deliver("wecom") == 0

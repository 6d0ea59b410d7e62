"""Many scans at once, and scans against people: each rung is told once, to each person once."""

import logging
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count

from notifications.models import Alarm, Delivery, Message
from tests.concurrency.copies import copied
from tests.concurrency.racing import race
from tests.people import City
from tests.walking import add_evidence, shanghai, walk
from workflow import deadline_scan, services
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import Event, RungFiring, Timer, WorkItem
from workflow.refusal import Refused

START = shanghai(2025, 3, 3)
OVERDUE = shanghai(2025, 5, 3, 8, 30)  # the day after the deadline
EARS = 2  # clerk and head of the lead
LOAD = 2_000


@pytest.fixture
def two_thousand_due(committed_city: City) -> City:
    copied([walk(committed_city, State.RECTIFYING, now=START) for _ in range(4)], LOAD)
    WorkItem.objects.update(external_ref="")
    assert Timer.objects.filter(fire_at__lte=OVERDUE).count() == LOAD
    return committed_city


@pytest.mark.parametrize("batch", [deadline_scan.BATCH, 37])
def test_eight_scans_at_once_fire_each_of_two_thousand_rungs_once(two_thousand_due, caplog, batch):
    caplog.set_level(logging.WARNING, logger=deadline_scan.__name__)
    handled = race([lambda: scan(OVERDUE, batch)] * 8)
    assert sum(handled) == LOAD
    assert sum(count > 0 for count in handled) > 1, "one thread did it all: no race"
    assert RungFiring.objects.filter(superseded=False).count() == LOAD
    assert Event.objects.filter(action="escalate").values("item").distinct().count() == LOAD
    assert Event.objects.filter(action="escalate").count() == LOAD
    assert _messages_of(LOAD)
    assert [record for record in caplog.records if record.name == deadline_scan.__name__] == []


def _messages_of(events: int) -> bool:
    """Each event was told once to each of those concerned, and goes out once."""
    each = Message.objects.filter(kind="escalate").values("url", "recipient").annotate(n=Count("id"))
    return (
        each.count() == events * EARS
        and not each.filter(n__gt=1).exists()
        and Delivery.objects.filter(message__kind="escalate").count() == events * EARS
    )


def test_scans_at_once_leave_every_clock_waiting_for_its_next_rung(committed_city):
    copied([walk(committed_city, State.RECTIFYING, now=START) for _ in range(2)], 200)
    race([lambda: scan(OVERDUE, 20)] * 8)
    running = Timer.objects.filter(ended_at__isnull=True).order_by()
    waiting = running.values_list("fire_at", "repetition").distinct()
    assert list(waiting) == [(OVERDUE + timedelta(days=6), 0)]


def test_many_scans_end_each_publicity_once(committed_city):
    items = [walk(committed_city, State.PUBLICIZING, now=START) for _ in range(10)]
    handled = race([lambda: scan(shanghai(2025, 3, 20))] * 8)
    assert [error for error in handled if isinstance(error, Exception)] == []
    assert Event.objects.filter(action="end-publicity").count() == len(items)
    assert set(WorkItem.objects.values_list("state", flat=True)) == {"approving"}


def test_a_scan_goes_round_an_item_that_somebody_holds(committed_city):
    held, free = (walk(committed_city, State.RECTIFYING, now=START) for _ in range(2))
    with services.perform.transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True).get(pk=held.pk)
        assert race([lambda: scan(OVERDUE)]) == [1]
    assert free.events.filter(action="escalate").count() == 1
    assert not held.events.filter(action="escalate").exists()


def test_what_a_scan_went_round_is_found_by_the_next_one(committed_city):
    held = walk(committed_city, State.RECTIFYING, now=START)
    with services.perform.transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True).get(pk=held.pk)
        race([lambda: scan(OVERDUE)])
    assert scan(OVERDUE) == 1


def test_nobody_is_called_overdue_after_he_has_submitted(committed_city):
    """Scan and submission at the same moment, twenty times: a notice is older than the submission or is not there."""
    items = [walk(committed_city, State.RECTIFYING, now=START) for _ in range(20)]
    for item in items:
        add_evidence(item, committed_city.environment_clerk)

    def submit_all() -> None:
        for item in items:
            services.submit(item, by=committed_city.environment_clerk, summary="完成。", now=OVERDUE)

    results = race([submit_all, *[lambda: scan(OVERDUE, 1)] * 3])
    assert [result for result in results if isinstance(result, Exception)] == []
    for item in items:
        actions = list(item.events.order_by("id").values_list("action", flat=True))
        assert actions in (
            ["create", "assign", "accept", "evidence", "submit"],
            ["create", "assign", "accept", "evidence", "escalate", "submit"],
        )


def test_an_objection_and_the_end_of_publicity_at_once_lose_neither(committed_city):
    items = [walk(committed_city, State.PUBLICIZING, now=START) for _ in range(20)]
    later = shanghai(2025, 3, 20)

    def object_to_all() -> None:
        for item in reversed(items):
            services.object_to(item, by=committed_city.dispatcher, text="否", now=later)

    results = race([object_to_all, lambda: scan(later)])
    assert [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)] == []
    for item in WorkItem.objects.all():
        assert (item.state, item.turn_party, item.objections.count()) == ("publicizing", "office", 1)


def test_a_scan_that_waits_too_long_for_a_lock_calls_no_clock_poisoned(committed_city):
    item = walk(committed_city, State.RECTIFYING, now=START)

    def hurried_scan() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        return scan(OVERDUE)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE notifications_message IN SHARE MODE")
        assert race([hurried_scan]) == [0]
    assert not Alarm.objects.exists()
    assert scan(OVERDUE) == 1
    assert item.events.filter(action="escalate").count() == 1

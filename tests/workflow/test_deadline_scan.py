"""The scan: what it fires, what it leaves alone, and that a bad row stops nobody."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Message
from tests.walking import assign, register, shanghai, submit, walk
from workflow import deadline_scan, tasks
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import RungFiring, Timer, WorkItem

START = shanghai(2025, 3, 3)  # due on 2 May
FIRST_REMINDER = shanghai(2025, 4, 2, 8, 30)


@pytest.fixture
def item(city) -> WorkItem:
    return walk(city, State.RECTIFYING, now=START)


def fired() -> list[tuple[int, bool]]:
    return list(RungFiring.objects.order_by("id").values_list("rung__offset_days", "superseded"))


def test_nothing_is_fired_a_second_too_early(item):
    assert scan(FIRST_REMINDER - timedelta(seconds=1)) == 0
    assert fired() == []


def test_a_rung_is_fired_when_it_is_due(item):
    assert scan(FIRST_REMINDER) == 1
    assert fired() == [(-30, False)]


def test_a_second_scan_finds_nothing_left(item):
    scan(FIRST_REMINDER)
    before = Message.objects.count()
    assert scan(FIRST_REMINDER) == 0
    assert Message.objects.count() == before


def test_after_the_firing_the_clock_waits_for_the_next_rung(item):
    scan(FIRST_REMINDER)
    timer = item.timers.get(ended_at__isnull=True)
    assert (timer.rung.offset_days, timer.fire_at) == (-15, shanghai(2025, 4, 17, 8, 30))


def test_a_firing_has_its_event_in_the_history(item):
    scan(FIRST_REMINDER)
    event = RungFiring.objects.get().event
    assert (event.item, event.action, event.actor, event.version) == (item, "remind", None, None)
    assert event.data["clock"] == "deadline"


def test_a_notice_of_the_clock_leaves_the_item_untouched(item):
    scan(FIRST_REMINDER)
    again = WorkItem.objects.get(pk=item.pk)
    assert (again.version, again.updated_at, again.state) == (item.version, item.updated_at, item.state)


def test_after_an_outage_people_hear_once_and_the_rungs_that_were_missed_are_on_record(item):
    scan(shanghai(2025, 5, 4))
    assert fired() == [(-30, True), (-15, True), (-7, True), (-3, True), (-1, True), (1, False)]
    assert item.events.filter(action="escalate").count() == 1


def test_overdue_is_repeated_every_week_and_never_falls_silent(item):
    """Up the ladder first, then from its last step on every seventh day."""
    last_day = shanghai(2025, 5, 2, 8, 30)
    climb = [1, 7, 15, 30, *range(60, 60 + 7 * 30, 7)]
    for day in climb:
        scan(last_day + timedelta(days=day))
        assert scan(last_day + timedelta(days=day, hours=12)) == 0
    assert item.events.filter(action="escalate").count() == len(climb)


@pytest.mark.parametrize("moment", [shanghai(2025, 5, 2, 23, 30), shanghai(2025, 5, 3, 0, 30)])
def test_nobody_is_called_overdue_in_the_night_of_the_deadline(item, moment):
    scan(moment)
    assert not item.events.filter(action="escalate").exists()


def test_an_item_that_was_submitted_is_not_reminded_of_its_deadline(city, item):
    submit(city, item, now=START)
    scan(shanghai(2025, 3, 4))
    assert not item.events.filter(action="remind", data__clock="deadline").exists()


@pytest.mark.parametrize("state", [State.DRAFT, State.CLOSED, State.VOID])
def test_nothing_is_ever_said_where_no_clock_runs(city, state):
    item = walk(city, state, now=START)
    scan(shanghai(2035, 1, 1))
    assert not item.events.filter(action__in=["remind", "escalate"]).exists()


@pytest.mark.parametrize(
    ("state", "clock"), [(State.ASSIGNED, "accept"), (State.VERIFYING, "verification"), (State.APPROVING, "approval")]
)
def test_every_stop_with_a_turn_is_escalated_when_nobody_moves(city, state, clock):
    item = walk(city, state, now=START)
    scan(shanghai(2025, 6, 1))
    assert item.events.filter(action="escalate", data__clock=clock).count() == 1


def test_more_than_one_batch_is_handled_in_one_scan(city):
    for _ in range(5):
        walk(city, State.RECTIFYING, now=START)
    assert scan(FIRST_REMINDER, batch=2) == 5


def test_publicity_and_reminders_are_handled_in_one_scan(city, item):
    walk(city, State.PUBLICIZING, now=START)
    assert scan(FIRST_REMINDER) == 2


def test_the_number_of_queries_does_not_grow_with_the_number_of_items(city):
    def queries(items: int) -> int:
        for _ in range(items):
            walk(city, State.RECTIFYING, now=START)
        with CaptureQueriesContext(connection) as caught:
            assert scan(FIRST_REMINDER) == items
        return len(caught)

    assert queries(1) == queries(12)


def test_nothing_due_costs_two_queries(item, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):  # two of them are savepoint and release
        scan(START)


def test_the_task_scans_at_the_present(city):
    assign(city, register(city))
    Timer.objects.filter(clock="accept").update(fire_at=START)
    tasks.scan_deadlines()
    assert RungFiring.objects.count() == 1


# -- a bad row ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def poisoned(city, monkeypatch, caplog) -> WorkItem:
    """One item of which the clock cannot be reckoned."""
    caplog.set_level(logging.CRITICAL, logger=deadline_scan.__name__)
    bad = walk(city, State.RECTIFYING, now=START)
    reckon = deadline_scan._Ladders.step

    def stumble(self, timer):
        if timer.item_id == bad.pk:
            raise ValueError("no such ladder")
        return reckon(self, timer)

    monkeypatch.setattr(deadline_scan._Ladders, "step", stumble)
    return bad


def test_a_bad_row_does_not_stop_the_others(city, poisoned):
    good = walk(city, State.RECTIFYING, now=START)
    scan(FIRST_REMINDER)
    assert good.events.filter(action="remind").count() == 1
    assert not poisoned.events.filter(action="remind").exists()


def test_a_bad_row_is_tried_again_later_and_not_forgotten(poisoned):
    scan(FIRST_REMINDER)
    timer = poisoned.timers.get(ended_at__isnull=True)
    assert (timer.rung.offset_days, timer.fire_at > FIRST_REMINDER) == (-30, True)


def test_a_bad_row_that_was_put_right_fires_after_all(poisoned, monkeypatch):
    scan(FIRST_REMINDER)
    monkeypatch.undo()
    scan(shanghai(2099, 1, 1))
    assert poisoned.events.filter(action="escalate").count() == 1


def test_a_ladder_that_lost_its_rung_is_pushed_away_and_does_not_hang_the_scan(city, caplog):
    caplog.set_level(logging.CRITICAL, logger=deadline_scan.__name__)
    item = walk(city, State.RECTIFYING, now=START)
    item.timers.filter(ended_at__isnull=True).update(repetition=7)
    assert scan(FIRST_REMINDER) == 0
    assert fired() == []

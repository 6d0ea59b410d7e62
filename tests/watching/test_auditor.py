"""The auditor: an open item that lost its clock is found, repaired and reported once; whoever is in order is left."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from notifications.alarms import open_alarms
from notifications.models import Alarm, Message
from tests.walking import register, walk
from workflow import services, tasks
from workflow.lifecycle import State
from workflow.models import Job, Run, Timer, WorkItem
from workflow.services import auditing
from workflow.services.auditing import audit

CLOCKED = [State.ASSIGNED, State.RECTIFYING, State.VERIFYING, State.PUBLICIZING, State.APPROVING]


def lose_clocks(item: WorkItem, clock: str = "%") -> None:
    """As a repair by hand might: no verb knows of it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflow_timer WHERE item_id = %s AND clock LIKE %s", [item.pk, clock])


def running(item: WorkItem) -> dict[str, object]:
    return dict(item.timers.filter(ended_at=None).values_list("clock", "due_on"))


def keys() -> set[str]:
    return set(open_alarms().values_list("key", flat=True))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("procedure", ["petition", "central-inspection"])
def test_what_walked_its_road_is_in_order_everywhere(city, state, procedure):
    parties = {"departments": [("supervise", city.water)]} if procedure == "central-inspection" else {}
    before = running(item := walk(city, state, procedure=procedure, **parties))
    assert (audit().found, running(item)) == ([], before)
    assert not item.events.filter(action="rearm").exists()


@pytest.mark.parametrize("state", CLOCKED)
def test_an_item_whose_clocks_were_deleted_gets_them_back(city, state):
    item = walk(city, state)
    before = running(item)
    lose_clocks(item)
    assert audit().repaired == [item.number]
    assert running(item) == before


def test_the_repair_is_in_the_history_by_nobody_and_changes_nothing_else(city, signed_in):
    item = walk(city, State.RECTIFYING)
    lose_clocks(item)
    audit()
    event = item.events.get(action="rearm")
    assert (event.actor, event.version, [clock["clock"] for clock in event.data["clocks"]]) == (
        None,
        None,
        ["deadline"],
    )
    assert WorkItem.objects.get(pk=item.pk).version == item.version
    assert "系统重新设定时限" in signed_in(city.dispatcher).get(f"/items/{item.number}/").content.decode()


def test_it_is_reported_once_and_over_with_the_next_run(city):
    item = walk(city, State.RECTIFYING)
    lose_clocks(item)
    audit()
    assert keys() == {f"idle-item:{item.number}"}
    assert audit().found == []
    assert keys() == set()
    assert item.events.filter(action="rearm").count() == 1


def test_one_clock_of_several_is_missed_when_the_items_turn_comes(city):
    item = walk(city, State.ASSIGNED)
    lose_clocks(item, "deadline")
    assert audit().repaired == [item.number]
    assert set(running(item)) == {"accept", "deadline"}


def test_the_rolling_check_goes_on_where_it_stopped_and_comes_round(city, monkeypatch):
    monkeypatch.setattr(auditing, "ROUND", 2)
    items = [walk(city, State.ASSIGNED) for _ in range(5)]
    lose_clocks(items[4], "deadline")  # the cheap question does not see it: another clock runs
    assert [audit().found for _ in range(4)] == [[], [], [items[4].number], []]


def test_the_cheap_question_finds_the_last_of_many_pages_at_once(city, monkeypatch):
    monkeypatch.setattr(auditing, "PAGE", 2)
    monkeypatch.setattr(auditing, "ROUND", 1)
    items = [walk(city, State.ASSIGNED) for _ in range(5)]
    lose_clocks(items[4])
    assert audit().found == [items[4].number]


def test_a_clock_that_fell_silent_though_its_ladder_goes_on_is_started_anew(city):
    item = walk(city, State.RECTIFYING)
    item.timers.filter(ended_at=None).update(rung=None, fire_at=None)
    assert audit().repaired == [item.number]
    timer = item.timers.get(ended_at=None)
    assert (timer.generation, timer.fire_at is not None) == (2, True)


def test_a_clock_that_waits_for_a_rung_of_no_ladder_is_started_anew(city):
    item = walk(city, State.RECTIFYING)
    item.timers.filter(ended_at=None).update(repetition=7)
    assert audit().repaired == [item.number]
    assert item.timers.get(ended_at=None).repetition == 0


def test_an_overdue_item_that_lost_its_clock_is_told_once_more_and_not_from_the_beginning(city):
    item = walk(city, State.RECTIFYING, now=timezone.now() - timedelta(days=100))
    lose_clocks(item)
    audit()
    assert item.timers.get(ended_at=None).rung.kind == "overdue"


def test_a_long_term_task_without_a_deadline_is_no_fault(city):
    services.assign(
        item := register(city, deadline_kind="long_term"),
        by=city.dispatcher,
        lead=city.environment,
        due_on=None,
        measures="长期坚持",
        standard="不反弹",
    )
    services.accept(item, by=city.environment_clerk)
    assert audit().found == []
    assert running(item) == {}


@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED, State.VOID])
def test_where_no_clock_should_run_none_is_started(city, state):
    item = walk(city, state)
    lose_clocks(item)
    audit()
    assert running(item) == {}


def test_a_closed_item_that_is_to_be_looked_back_at_is_audited_too(city, monkeypatch):
    monkeypatch.setattr("workflow.services.look_backs.draw", lambda: 0)
    item = walk(city, State.CLOSED)
    before = running(item)
    assert set(before) == {"look_back"}
    lose_clocks(item)
    assert audit().repaired == [item.number]
    assert running(item) == before


def test_days_that_moved_with_the_calendar_are_not_the_auditors_business(city):
    item = walk(city, State.APPROVING)
    item.timers.filter(ended_at=None).update(due_on="2099-12-31")
    assert audit().found == []


def test_an_item_that_cannot_be_reckoned_is_reported_and_stops_none_of_the_others(city, monkeypatch):
    bad, good = walk(city, State.RECTIFYING), walk(city, State.RECTIFYING)
    lose_clocks(bad)
    lose_clocks(good)
    reckon = auditing._fault

    def stumble(item, *rest):
        if item.pk == bad.pk:
            raise ValueError("no such procedure")
        return reckon(item, *rest)

    monkeypatch.setattr(auditing, "_fault", stumble)
    report = audit()
    assert (report.repaired, report.left) == ([good.number], [bad.number])
    assert keys() == {f"idle-item:{bad.number}", f"idle-item:{good.number}"}
    audit()
    assert keys() == {f"idle-item:{bad.number}"}


def test_many_at_once_drown_nobody(city, monkeypatch):
    monkeypatch.setattr(auditing, "NAMED", 2)
    for _ in range(5):
        lose_clocks(walk(city, State.ASSIGNED))
    assert len(audit().repaired) == 5
    assert (open_alarms().count(), "idle-item:more" in keys()) == (3, True)


def test_the_run_is_on_record(city):
    lose_clocks(walk(city, State.RECTIFYING))
    audit()
    run = Run.objects.get(job=Job.AUDIT)
    assert (run.handled, run.left) == (1, 0)


def test_those_who_operate_the_house_hear_of_it_once_and_nobody_else(city):
    lose_clocks(walk(city, State.RECTIFYING))
    Message.objects.all().delete()
    tasks.audit_clocks()
    tasks.audit_clocks()
    told = Message.objects.filter(kind="alarm", subject__contains="计时")
    assert list(told.values_list("recipient", flat=True)) == [city.system_admin.pk]
    assert (told.get().notice_class, told.get().url) == ("mandatory", "/status/")


def test_an_alarm_waits_while_nobody_holds_the_office(city):
    city.system_admin.memberships.all().delete()
    lose_clocks(walk(city, State.RECTIFYING))
    tasks.audit_clocks()
    assert Alarm.objects.filter(kind="idle-item", told_at=None).exists()


def test_the_command_says_what_it_found(city):
    item = walk(city, State.RECTIFYING)
    lose_clocks(item)
    call_command("audit_clocks", stdout=(out := StringIO()))
    assert out.getvalue() == f"{item.number}\trepaired\n1 items reckoned anew: 1 repaired, 0 left\n"


def test_the_command_fails_while_something_is_left(city, monkeypatch):
    lose_clocks(walk(city, State.RECTIFYING))
    monkeypatch.setattr(auditing, "_fault", lambda *_: 1 / 0)
    with pytest.raises(SystemExit):
        call_command("audit_clocks", stdout=StringIO())


def test_items_without_fault_cost_no_lock(city, django_assert_max_num_queries):
    for _ in range(3):
        walk(city, State.APPROVING)
    with django_assert_max_num_queries(20):
        assert audit().checked == 3
    assert not Timer.objects.filter(generation__gt=1).exists()

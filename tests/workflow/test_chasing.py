"""Chasing by hand, and saying that one knows: how often, by whom, and what it changes."""

from datetime import timedelta

import pytest

from notifications.models import Message
from tests.walking import TERM, shanghai, walk
from tests.workflow.asking import refusal_of
from tests.workflow.fingerprint import fingerprint
from tests.workflow.late import START, late_item, overdue_by, running
from workflow import services
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import AlertNote, Procedure, WorkItem

LEAD = {"environment_clerk", "environment_head"}


@pytest.fixture
def item(city) -> WorkItem:
    return walk(city, State.RECTIFYING, now=START)


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient__username", flat=True))


# -- chasing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dispatcher", "supervisor"])
def test_the_office_chases_those_whose_turn_it_is_and_their_head(city, item, name):
    services.nudge(item, by=getattr(city, name), text="请于周五前报送。", now=START)
    assert told("nudge") == LEAD
    assert "请于周五前报送。" in Message.objects.filter(kind="nudge").latest("pk").body


def test_chasing_changes_nothing_but_the_history(city, item):
    before = {name: (timer.pk, timer.fire_at) for name, timer in running(item).items()}
    services.nudge(item, by=city.dispatcher, now=START)
    assert {name: (timer.pk, timer.fire_at) for name, timer in running(item).items()} == before
    assert item.events.latest("id").action == "nudge"


def test_once_a_day_is_enough(city, item):
    services.nudge(item, by=city.dispatcher, now=START)
    before = fingerprint()
    refusal = refusal_of(services.nudge, item, by=city.supervisor, now=START + timedelta(hours=14))
    assert (refusal.code, str(refusal)) == ("nudge-limit", "今日催办次数已用完：按本办理程序每个事项每日最多 1 次。")
    assert fingerprint() == before


def test_the_day_is_one_of_shanghai(city, item):
    services.nudge(item, by=city.dispatcher, now=shanghai(2025, 3, 3, 23, 59))
    services.nudge(item, by=city.dispatcher, now=shanghai(2025, 3, 4, 0, 1))


def test_each_item_is_counted_by_itself(city, item):
    services.nudge(item, by=city.dispatcher, now=START)
    services.nudge(walk(city, State.RECTIFYING, now=START), by=city.dispatcher, now=START)


@pytest.mark.parametrize("most", [0, 3])
def test_the_procedure_says_how_often(city, most):
    Procedure.objects.filter(code="petition").update(nudges_per_day=most)
    item = walk(city, State.RECTIFYING, now=START)
    for _ in range(most):
        services.nudge(item, by=city.dispatcher, now=START)
    assert refusal_of(services.nudge, item, by=city.dispatcher, now=START).code == "nudge-limit"


@pytest.mark.parametrize("is_urgent", [True, False])
def test_an_urgent_one_passes_quiet_hours(city, item, is_urgent):
    services.nudge(item, by=city.dispatcher, is_urgent=is_urgent, now=START)
    assert set(Message.objects.filter(kind="nudge").values_list("is_urgent", flat=True)) == {is_urgent}


@pytest.mark.parametrize("name", ["environment_clerk", "environment_head", "verifier", "city_leader", "auditor"])
def test_nobody_else_chases(city, item, name):
    assert refusal_of(services.nudge, item, by=getattr(city, name), now=START).code == "not-the-overseer"


def test_nobody_is_chased_where_the_item_waits_for_a_day(city):
    item = walk(city, State.PUBLICIZING, now=START)
    assert refusal_of(services.nudge, item, by=city.dispatcher, now=START).code == "nobodys-turn"


@pytest.mark.parametrize("state", [State.CLOSED, State.SUSPENDED, State.VOID])
def test_what_rests_is_not_chased(city, state):
    item = walk(city, state)
    assert refusal_of(services.nudge, item, by=city.dispatcher).code == "not-in-this-state"


# -- saying that one knows ---------------------------------------------------------------------------------------------


def noted(item: WorkItem) -> list[str]:
    rows = AlertNote.objects.filter(firing__timer__item=item).order_by("pk")
    return list(rows.values_list("by__username", flat=True))


def with_pause(days: int) -> None:
    Procedure.objects.filter(code="petition").update(acknowledgement_pauses_days=days)


def test_who_was_told_says_that_he_knows_and_the_history_keeps_it(city):
    item = late_item(city, days=1)
    services.note_alert(item, by=city.environment_head, now=overdue_by(1))
    assert noted(item) == ["environment_head"]
    assert item.events.latest("id").data["alerts"] == [
        {"clock": "deadline", "due_on": "2025-05-02", "measure": "warning"}
    ]


def test_each_says_it_for_himself_and_once(city):
    item = late_item(city, days=1)
    services.note_alert(item, by=city.environment_head, now=overdue_by(1))
    services.note_alert(item, by=city.environment_clerk, now=overdue_by(1))
    assert noted(item) == ["environment_head", "environment_clerk"]
    assert refusal_of(services.note_alert, item, by=city.environment_head, now=overdue_by(1)).code == "no-alert"


def test_the_next_step_wants_to_be_known_anew(city):
    item = late_item(city, days=1)
    services.note_alert(item, by=city.environment_head, now=overdue_by(1))
    scan(overdue_by(7))
    services.note_alert(item, by=city.environment_head, now=overdue_by(7))
    assert noted(item) == ["environment_head"] * 2


def test_what_was_not_overdue_is_no_alert(city, item):
    scan(START + TERM - timedelta(days=1))  # reminders
    assert refusal_of(services.note_alert, item, by=city.environment_clerk).code == "no-alert"


def test_a_clock_that_has_ended_has_no_alert_any_more(city):
    item = late_item(city, days=1)
    services.suspend(item, by=city.supervisor, reason="诉讼。", now=overdue_by(1))
    services.resume(item, by=city.supervisor, now=overdue_by(3))
    assert refusal_of(services.note_alert, item, by=city.environment_head, now=overdue_by(3)).code == "no-alert"


@pytest.mark.parametrize("name", ["xixia_head", "water_clerk", "verifier", "auditor", "system_admin"])
def test_who_is_nobody_to_the_item_acknowledges_nothing(city, name):
    item = late_item(city, days=1)
    assert refusal_of(services.note_alert, item, by=getattr(city, name)).code == "not-the-alerted"


def test_an_acknowledgement_never_delays_the_next_step(city):
    with_pause(3)
    item = late_item(city, days=1)
    before = running(item)["deadline"].fire_at
    services.note_alert(item, by=city.environment_head, now=overdue_by(1))
    assert running(item)["deadline"].fire_at == before == overdue_by(7)


def test_it_delays_the_repetition_of_the_same_step_once(city):
    with_pause(3)
    item = late_item(city, days=60)
    services.note_alert(item, by=city.environment_head, now=overdue_by(60))
    services.note_alert(item, by=city.environment_clerk, now=overdue_by(60))
    assert running(item)["deadline"].fire_at == overdue_by(67 + 3)
    scan(overdue_by(69))
    scan(overdue_by(70))
    scan(overdue_by(74))
    fired = item.timers.get(ended_at=None, clock="deadline").firings.filter(superseded=False, repetition__gt=0)
    assert list(fired.order_by("pk").values_list("fired_at", flat=True)) == [overdue_by(70), overdue_by(74)]


def test_without_days_in_the_procedure_nothing_is_put_off(city):
    item = late_item(city, days=60)
    services.note_alert(item, by=city.environment_head, now=overdue_by(60))
    assert running(item)["deadline"].fire_at == overdue_by(67)

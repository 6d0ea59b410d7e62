"""Looking back: planned by the close-out, answered with photographs, and the item reopened if it does not hold."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from notifications.models import Message
from tests.people import City, appoint, hire
from tests.walking import add_evidence, approve, day_of, shanghai, submit, verify_all, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Evidence, LookBack, Procedure, WorkItem
from workflow.querysets import awaiting
from workflow.refusal import RefusalKind
from workflow.services import look_backs
from workflow.services.decomposition import Part

START = shanghai(2025, 3, 3)
LATER = START + timedelta(days=40)
BACK = [finding for finding in LookBack.Finding if finding != LookBack.Finding.HOLDS]


@pytest.fixture(autouse=True)
def own_findings_are_all_looked_back_at(city: City) -> None:
    Procedure.objects.filter(code="own-finding").update(look_back_share=100)


def closed(city: City, now: datetime | None = START) -> WorkItem:
    return walk(city, State.CLOSED, procedure="own-finding", now=now)


def photograph(item: WorkItem, by: Any, now: datetime | None = LATER, **given: Any) -> Evidence:
    return add_evidence(item, by, now, **given)


def look_back(city: City, item: WorkItem, *, now: datetime | None = LATER, **given: Any) -> WorkItem:
    """With a new photograph."""
    by = given.pop("by", city.second_verifier)
    if "evidence" not in given:
        photograph(item, by, now)
    return services.look_back(item, now=now, **{"by": by, "finding": "holds", "opinion": "无反弹。"} | given)


# -- planning ----------------------------------------------------------------------------------------------------------


def test_closing_plans_the_look_backs_of_the_procedure(city):
    item = closed(city)
    assert list(item.look_backs.values_list("number", "due_on")) == [
        (1, date(2025, 4, 2)),
        (2, date(2025, 6, 1)),
        (3, date(2025, 8, 30)),
    ]
    assert (item.turn_party, item.turn_department) == ("inspector", city.office)
    assert item.timers.get(ended_at=None).due_on == date(2025, 4, 2)


@pytest.mark.parametrize(("lot", "planned"), [(0, 3), (19, 3), (20, 0), (99, 0)])
def test_a_share_is_drawn_by_lot_and_the_closing_says_how_it_fell(city, monkeypatch, lot, planned):
    monkeypatch.setattr(look_backs, "draw", lambda: lot)
    item = walk(city, State.CLOSED, procedure="petition")
    data = item.events.get(action="approve").data
    assert (item.look_backs.count(), len(data["look_backs"]), data["look_back_share"]) == (planned, planned, 20)
    assert item.turn_party == ("inspector" if planned else "nobody")


@pytest.mark.parametrize(("share", "planned"), [(0, 0), (100, 3)])
def test_a_share_of_none_or_all_leaves_nothing_to_the_lot(city, monkeypatch, share, planned):
    Procedure.objects.filter(code="own-finding").update(look_back_share=share)
    monkeypatch.setattr(look_backs, "draw", lambda: 0 if not share else 99)
    assert closed(city).look_backs.count() == planned


def test_the_lot_is_a_number_of_a_hundred(monkeypatch):
    monkeypatch.undo()
    assert {look_backs.draw() for _ in range(5000)} == set(range(100))


def test_a_part_has_no_look_back_of_its_own(city):
    item = walk(city, State.RECTIFYING, procedure="own-finding", now=START)
    services.decompose(item, by=city.dispatcher, parts=[Part(city.tongbai)], now=START)
    part = services.accept(item.children.get(), by=city.tongbai_clerk, now=START)
    part = approve(city, verify_all(city, submit(city, part, now=START), now=START), now=START)
    assert (part.state, part.look_backs.count()) == (State.CLOSED, 0)


# -- it holds ----------------------------------------------------------------------------------------------------------


def test_what_holds_stays_closed_and_waits_for_the_next_look_back(city):
    item = look_back(city, closed(city), visited_on=day_of(LATER))
    row = item.look_backs.get(number=1)
    assert (row.finding, row.by, row.at, row.visited_on) == ("holds", city.second_verifier, LATER, day_of(LATER))
    assert (row.department, row.evidence.count()) == (city.office, 1)
    assert (item.state, item.cycle, item.turn_party) == (State.CLOSED, 1, "inspector")
    assert item.timers.get(ended_at=None).due_on == date(2025, 6, 1)


def test_after_the_last_look_back_nobody_is_in_turn(city):
    item = closed(city)
    for month in range(1, 4):
        item = look_back(city, item, now=START + timedelta(days=61 * month))
    assert (item.turn_party, item.turn_department) == ("nobody", None)
    assert not item.timers.filter(ended_at=None).exists()
    assert refusal_of(look_back, city, item, evidence=[]).code == "no-look-back"


@pytest.mark.parametrize("kind", [None, Evidence.Kind.DOCUMENT])
def test_a_look_back_without_a_photograph_is_refused(city, kind):
    item = closed(city)
    if kind:
        photograph(item, city.second_verifier, kind=kind)
    refusal = refusal_of(look_back, city, item, evidence=[])
    assert (refusal.code, list(refusal.errors)) == ("no-photograph", ["evidence"])


def test_photographs_from_before_the_close_out_prove_nothing(city):
    item = closed(city)
    old = item.evidence.first()
    assert refusal_of(look_back, city, item, evidence=[old.pk]).code == "unknown-evidence"


def test_a_photograph_proves_one_look_back_only(city):
    item = look_back(city, closed(city))
    used = item.look_backs.get(number=1).evidence.get()
    assert refusal_of(look_back, city, item, evidence=[used.pk]).code == "unknown-evidence"
    assert refusal_of(look_back, city, item, evidence=[]).code == "no-photograph"


def test_photographs_of_another_item_are_refused(city):
    stranger = photograph(closed(city), city.second_verifier)
    refusal = refusal_of(look_back, city, closed(city), evidence=[stranger.pk])
    assert list(refusal.errors) == ["evidence"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"finding": "fine"}, "finding"),
        ({"finding": ""}, "finding"),
        ({"opinion": " "}, "opinion"),
        ({"visited_on": day_of(LATER) + timedelta(days=1)}, "visited_on"),
        ({"visited_on": day_of(START) - timedelta(days=1)}, "visited_on"),
    ],
)
def test_bad_input_is_refused_with_its_field_and_changes_nothing(city, given, field):
    item = closed(city)
    assert list(refusal_of(look_back, city, item, **given).errors) == [field]
    assert not item.look_backs.exclude(finding="").exists()


# -- who ---------------------------------------------------------------------------------------------------------------


def test_who_rectified_does_not_look_back(city):
    judge = appoint(city.environment_clerk, Role.VERIFIER, city.office)
    item = closed(city)
    refusal = refusal_of(services.look_back, item, by=judge, finding="holds", opinion="好", now=LATER)
    assert (refusal.kind, refusal.code) == (RefusalKind.FORBIDDEN, "submitter")


@pytest.mark.parametrize("name", ["environment_clerk", "environment_head", "water_verifier"])
def test_only_the_verifying_departments_and_the_office_look_back(city, name):
    item = closed(city)
    refusal = refusal_of(services.look_back, item, by=getattr(city, name), finding="holds", opinion="好", now=LATER)
    assert refusal.code == "not-the-inspector"


def test_each_verifying_department_may_look_back(city):
    item = walk(city, State.CLOSED, procedure="central-inspection", now=START)
    assert look_back(city, item, by=city.water_verifier, now=START + timedelta(days=60)).state == State.CLOSED


# -- it is back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", BACK)
def test_anything_else_reopens_the_item(city, finding):
    item = look_back(city, closed(city), finding=finding)
    assert (item.state, item.cycle, item.percent, item.closed_at) == (State.RECTIFYING, 2, 0, None)
    assert item.due_on == day_of(LATER) + timedelta(days=30)
    assert (item.turn_party, item.turn_department) == ("lead", city.environment)


def test_the_other_look_backs_are_dropped_and_the_closure_is_kept(city):
    item = look_back(city, closed(city), finding="rebounded")
    assert list(item.look_backs.values_list("finding", "dropped_at")) == [
        ("rebounded", None),
        ("", LATER),
        ("", LATER),
    ]
    assert item.closures.get().cycle == 1
    assert set(item.timers.filter(ended_at=None).values_list("clock", flat=True)) == {"deadline"}


def test_a_deadline_may_be_named(city):
    due_on = day_of(LATER) + timedelta(days=7)
    assert look_back(city, closed(city), finding="sham", due_on=due_on).due_on == due_on


def test_a_deadline_in_the_past_is_refused_and_nothing_is_reopened(city):
    item = closed(city)
    refusal = refusal_of(look_back, city, item, finding="sham", due_on=day_of(LATER) - timedelta(days=1))
    assert list(refusal.errors) == ["due_on"]
    item.refresh_from_db()
    assert (item.state, item.cycle) == (State.CLOSED, 1)


def test_the_second_closing_plans_look_backs_of_its_own(city):
    item = look_back(city, closed(city), finding="rebounded")
    item = approve(city, verify_all(city, submit(city, item, now=LATER), now=LATER), now=LATER)
    assert list(item.look_backs.filter(cycle=2, dropped_at=None).values_list("number", flat=True)) == [1, 2, 3]


def test_the_inspector_of_the_first_cycle_may_verify_the_second(city):
    item = look_back(city, closed(city), finding="rebounded", by=city.verifier)
    item = verify_all(city, submit(city, item, now=LATER), now=LATER)
    assert item.state == State.APPROVING


def test_reopening_by_hand_drops_the_look_backs_too(city):
    item = services.reopen(closed(city), by=city.dispatcher, reason="反弹。", now=LATER)
    assert not item.look_backs.filter(dropped_at=None).exists()


def test_the_clerks_their_head_and_the_head_above_them_hear_of_it(city):
    mayor = hire("mayor", Role.HEAD, city.government)
    item = closed(city)
    Message.objects.all().delete()
    look_back(city, item, finding="rebounded", now=START + timedelta(days=90))
    told = set(Message.objects.values_list("recipient__username", flat=True))
    assert told == {"environment_clerk", "environment_head", mayor.username}
    assert "反弹" in Message.objects.filter(recipient=city.environment_head).get().body


def test_nobody_above_hears_of_what_holds(city):
    hire("mayor", Role.HEAD, city.government)
    item = closed(city)
    Message.objects.all().delete()
    look_back(city, item)
    assert not Message.objects.filter(recipient__username="mayor").exists()


# -- the inbox ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_ago", "lies_there"), [(15, False), (16, True), (40, True)])
def test_a_look_back_lies_in_the_inbox_two_weeks_before_its_day(city, days_ago, lies_there):
    item = closed(city, now=timezone.now() - timedelta(days=days_ago))
    assert awaiting(city.second_verifier).filter(pk=item.pk).exists() is lies_there
    assert not awaiting(city.dispatcher).filter(pk=item.pk).exists()

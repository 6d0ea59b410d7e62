"""Extensions: asked for in time and decided, or recorded from above; the original deadline stays what it was."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.roles import Role
from notifications.models import Message
from tests.people import City, appoint
from tests.walking import (
    TERM,
    accept,
    add_evidence,
    day_of,
    resume,
    shanghai,
    submit,
    suspend,
    void,
    walk,
)
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Extension, WorkItem
from workflow.refusal import RefusalKind
from workflow.services.decomposition import Part

START = shanghai(2025, 3, 3)
DUE = day_of(START) + TERM  # 2 May, a holiday
ASKED = DUE + timedelta(days=30)
IN_TIME = shanghai(2025, 4, 25)  # five working days before: 30, 29, 28, 27 (a worked Sunday), 25 April


def task(city: City, procedure: str = "petition", **given: Any) -> WorkItem:
    return walk(city, State.RECTIFYING, procedure=procedure, now=START, **given)


def request(city: City, item: WorkItem, now: datetime = START, **given: Any) -> WorkItem:
    return services.request_extension(
        item, now=now, **{"by": city.environment_clerk, "due_on": ASKED, "reason": "雨季停工。"} | given
    )


def decide(city: City, item: WorkItem, now: datetime = START, **given: Any) -> WorkItem:
    return services.decide_extension(
        item, now=now, **{"by": city.dispatcher, "approved": True, "reason": "情况属实。"} | given
    )


def running(item: WorkItem) -> dict[str, date]:
    return dict(item.timers.filter(ended_at=None).values_list("clock", "due_on"))


# -- asking ------------------------------------------------------------------------------------------------------------


def test_a_request_changes_no_deadline_and_runs_a_clock_of_its_own(city):
    item = request(city, task(city))
    assert (item.state, item.due_on) == (State.RECTIFYING, DUE)
    assert running(item) == {"deadline": DUE, "extension": date(2025, 3, 10)}
    asked = item.extensions.get()
    assert (asked.due_on, asked.deadline_then, asked.decider, asked.is_approved) == (ASKED, DUE, "office", None)
    assert (asked.department, asked.asked_by) == (city.environment, city.environment_clerk)


def test_a_request_restarts_no_other_clock(city):
    item = task(city)
    before = item.timers.get(clock="deadline", ended_at=None)
    assert request(city, item).timers.get(clock="deadline", ended_at=None) == before


@pytest.mark.parametrize(("now", "allowed"), [(IN_TIME, True), (IN_TIME + timedelta(days=1), False)])
def test_it_is_asked_for_five_working_days_before_the_deadline_at_the_latest(city, now, allowed):
    item = task(city)
    if allowed:
        assert request(city, item, now).extensions.exists()
    else:
        refusal = refusal_of(request, city, item, now)
        assert (refusal.code, "2025-04-25" in str(refusal)) == ("extension-late", True)


@pytest.mark.parametrize(
    ("days", "allowed"), [(-1, False), (0, False), (1, True), (90, True), (91, False), (4000, False)]
)
def test_the_day_lies_after_the_deadline_and_not_too_far(city, days, allowed):
    due_on, item = DUE + timedelta(days=days), task(city)
    if allowed:
        assert request(city, item, due_on=due_on).extensions.get().due_on == due_on
    else:
        assert list(refusal_of(request, city, item, due_on=due_on).errors) == ["due_on"]


@pytest.mark.parametrize(("given", "field"), [({"reason": " "}, "reason"), ({"due_on": None}, "due_on")])
def test_a_request_says_until_when_and_why(city, given, field):
    assert list(refusal_of(request, city, task(city), **given).errors) == [field]


def test_one_request_at_a_time(city):
    assert refusal_of(request, city, request(city, task(city))).code == "extension-pending"


@pytest.mark.parametrize("procedure", ["central-inspection", "provincial-inspection"])
def test_where_only_the_higher_level_extends_nobody_asks_here(city, procedure):
    assert refusal_of(request, city, task(city, procedure)).code == "higher-level-decides"


@pytest.mark.parametrize("name", ["water_clerk", "dispatcher", "supervisor"])
def test_only_the_lead_asks(city, name):
    item = task(city, departments=[("joint", city.water)])
    assert refusal_of(request, city, item, by=getattr(city, name)).code == "not-the-lead"


@pytest.mark.parametrize("state", [State.ASSIGNED, State.VERIFYING, State.SUSPENDED, State.CLOSED])
def test_only_what_is_being_rectified_is_extended(city, state):
    assert refusal_of(request, city, walk(city, state)).code == "not-in-this-state"


# -- deciding ----------------------------------------------------------------------------------------------------------


def test_granted_the_deadline_moves_and_the_original_one_stays(city):
    item = decide(city, request(city, task(city)))
    assert (item.due_on, item.original_due_on) == (ASKED, DUE)
    assert running(item) == {"deadline": ASKED}
    row = item.extensions.get()
    assert (row.is_approved, row.granted_due_on, row.opinion, row.decided_by) == (
        True,
        ASKED,
        "情况属实。",
        city.dispatcher,
    )


def test_refused_everything_stays_and_one_may_ask_again(city):
    item = decide(city, request(city, task(city)), approved=False, due_on=ASKED)
    assert (item.due_on, item.extensions.get().granted_due_on) == (DUE, None)
    assert request(city, item).extensions.count() == 2


@pytest.mark.parametrize(("days", "allowed"), [(-30, False), (-29, True), (0, True), (1, False)])
def test_an_earlier_day_than_was_asked_for_may_be_granted(city, days, allowed):
    item, day = request(city, task(city)), ASKED + timedelta(days=days)
    if allowed:
        assert decide(city, item, due_on=day).due_on == day
    else:
        assert list(refusal_of(decide, city, item, due_on=day).errors) == ["due_on"]


def test_the_second_extension_is_decided_by_the_supervisor(city):
    item = request(city, decide(city, request(city, task(city))), due_on=ASKED + timedelta(days=30))
    assert refusal_of(decide, city, item).kind == RefusalKind.FORBIDDEN
    item = decide(city, item, by=city.supervisor)
    assert item.due_on == ASKED + timedelta(days=30)
    assert refusal_of(request, city, item, due_on=ASKED + timedelta(days=60)).code == "extension-limit"


@pytest.mark.parametrize("name", ["environment_head", "environment_clerk", "verifier"])
def test_only_the_office_decides(city, name):
    assert refusal_of(decide, city, request(city, task(city)), by=getattr(city, name)).code == "not-the-decider"


def test_nobody_decides_what_he_asked_for(city):
    asker = appoint(city.environment_clerk, Role.DISPATCHER, city.office)
    item = request(city, task(city), by=asker)
    assert refusal_of(decide, city, item, by=asker).code == "asker"


def test_late_stays_late_a_deadline_that_passed_is_not_extended(city):
    item, late = request(city, task(city)), START + TERM + timedelta(days=1)
    assert refusal_of(decide, city, item, late).code == "deadline-passed"
    assert decide(city, item, late, approved=False).due_on == DUE


def test_without_a_request_there_is_nothing_to_decide(city):
    assert refusal_of(decide, city, task(city)).code == "no-extension"


def test_another_request_than_the_open_one_is_unknown(city):
    item = request(city, task(city))
    assert list(refusal_of(decide, city, item, extension=item.extensions.get().pk + 1).errors) == ["extension"]


def test_a_decision_says_why(city):
    assert list(refusal_of(decide, city, request(city, task(city)), reason="").errors) == ["reason"]


def test_late_is_judged_by_the_new_deadline(city):
    item = decide(city, request(city, task(city)))
    assert submit(city, item, now=START + TERM + timedelta(days=20)).submissions.get().was_late is False


def test_a_part_is_not_extended_beyond_the_whole(city):
    whole = services.decompose(task(city), by=city.dispatcher, parts=[Part(city.tongbai)], now=START)
    part = accept(city, whole.children.get(), now=START)
    refusal = refusal_of(request, city, part, by=city.tongbai_clerk)
    assert list(refusal.errors) == ["due_on"]
    decide(city, request(city, whole))
    assert decide(city, request(city, part, by=city.tongbai_clerk)).due_on == ASKED


def test_the_deciders_and_then_the_departments_hear_of_it(city):
    item = task(city)
    Message.objects.all().delete()
    request(city, item)
    assert set(Message.objects.values_list("recipient__username", flat=True)) == {"dispatcher", "second_dispatcher"}
    Message.objects.all().delete()
    item = decide(city, item)
    assert set(Message.objects.values_list("recipient__username", flat=True)) >= {"environment_clerk"}
    Message.objects.all().delete()
    request(city, item, due_on=ASKED + timedelta(days=1))
    assert set(Message.objects.values_list("recipient__username", flat=True)) == {"supervisor", "second_supervisor"}


# -- lapsing -----------------------------------------------------------------------------------------------------------


def leave(city: City, item: WorkItem, how: str) -> WorkItem:
    match how:
        case "submit":
            return submit(city, item, now=START)
        case "suspend":
            return suspend(city, item, now=START)
        case "transfer":
            return services.transfer(item, by=city.dispatcher, department=city.water, reason="职责调整。", now=START)
    return void(city, item, now=START)


@pytest.mark.parametrize("how", ["submit", "suspend", "transfer", "void"])
def test_a_request_lapses_when_the_item_moves_on(city, how):
    item = leave(city, request(city, task(city)), how)
    assert item.extensions.get().lapsed_at == START
    assert "extension" not in running(item)


def test_a_lapsed_request_is_not_decided_later(city):
    item = resume(city, suspend(city, request(city, task(city)), now=START), now=START)
    assert refusal_of(decide, city, item).code == "no-extension"
    assert request(city, item).extensions.filter(lapsed_at=None).count() == 1


# -- recorded from above -----------------------------------------------------------------------------------------------


def recorded(city: City, item: WorkItem, now: datetime = START, **given: Any) -> WorkItem:
    if "scan" not in given:
        given["scan"] = add_evidence(item, city.dispatcher, now, kind="document").pk
    paper = {"due_on": ASKED, "document_number": "豫环督改〔2025〕9号"}
    return decide(city, item, now, **paper | given)


def test_the_approval_of_the_higher_level_is_recorded_with_number_and_scan(city):
    item = recorded(city, task(city, "central-inspection"))
    row = item.extensions.get()
    assert (item.due_on, item.original_due_on) == (ASKED, DUE)
    assert (row.document_number, row.scan.item, row.is_approved) == ("豫环督改〔2025〕9号", item, True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"document_number": " "}, "document_number"),
        ({"scan": None}, "scan"),
        ({"due_on": None}, "due_on"),
        ({"due_on": DUE}, "due_on"),
        ({"approved": False}, "approved"),
        ({"reason": ""}, "reason"),
        ({"scan": 0}, "scan"),
        ({"scan": 2**31}, "scan"),
    ],
)
def test_a_record_without_its_paper_is_refused(city, given, field):
    item = task(city, "central-inspection")
    assert list(refusal_of(recorded, city, item, **given).errors) == [field]
    assert not Extension.objects.exists()


def test_a_scan_of_another_item_is_refused(city):
    stranger = add_evidence(task(city), city.environment_clerk)
    refusal = refusal_of(recorded, city, task(city, "central-inspection"), scan=stranger.pk)
    assert (refusal.code, list(refusal.errors)) == ("unknown-evidence", ["scan"])


def test_the_higher_level_extends_as_often_and_as_long_as_it_likes_also_late(city):
    item, late = task(city, "central-inspection"), START + TERM + timedelta(days=9)
    for years in (1, 2, 3):
        item = recorded(city, item, late, due_on=DUE + years * timedelta(days=365))
    assert (item.due_on, item.extensions.count()) == (DUE + timedelta(days=1095), 3)


def test_what_was_late_before_the_record_stays_late(city):
    item, late = task(city, "central-inspection"), START + TERM + timedelta(days=9)
    item = submit(city, item, now=late)
    item = services.return_for_rework(item, by=city.water_verifier, reason="缺监测报告。", now=late)
    item = recorded(city, item, late)
    assert item.submissions.get().was_late is True

"""Verbs × clocks: which clocks a verb leaves running, arms anew, starts and ends, all in its own transaction."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from tests.people import City
from tests.walking import approve, submit, verify, void, walk
from tests.workflow.asking import ask, refusal_of
from tests.workflow.late import START, late_item, overdue_by, running, sign
from tests.workflow.past_python import refused
from workflow import services
from workflow.deadline_scan import scan
from workflow.lifecycle import BY_PEOPLE, Action, State
from workflow.models import Event, RungFiring, Timer, WorkItem

NOW = overdue_by(7)
A = Action


def at(state: State, procedure: str = "petition") -> Callable[[City], WorkItem]:
    return lambda city: walk(city, state, procedure=procedure, now=START)


def answer_wanted(city: City) -> WorkItem:
    """Overdue, with a paper to be answered."""
    item = late_item(city)
    sign(city, item, NOW)
    return WorkItem.objects.get(pk=item.pk)


def judged(city: City) -> WorkItem:
    return submit(city, answer_wanted(city), now=NOW)


def asked(city: City) -> WorkItem:
    return ask(A.REQUEST_EXTENSION, city, at(State.RECTIFYING)(city), city.environment_clerk, now=START, due_on=LATER)


def objected(city: City) -> WorkItem:
    return ask(A.OBJECT, city, at(State.PUBLICIZING)(city), city.dispatcher, now=START)


LATER = (START + timedelta(days=80)).date()
CENTRAL = "central-inspection"
# From where, verb, who → clocks that go on, that are armed anew, that start, that end.
TABLE = [
    (at(State.DRAFT), A.ASSIGN, "dispatcher", "", "", "accept deadline", ""),
    (at(State.ASSIGNED), A.ACCEPT, "environment_clerk", "deadline", "", "", "accept"),
    (at(State.ASSIGNED), A.DECLINE, "environment_clerk", "", "", "", "accept deadline"),
    (at(State.ASSIGNED), A.TRANSFER, "dispatcher", "deadline", "accept", "", ""),
    (at(State.ASSIGNED), A.SUSPEND, "supervisor", "", "", "", "accept deadline"),
    (at(State.RECTIFYING), A.TRANSFER, "dispatcher", "deadline", "", "accept", ""),
    (at(State.RECTIFYING), A.DECOMPOSE, "dispatcher", "deadline", "", "", ""),
    (at(State.RECTIFYING), A.NUDGE, "dispatcher", "deadline", "", "", ""),
    (at(State.RECTIFYING), A.REPORT, "environment_clerk", "deadline", "", "", ""),
    (at(State.RECTIFYING, CENTRAL), A.REPORT, "environment_clerk", "deadline", "report", "", ""),
    (at(State.RECTIFYING), A.REQUEST_EXTENSION, "environment_clerk", "deadline", "", "extension", ""),
    (asked, A.DECIDE_EXTENSION, "dispatcher", "", "deadline", "", "extension"),
    (asked, A.SUSPEND, "supervisor", "", "", "", "deadline extension"),
    (at(State.VERIFYING), A.VERIFY, "verifier", "", "", "publicity", "verification"),
    (at(State.VERIFYING, "own-finding"), A.VERIFY, "verifier", "", "", "approval", "verification"),
    (at(State.VERIFYING), A.RETURN, "verifier", "", "", "deadline", "verification"),
    (at(State.PUBLICIZING), A.OBJECT, "dispatcher", "", "", "objection", "publicity"),
    (objected, A.RESOLVE_OBJECTION, "dispatcher", "", "", "publicity", "objection"),
    (at(State.APPROVING), A.APPROVE, "supervisor", "", "", "", "approval"),
    (at(State.APPROVING, CENTRAL), A.APPROVE, "supervisor", "", "", "filing look_back", "approval"),
    (at(State.APPROVING), A.REJECT, "supervisor", "", "", "deadline", "approval"),
    (at(State.CLOSED, CENTRAL), A.FILE, "dispatcher", "look_back", "", "", "filing"),
    (at(State.CLOSED, CENTRAL), A.REOPEN, "dispatcher", "", "", "deadline report", "filing look_back"),
    (at(State.SUSPENDED), A.RESUME, "supervisor", "", "", "deadline", ""),
    (late_item, A.NOTE_ALERT, "environment_head", "deadline", "", "", ""),
    (late_item, A.SIGN_PAPER, "supervisor", "deadline", "", "reply", ""),
    (late_item, A.DISMISS_PROPOSAL, "supervisor", "deadline", "", "", ""),
    (answer_wanted, A.REPLY, "environment_clerk", "deadline", "", "", "reply"),
    (answer_wanted, A.TRANSFER, "dispatcher", "deadline reply", "", "accept", ""),
    (answer_wanted, A.SUSPEND, "supervisor", "", "", "", "deadline reply"),
    (answer_wanted, A.VOID, "dispatcher", "", "", "", "deadline reply"),
    (judged, A.VERIFY, "verifier", "reply", "", "publicity", "verification"),
    (judged, A.RETURN, "verifier", "reply", "", "deadline", "verification"),
]


def rows(*columns: str) -> list[set[str]]:
    return [set(column.split()) for column in columns]


@pytest.mark.parametrize(
    ("start", "action", "who", "kept", "anew", "started", "ended"),
    TABLE,
    ids=[f"{row[1]} by {row[2]} {number}" for number, row in enumerate(TABLE)],
)
def test_each_verb_moves_exactly_these_clocks(city, start, action, who, kept, anew, started, ended):
    item = start(city)
    now = max(item.updated_at, NOW) if start in (late_item, answer_wanted, judged) else item.updated_at
    before = running(item)
    given = {"departments": [("verify", city.office)]} if action == A.ASSIGN else {}
    given |= {"due_on": LATER} if action in (A.REQUEST_EXTENSION, A.ASSIGN, A.DECIDE_EXTENSION) else {}
    with transaction.atomic():
        ask(action, city, item, getattr(city, who), now=now, **given)
        after = running(item)  # in the same transaction already
    both = before.keys() & after.keys()
    found = {name for name in both if before[name].pk == after[name].pk}
    assert [found, both - found, after.keys() - both, before.keys() - both] == rows(kept, anew, started, ended)


def test_the_table_leaves_out_only_what_moves_no_clock_of_its_own():
    assert set(BY_PEOPLE) - {row[1] for row in TABLE} == {A.ACKNOWLEDGE, A.SUBMIT, A.PUBLISH, A.LOOK_BACK}


# -- an old generation -------------------------------------------------------------------------------------------------


def test_submitting_ends_the_deadline_but_not_the_answer_that_is_owed(city):
    item = judged(city)
    assert set(running(item)) == {"verification", "reply"}


def test_an_armed_anew_clock_is_a_generation_later_and_the_old_row_is_silent(city):
    item = verify(city, walk(city, State.VERIFYING, now=START), conclusion="fail", now=START)
    old, new = item.timers.filter(clock="deadline").order_by("generation")
    assert (old.fire_at, new.generation) == (None, old.generation + 1)


def test_an_old_generation_never_fires(city):
    item = walk(city, State.RECTIFYING, now=START)
    services.suspend(item, by=city.supervisor, reason="诉讼。", now=START)
    scan(overdue_by(60))
    assert not RungFiring.objects.filter(timer__item=item, timer__clock="deadline").exists()


def test_not_even_plain_sql_arms_it_again(city):
    item = void(city, walk(city, State.RECTIFYING, now=START), now=START)
    pk = item.timers.filter(clock="deadline").latest("generation").pk
    refused("workflow_timer_ended_is_silent", "UPDATE workflow_timer SET fire_at = now() WHERE id = %s", pk)


def test_a_verb_that_is_refused_moves_no_clock(city):
    item = answer_wanted(city)
    before = list(Timer.objects.filter(item=item).order_by("pk").values())
    refusal_of(services.reply, item, by=city.environment_clerk, text=" ", now=NOW)
    refusal_of(services.transfer, item, by=city.dispatcher, department=city.environment, reason="同一单位", now=NOW)
    assert list(Timer.objects.filter(item=item).order_by("pk").values()) == before


def test_a_verb_that_fails_at_its_end_moves_no_clock(city, monkeypatch):
    item = walk(city, State.RECTIFYING, now=START)
    before = list(Timer.objects.filter(item=item).order_by("pk").values())
    monkeypatch.setattr("workflow.notices.announce", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.suspend(item, by=city.supervisor, reason="诉讼。", now=START)
    assert list(Timer.objects.filter(item=item).order_by("pk").values()) == before
    assert not Event.objects.filter(item=item, action=A.SUSPEND).exists()


def test_approving_ends_what_the_papers_wanted(city):
    item = verify(city, judged(city), now=NOW)
    scan(overdue_by(45))
    item.refresh_from_db()
    assert "reply" not in running(approve(city, item, now=overdue_by(45)))

"""The last line in PostgreSQL: what was recorded stays as it was, what was decided is decided once (rules 6 and 7)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.people import City
from tests.walking import A_MONTH, day_of, shanghai, walk
from tests.workflow.past_python import copy, copy_refused, refused, sql, would_pass
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import Extension, Filing, LookBack, Measurement, Suspension, Target, WorkItem

NOW = timezone.now()


# -- append-only -------------------------------------------------------------------------------------------------------


def a_report(city: City) -> WorkItem:
    return services.report(walk(city, State.RECTIFYING), by=city.environment_clerk, text="进展")


def a_filing(city: City) -> WorkItem:
    item = walk(city, State.CLOSED)
    Filing.objects.get_or_create(
        closure=item.closures.get(),
        defaults={
            "filed_with": "省",
            "filed_on": day_of(NOW),
            "document_number": "1",
            "by": city.dispatcher,
            "at": NOW,
        },
    )
    return item


def a_measurement(city: City) -> WorkItem:
    item = a_report(city)
    target = Target.objects.create(item=item, position=1, text="80%")
    Measurement.objects.create(target=target, report=item.reports.get(), value=79)
    return item


def a_firing(city: City) -> WorkItem:
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 4, 18))
    return item


def a_look_back_with_a_photograph(city: City) -> WorkItem:
    item = walk(city, State.CLOSED)
    pending(item).evidence.add(item.evidence.first())
    return item


def closed(city: City) -> WorkItem:
    return walk(city, State.CLOSED)


RECORDS: dict[str, tuple[Callable[[City], WorkItem], str]] = {
    "submission": (closed, "summary = 'x'"),
    "submission_evidence": (closed, "submission_id = submission_id"),
    "verification": (closed, "opinion = 'x'"),
    "closure": (closed, "opinion = 'x'"),
    "filing": (a_filing, "document_number = 'x'"),
    "evidence": (closed, "note = 'x'"),
    "progressreport": (a_report, "text = 'x'"),
    "measurement": (a_measurement, "value = 100"),
    "rungfiring": (a_firing, "fired_at = now()"),
    "lookback_evidence": (a_look_back_with_a_photograph, "lookback_id = lookback_id"),
}


@pytest.mark.parametrize("table", RECORDS)
def test_what_was_recorded_is_neither_altered_nor_deleted(city, table):
    make, change = RECORDS[table]
    make(city)
    refused("append-only", f"UPDATE workflow_{table} SET {change}")
    refused("append-only", f"DELETE FROM workflow_{table}")


@pytest.mark.parametrize("table", RECORDS)
def test_a_replication_role_does_not_get_round_it(city, table):
    RECORDS[table][0](city)
    sql("SET LOCAL session_replication_role = 'replica'")
    refused("append-only", f"DELETE FROM workflow_{table}")


def test_records_still_grow(city):
    row = walk(city, State.VERIFYING).evidence.get()
    statement, values = copy("workflow_evidence", row.pk, path="elsewhere", sha256="0" * 64)
    assert sql(statement, *values) == 1


# -- decided once ------------------------------------------------------------------------------------------------------


def an_objection(city: City) -> WorkItem:
    return services.object_to(walk(city, State.PUBLICIZING), by=city.dispatcher, text="否")


def a_request(city: City) -> WorkItem:
    item = walk(city, State.RECTIFYING)
    Extension.objects.create(
        item=item,
        cycle=1,
        deadline_then=item.due_on,
        due_on=item.due_on + timedelta(days=9),
        reason="雨季",
        department=item.lead,
        asked_by=city.environment_clerk,
        asked_at=NOW,
        decider="office",
    )
    return item


def a_pause(city: City) -> WorkItem:
    item = walk(city, State.RECTIFYING)
    if not item.suspensions.exists():
        Suspension.objects.create(
            item=item,
            cycle=1,
            reason="诉讼",
            state_before="rectifying",
            started_on=date(2025, 1, 1),
            started_at=NOW,
            by=city.supervisor,
        )
    return item


def pending(item: WorkItem) -> LookBack:
    return LookBack.objects.get_or_create(item=item, cycle=1, number=99, due_on=day_of(NOW) + A_MONTH)[0]


def a_look_back(city: City) -> WorkItem:
    item = walk(city, State.CLOSED)
    pending(item)
    return item


def a_notice(city: City) -> WorkItem:
    return walk(city, State.PUBLICIZING)


# how to make one that is open; how it is decided; something that is never altered
LEDGERS: dict[str, tuple[Callable[[City], WorkItem], str, str]] = {
    "objection": (
        an_objection,
        "upheld = true, opinion = '是', decided_by_id = by_id, decided_at = now()",
        "text = 'x'",
    ),
    "extension": (a_request, "lapsed_at = now()", "due_on = due_on + 1"),
    "suspension": (
        a_pause,
        "ended_on = '2025-02-01', ended_at = now(), ended_by_id = by_id",
        "started_on = '2025-01-09'",
    ),
    "lookback": (a_look_back, "dropped_at = now()", "due_on = due_on + 1"),
    "publicity": (a_notice, "ended_at = now()", "ends_on = ends_on - 1"),
}


@pytest.mark.parametrize("table", LEDGERS)
def test_what_was_asked_is_not_altered_before_it_is_decided(city, table):
    make, _, change = LEDGERS[table]
    make(city)
    refused("may change now", f"UPDATE workflow_{table} SET {change}")


@pytest.mark.parametrize("table", LEDGERS)
def test_a_decision_may_be_entered(city, table):
    make, decision, _ = LEDGERS[table]
    make(city)
    assert would_pass(f"UPDATE workflow_{table} SET {decision}")


@pytest.mark.parametrize("table", LEDGERS)
def test_what_was_decided_stands(city, table):
    make, decision, change = LEDGERS[table]
    make(city)
    sql(f"UPDATE workflow_{table} SET {decision}")
    for again in (decision, change):
        refused("what was decided stands", f"UPDATE workflow_{table} SET {again}")


@pytest.mark.parametrize("table", LEDGERS)
def test_nothing_of_a_ledger_is_deleted(city, table):
    LEDGERS[table][0](city)
    refused("never deleted", f"DELETE FROM workflow_{table}")


def test_a_decided_extension_stands_too(city):
    item = a_request(city)
    decision = f"is_approved = false, decided_by_id = {city.dispatcher.pk}, decided_at = now()"
    sql(f"UPDATE workflow_extension SET {decision} WHERE item_id = %s", item.pk)
    refused("stands", "UPDATE workflow_extension SET is_approved = true, granted_due_on = due_on")


# -- history (rules 5 and 7) -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["assign", "accept", "verify", "approve", "reopen", "evidence"])
def test_what_people_do_has_an_actor(city, action):
    event = walk(city, State.ASSIGNED).events.get(action="assign")
    copy_refused(
        "workflow_event_has_its_actor", "workflow_event", event.pk, version=None, actor_id=None, action=action, note="x"
    )


@pytest.mark.parametrize("action", ["create", "remind", "escalate", "end-publicity", "public-objection"])
def test_what_the_clock_and_the_public_do_has_none(city, action):
    event = walk(city, State.ASSIGNED).events.get(action="assign")
    assert would_pass(*_flat(copy("workflow_event", event.pk, version=None, actor_id=None, action=action)))


@pytest.mark.parametrize("action", ["decline", "return", "reject", "reopen", "void", "suspend", "transfer"])
def test_where_a_reason_is_asked_the_history_has_it(city, action):
    event = walk(city, State.ASSIGNED).events.get(action="assign")
    copy_refused("workflow_event_has_its_reason", "workflow_event", event.pk, version=None, action=action)


def test_no_state_changes_without_its_event(city):
    item = walk(city, State.RECTIFYING)
    change = "state = 'assigned', version = version + 1"
    refused(
        "has no event", f"UPDATE workflow_workitem SET {change} WHERE id = {item.pk}; SET CONSTRAINTS ALL IMMEDIATE"
    )


def test_no_item_appears_without_its_event(city):
    statement, values = copy("workflow_workitem", walk(city, State.DRAFT).pk, number="RW-other")
    refused("has no event", f"{statement}; SET CONSTRAINTS ALL IMMEDIATE", *values)


def _flat(statement: tuple[str, list[object]]) -> list[object]:
    return [statement[0], *statement[1]]

"""The last line in PostgreSQL: an item moves along the road alone, and a closed one stays as it was (rules 4 and 6)."""

from itertools import product

import pytest
from django.db import connection

from tests.walking import walk
from tests.workflow.past_python import copy_refused, refused, sql, would_pass
from workflow.lifecycle import TRANSITIONS, State

PAIRS = {(source, row.target) for row in TRANSITIONS if row.target for source in row.sources if source != row.target}


def test_the_database_knows_the_same_road_as_the_table(city):
    with connection.cursor() as cursor:
        every = [f"('{a}', '{b}')" for a, b in product(State.values, State.values)]
        cursor.execute(f"SELECT a, b FROM (VALUES {', '.join(every)}) p (a, b) WHERE workflow_is_on_the_road(a, b)")
        assert set(cursor.fetchall()) == {(str(a), str(b)) for a, b in PAIRS}


@pytest.mark.parametrize("before", State)
def test_no_update_leaves_the_road(city, before):
    item = walk(city, before)
    for after in State:
        if after != before and (before, after) not in PAIRS:
            refused("no step of the road", f"UPDATE workflow_workitem SET state = '{after}' WHERE id = %s", item.pk)


def test_an_item_begins_as_a_draft(city):
    item = walk(city, State.RECTIFYING)
    copy_refused("begins as a draft", "workflow_workitem", item.pk, number="RW-other")


@pytest.mark.parametrize("change", ["title = 'x'", "percent = 3", "due_on = due_on + 1", "outcome = ''", "cycle = 2"])
def test_a_closed_item_does_not_change(city, change):
    item = walk(city, State.CLOSED)
    refused("only version|begins the next cycle", f"UPDATE workflow_workitem SET {change} WHERE id = %s", item.pk)


@pytest.mark.parametrize("moment", ["NULL", "closed_at - interval '1 day'"])
def test_a_closed_item_keeps_the_moment_of_closing(city, moment):
    item = walk(city, State.CLOSED)
    refused("only version", f"UPDATE workflow_workitem SET closed_at = {moment} WHERE id = %s", item.pk)


def test_the_turn_after_closing_may_move(city):
    item = walk(city, State.CLOSED)
    turn = f"turn_party = 'office', turn_department_id = {city.office.pk}, version = version + 1, updated_at = now()"
    assert would_pass(f"UPDATE workflow_workitem SET {turn} WHERE id = %s", item.pk)


REOPENED = "state = 'rectifying', closed_at = NULL, turn_party = 'lead', turn_department_id = lead_id"


def test_reopening_begins_the_next_cycle(city):
    item = walk(city, State.CLOSED)
    assert would_pass(f"UPDATE workflow_workitem SET {REOPENED}, cycle = cycle + 1 WHERE id = %s", item.pk)


@pytest.mark.parametrize("cycle", ["cycle", "cycle + 2"])
def test_reopening_neither_stays_in_the_cycle_nor_skips_one(city, cycle):
    item = walk(city, State.CLOSED)
    refused("begins the next", f"UPDATE workflow_workitem SET {REOPENED}, cycle = {cycle} WHERE id = %s", item.pk)


@pytest.mark.parametrize("state", [State.DRAFT, State.RECTIFYING, State.APPROVING, State.VOID])
def test_no_cycle_begins_without_reopening(city, state):
    item = walk(city, state)
    refused("begins the next cycle", "UPDATE workflow_workitem SET cycle = cycle + 1 WHERE id = %s", item.pk)


@pytest.mark.parametrize("state", [State.VERIFYING, State.PUBLICIZING, State.APPROVING])
@pytest.mark.parametrize("column", ["title", "description", "measures", "standard", "target"])
def test_what_is_judged_is_what_was_submitted(city, state, column):
    item = walk(city, state)
    refused("what was seen", f"UPDATE workflow_workitem SET {column} = 'x' WHERE id = %s", item.pk)


def test_text_may_change_while_it_is_rectified(city):
    item = walk(city, State.RECTIFYING)
    assert sql("UPDATE workflow_workitem SET measures = 'x' WHERE id = %s", item.pk) == 1


def test_an_acceptance_is_never_undone(city):
    """Else the original deadline could change after all."""
    item = walk(city, State.RECTIFYING)
    refused("original deadline stands", "UPDATE workflow_workitem SET accepted_at = NULL WHERE id = %s", item.pk)

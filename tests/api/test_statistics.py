"""Figures over HTTP: what is counted, for whom, put together by what; the page of a source shows the same ones."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import today
from accounts.roles import Role
from tests import walking
from tests.api.callers import Caller, fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.statistics import By

NOTHING = {"total": 0, "closed": 0, "overdue": 0, "late": 0, "returned": 0, "reopened": 0}


def statistics(caller: Caller, **query: Any) -> dict[str, Any]:
    answer = caller.get("statistics/", query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def figures(caller: Caller, **query: Any) -> dict[str, int]:
    """Those that are not 0."""
    return {name: number for name, number in statistics(caller, **query)["all"].items() if number}


def overdue(city: City, **given: Any) -> WorkItem:
    item = walking.walk(city, State.RECTIFYING, **given)
    WorkItem.objects.filter(pk=item.pk).update(due_on=today() - timedelta(days=1))
    return item


# -- what is counted ---------------------------------------------------------------------------------------------------


def test_items_are_counted_by_how_they_stand(city: City) -> None:
    overdue(city)
    for state in (State.DRAFT, State.CLOSED, State.VOID):
        walking.walk(city, state)
    assert figures(person(city.dispatcher)) == {"total": 3, "closed": 1, "overdue": 1, "late": 1}


def test_late_but_done_stays_late(city: City) -> None:
    item = overdue(city)
    item.refresh_from_db()
    walking.submit(city, item)
    assert figures(person(city.dispatcher)) == {"total": 1, "late": 1}


def test_what_was_returned_and_what_was_reopened(city: City) -> None:
    services.verify(walking.walk(city, State.VERIFYING), by=city.verifier, conclusion="fail", opinion="未见成效。")
    services.reopen(walking.walk(city, State.CLOSED), by=city.dispatcher, reason="反弹。", due_on=walking.day_of(None))
    assert figures(person(city.dispatcher)) == {"total": 2, "returned": 1, "reopened": 1}


def test_for_the_office_a_whole_counts_once_and_for_others_each_part(city: City) -> None:
    whole = walking.walk(city, State.RECTIFYING)
    parts = [services.decomposition.Part(city.tongbai), services.decomposition.Part(city.xixia)]
    services.decompose(whole, by=city.dispatcher, parts=parts)
    assert figures(person(city.dispatcher)) == {"total": 1}
    assert figures(person(city.xixia_clerk)) == {"total": 1}
    assert figures(person(city.environment_clerk)) == {"total": 3}


def test_nothing_is_a_row_of_noughts(city: City) -> None:
    answer = statistics(person(city.dispatcher), by="lead")
    assert answer == {"as_of": str(today()), "by": "lead", "all": NOTHING, "groups": [], "groups_capped": False}
    assert statistics(person(city.dispatcher))["all"] == NOTHING


# -- groups ------------------------------------------------------------------------------------------------------------


def test_the_items_of_a_lead_stand_together_and_those_without_come_last(city: City) -> None:
    walking.walk(city, State.DRAFT)
    for _n in range(2):
        walking.walk(city, State.ASSIGNED, lead=city.water)
    answer = statistics(person(city.dispatcher), by="lead")
    told = [(row["key"], row["name"], row["total"]) for row in answer["groups"]]
    assert told == [(city.water.pk, "市水利局", 2), (None, None, 1)]
    assert answer["all"]["total"] == 3


def test_of_very_many_groups_the_answer_has_the_first_and_says_so(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    for lead in (city.water, city.environment):
        walking.walk(city, State.ASSIGNED, lead=lead)
    caller = person(city.dispatcher)
    whole = statistics(caller, by="lead")
    monkeypatch.setattr("workflow.api.statistics.MOST_GROUPS", 1)
    assert statistics(caller, by="lead") == whole | {"groups": whole["groups"][:1], "groups_capped": True}


@pytest.mark.parametrize("by", By.values)
def test_groups_are_together_all_and_lead_to_their_items(city: City, by: str) -> None:
    overdue(city, procedure="plan-task")
    for state in (State.ASSIGNED, State.CLOSED):
        walking.walk(city, state)
    caller = person(city.dispatcher)
    answer = statistics(caller, by=by)
    assert {name: sum(row[name] for row in answer["groups"]) for name in NOTHING} == answer["all"]
    for row in answer["groups"]:
        if row["key"] is not None:
            assert caller.get("items/", {by: row["key"]}).json()["count"] == row["total"]


def test_states_and_kinds_have_their_words(city: City) -> None:
    walking.walk(city, State.ASSIGNED)
    for by, key, name in (("state", "assigned", "待签收"), ("kind", "inspection_issue", "环境问题")):
        (row,) = statistics(person(city.dispatcher), by=by)["groups"]
        assert (row["key"], row["name"]) == (key, name)


def test_the_filters_of_the_list_narrow_the_figures(city: City) -> None:
    walking.walk(city, State.ASSIGNED, lead=city.water)
    item = overdue(city)
    caller = person(city.dispatcher)
    assert figures(caller, overdue="true") == figures(caller, lead="市生态环境局") == figures(caller, q=item.number)
    assert figures(caller, state="assigned,closed") == {"total": 1}
    assert figures(caller, state="void") == {}
    assert figures(caller, department="市水利局", role="lead") == {"total": 1}


def test_the_page_of_a_source_shows_the_same_figures(city: City, signed_in: Any) -> None:
    item = overdue(city)
    walking.walk(city, State.CLOSED)
    page = signed_in(city.dispatcher).get(f"/sources/{item.source_id}/")
    assert vars(page.context["progress"]) == statistics(person(city.dispatcher), source=item.source_id)["all"]


# -- no ----------------------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_not_counted_and_its_groups_are_not_named(city: City) -> None:
    walking.walk(city, State.ASSIGNED, lead=city.forestry)
    for caller in (person(city.water_clerk), person(city.xixia_clerk), machine(city.water), person(city.system_admin)):
        for by in By.values:
            answer = statistics(caller, by=by)
            assert (answer["all"], answer["groups"]) == (NOTHING, [])


def test_a_draft_counts_for_the_office_alone(city: City) -> None:
    walking.walk(city, State.DRAFT)
    assert figures(person(city.auditor)) == {"total": 1}
    assert figures(person(city.city_leader)) == figures(person(city.verifier)) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("by", "colour"),
        ("by", "lead,state"),
        ("by", "due_on"),
        ("state", "lost"),
        ("lead", "火星局"),
        ("source", "火星"),
        ("due_before", "gestern"),
        ("q", "\0"),
        ("ordering", "due_on"),
        ("limit", "25"),
        ("cursor", "x"),
        ("colour", "red"),
    ],
)
def test_a_wrong_question_is_named(city: City, name: str, value: str) -> None:
    answer = person(city.dispatcher).get("statistics/", {name: value})
    assert fields(problem(answer, 400, "invalid-input")) == [name]


def test_a_hidden_source_is_like_none(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED, lead=city.forestry)
    caller = person(city.water_clerk)
    hidden, none = (caller.get("statistics/", {"source": pk}) for pk in (item.source_id, 999_999))
    assert [row["field"] for row in problem(hidden, 400, "invalid-input")["errors"]] == ["source"]
    assert hidden.json() | {"request_id": ""} == none.json() | {"request_id": ""}


def test_a_machine_needs_the_scope_and_nobody_posts(city: City) -> None:
    caller = machine(city.office, [Role.DISPATCHER], ["actions", "events:read"])
    problem(caller.get("statistics/"), 403, "insufficient-scope")
    problem(person(city.dispatcher).post("statistics/"), 405, "method-not-allowed")


@pytest.mark.parametrize("query", [{}, {"by": "lead"}, {"by": "source", "state": "assigned"}])
def test_the_figures_cost_the_same_however_many_there_are(city: City, query: dict[str, str]) -> None:
    caller = person(city.dispatcher)
    walking.walk(city, State.ASSIGNED)
    few = queries(lambda: statistics(caller, **query))
    for lead in (city.water, city.forestry, city.tongbai):
        walking.walk(city, State.ASSIGNED, lead=lead)
    assert queries(lambda: statistics(caller, **query)) == few

"""The verbs over HTTP: version, body, rights; and that a refusal changes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import today
from accounts.roles import Role
from tests import walking
from tests.api.callers import fields, machine, person, problem
from tests.people import City, appoint
from workflow.lifecycle import BY_THE_CLOCK, State
from workflow.models import Event, WorkItem

FOUR_ELEMENTS = {"lead": "市水利局", "measures": "清淤", "standard": "Ⅲ类", "due_on": "2099-12-31"}


def state_of(item: WorkItem) -> str:
    return WorkItem.objects.values_list("state", flat=True).get(pk=item.pk)


# -- yes ---------------------------------------------------------------------------------------------------------------


def test_an_action_answers_the_item_as_it_is_now(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = person(city.environment_clerk).act(item, "accept", {"note": "收到"})
    seen = answer.json()
    assert (seen["state"], seen["version"]) == ("rectifying", item.version + 1)
    assert answer["ETag"] == f'"v{item.version + 1}"'
    assert Event.objects.filter(item=item).latest("id").note == "收到"


def test_an_empty_body_is_an_empty_object(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    assert person(city.environment_clerk).act(item, "accept", raw=b"").status_code == 200


@pytest.mark.parametrize("called", ["name", "alias", "id"])
def test_departments_are_named_by_name_alias_or_id(city: City, called: str) -> None:
    lead = {"name": "市水利局", "alias": "南阳市水利局", "id": city.water.pk}[called]
    body = FOUR_ELEMENTS | {"lead": lead, "departments": [{"role": "supervise", "department": lead}]}
    seen = person(city.dispatcher).act(walking.register(city), "assign", body).json()
    assert seen["departments"][:2] == [
        {"role": "lead", "department": "市水利局"},
        {"role": "supervise", "department": "市水利局"},
    ]
    assert seen["original_due_on"] == "2099-12-31"


def test_a_part_for_every_jurisdiction(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = person(city.dispatcher)
    assert caller.act(item, "decompose", {"group": "all_jurisdictions"}).status_code == 200
    assert caller.get("items/", {"department": "桐柏县"}).json()["count"] == 1


def test_parts_by_name_with_a_date_of_their_own(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    due_on = (today() + timedelta(days=9)).isoformat()
    person(city.dispatcher).act(
        item, "decompose", {"parts": [{"department": "桐柏县", "title": "t", "due_on": due_on}]}
    )
    (part,) = WorkItem.objects.filter(parent=item)
    assert (part.title, part.lead, part.due_on.isoformat()) == ("t", city.tongbai, due_on)


def test_a_machine_reports_and_its_percent_shows(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    body = {"text": "过半", "percent": 55, "values": {"吨": 12.5}}
    assert machine(city.environment).act(item, "report", body).json()["progress_percent"] == 55


def test_the_values_of_a_report_are_kept_as_they_were_sent(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    values = {str(n): n for n in range(45)} | {"吨" * 80: 12.5, "a": "x" * 200, "b": True, "c": None, "d": ""}
    assert person(city.environment_clerk).act(item, "report", {"text": "x", "values": values}).status_code == 200
    assert item.reports.get().values == values


@pytest.mark.parametrize(
    ("checklist", "field"),
    [
        ({"措施": True}, "checklist.措施"),
        ({"measures": "x" * 1000}, "checklist.measures"),
        ({"measures": 1}, "checklist.measures"),
        ({"measures": None}, "checklist.measures"),
        ({"measures": {"met": True, "a": True}}, "checklist.measures.a"),
        ({"measures": {"note": "好"}}, "checklist.measures.met"),
        ({"measures": {"met": True, "note": "长" * 501}}, "checklist.measures.note"),
    ],
)
def test_a_checklist_ticks_the_known_standards_only(city: City, checklist: dict[str, Any], field: str) -> None:
    item = walking.walk(city, State.VERIFYING)
    body = {"conclusion": "pass", "opinion": "属实", "checklist": checklist}
    assert fields(problem(person(city.verifier).act(item, "verify", body), 400, "invalid-input")) == [field]


def test_a_checklist_is_kept_with_the_verification(city: City) -> None:
    item = walking.walk(city, State.VERIFYING)
    lines = {"measures": True, "lasting": {"met": False, "note": "制度正在修订。"}}
    body = {"conclusion": "pass", "opinion": "属实", "checklist": lines}
    assert person(city.verifier).act(item, "verify", body).status_code == 200
    kept = item.verifications.get().checklist
    assert kept == {"measures": {"met": True, "note": ""}, "lasting": {"met": False, "note": "制度正在修订。"}}


def test_what_is_passed_without_meeting_a_standard_is_explained(city: City) -> None:
    item = walking.walk(city, State.VERIFYING)
    body = {"conclusion": "pass", "opinion": "属实", "checklist": {"measures": True, "effect": {"met": False}}}
    answer = problem(person(city.verifier).act(item, "verify", body), 400, "checklist")
    assert fields(answer) == ["checklist"]
    assert "整改效果" in answer["detail"]


def test_a_visit_has_its_day_and_its_team(city: City) -> None:
    item, caller = walking.walk(city, State.VERIFYING), person(city.verifier)
    body = {"conclusion": "supplement", "opinion": "补照片", "method": "site", "team": "市水利局张工"}
    assert fields(problem(caller.act(item, "verify", body), 400, "visited-on")) == ["visited_on"]
    answer = caller.act(item, "verify", body | {"visited_on": f"{walking.day_of(None)}"})
    assert (answer.json()["state"], answer.json()["supplement_by"] > f"{walking.day_of(None)}") == ("rectifying", True)
    assert (item.verifications.get().method, item.verifications.get().team) == ("site", "市水利局张工")


def test_an_objection_is_recorded_and_decided(city: City) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    caller = person(city.dispatcher)
    assert caller.act(item, "object", {"text": "还有臭味"}).json()["turn"]["party"] == "office"
    objection = caller.get(f"items/{item.number}/events/").json()["results"][-1]["data"]["objection"]
    body = {"objection": objection, "upheld": True, "opinion": "属实"}
    assert caller.act(item, "resolve-objection", body).json()["state"] == "rectifying"


def test_who_passes_an_item_on_sees_what_became_of_it(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = person(city.environment_clerk)
    answer = caller.act(item, "transfer", {"department": "市水利局", "reason": "属水利职责"})
    assert answer.json()["turn"] == {"party": "lead", "department": "市水利局"}
    assert caller.get(f"items/{item.number}/").status_code == 404


def test_a_cooperating_department_acknowledges_its_part(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING, departments=[("cooperate", city.tongbai)])
    assert person(city.tongbai_clerk).act(item, "acknowledge").json()["acknowledged_by"] == ["桐柏县"]


# -- no: the version ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["", "*", " "])
def test_the_version_must_be_named(city: City, tag: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    problem(person(city.environment_clerk).act(item, "accept", If_Match=tag), 428, "precondition-required")
    assert state_of(item) == State.ASSIGNED


@pytest.mark.parametrize("tag", ['"v1"', '"v0"', '"v999999999"'])
def test_the_tag_of_another_version_does_not_match(city: City, tag: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = person(city.environment_clerk).act(item, "accept", If_Match=tag)
    problem(answer, 412, "stale")
    assert answer["ETag"] == f'"v{item.version}"'
    assert state_of(item) == State.ASSIGNED


@pytest.mark.parametrize(
    "tag",
    [
        *("v2", "2", '"v2", "v3"', "'v2'", '"v2', '"v2"x', "W/v2", '"v٢"'),
        *('W/"v2"', '"v9999999999"', '""', '"v"', '"v-1"', '"x"'),
    ],
)
def test_what_is_not_one_tag_of_an_item_is_refused(city: City, tag: str) -> None:
    """Not with 412: who looked again and came back with the same would go round for ever."""
    item = walking.walk(city, State.ASSIGNED)
    problem(person(city.environment_clerk).act(item, "accept", If_Match=tag), 400, "if-match")


# -- no: the body ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("accept", {"state": "closed"}, "state"),
        ("accept", {"note": 5}, "note"),
        ("accept", {"by": 1, "version": 1, "now": "2020-01-01"}, "by now version"),
        ("decline", {}, "reason"),
        ("decline", {"reason": ""}, "reason"),
        ("decline", {"reason": " \u3000"}, "reason"),
        ("decline", {"reason": None}, "reason"),
        ("decline", {"reason": ["x"]}, "reason"),
        ("decline", {"reason": True}, "reason"),
        ("decline", {"reason": "x" * 20_001}, "reason"),
        ("decline", {"reason": "\n" + "x" * 20_000}, "reason"),
    ],
)
def test_the_body_of_the_lead(city: City, action: str, body: dict[str, Any], field: str) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = person(city.environment_clerk).act(item, action, body)
    assert sorted(fields(problem(answer, 400, "invalid-input"))) == field.split()
    assert state_of(item) == State.ASSIGNED


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("transfer", {"department": "市水利局"}, "reason"),
        ("transfer", {"department": "市火星局", "reason": "x"}, "department"),
        ("report", {"text": "x", "percent": "50"}, "percent"),
        ("report", {"text": "x", "percent": 101}, "percent"),
        ("report", {"text": "x", "percent": 2**70}, "percent"),
        ("report", {"text": "x", "percent": 5.5}, "percent"),
        ("report", {"text": "x", "percent": True}, "percent"),
        ("report", {"text": "x", "values": [1]}, "values"),
        ("report", {"text": "x", "values": {str(n): n for n in range(51)}}, "values"),
        ("report", {"text": "x", "values": {"吨" * 81: 1}}, "values"),
        ("report", {"text": "x", "values": {"a": "x" * 201}}, "values.a"),
        ("report", {"text": "x", "values": {"a": [1]}}, "values.a"),
        ("report", {"text": "x", "values": {"a": {"b": 1}}}, "values.a"),
        ("submit", {"summary": "x", "evidence": 5}, "evidence"),
        ("submit", {"summary": "x", "evidence": ["5"]}, "evidence.0"),
        ("submit", {"summary": "x", "evidence": [0]}, "evidence.0"),
    ],
)
def test_the_body_of_the_work(city: City, action: str, body: dict[str, Any], field: str) -> None:
    item = walking.walk(city, State.RECTIFYING)
    answer = person(city.environment_clerk).act(item, action, body)
    assert fields(problem(answer, 400, "invalid-input")) == [field]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lead": "市火星局"}, "lead"),
        ({"lead": 2**70}, "lead"),
        ({"lead": True}, "lead"),
        ({"lead": {"id": 1}}, "lead"),
        ({"departments": [{"role": "king", "department": "市水利局"}]}, "departments.0.role"),
        ({"departments": [{"role": "joint"}]}, "departments.0.department"),
        ({"departments": [{"role": "joint", "department": "市水利局", "stage": 1}]}, "departments.0.stage"),
        ({"departments": {"role": "joint"}}, "departments"),
        ({"departments": ["市水利局"]}, "departments.0"),
        ({"due_on": "31.12.2099"}, "due_on"),
        ({"due_on": "2099-02-30"}, "due_on"),
        ({"due_on": 20991231}, "due_on"),
        ({"due_on": "2099-12-31T00:00:00Z"}, "due_on"),
        ({"measures": 7}, "measures"),
    ],
)
def test_the_body_of_the_office(city: City, changed: dict[str, Any], field: str) -> None:
    item = walking.register(city)
    answer = person(city.dispatcher).act(item, "assign", FOUR_ELEMENTS | changed)
    assert fields(problem(answer, 400, "invalid-input")) == [field]
    assert state_of(item) == State.DRAFT


def test_all_missing_elements_are_named_at_once(city: City) -> None:
    answer = person(city.dispatcher).act(walking.register(city), "assign", {})
    assert fields(problem(answer, 400, "four-elements")) == ["measures", "lead", "due_on", "standard"]


@pytest.mark.parametrize("due_on", ["9999-12-31", "0001-01-01", "2000-02-29"])
def test_the_ends_of_time_do_no_harm(city: City, due_on: str) -> None:
    answer = person(city.dispatcher).act(walking.register(city), "assign", FOUR_ELEMENTS | {"due_on": due_on})
    assert answer.status_code == 400, answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"parts": []},
        {"group": "everybody"},
        {"parts": [{"department": "桐柏县"}], "group": "all_jurisdictions"},
        {"parts": [{"department": "桐柏县", "title": "x" * 201}]},
    ],
)
def test_parts_or_group_not_both_and_not_neither(city: City, body: dict[str, Any]) -> None:
    item = walking.walk(city, State.RECTIFYING)
    problem(person(city.dispatcher).act(item, "decompose", body), 400, "invalid-input")
    assert not item.children.exists()


@pytest.mark.parametrize("outcome", [None, "finished", 1])
def test_an_approval_names_its_outcome(city: City, outcome: Any) -> None:
    item = walking.walk(city, State.APPROVING)
    body = {"opinion": "同意"} | ({"outcome": outcome} if outcome else {})
    assert fields(problem(person(city.supervisor).act(item, "approve", body), 400, "invalid-input")) == ["outcome"]


@pytest.mark.parametrize("upheld", ["true", 1, None])
def test_a_decision_is_yes_or_no(city: City, upheld: Any) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    caller = person(city.dispatcher)
    caller.act(item, "object", {"text": "x"})
    answer = caller.act(item, "resolve-objection", {"upheld": upheld, "opinion": "x"})
    assert fields(problem(answer, 400, "invalid-input")) == ["upheld"]


# -- no: the rights ----------------------------------------------------------------------------------------------------


def test_a_refusal_is_the_sentence_of_the_button(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED, departments=[("joint", city.water)])
    caller = person(city.water_clerk)
    body = problem(caller.act(item, "accept"), 403, "not-the-lead")
    seen = caller.get(f"items/{item.number}/").json()["allowed_actions"]
    (button,) = [entry for entry in seen if entry["action"] == "accept"]
    assert (button["allowed"], button["reason"]) == (False, body["detail"])


def test_the_wrong_state_is_a_conflict(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    problem(person(city.environment_clerk).act(item, "accept"), 409, "not-in-this-state")


def test_nobody_judges_his_own_work(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING, departments=[("verify", city.environment)])
    both = appoint(city.environment_clerk, Role.VERIFIER, city.environment)
    walking.submit(city, item, by=both)
    answer = person(both).act(item, "verify", {"conclusion": "pass", "opinion": "好"})
    problem(answer, 403, "submitter")
    assert state_of(item) == State.VERIFYING


@pytest.mark.parametrize("action", [*BY_THE_CLOCK, "close", "assign2", "ASSIGN"])
def test_what_is_not_an_action_of_people_is_not_there(city: City, action: str) -> None:
    item = walking.walk(city, State.PUBLICIZING)
    problem(person(city.dispatcher).act(item, str(action)), 404, "not-found")


def test_acting_on_a_hidden_item_is_acting_on_none(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    caller = person(city.xixia_clerk)
    hidden = caller.act(item, "accept")
    missing = caller.post("items/XF1999-9999/actions/accept/", **{"If-Match": '"v1"'})
    problem(hidden, 404, "not-found")
    assert hidden.content == missing.content


@pytest.mark.parametrize("scopes", [["items:read"], ["evidence:write", "events:read"]])
def test_acting_needs_its_scope(city: City, scopes: list[str]) -> None:
    item = walking.walk(city, State.ASSIGNED)
    problem(machine(city.environment, scopes=scopes).act(item, "accept"), 403, "insufficient-scope")
    assert state_of(item) == State.ASSIGNED


def test_a_machine_of_another_department_may_not(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED, departments=[("joint", city.water)])
    problem(machine(city.water).act(item, "accept"), 403, "not-the-lead")


def test_what_is_misspelt_does_not_hide_what_else_is_wrong(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    answer = person(city.environment_clerk).act(item, "decline", {"reson": "不属本局", "note": 7})
    assert set(fields(problem(answer, 400, "invalid-input"))) == {"reson", "reason", "note"}

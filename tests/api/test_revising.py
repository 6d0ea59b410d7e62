"""`PATCH items/{number}/`: what was entered wrongly is corrected, by the office that keeps the item."""

from typing import Any

import pytest

from accounts.roles import Role
from tests import walking
from tests.api.callers import Machine, fields, machine, person, problem
from tests.people import City, appoint
from tests.walking import walk
from tests.workflow.fingerprint import fingerprint
from workflow.lifecycle import State
from workflow.models import Event, IdempotencyRecord, WorkItem


@pytest.fixture
def office(city: City) -> Machine:
    return machine(city.office, [Role.DISPATCHER])


def revisions(item: WorkItem) -> int:
    return item.events.filter(action=Event.REVISE).count()


def test_the_fields_that_are_given_are_corrected_and_no_others(city: City, office: Machine) -> None:
    item = walk(city, State.RECTIFYING)
    answer = office.patch(item, {"title": "白河垃圾", "region": "桐柏县", "note": "录入有误。"})
    assert answer.status_code == 200
    assert answer["ETag"] == f'"v{item.version + 1}"'
    seen = answer.json()
    assert (seen["title"], seen["region"], seen["description"]) == ("白河垃圾", "桐柏县", item.description)
    assert (seen["version"], seen["state"]) == (item.version + 1, "rectifying")
    event = office.get(f"items/{item.number}/events/").json()["results"][-1]
    assert (event["action"], event["label"], event["note"]) == ("revise", "更正登记内容", "录入有误。")
    assert event["data"] == {"changed": {"title": [item.title, "白河垃圾"], "region": ["", "桐柏县"]}}


def test_people_correct_by_their_session(city: City) -> None:
    item = walk(city, State.DRAFT)
    assert person(city.dispatcher).patch(item, {"deadline_kind": "staged"}).json()["deadline_kind"] == "staged"


def test_null_takes_the_region_away(city: City, office: Machine) -> None:
    item = walking.register(city, procedure="campaign", region=city.tongbai.region)
    assert office.patch(item, {"region": None}).json()["region"] is None


@pytest.mark.parametrize("given", [{}, {"note": "x"}, {"title": "{}"}, {"external_ref": ""}], ids=str)
@pytest.mark.parametrize("state", [State.DRAFT, State.VERIFYING, State.CLOSED])
def test_where_nothing_differs_the_version_stays(
    city: City, office: Machine, given: dict[str, Any], state: State
) -> None:
    item = walk(city, state, procedure="campaign")
    before = fingerprint()
    answer = office.patch(item, {name: word.format(item.title) for name, word in given.items()})
    assert (answer.status_code, answer["ETag"]) == (200, f'"v{item.version}"')
    assert fingerprint() == before


# -- no ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [
        ("", 428, "precondition-required"),
        ("*", 428, "precondition-required"),
        ('"v1"', 412, "stale"),
        ('W/"v2"', 400, "if-match"),
        ('"v02"', 200, ""),
        ('"zebra"', 400, "if-match"),
        ('"v99999999999"', 400, "if-match"),
        ("v2", 400, "if-match"),
        ('"v1", "v2"', 400, "if-match"),
    ],
)
def test_the_version_that_was_seen_is_named(city: City, office: Machine, tag: str, status: int, code: str) -> None:
    item = walk(city, State.ASSIGNED)
    answer = office.patch(item, {"title": "白河垃圾"}, If_Match=tag)
    assert answer.status_code == status
    assert revisions(item) == (status == 200)
    if code:
        problem(answer, status, code)
    if status == 412:
        assert answer["ETag"] == '"v2"'


def test_of_two_who_saw_the_same_the_second_is_told(city: City, office: Machine) -> None:
    item = walk(city, State.DRAFT)
    office.patch(item, {"title": "白河垃圾"}, If_Match='"v1"')
    problem(office.patch(item, {"title": "唐河垃圾"}, If_Match='"v1"'), 412, "stale")
    item.refresh_from_db()
    assert (item.title, item.version) == ("白河垃圾", 2)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("environment_clerk", 403, "not-the-office"),
        ("environment_head", 403, "not-the-office"),
        ("verifier", 403, "not-the-office"),
        ("supervisor", 403, "not-the-office"),
        ("auditor", 403, "not-the-office"),
        ("city_leader", 403, "not-the-office"),
        ("xixia_clerk", 404, "not-found"),
        ("system_admin", 404, "not-found"),
        ("security_admin", 404, "not-found"),
    ],
)
def test_who_sees_it_is_told_why_not_and_who_does_not_hears_nothing(
    city: City, name: str, status: int, code: str
) -> None:
    item = walk(city, State.RECTIFYING)
    problem(person(getattr(city, name)).patch(item, {"title": "白河垃圾"}), status, code)
    assert revisions(item) == 0


def test_what_is_hidden_answers_like_what_never_was(city: City) -> None:
    item = walk(city, State.DRAFT)
    caller = machine(city.environment, [Role.DISPATCHER])
    hidden, never = caller.patch(item, {"title": "x"}), caller.patch("WT1999-0001", {"title": "x"})
    assert problem(hidden, 404, "not-found") == problem(never, 404, "not-found")


def test_without_the_scope_nothing_is_corrected(city: City) -> None:
    item = walk(city, State.DRAFT)
    caller = machine(city.office, [Role.DISPATCHER], ["items:read", "actions"])
    problem(caller.patch(item, {"title": "白河垃圾"}), 403, "insufficient-scope")
    assert revisions(item) == 0


@pytest.mark.parametrize("state", [State.VERIFYING, State.PUBLICIZING, State.APPROVING, State.CLOSED, State.VOID])
def test_what_is_judged_stays(city: City, office: Machine, state: State) -> None:
    item = walk(city, state)
    wrong = problem(office.patch(item, {"title": "白河垃圾"}), 409, "not-in-this-state")
    assert "以验收时的内容为准" in wrong["detail"]
    assert revisions(item) == 0


def test_the_kind_of_deadline_stands_once_it_is_assigned(city: City, office: Machine) -> None:
    answer = office.patch(walk(city, State.ASSIGNED), {"deadline_kind": "long_term"})
    assert fields(problem(answer, 409, "deadline-kind-stands")) == ["deadline_kind"]


@pytest.mark.parametrize("name", ["due_on", "original_due_on", "supplement_by"])
def test_no_deadline_is_set_this_way(city: City, office: Machine, name: str) -> None:
    item = walk(city, State.RECTIFYING)
    wrong = problem(office.patch(item, {name: "2031-01-01", "title": "白河垃圾"}), 400, "invalid-input")
    assert fields(wrong) == [name]
    assert "延期" in wrong["errors"][0]["message"]
    assert revisions(item) == 0


@pytest.mark.parametrize(
    "name",
    ["state", "number", "version", "office", "created_by", "source", "procedure", "petition", "measures", "lead", "id"],
)
def test_whatever_else_is_named_is_no_field(city: City, office: Machine, name: str) -> None:
    item = walk(city, State.DRAFT)
    assert fields(problem(office.patch(item, {name: 1, "title": "白河垃圾"}), 400, "invalid-input")) == [name]
    assert revisions(item) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", None),
        ("title", "字" * 201),
        ("title", "河道\r\n垃圾"),
        ("title", 7),
        ("description", " "),
        ("description", ["x"]),
        ("region", "没有这个县"),
        ("region", False),
        ("external_ref", "9" * 81),
        ("external_ref", None),
        ("deadline_kind", ""),
        ("deadline_kind", 1),
        ("note", 1),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_wrong_values_name_their_field(city: City, office: Machine, name: str, value: Any) -> None:
    item = walk(city, State.DRAFT)
    assert fields(problem(office.patch(item, {name: value}), 400, "invalid-input")) == [name]
    assert revisions(item) == 0


def test_only_json_is_read(city: City, office: Machine) -> None:
    item = walk(city, State.DRAFT)
    answer = office.patch(item, {"title": "白河垃圾"}, Content_Type="application/json-patch+json")
    assert answer.status_code == 415


# -- with a key --------------------------------------------------------------------------------------------------------


def test_a_key_is_not_needed_but_honoured(city: City, office: Machine) -> None:
    item = walk(city, State.DRAFT)
    sent = {"If_Match": '"v1"', "Idempotency_Key": "k"}
    first, again = (office.patch(item, {"title": "白河垃圾"}, **sent) for _n in range(2))
    assert (again.status_code, again.content) == (200, first.content)
    assert again["Idempotent-Replayed"] == "true"
    problem(office.patch(item, {"title": "唐河垃圾"}, **sent), 422, "idempotency-key-reused")
    assert revisions(item) == 1


def test_a_key_that_is_sent_has_to_be_one(city: City, office: Machine) -> None:
    item = walk(city, State.DRAFT)
    for key in ("x" * 300, "two words", "键"):
        problem(office.patch(item, {"title": "白河垃圾"}, Idempotency_Key=key), 400, "idempotency-key")
    assert revisions(item) == 0 and not IdempotencyRecord.objects.exists()


def test_who_dispatches_no_longer_is_not_told_the_first_answer(city: City, office: Machine) -> None:
    item = walk(city, State.DRAFT)
    sent = {"If_Match": '"v1"', "Idempotency_Key": "k"}
    office.patch(item, {"title": "白河垃圾"}, **sent)
    office.user.memberships.update(role=Role.SUPERVISOR)
    problem(office.patch(item, {"title": "白河垃圾"}, **sent), 403, "not-the-office")
    office.user.memberships.update(department=city.water)
    problem(office.patch(item, {"title": "白河垃圾"}, **sent), 404, "not-found")


def test_who_dispatches_for_two_offices_corrects_for_the_one_that_keeps_it(city: City) -> None:
    item = walk(city, State.RECTIFYING)
    both = appoint(city.environment_clerk, Role.DISPATCHER, city.water)
    problem(person(both).patch(item, {"title": "白河垃圾"}), 403, "not-the-office")

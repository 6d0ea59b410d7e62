"""`POST items/`: an issue or a petition is entered, by the office alone."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import today
from accounts.roles import Role
from tests import walking
from tests.api.callers import API, Machine, fields, machine, person, problem
from tests.api.parallel import at_once
from tests.pages.test_sources import foreign_source
from tests.people import City, appoint
from tests.workflow.fingerprint import fingerprint
from workflow.models import Event, IdempotencyRecord, NumberSeries, Petition, Source, WorkItem


def campaign(city: City) -> Source:
    return walking.source(city, "campaign")


def body(source: Source, /, **more: Any) -> dict[str, Any]:
    """`source` may be named otherwise among `more`."""
    return {"source": source.pk, "title": "河道垃圾", "description": "白河边堆放建筑垃圾。"} | more


@pytest.fixture
def office(city: City) -> Machine:
    return machine(city.office, [Role.DISPATCHER])


def test_an_issue_is_entered(city: City, office: Machine) -> None:
    more = {"region": "桐柏县", "external_ref": "案〔2026〕7号", "deadline_kind": "immediate"}
    answer = office.post("items/", body(campaign(city), **more))
    assert answer.status_code == 201
    item = WorkItem.objects.get()
    assert answer.json()["number"] == item.number
    assert answer["ETag"] == '"v1"'
    assert answer["Location"].endswith(f"{API}items/{item.number}/")
    assert office.http.get(answer["Location"], headers=office.headers).json() == answer.json()
    assert (item.state, item.region.name, item.external_ref) == ("draft", "桐柏县", "案〔2026〕7号")
    assert (item.deadline_kind, item.created_by) == ("immediate", office.user)
    assert item.events.get().action == Event.CREATE


def test_its_number_and_place_on_the_road_are_given_by_the_system(city: City, office: Machine) -> None:
    first, second = (office.post("items/", body(campaign(city))).json() for _n in range(2))
    assert second["number"] > first["number"]
    assert (first["state"], first["turn"]["department"], first["due_on"]) == ("draft", city.office.name, None)


@pytest.mark.parametrize("by", ["title", "document_number", "pk"])
def test_a_source_goes_by_its_title_its_document_number_or_its_id(city: City, office: Machine, by: str) -> None:
    source = campaign(city)
    Source.objects.filter(pk=source.pk).update(document_number="宛环〔2026〕1号")
    source.refresh_from_db()
    assert office.post("items/", body(source, source=getattr(source, by))).json()["source"]["id"] == source.pk


@pytest.mark.parametrize("by", ["name", "code", "pk"])
def test_a_region_goes_by_its_name_its_code_or_its_id(city: City, office: Machine, by: str) -> None:
    region = city.tongbai.region
    answer = office.post("items/", body(campaign(city), region=getattr(region, by)))
    assert answer.json()["region"] == region.name


def test_a_petition_is_entered_with_what_came_with_it(city: City, office: Machine) -> None:
    earlier = walking.register(city)
    told = {
        "channel": "hotline",
        "batch": "第三批",
        "received_on": today().isoformat(),
        "place": "白河东岸",
        "regions": ["西峡县", "桐柏县"],
        "sub_issues": ["夜间排污", "异味扰民"],
        "repeat_of": earlier.number,
    }
    answer = office.post("items/", body(walking.source(city), external_ref="D2HA20260407", petition=told)).json()
    assert answer["region"] == "西峡县"
    seen = answer["petition"]
    assert {name: seen[name] for name in ("channel", "batch", "received_on", "place", "repeat_of")} == {
        name: told[name] for name in ("channel", "batch", "received_on", "place", "repeat_of")
    }
    assert sorted(seen["regions"]) == sorted(told["regions"])
    assert [row["text"] for row in seen["sub_issues"]] == told["sub_issues"]


def test_people_enter_by_their_session_and_need_no_key(city: City) -> None:
    assert person(city.dispatcher).post("items/", body(campaign(city))).status_code == 201
    assert not IdempotencyRecord.objects.exists()


# -- no ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def untouched(city: City) -> Any:
    """Whatever is refused leaves no trace, not even a gap in the numbers."""
    for procedure in ("petition", "campaign", "plan-task"):
        walking.source(city, procedure)
    before = fingerprint()
    yield
    assert fingerprint() == before
    assert not NumberSeries.objects.exists()


@pytest.mark.parametrize(
    "name", ["verifier", "supervisor", "auditor", "system_admin", "security_admin", "environment_clerk", "city_leader"]
)
def test_nobody_but_a_dispatcher_enters(city: City, name: str) -> None:
    problem(person(getattr(city, name)).post("items/", body(campaign(city))), 403, "not-the-office")
    assert not WorkItem.objects.exists() and not NumberSeries.objects.exists()


def test_a_departments_machine_enters_nothing_whatever_it_names(city: City) -> None:
    caller = machine(city.environment)
    problem(caller.post("items/", {"source": "没有这个来源"}), 403, "not-the-office")
    problem(caller.post("items/", body(campaign(city))), 403, "not-the-office")


def test_without_the_scope_nothing_is_entered(city: City) -> None:
    caller = machine(city.office, [Role.DISPATCHER], ["items:read", "actions"])
    answer = caller.post("items/", body(campaign(city)))
    problem(answer, 403, "insufficient-scope")
    assert 'scope="items:write"' in answer["WWW-Authenticate"]
    assert not WorkItem.objects.exists()


def test_a_source_of_another_office_does_not_exist(city: City, office: Machine) -> None:
    source = foreign_source()
    hidden = problem(office.post("items/", body(source)), 400, "invalid-input")
    never = problem(office.post("items/", body(source, source=10**6)), 400, "invalid-input")
    assert hidden == never and fields(hidden) == ["source"]
    assert not WorkItem.objects.exists()


def test_a_source_that_is_only_seen_takes_nothing(city: City) -> None:
    """He dispatches for his office, and reads along in another one."""
    source = foreign_source()
    caller = person(appoint(city.dispatcher, Role.SUPERVISOR, source.office))
    problem(caller.post("items/", body(source)), 403, "not-the-office")
    assert not WorkItem.objects.exists()


def test_tasks_come_in_with_their_plan(city: City, office: Machine) -> None:
    wrong = problem(office.post("items/", body(walking.source(city, "plan-task"))), 400, "plan-source")
    assert fields(wrong) == ["source"]
    assert "导入" in wrong["detail"]
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["state", "number", "version", "office", "created_by", "kind", "procedure", "parent", "outcome", "note", "section"],
)
def test_what_the_system_decides_is_an_unknown_field(city: City, office: Machine, name: str) -> None:
    wrong = problem(office.post("items/", body(campaign(city), **{name: "closed"})), 400, "invalid-input")
    assert wrong["errors"] == [{"field": name, "message": "未知字段。"}]
    assert not WorkItem.objects.exists()


def test_a_deadline_is_no_field_and_the_answer_says_where_it_is_set(city: City, office: Machine) -> None:
    wrong = problem(
        office.post("items/", body(campaign(city), due_on="2030-01-01", lead="市水利局")), 400, "invalid-input"
    )
    assert fields(wrong) == ["due_on", "lead"]
    assert "延期" in wrong["errors"][0]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "字" * 201),
        ("title", 7),
        ("title", None),
        ("title", ["河道"]),
        ("title", "河道\n垃圾"),
        ("title", "河道\u0085垃圾"),
        ("description", ""),
        ("description", "字" * 20_001),
        ("description", {"text": "x"}),
        ("source", ""),
        ("source", None),
        ("source", True),
        ("source", [1]),
        ("source", 2**70),
        ("source", -1),
        ("region", "没有这个县"),
        ("region", None),
        ("region", 1.5),
        ("external_ref", "9" * 81),
        ("external_ref", 9),
        ("deadline_kind", "someday"),
        ("deadline_kind", True),
        ("petition", "x"),
        ("petition", None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_wrong_values_name_their_field(city: City, office: Machine, untouched: None, name: str, value: Any) -> None:
    wrong = problem(office.post("items/", body(campaign(city), **{name: value})), 400, "invalid-input")
    assert fields(wrong) == [name]


@pytest.mark.parametrize("raw", [b'{"title": "a\\u0000b"}', b'{"title": "\\ud800"}', b"[]", b"null", b'"x"', b"{", b""])
def test_what_cannot_be_kept_or_is_no_object_is_refused(
    city: City, office: Machine, untouched: None, raw: bytes
) -> None:
    assert office.post("items/", raw=raw).status_code == 400


def test_all_that_is_missing_is_named_at_once(city: City, office: Machine) -> None:
    assert fields(problem(office.post("items/", {}), 400, "invalid-input")) == ["title", "description", "source"]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"channel": "pigeon"}, "petition.channel"),
        ({"batch": "批" * 41}, "petition.batch"),
        ({"received_on": "昨天"}, "petition.received_on"),
        ({"received_on": "0001-01-01T00:00:00Z"}, "petition.received_on"),
        ({"place": "地" * 201}, "petition.place"),
        ({"regions": ["桐柏县", "没有这个县"]}, "petition.regions.1"),
        ({"regions": "桐柏县"}, "petition.regions"),
        ({"sub_issues": ["x"] * 31}, "petition.sub_issues"),
        ({"sub_issues": ["事" * 1001]}, "petition.sub_issues.0"),
        ({"repeat_of": "XF1999-0001"}, "petition.repeat_of"),
        ({"finding": "true"}, "petition.finding"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_wrong_with_a_petition_is_named_where_it_stands(
    city: City, office: Machine, untouched: None, told: dict[str, Any], field: str
) -> None:
    answer = office.post("items/", body(walking.source(city), petition=told))
    assert answer.status_code == 400
    assert fields(answer.json()) == [field]


def test_a_petition_of_tomorrow_is_refused_by_the_verb_in_the_same_words(
    city: City, office: Machine, untouched: None
) -> None:
    told = {"received_on": (today() + timedelta(days=1)).isoformat()}
    wrong = problem(office.post("items/", body(walking.source(city), petition=told)), 400, "petition")
    assert fields(wrong) == ["petition.received_on"]


def test_only_a_source_of_petitions_takes_one(city: City, office: Machine, untouched: None) -> None:
    answer = office.post("items/", body(campaign(city), petition={}))
    assert fields(problem(answer, 400, "no-petitions")) == ["source"]


def test_a_petitions_number_stands_once(city: City, office: Machine) -> None:
    given = body(walking.source(city), external_ref="D2HA20260407")
    assert office.post("items/", given).status_code == 201
    assert fields(problem(office.post("items/", given), 400, "petition-number")) == ["external_ref"]
    assert Petition.objects.count() == 1


def test_lists_keep_their_parameters_and_writing_takes_none(city: City, office: Machine) -> None:
    assert office.get("items/", {"limit": 1}).status_code == 200
    answer = office.post("items/?limit=1", body(campaign(city)))
    assert fields(problem(answer, 400, "invalid-input")) == ["limit"]


# -- once --------------------------------------------------------------------------------------------------------------


def test_a_machine_needs_a_key(city: City, office: Machine) -> None:
    for key, code in [("", "idempotency-key-required"), ("x" * 300, "idempotency-key"), ("键", "idempotency-key")]:
        problem(office.post("items/", body(campaign(city)), **{"Idempotency-Key": key}), 400, code)
    assert not WorkItem.objects.exists()


def test_the_first_answer_comes_again_with_its_address(city: City, office: Machine) -> None:
    first, again = (office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"}) for _n in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert again["Idempotent-Replayed"] == "true"
    assert WorkItem.objects.count() == 1


def test_a_key_means_one_request(city: City, office: Machine) -> None:
    item = walking.register(city)
    assert office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"}).status_code == 201
    other = office.post("items/", body(campaign(city), title="另一件"), **{"Idempotency-Key": "k"})
    problem(other, 422, "idempotency-key-reused")
    problem(office.act(item, "void", {"reason": "x"}, **{"Idempotency-Key": "k"}), 422, "idempotency-key-reused")
    assert WorkItem.objects.count() == 2


def test_keys_of_two_machines_are_two(city: City, office: Machine) -> None:
    other = machine(city.office, [Role.DISPATCHER])
    numbers = {
        caller.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"}).json()["number"]
        for caller in (office, other)
    }
    assert len(numbers) == 2


def test_a_refused_request_does_not_use_up_its_key(city: City, office: Machine) -> None:
    problem(office.post("items/", body(campaign(city), title=""), **{"Idempotency-Key": "k"}), 400, "invalid-input")
    assert not IdempotencyRecord.objects.exists()
    assert office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"}).status_code == 201


def test_who_dispatches_no_longer_is_not_told_the_first_answer(city: City, office: Machine) -> None:
    office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"})
    office.user.memberships.update(role=Role.VERIFIER)
    problem(office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"}), 403, "not-the-office")


def test_who_dispatches_elsewhere_by_now_is_not_told_either(city: City, office: Machine) -> None:
    office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"})
    office.user.memberships.update(department=city.water)
    problem(office.post("items/", body(campaign(city)), **{"Idempotency-Key": "k"}), 404, "not-found")


def test_fifty_at_once_make_one_item(committed_city: City) -> None:
    """One does it; the others are told to wait, or what the first one was told."""
    caller = machine(committed_city.office, [Role.DISPATCHER])
    given = body(campaign(committed_city))
    answers = at_once(lambda _n: caller.post("items/", given, **{"Idempotency-Key": "k"}), 50)
    item = WorkItem.objects.get()
    assert item.events.count() == 1
    made = [answer for answer in answers if answer.status_code == 201]
    assert {answer.json()["number"] for answer in made} == {item.number}
    assert ["Idempotent-Replayed" in answer for answer in made].count(False) == 1
    for answer in answers:
        if answer not in made:
            problem(answer, 409, "idempotency-key-in-use")
            assert answer["Retry-After"] == "1"
    assert place_in_series(item) == 1


def test_twenty_at_once_with_keys_of_their_own_make_twenty_without_a_gap(committed_city: City) -> None:
    caller = machine(committed_city.office, [Role.DISPATCHER])
    given = body(campaign(committed_city))
    answers = at_once(lambda n: caller.post("items/", given, **{"Idempotency-Key": f"k{n}"}), 20)
    assert [answer.status_code for answer in answers] == [201] * 20
    assert sorted(place_in_series(item) for item in WorkItem.objects.all()) == list(range(1, 21))


def place_in_series(item: WorkItem) -> int:
    return int(item.number.rpartition("-")[2])

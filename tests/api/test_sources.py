"""Sources over HTTP: found, read, opened, given another procedure; and by whom not."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Department, Region
from accounts.roles import Role
from tests import walking
from tests.api.callers import Caller, Machine, fields, machine, person, problem
from tests.people import City, appoint
from workflow.lifecycle import State
from workflow.models import Procedure, Source

NEW = {"kind": "own", "title": "夜查", "document_number": "宛环委办〔2026〕7号", "issued_on": "2026-03-01"}
READ_AND_WRITE = ("items:read", "items:write")


def office_machine(city: City, scopes: tuple[str, ...] = READ_AND_WRITE) -> Machine:
    return machine(city.office, [Role.DISPATCHER], scopes)


def another_office() -> Department:
    """Of another city."""
    region = Region.objects.create(name="邻市", kind="city")
    return Department.objects.create(name="邻市环委办", kind="office", region=region)


def foreign_source(**given: Any) -> Source:
    facts = {"kind": "petition", "title": "邻市批次", "created_at": timezone.now(), "office": another_office()}
    return Source.objects.create(procedure=Procedure.objects.get(code="petition"), **facts | given)


def patch(caller: Caller, pk: int, body: Any) -> Any:
    url = f"/api/v1/sources/{pk}/"
    return caller.http.patch(url, body, content_type="application/json", headers=caller.headers)


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_source_is_read_by_its_id(city: City) -> None:
    made = office_machine(city).post("sources/", NEW).json()
    assert person(city.dispatcher).get(f"sources/{made['id']}/").json() == made
    assert made | {"id": 0} == {
        "id": 0,
        "kind": "own",
        "title": "夜查",
        "document_number": "宛环委办〔2026〕7号",
        "issued_on": "2026-03-01",
        "period_from": None,
        "period_to": None,
        "procedure": "own-finding",
        "office": "市生态环境保护委员会办公室",
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"kind": "own"}, 1),
        ({"kind": "own,petition"}, 2),
        ({"q": "夜"}, 1),
        ({"q": "7号"}, 1),
        ({"q": "火星"}, 0),
        ({"issued_from": "2026-03-01"}, 1),
        ({"issued_from": "2026-03-02"}, 0),
        ({"issued_to": "2026-03-01"}, 1),
        ({"issued_to": "2026-02-28"}, 0),
        ({"office": "市生态环境保护委员会办公室"}, 2),
        ({"office": "市水利局"}, 0),
    ],
)
def test_sources_are_searched(city: City, query: dict[str, str], count: int) -> None:
    person(city.dispatcher).post("sources/", NEW)
    walking.source(city)
    assert person(city.auditor).get("sources/", query).json()["count"] == count


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "king"),
        ("q", "\0"),
        ("q", "x" * 81),
        ("office", "火星局"),
        ("office", "9" * 30),
        ("issued_from", "gestern"),
        ("issued_to", "2026-02-30"),
        ("title", "夜查"),
    ],
)
def test_a_wrong_question_is_named(city: City, name: str, value: str) -> None:
    answer = person(city.dispatcher).get("sources/", {name: value})
    assert fields(problem(answer, 400, "invalid-input")) == [name]


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_a_source_that_never_was(city: City, pk: str) -> None:
    problem(person(city.dispatcher).get(f"sources/{pk}/"), 404, "not-found")


def test_a_source_is_hidden_from_those_without_an_item_of_it(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED, lead=city.water)
    foreign = foreign_source()
    assert person(city.water_clerk).get(f"sources/{item.source_id}/").status_code == 200
    for caller in (person(city.xixia_clerk), machine(city.forestry), person(city.system_admin)):
        problem(caller.get(f"sources/{item.source_id}/"), 404, "not-found")
    for caller in (person(city.dispatcher), person(city.city_leader), person(city.security_admin)):
        problem(caller.get(f"sources/{foreign.pk}/"), 404, "not-found")
        assert "邻市" not in caller.get("sources/").content.decode()


# -- opening one -------------------------------------------------------------------------------------------------------


def test_a_dispatcher_and_his_machine_open_sources(city: City) -> None:
    for caller, number in ((person(city.dispatcher), "1号"), (office_machine(city), "2号")):
        answer = caller.post("sources/", NEW | {"document_number": number, "procedure": "campaign"})
        assert answer.status_code == 201
        made = Source.objects.get(document_number=number)
        assert answer["Location"].endswith(f"/api/v1/sources/{made.pk}/")
        assert (made.procedure.code, made.created_by, made.office) == ("campaign", caller.user, city.office)


def test_a_retry_opens_one(city: City) -> None:
    caller = office_machine(city)
    first, again = (caller.post("sources/", NEW, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.json(), again["Idempotent-Replayed"], again.status_code) == (again.json(), "true", 201)
    assert again["Location"] == first["Location"]
    assert Source.objects.count() == 1
    problem(caller.post("sources/", NEW | {"title": "日查"}, **{"Idempotency-Key": "k"}), 422, "idempotency-key-reused")
    problem(caller.post("sources/", NEW, **{"Idempotency-Key": ""}), 400, "idempotency-key-required")


def test_the_same_document_twice_is_refused(city: City) -> None:
    caller = office_machine(city)
    caller.post("sources/", NEW)
    answer = problem(caller.post("sources/", NEW), 400, "document-number-twice")
    assert fields(answer) == ["document_number"]
    assert Source.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "plan"}, "kind"),
        ({"kind": 1}, "kind"),
        ({"kind": None}, "kind"),
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": 5}, "title"),
        ({"document_number": "x" * 81}, "document_number"),
        ({"issued_on": "2026-02-30"}, "issued_on"),
        ({"issued_on": "0"}, "issued_on"),
        ({"procedure": "火星"}, "procedure"),
        ({"procedure": ""}, "procedure"),
        ({"procedure": 7}, "procedure"),
        ({"office": "火星局"}, "office"),
        ({"office": 10**30}, "office"),
        ({"office": True}, "office"),
        ({"office": ["市水利局"]}, "office"),
        ({"created_by": 1}, "created_by"),
    ],
)
def test_a_wrong_source_is_named_and_not_opened(city: City, given: dict[str, Any], field: str) -> None:
    answer = person(city.dispatcher).post("sources/", NEW | given)
    assert fields(problem(answer, 400, "invalid-input")) == [field]
    assert not Source.objects.exists()


def test_text_that_cannot_be_kept_is_refused(city: City) -> None:
    problem(person(city.dispatcher).post("sources/", NEW | {"title": "夜\0查"}), 400, "parse-error")


@pytest.mark.parametrize(
    "name", ["environment_clerk", "verifier", "supervisor", "auditor", "city_leader", "system_admin"]
)
def test_only_a_dispatcher_opens_a_source(city: City, name: str) -> None:
    problem(person(getattr(city, name)).post("sources/", NEW), 403, "not-the-office")
    problem(person(getattr(city, name)).post("sources/", {"kind": "nonsense"}), 403, "not-the-office")
    assert not Source.objects.exists()


def test_a_machine_needs_the_role_and_the_scope(city: City) -> None:
    problem(office_machine(city, ("items:read", "actions")).post("sources/", NEW), 403, "insufficient-scope")
    problem(machine(city.water, [Role.CLERK], READ_AND_WRITE).post("sources/", NEW), 403, "not-the-office")
    assert not Source.objects.exists()


def test_nobody_opens_a_source_for_another_office(city: City) -> None:
    foreign = another_office()
    problem(person(city.dispatcher).post("sources/", NEW | {"office": foreign.pk}), 403, "not-the-office")
    problem(person(city.dispatcher).post("sources/", NEW | {"office": "市水利局"}), 403, "not-the-office")
    assert not Source.objects.exists()


def test_whoever_works_for_two_offices_names_one(city: City) -> None:
    foreign = another_office()
    caller = person(appoint(city.dispatcher, Role.DISPATCHER, foreign))
    assert fields(problem(caller.post("sources/", NEW), 400, "invalid-input")) == ["office"]
    assert caller.post("sources/", NEW | {"office": "邻市环委办"}).json()["office"] == "邻市环委办"


def test_a_procedure_of_another_office_is_none_of_ours(city: City) -> None:
    foreign = another_office()
    shipped = Procedure.objects.get(code="campaign", office=None)
    Procedure.objects.filter(pk=shipped.pk).update(office=foreign)
    answer = person(city.dispatcher).post("sources/", NEW | {"procedure": "campaign"})
    assert fields(problem(answer, 400, "invalid-input")) == ["procedure"]


# -- another procedure -------------------------------------------------------------------------------------------------


def test_new_items_go_by_another_procedure_and_the_old_ones_keep_theirs(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    answer = patch(office_machine(city), item.source_id, {"procedure": "own-finding"})
    assert (answer.status_code, answer.json()["procedure"]) == (200, "own-finding")
    item.refresh_from_db()
    assert item.procedure.code == "petition"
    assert Source.objects.get(pk=item.source_id).procedure.code == "own-finding"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "procedure"),
        ({"procedure": "火星"}, "procedure"),
        ({"procedure": 1}, "procedure"),
        ({"title": "x"}, "title"),
    ],
)
def test_a_wrong_choice_is_named(city: City, body: dict[str, Any], field: str) -> None:
    source = walking.source(city)
    wrong = problem(patch(person(city.dispatcher), source.pk, body), 400, "invalid-input")
    assert field in fields(wrong)
    source.refresh_from_db()
    assert source.procedure.code == "petition"


def test_only_the_dispatcher_of_its_office_chooses(city: City) -> None:
    item, foreign = walking.walk(city, State.RECTIFYING, lead=city.water), foreign_source()
    chosen = {"procedure": "own-finding"}
    for name in ("water_clerk", "supervisor", "auditor", "city_leader"):
        problem(patch(person(getattr(city, name)), item.source_id, chosen), 403, "not-the-office")
    problem(patch(person(city.xixia_clerk), item.source_id, chosen), 404, "not-found")
    problem(patch(person(city.dispatcher), foreign.pk, chosen), 404, "not-found")
    problem(patch(office_machine(city, ("items:read", "actions")), item.source_id, chosen), 403, "insufficient-scope")
    assert set(Source.objects.values_list("procedure__code", flat=True)) == {"petition"}


def test_what_is_not_possible_here_is_not_allowed(city: City) -> None:
    source = walking.source(city)
    problem(person(city.dispatcher).post(f"sources/{source.pk}/", NEW), 405, "method-not-allowed")
    problem(patch_list(person(city.dispatcher)), 405, "method-not-allowed")


def patch_list(caller: Caller) -> Any:
    return caller.http.patch("/api/v1/sources/", {}, content_type="application/json")

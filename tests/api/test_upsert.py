"""`PUT items/external/{ref}/`: created or corrected by the client's own reference."""

from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse

from accounts.roles import Role
from tests import walking
from tests.api.callers import API, Machine, fields, machine, person, problem
from tests.api.parallel import at_once
from tests.pages.test_sources import foreign_source
from tests.people import City
from tests.workflow.fingerprint import fingerprint
from workflow.lifecycle import State
from workflow.models import Event, ExternalReference, IdempotencyRecord, Source, WorkItem


def body(source: Source, /, **more: Any) -> dict[str, Any]:
    return {"source": source.pk, "title": "河道垃圾", "description": "白河边堆放建筑垃圾。"} | more


@pytest.fixture
def office(city: City) -> Machine:
    return machine(city.office, [Role.DISPATCHER])


@pytest.fixture
def campaign(city: City) -> Source:
    return walking.source(city, "campaign")


def put(caller: Machine, ref: str, given: Any, **headers: str) -> HttpResponse:
    return caller.put(f"items/external/{quote(ref, safe='')}/", given, **headers)


def test_a_new_reference_makes_an_item_and_the_same_again_changes_nothing(office: Machine, campaign: Source) -> None:
    made = put(office, "A-7", body(campaign))
    assert (made.status_code, made["ETag"]) == (201, '"v1"')
    assert made["Location"].endswith(f"{API}items/{made.json()['number']}/")
    assert made.json()["external_ref"] == "A-7"
    again = put(office, "A-7", body(campaign))
    assert (again.status_code, again["ETag"], "Location" in again) == (200, '"v1"', False)
    assert again.json() == made.json()
    assert Event.objects.count() == 1


def test_what_is_given_is_corrected(office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign))
    answer = put(office, "A-7", {"title": "白河垃圾", "region": "桐柏县"})
    assert (answer.status_code, answer["ETag"]) == (200, '"v2"')
    assert (answer.json()["title"], answer.json()["description"]) == ("白河垃圾", "白河边堆放建筑垃圾。")
    assert WorkItem.objects.get().events.latest("pk").action == Event.REVISE


def test_it_can_be_read_by_the_same_reference(office: Machine, campaign: Source) -> None:
    made = put(office, "A-7", body(campaign))
    answer = office.get("items/external/A-7/")
    assert (answer.json(), answer["ETag"]) == (made.json(), made["ETag"])
    problem(office.get("items/external/A-8/"), 404, "not-found")


@pytest.mark.parametrize(
    "ref", ["x", "案〔2026〕7号", "宛信/2026/3", "100%", "a b", "events", "𠮷" * 80, "%2F", "a+b", "../items", "?x=1#y"]
)
def test_references_are_the_clients_own_words(office: Machine, campaign: Source, ref: str) -> None:
    assert put(office, ref, body(campaign)).status_code == 201
    assert ExternalReference.objects.get().ref == ref
    assert WorkItem.objects.get().external_ref == ref
    assert put(office, ref, body(campaign)).status_code == 200


def test_the_body_may_say_another_number(office: Machine, campaign: Source) -> None:
    assert put(office, "A-7", body(campaign, external_ref="甲7号")).json()["external_ref"] == "甲7号"
    assert put(office, "A-7", {"title": "白河垃圾"}).json()["external_ref"] == "甲7号"
    assert put(office, "A-7", {"external_ref": ""}).json()["external_ref"] == ""


def test_two_clients_with_the_same_word_mean_two_items(city: City, office: Machine, campaign: Source) -> None:
    other = machine(city.office, [Role.DISPATCHER])
    answers = [put(caller, "A-7", body(campaign)) for caller in (office, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert put(other, "A-7", {"title": "白河垃圾"}).json()["number"] == answers[1].json()["number"]
    assert office.get("items/external/A-7/").json()["title"] == "河道垃圾"


def test_a_person_has_references_as_well(city: City, campaign: Source) -> None:
    caller = person(city.dispatcher)
    assert put(caller, "A-7", body(campaign)).status_code == 201
    assert put(caller, "A-7", body(campaign)).status_code == 200


def test_a_petition_sent_twice_is_one(city: City, office: Machine) -> None:
    given = body(walking.source(city), petition={"channel": "hotline", "regions": ["西峡县"], "sub_issues": ["异味"]})
    first, again = (put(office, "D2HA001", given) for _n in range(2))
    assert (first.status_code, again.status_code, again["ETag"]) == (201, 200, '"v1"')
    assert again.json() == first.json()


# -- entered by POST ---------------------------------------------------------------------------------------------------


def test_what_was_posted_with_a_number_is_corrected_by_it(office: Machine, campaign: Source) -> None:
    posted = office.post("items/", body(campaign, external_ref="A-7"), Idempotency_Key="k")
    assert office.get("items/external/A-7/").json()["number"] == posted.json()["number"]
    problem(put(office, "A-7", body(campaign), If_None_Match="*"), 412, "already-there")
    answer = put(office, "A-7", body(campaign, title="白河垃圾"))
    assert (answer.status_code, answer["ETag"], answer.json()["number"]) == (200, '"v2"', posted.json()["number"])
    assert WorkItem.objects.get().title == "白河垃圾"


def test_a_posted_petition_is_corrected_by_its_number(city: City, office: Machine) -> None:
    given = body(walking.source(city), petition={"channel": "hotline"})
    office.post("items/", given | {"external_ref": "D2HA001"}, Idempotency_Key="k")
    assert put(office, "D2HA001", given | {"title": "异味"}).status_code == 200
    problem(put(office, "D2HA001", given | {"petition": {"channel": "letter"}}), 400, "petition-stands")
    assert WorkItem.objects.get().title == "异味"


def test_a_number_of_two_sources_means_the_item_that_had_it_first(
    city: City, office: Machine, campaign: Source
) -> None:
    own = walking.source(city, "own-finding")
    first, other = (office.post("items/", body(source, external_ref="7")).json() for source in (campaign, own))
    assert office.get("items/external/7/").json()["number"] == first["number"]
    assert fields(problem(put(office, "7", body(own)), 400, "invalid-input")) == ["source"]
    assert [other["external_ref"], WorkItem.objects.count()] == ["7", 2]


def test_without_a_number_nothing_is_referred_to(city: City, office: Machine, campaign: Source) -> None:
    for given in ({}, {"external_ref": ""}, {"external_ref": "A-7", "title": ""}):
        office.post("items/", body(campaign, **given))
    person(city.dispatcher).post("items/", body(campaign, external_ref="A-7"))
    assert not ExternalReference.objects.filter(client=office.user).exists()
    assert put(office, "A-7", body(campaign)).status_code == 201


# -- the client's own order --------------------------------------------------------------------------------------------


def test_what_comes_late_changes_nothing(office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign, sequence=5))
    assert put(office, "A-7", {"title": "新", "sequence": 9}).status_code == 200
    before = fingerprint()
    for sequence in (0, 5, 8):  # 5 with other content, and long ago
        wrong = problem(put(office, "A-7", {"title": "旧", "sequence": sequence}), 409, "out-of-order")
        assert "9" in wrong["detail"]
    assert fingerprint() == before


def test_the_same_number_again_is_good_with_the_same_content_only(office: Machine, campaign: Source) -> None:
    given = body(campaign, sequence=5)
    put(office, "A-7", given)
    before = fingerprint()
    again = put(office, "A-7", given)
    assert (again.status_code, again["ETag"]) == (200, '"v1"')
    for other in ({"title": "另一个"}, {"region": "桐柏县"}):
        wrong = problem(put(office, "A-7", given | other), 409, "sequence-reused")
        assert "5" in wrong["detail"]
    assert fingerprint() == before
    assert put(office, "A-7", given | {"title": "另一个", "sequence": 6}).json()["title"] == "另一个"


def test_the_same_again_does_not_take_back_what_the_office_corrected(
    city: City, office: Machine, campaign: Source
) -> None:
    given = body(campaign, sequence=5)
    number = put(office, "A-7", given).json()["number"]
    person(city.dispatcher).patch(number, {"title": "白河垃圾"})
    assert put(office, "A-7", given).json()["title"] == "白河垃圾"
    assert put(office, "A-7", given | {"sequence": 6}).json()["title"] == "河道垃圾"


def test_a_correction_whose_answer_was_lost_is_sent_again(office: Machine, campaign: Source) -> None:
    given = body(campaign, sequence=5)
    put(office, "A-7", given)
    corrected = {"title": "白河垃圾", "sequence": 6}
    first = put(office, "A-7", corrected)
    before = fingerprint()
    again = put(office, "A-7", corrected)
    assert (again.status_code, again["ETag"], again.json()["title"]) == (200, first["ETag"], "白河垃圾")
    problem(put(office, "A-7", given | {"sequence": 6}), 409, "sequence-reused")  # the title of before
    assert fingerprint() == before


def test_a_higher_number_counts_even_if_nothing_differs(office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign, sequence=5))
    assert put(office, "A-7", body(campaign, sequence=7))["ETag"] == '"v1"'
    problem(put(office, "A-7", {"title": "旧", "sequence": 6}), 409, "out-of-order")


def test_who_counts_no_more_is_still_heard_and_the_count_stays(office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign, sequence=2**63 - 1))
    assert put(office, "A-7", {"title": "白河垃圾"}).status_code == 200
    problem(put(office, "A-7", {"title": "旧", "sequence": 1}), 409, "out-of-order")


@pytest.mark.parametrize("sequence", [-1, 2**63, 1.0, "1", True, None])
def test_a_number_is_whole_and_can_be_kept(office: Machine, campaign: Source, sequence: Any) -> None:
    assert fields(problem(put(office, "A-7", body(campaign, sequence=sequence)), 400, "invalid-input")) == ["sequence"]
    assert not WorkItem.objects.exists()


# -- preconditions -----------------------------------------------------------------------------------------------------


def test_the_version_that_was_seen_is_honoured_when_it_is_named(office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign))
    assert put(office, "A-7", {"title": "甲"}, If_Match='"v1"')["ETag"] == '"v2"'
    stale = put(office, "A-7", {"title": "乙"}, If_Match='"v1"')
    problem(stale, 412, "stale")
    assert stale["ETag"] == '"v2"'
    problem(put(office, "A-7", {"title": "乙"}, If_Match='W/"v2"'), 400, "if-match")
    problem(put(office, "A-7", {"title": "乙"}, If_Match="v2"), 400, "if-match")
    assert put(office, "A-7", {"title": "乙"}, If_Match="*").status_code == 200


@pytest.mark.parametrize("tag", ['"v1"', "*"])
def test_where_something_must_be_nothing_is_created(office: Machine, campaign: Source, tag: str) -> None:
    problem(put(office, "A-7", body(campaign), If_Match=tag), 412, "not-there")
    problem(put(office, "A-7", body(campaign, title=7), If_Match=tag), 400, "invalid-input")
    assert not WorkItem.objects.exists()


def test_create_only_creates_once(office: Machine, campaign: Source) -> None:
    assert put(office, "A-7", body(campaign), If_None_Match="*").status_code == 201
    again = put(office, "A-7", body(campaign, title="另一个"), If_None_Match="*")
    problem(again, 412, "already-there")
    assert again["ETag"] == '"v1"'
    problem(put(office, "A-8", body(campaign), If_None_Match='"v1"'), 400, "if-none-match")
    assert WorkItem.objects.get().title == "河道垃圾"


# -- no ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ref",
    ["a\0b", "a\nb", "\x7f", "a\u0085b", "a\u2028b", "字" * 81, " ", " a", "a\u3000", "a/b\t/c"],
    ids=lambda ref: ascii(ref)[:12],
)
def test_a_reference_is_one_short_line(office: Machine, campaign: Source, ref: str) -> None:
    before = fingerprint()
    assert fields(problem(put(office, ref, body(campaign)), 400, "invalid-input")) == ["ref"]
    problem(office.get(f"items/external/{quote(ref, safe='')}/"), 400, "invalid-input")
    assert fingerprint() == before


@pytest.mark.parametrize("ref", ["%BC%D7-1", "%FF", "a%80b", "%25E6%25A1%2588-1", "%25e6"])
def test_a_reference_comes_as_utf_8(office: Machine, campaign: Source, ref: str) -> None:
    for answer in (
        office.put(f"items/external/{ref}/", body(campaign)),
        office.get(f"items/external/{ref}/"),
    ):
        wrong = problem(answer, 400, "invalid-input")
        assert (fields(wrong), "UTF-8" in wrong["errors"][0]["message"]) == (["ref"], True)
    assert not ExternalReference.objects.exists()


def test_no_reference_is_no_address(office: Machine, campaign: Source) -> None:
    problem(office.put("items/external/", body(campaign)), 405, "method-not-allowed")
    problem(office.put("items/external//", body(campaign)), 404, "not-found")
    assert not WorkItem.objects.exists()


def test_for_a_new_one_all_that_is_missing_is_named(office: Machine) -> None:
    wrong = problem(put(office, "A-7", {"region": "桐柏县"}), 400, "invalid-input")
    assert fields(wrong) == ["source", "title", "description"]
    assert not ExternalReference.objects.exists()


def test_the_source_stays(city: City, office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign))
    for source in (walking.source(city, "own-finding"), foreign_source()):
        wrong = problem(put(office, "A-7", {"source": source.pk, "title": "甲"}), 400, "invalid-input")
        assert fields(wrong) == ["source"]
    item = WorkItem.objects.get()
    assert (item.title, item.source) == ("河道垃圾", campaign)


def test_what_came_with_a_petition_stays(city: City, office: Machine) -> None:
    given = body(walking.source(city), petition={"channel": "hotline"})
    put(office, "D2HA001", given)
    for told in ({"channel": "letter"}, {}):
        answer = put(office, "D2HA001", given | {"title": "甲", "petition": told})
        assert fields(problem(answer, 400, "petition-stands")) == ["petition"]
    assert WorkItem.objects.get().title == "河道垃圾"


@pytest.mark.parametrize("name", ["due_on", "state", "number", "version", "created_by", "measures", "note", "id"])
def test_nothing_else_is_a_field(office: Machine, campaign: Source, name: str) -> None:
    assert fields(problem(put(office, "A-7", body(campaign, **{name: 1})), 400, "invalid-input")) == [name]
    put(office, "A-7", body(campaign))
    assert fields(problem(put(office, "A-7", {name: 1, "title": "甲"}), 400, "invalid-input")) == [name]
    assert WorkItem.objects.get().title == "河道垃圾"


def test_tasks_come_in_with_their_plan(city: City, office: Machine) -> None:
    problem(put(office, "A-7", body(walking.source(city, "plan-task"))), 400, "plan-source")
    assert not ExternalReference.objects.exists()


def test_what_is_judged_stays_but_the_same_again_is_good(city: City, office: Machine, campaign: Source) -> None:
    number = put(office, "A-7", body(campaign)).json()["number"]
    item = WorkItem.objects.get(number=number)
    for step in (walking.assign, walking.accept, walking.submit):
        item = step(city, item)
    assert item.state == State.VERIFYING
    problem(put(office, "A-7", body(campaign, title="甲")), 409, "not-in-this-state")
    assert put(office, "A-7", body(campaign)).status_code == 200


def test_a_reference_means_its_item_also_when_that_is_void(city: City, office: Machine, campaign: Source) -> None:
    number = put(office, "A-7", body(campaign)).json()["number"]
    walking.void(city, WorkItem.objects.get(number=number))
    problem(put(office, "A-7", body(campaign, title="甲")), 409, "not-in-this-state")
    assert put(office, "A-8", body(campaign, title="甲")).status_code == 201


@pytest.mark.parametrize("roles", [[Role.VERIFIER], [Role.SUPERVISOR], [Role.CLERK], [Role.AUDITOR]])
def test_only_a_dispatchers_seat_writes(city: City, campaign: Source, roles: list[Role]) -> None:
    problem(put(machine(city.office, roles), "A-7", body(campaign)), 403, "not-the-office")
    assert not WorkItem.objects.exists()


def test_without_the_scope_nothing_is_written(city: City, campaign: Source) -> None:
    caller = machine(city.office, [Role.DISPATCHER], ["items:read"])
    problem(put(caller, "A-7", body(campaign)), 403, "insufficient-scope")


def test_what_is_out_of_sight_by_now_is_not_there_and_not_made_again(
    city: City, office: Machine, campaign: Source
) -> None:
    """The machine works for another office by now; its reference still means the item that it entered."""
    put(office, "A-7", body(campaign), Idempotency_Key="k")
    office.user.memberships.update(department=foreign_source().office)
    theirs = Source.objects.get(title="邻市批次")
    for given, headers in [
        (body(theirs), {}),
        ({}, {"If_None_Match": "*"}),
        (body(campaign), {"Idempotency_Key": "k"}),
    ]:
        problem(put(office, "A-7", given, **headers), 404, "not-found")
    problem(office.get("items/external/A-7/"), 404, "not-found")
    assert WorkItem.objects.count() == 1
    assert put(office, "A-8", body(theirs)).status_code == 201


# -- at the same time --------------------------------------------------------------------------------------------------


def test_two_at_once_make_one_item_and_the_others_correct_it(committed_city: City) -> None:
    caller = machine(committed_city.office, [Role.DISPATCHER])
    campaign = walking.source(committed_city, "campaign")
    answers = at_once(lambda number: put(caller, "A-7", body(campaign, title=f"第{number}次")), 8)
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    item = WorkItem.objects.get()
    assert item.version == item.events.count() == 8
    assert {answer.json()["number"] for answer in answers} == {item.number}


def test_create_only_at_once_creates_once(committed_city: City) -> None:
    caller = machine(committed_city.office, [Role.DISPATCHER])
    campaign = walking.source(committed_city, "campaign")
    answers = at_once(lambda _number: put(caller, "A-7", body(campaign), If_None_Match="*"), 6)
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 5
    assert WorkItem.objects.count() == 1


# -- with a key --------------------------------------------------------------------------------------------------------


def test_a_key_is_not_needed_but_honoured(office: Machine, campaign: Source) -> None:
    put(office, "A-7", body(campaign))
    assert not IdempotencyRecord.objects.exists()
    first, again = (put(office, "A-8", body(campaign), Idempotency_Key="k") for _n in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert again["Location"] == first["Location"]
    problem(put(office, "A-9", body(campaign), Idempotency_Key="k"), 422, "idempotency-key-reused")
    assert WorkItem.objects.count() == 2

"""Through which other doors something hidden might come: parameters, ids in bodies, bulk, the feed, counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.permissions.described import operations
from tests.permissions.ground import marker, source_marker
from tests.permissions.matrix import MATRIX, RELATIONS, SEEN, SOURCE_SEEN
from tests.permissions.world import World, every_byte, lasting
from workflow.models import Event, Evidence, Extension, Objection, Source, WorkItem

pytestmark = pytest.mark.django_db
NO_NUMBER, NO_ID, NO_TEXT = "XF1949-0001", 8_999_999_999, "NOBODY-EVER-WROTE-THIS"
LISTS = [name for name, row in MATRIX.items() if name.startswith("GET") and operations()[name].query]
ACT = "POST items/{number}/actions/"


def read(world: World, caller: str, name: str, relation: str = "", **query: Any) -> Any:
    operation = operations()[name]
    place = world.address(MATRIX[name].about, relation) if "{" in operation.path else {}
    return world.ask(caller, operation, place, query=query)


def without(answer: Any, value: object) -> str:
    """An answer as text in which what was asked with is blotted out."""
    status, body, _headers = lasting(answer)
    body.pop("status", None)  # told already; an id may look like a piece of it
    return f"{status} {json.dumps(body, ensure_ascii=False).replace(str(value).strip('[]'), '?')}"


# -- the marks are there, so that their absence means something --------------------------------------------------------


@pytest.mark.parametrize("relation", RELATIONS)
def test_whoever_sees_an_item_reads_its_mark_wherever_it_is_told(world: World, relation: str) -> None:
    reader = "elsewhere_machine" if relation == "elsewhere" else "office_machine"
    of_item = [name for name in MATRIX if name.startswith("GET items/{number}/") and "{id}" not in name]
    assert len(of_item) >= 3
    for name in of_item:
        assert marker(relation).encode() in every_byte(read(world, reader, name, relation)), name
    assert marker(relation).encode() in every_byte(read(world, reader, "GET items/", limit=200))
    assert marker(relation).encode() in every_byte(read(world, reader, "GET events/", limit=200))


def test_sources_are_read_by_whoever_the_table_says(world: World) -> None:
    for caller in world.callers:
        answer = read(world, caller, "GET sources/", limit=200)
        if answer.status_code == 200:
            found = {mark for mark in map(source_marker, RELATIONS) if mark.encode() in every_byte(answer)}
            there = set(Source.objects.values_list("title", flat=True))
            allowed = {source_marker(relation) for relation in RELATIONS if caller in SOURCE_SEEN[relation]}
            assert found == allowed & there, caller


# -- lists, counts, the feed -------------------------------------------------------------------------------------------


def test_lists_and_counts_hold_what_the_table_says_and_nothing_else(world: World) -> None:
    numbers = {item.number: relation for relation, item in world.ground.items.items()}
    for caller in world.callers:
        answer = read(world, caller, "GET items/", limit=200)
        if answer.status_code != 200:
            continue
        body = answer.json()
        seen = {numbers[entry["number"]] for entry in body["results"] if entry["number"] in numbers}
        assert seen == {relation for relation in RELATIONS if caller in SEEN[relation]}, caller
        assert body["count"] == len(body["results"]), caller


@pytest.mark.parametrize("caller", ["machine", "foreign_machine", "office_machine", "elsewhere_machine"])
def test_the_feed_tells_all_of_what_is_seen_and_nothing_of_what_is_not(world: World, caller: str) -> None:
    listed = {entry["number"] for entry in read(world, caller, "GET items/", limit=200).json()["results"]}
    told: list[int] = []
    page = read(world, caller, "GET events/", limit=100).json()
    while page["events"]:
        assert {event["item"] for event in page["events"]} <= listed
        told += [event["id"] for event in page["events"]]
        page = read(world, caller, "GET events/", limit=100, after=page["next"]).json()
    assert sorted(told) == list(
        Event.objects.filter(item__number__in=listed).order_by("pk").values_list("pk", flat=True)
    )


# -- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("caller", ["clerk", "machine"])
def test_no_parameter_tells_what_is_hidden_from_what_never_was(world: World, name: str, caller: str) -> None:
    hidden = world.ground.items["foreign"]
    pairs = [(hidden.number, NO_NUMBER), (hidden.source_id, NO_ID), (marker("foreign"), NO_TEXT)]
    pairs += [(source_marker("foreign"), NO_TEXT), (hidden.pk, NO_ID)]
    for parameter in operations()[name].query:
        if parameter in ("limit", "after"):  # a number of rows; a place in an order
            continue
        for secret, nothing in pairs:
            found = without(read(world, caller, name, "own", **{parameter: secret}), secret)
            assert found == without(read(world, caller, name, "own", **{parameter: nothing}), nothing), parameter


# -- ids in bodies -----------------------------------------------------------------------------------------------------


def foreign_ids(world: World) -> list[tuple[str, str, dict[str, Any], str, object, object]]:
    """Caller, operation, the rest of the body, field, an id of something hidden, one of nothing."""
    file = Evidence.objects.filter(item=world.ground.items["foreign"]).latest("pk").pk
    extension = Extension.objects.filter(item=world.ground.items["foreign"]).latest("pk").pk
    objection = Objection.objects.filter(item=world.ground.items["closed"]).latest("pk").pk
    elsewhere = world.ground.items["elsewhere"].number
    merged = {"opinion": "并入。", "outcome": "merged", "reason": "并入。"}
    return [
        ("clerk", f"{ACT}submit/", {"summary": "已清运。"}, "evidence", [file], [NO_ID]),
        ("clerk", f"{ACT}report/", {"text": "进展。"}, "milestones", [file], [NO_ID]),
        ("clerk", "POST items/{number}/evidence/", {"kind": "after_photo"}, "replaces", file, NO_ID),
        ("machine", "POST items/{number}/evidence/", {"kind": "after_photo"}, "replaces", file, NO_ID),
        (
            "dispatcher",
            f"{ACT}decide-extension/",
            {"approved": True, "reason": "同意。"},
            "extension",
            extension,
            NO_ID,
        ),
        ("dispatcher", f"{ACT}resolve-objection/", {"upheld": False, "opinion": "否。"}, "objection", objection, NO_ID),
        (
            "dispatcher",
            f"{ACT}void/",
            {k: merged[k] for k in ("outcome", "reason")},
            "merged_into",
            elsewhere,
            NO_NUMBER,
        ),
        (
            "supervisor",
            f"{ACT}approve/",
            {k: merged[k] for k in ("opinion", "outcome")},
            "merged_into",
            elsewhere,
            NO_NUMBER,
        ),
        ("supervisor", f"{ACT}sign-paper/", {}, "proposal", file, NO_ID),
        ("clerk", f"{ACT}reply/", {"text": "已办。"}, "paper", file, NO_ID),
    ]


def test_an_id_of_something_hidden_in_a_body_is_like_an_id_of_nothing(world: World) -> None:
    version = world.ground.versions()["own"]
    place = world.address("item", "own")
    for caller, name, rest, field, secret, nothing in foreign_ids(world):
        operation = operations()[name]
        file = {"file": operation.body["file"]} if "evidence/" in name else {}
        answers = []
        for value in (secret, nothing):
            for upload in file.values():
                upload.seek(0)
            body = rest | file | {field: value}
            answers.append(without(world.ask(caller, operation, place, body=body, version=version), value))
        assert answers[0] == answers[1], (name, field)
        assert answers[0][0] == "4", (name, field, answers[0])


def test_a_number_that_a_list_of_actions_names_is_checked_by_itself(world: World) -> None:
    own, hidden = world.ground.items["own"], world.ground.items["foreign"]
    versions = world.ground.versions()
    act = {"action": "report", "text": "进展。"}
    body = [
        act | {"number": own.number, "version": versions["own"]},
        act | {"number": hidden.number, "version": versions["foreign"]},
        act | {"number": NO_NUMBER, "version": 1},
    ]
    before = WorkItem.objects.get(pk=hidden.pk).version
    for caller in ("clerk", "machine"):
        answer = world.ask(caller, operations()["POST items/bulk/"], {}, body=body)
        done, refused, never = answer.json()
        assert (done["status"], refused["status"]) == (200, 404)
        assert refused | {"number": ""} == never | {"number": ""}
        assert WorkItem.objects.get(pk=hidden.pk).version == before

"""Petitions over HTTP: what was asked and what was found, for who sees the item."""

from datetime import datetime, timedelta

import pytest

from tests.api.callers import fields, machine, person, problem
from tests.complaints import MATTERS, complain, found, in_work
from tests.pages.reading import queries
from tests.people import City
from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Petition


def test_a_petition_is_told_with_its_findings(city: City) -> None:
    item = in_work(city)
    found(
        item,
        city.environment_clerk,
        "true",
        "not",
        "true",
        finding="partly",
        investigation="已核查",
        counts={"fined": 12},
    )
    told = person(city.dispatcher).get(f"petitions/{item.number}/").json()
    assert (told["number"], told["finding"], told["investigation"]) == (item.number, "partly", "已核查")
    assert [(row["text"], row["finding"]) for row in told["sub_issues"]] == list(
        zip(MATTERS, ("true", "not", "true"), strict=True)
    )
    assert told["handling"]["fined"] == "12.0000"
    assert person(city.dispatcher).get("petitions/").json()["results"] == [told]


def test_the_petitions_of_a_source(city: City) -> None:
    item = complain(city)
    caller = person(city.dispatcher)
    (told,) = caller.get("petitions/", {"source": item.source.title}).json()["results"]
    assert told["number"] == item.number
    assert fields(problem(caller.get("petitions/", {"source": "没有这批"}), 400, "invalid-input")) == ["source"]


def test_what_is_not_found_out_yet_is_null(city: City) -> None:
    told = person(city.dispatcher).get(f"petitions/{complain(city).number}/").json()
    assert (told["finding"], told["completion"], told["sub_issues"][0]["finding"]) == (None, None, None)


def test_the_same_is_told_of_it_wherever_it_stands(city: City) -> None:
    """Whoever reads it to write it back loses nothing; what the public reads is masked (test_notice_text)."""
    item = in_work(city)
    told = "现场负责人电话 13711112222，已核查"
    found(item, city.environment_clerk, "true", "not", "true", finding="partly", investigation=told)
    caller = machine(city.environment)
    single, listed = caller.get(f"petitions/{item.number}/").json(), caller.get("petitions/").json()["results"][0]
    within = caller.get(f"items/{item.number}/").json()["petition"]
    assert single["investigation"] == listed["investigation"] == within["investigation"] == told


def test_what_was_found_is_a_change_of_the_item_without_a_new_version(city: City) -> None:
    item = in_work(city)
    caller = machine(city.environment)
    before = caller.get(f"items/{item.number}/").json()
    found(item, city.environment_clerk, "true", "not", "true", finding="partly", investigation="已核查")
    (after,) = caller.get("items/", {"updated_since": _just_after(before["updated_at"])}).json()["results"]
    assert (after["number"], after["version"]) == (item.number, before["version"])
    found(item, city.environment_clerk, "true", "not", "true", finding="partly", investigation="已核查")
    again = caller.get(f"items/{item.number}/").json()
    assert again["updated_at"] == after["updated_at"], "nothing was changed"


def _just_after(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(microseconds=1)).isoformat()


def test_who_does_not_see_the_item_does_not_see_the_petition(city: City) -> None:
    item = in_work(city)
    stranger = machine(city.forestry)
    problem(stranger.get(f"petitions/{item.number}/"), 404, "not-found")
    assert stranger.get("petitions/").json() == {"results": [], "next": None, "count": 0, "count_capped": False}
    problem(stranger.get("petitions/N-0000/"), 404, "not-found")


def test_an_earlier_item_that_the_caller_does_not_see_is_not_named(city: City) -> None:
    first = complain(city)
    item = walk(city, State.RECTIFYING)
    Petition.objects.filter(item=item).update(repeat_of=first.petition)
    for user, named in ((city.dispatcher, first.number), (city.environment_clerk, None)):
        assert person(user).get(f"petitions/{item.number}/").json()["repeat_of"] == named
        assert person(user).get(f"items/{item.number}/").json()["petition"]["repeat_of"] == named


def test_repeats_are_counted_as_far_as_the_caller_sees_them(city: City) -> None:
    first = walk(city, State.RECTIFYING)
    for item in (complain(city), walk(city, State.RECTIFYING)):
        Petition.objects.update_or_create(item=item, defaults={"repeat_of": Petition.objects.get(item=first)})
    for user, count in ((city.dispatcher, 2), (city.environment_clerk, 1)):
        assert person(user).get(f"items/{first.number}/").json()["petition"]["repeats"] == count


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"finding": "true,partly"}, 1),
        ({"finding": "not"}, 0),
        ({"batch": "第十二批"}, 1),
        ({"channel": "hotline"}, 1),
        ({"received_from": "2026-11-02"}, 0),
    ],
)
def test_petitions_are_filtered(city: City, query: dict[str, str], count: int) -> None:
    item = in_work(city)
    facts = {"batch": "第十二批", "channel": "hotline", "received_on": "2026-11-01", "finding": "partly"}
    Petition.objects.filter(item=item).update(**facts)
    assert person(city.dispatcher).get("petitions/", query).json()["count"] == count


@pytest.mark.parametrize(
    "query", [{"petitioner": "张三"}, {"finding": "maybe"}, {"received_to": "昨天"}, {"region": "x"}]
)
def test_what_a_filter_does_not_know_is_named(city: City, query: dict[str, str]) -> None:
    body = problem(person(city.dispatcher).get("petitions/", query), 400, "invalid-input")
    assert fields(body) == list(query)


def test_pages_hold_each_petition_once_and_cost_the_same(city: City) -> None:
    caller, items = person(city.dispatcher), [complain(city) for _ in range(3)]
    first = caller.get("petitions/", {"limit": 2})
    second = caller.http.get(first.json()["next"], headers=caller.headers)
    numbers = [row["number"] for answer in (first, second) for row in answer.json()["results"]]
    assert numbers == [item.number for item in reversed(items)]
    few = queries(lambda: caller.get("petitions/", {"limit": 1}))
    assert queries(lambda: caller.get("petitions/", {"limit": 3})) == few

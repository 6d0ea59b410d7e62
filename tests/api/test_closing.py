"""Publishing, objections, papers, merging and filing over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.callers import fields, machine, person, problem
from tests.people import City
from tests.walking import day_of, register, walk
from workflow.lifecycle import State
from workflow.models import WorkItem


def last_event(city: City, item: WorkItem) -> dict:
    return person(city.dispatcher).get(f"items/{item.number}/events/").json()["results"][-1]


def test_a_publication_is_recorded(city: City) -> None:
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    body = {"starts_on": day_of(None).isoformat(), "place": "南阳日报"}
    assert person(city.dispatcher).act(item, "publish", body).status_code == 200
    assert last_event(city, item)["data"]["place"] == "南阳日报"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"days": 99}, "publicity-period", "days"),
        ({"ends_on": "2099-01-01"}, "publicity-period", "ends_on"),
        ({"starts_on": "2099-01-01"}, "publicity-start", "starts_on"),
        ({"days": 0}, "invalid-input", "days"),
        ({"starts_on": None}, "invalid-input", "starts_on"),
        ({"until": "2099-01-01"}, "invalid-input", "until"),
    ],
)
def test_a_wrong_publication_is_refused_with_its_field(city: City, wrong: dict, code: str, field: str) -> None:
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    body = {"starts_on": day_of(None).isoformat()} | wrong
    assert fields(problem(person(city.dispatcher).act(item, "publish", body), 400, code)) == [field]


def test_who_objects_is_taken_but_never_handed_out(city: City) -> None:
    item = walk(city, State.PUBLICIZING)
    caller = person(city.dispatcher)
    body = {"text": "电话 13711112222", "name": "张三丰", "contact": "13899998888", "channel": "phone"}
    answer = caller.act(item, "object", body)
    everything = answer.content.decode() + caller.get(f"items/{item.number}/events/").content.decode()
    assert item.objections.get().name == "张三丰"
    assert [secret for secret in ("张三丰", "13899998888", "13711112222") if secret in everything] == []


def test_nobody_objects_for_the_public_here(city: City) -> None:
    item = walk(city, State.PUBLICIZING)
    assert person(city.dispatcher).act(item, "public-objection", {"text": "否"}).status_code == 404


def test_the_closing_event_carries_number_day_outcome_and_where_it_goes_on(city: City) -> None:
    other, item = register(city), walk(city, State.APPROVING)
    body = {"opinion": "同意", "outcome": "merged", "merged_into": other.number, "signed_on": day_of(None).isoformat()}
    assert person(city.supervisor).act(item, "approve", body).json()["outcome"] == "merged"
    data = last_event(city, item)["data"]
    assert data["document_number"] == f"销号〔{day_of(None).year}〕1号"
    assert (data["signed_on"], data["outcome"], data["merged_into"]) == (body["signed_on"], "merged", other.number)


def test_a_signature_in_the_future_is_refused(city: City) -> None:
    body = {"opinion": "同意", "outcome": "rectified", "signed_on": (day_of(None) + timedelta(days=1)).isoformat()}
    answer = person(city.supervisor).act(walk(city, State.APPROVING), "approve", body)
    assert fields(problem(answer, 400, "signed-on")) == ["signed_on"]


def test_a_void_item_says_as_what(city: City) -> None:
    body = {"reason": "查无此事", "outcome": "not_substantiated"}
    seen = person(city.dispatcher).act(register(city), "void", body).json()
    assert (seen["state"], seen["outcome"]) == ("void", "not_substantiated")
    answer = person(city.dispatcher).act(register(city), "void", body | {"outcome": "rectified"})
    assert fields(problem(answer, 400, "outcome")) == ["outcome"]


def test_a_close_out_is_filed(city: City) -> None:
    item = walk(city, State.CLOSED, procedure="central-inspection")
    seen = person(city.dispatcher).act(item, "file", {"document_number": "豫督备〔2026〕3号"}).json()
    assert seen["state"] == "closed"
    assert last_event(city, item)["data"]["filed_with"] == "省督察整改工作领导小组办公室"


def test_a_filing_needs_its_number(city: City) -> None:
    item = walk(city, State.CLOSED, procedure="central-inspection")
    answer = person(city.dispatcher).act(item, "file", {"filed_with": "省"})
    assert fields(problem(answer, 400, "invalid-input")) == ["document_number"]


def test_a_department_files_nothing(city: City) -> None:
    item = walk(city, State.CLOSED, procedure="central-inspection")
    problem(machine(item.lead).act(item, "file", {"document_number": "1号"}), 403, "not-the-office")


def test_what_is_filed_is_not_filed_again(city: City) -> None:
    item = walk(city, State.CLOSED, procedure="central-inspection")
    caller = person(city.dispatcher)
    caller.act(item, "file", {"document_number": "1号"})
    item = WorkItem.objects.get(pk=item.pk)
    problem(caller.act(item, "file", {"document_number": "2号"}), 409, "nothing-to-file")

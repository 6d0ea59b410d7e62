"""An item's whole road over the API: the office and its supervisors by session, the department's machine by token."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import today
from tests import clock, walking
from tests.api.callers import PNG, machine, person, problem
from tests.people import City
from workflow import deadline_scan
from workflow.models import WorkItem


def test_the_whole_road(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    number = walking.register(city).number
    office, verifier, supervisor = person(city.dispatcher), person(city.verifier), person(city.supervisor)
    water = machine(city.water)
    problem(water.get(f"items/{number}/"), 404, "not-found")

    elements = {"lead": "市水利局", "measures": "清淤", "standard": "Ⅲ类", "due_on": f"{today() + timedelta(days=60)}"}
    assert office.act(number, "assign", elements).json()["state"] == "assigned"
    assert water.act(number, "accept").json()["progress_class"] == "on_schedule"
    problem(water.act(number, "submit", {"summary": "完成"}), 409, "no-evidence")

    before = water.upload(number, kind="before_photo").json()["id"]
    seen = water.act(number, "submit", {"summary": "完成", "evidence": [before]}).json()
    assert (seen["state"], seen["turn"]["party"], seen["progress_class"]) == ("verifying", "verifier", "waiting")
    problem(water.act(number, "verify", {"conclusion": "pass", "opinion": "好"}), 403, "not-the-verifier")

    assert verifier.act(number, "return", {"reason": "缺整改后照片"}).json()["state"] == "rectifying"
    after = water.upload(number, PNG + b"\n").json()["id"]
    water.act(number, "submit", {"summary": "补充", "evidence": [before, after]})
    conclusion = {
        "conclusion": "pass",
        "opinion": "现场已核实",
        "visited_on": f"{today()}",
        "checklist": {"measures": True, "effect": {"met": False, "note": "复测中"}},
    }
    assert verifier.act(number, "verify", conclusion).json()["state"] == "publicizing"
    closing = {"opinion": "同意销号", "outcome": "rectified", "document_number": "宛环委办〔2025〕1号"}
    problem(supervisor.act(number, "approve", closing), 409, "not-in-this-state")

    afterwards = timezone.now() + timedelta(days=30)
    clock.show(monkeypatch, lambda: afterwards)
    deadline_scan.scan(now=afterwards)
    assert supervisor.get(f"items/{number}/").json()["state"] == "approving"
    problem(office.act(number, "approve", closing), 403, "not-the-approver")
    seen = supervisor.act(number, "approve", closing).json()
    assert (seen["state"], seen["outcome"], seen["progress_class"]) == ("closed", "rectified", "done")
    assert seen["turn"] == {"party": "nobody", "department": None}

    seen = office.act(number, "reopen", {"reason": "反弹"}).json()
    assert (seen["state"], seen["cycle"], seen["outcome"]) == ("rectifying", 2, None)
    assert seen["original_due_on"] == elements["due_on"]

    told = [event["action"] for event in water.get(f"items/{number}/events/").json()["results"]]
    assert [action for action in told if action in ("submit", "return", "end-publicity", "approve", "reopen")] == (
        ["submit", "return", "submit", "end-publicity", "approve", "reopen"]
    )
    assert WorkItem.objects.get(number=number).closures.count() == 1

"""Extensions, suspensions, look-backs and measurements over HTTP."""

from datetime import timedelta

import pytest

from tests.api.callers import fields, person, problem
from tests.pages.reading import queries
from tests.walking import add_evidence, shanghai, walk
from workflow.lifecycle import State
from workflow.models import Procedure


def test_an_extension_is_asked_for_and_granted(city):
    item = walk(city, State.RECTIFYING)
    asked = (item.due_on + timedelta(days=20)).isoformat()
    seen = person(city.environment_clerk).act(item, "request-extension", {"due_on": asked, "reason": "雨季"})
    assert seen.status_code == 200
    seen = person(city.dispatcher).act(item, "decide-extension", {"approved": True, "reason": "同意"}).json()
    assert (seen["due_on"], seen["original_due_on"]) == (asked, item.due_on.isoformat())


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"reason": "雨季"}, ["due_on"]),
        ({"due_on": "明天", "reason": "雨季"}, ["due_on"]),
        ({"due_on": "2026-01-01"}, ["reason"]),
    ],
)
def test_a_request_that_is_incomplete_names_its_fields(city, body, wrong):
    answer = person(city.environment_clerk).act(walk(city, State.RECTIFYING), "request-extension", body)
    assert fields(answer.json()) == wrong


def test_the_second_extension_is_forbidden_to_the_dispatcher(city):
    item = walk(city, State.RECTIFYING)
    clerk, office = person(city.environment_clerk), person(city.dispatcher)
    for days in (10, 20):
        day = (item.due_on + timedelta(days=days)).isoformat()
        assert clerk.act(item, "request-extension", {"due_on": day, "reason": "雨季"}).status_code == 200
        answer = office.act(item, "decide-extension", {"approved": True, "reason": "同意"})
    problem(answer, 403, "not-the-decider")


def test_suspended_and_resumed(city):
    item, boss = walk(city, State.RECTIFYING), person(city.supervisor)
    seen = boss.act(item, "suspend", {"reason": "等待批复"}).json()
    assert (seen["state"], seen["progress_class"], seen["overdue"]) == ("suspended", "suspended", False)
    assert boss.act(item, "resume").json()["state"] == "rectifying"


def test_only_the_supervisor_suspends(city):
    answer = person(city.dispatcher).act(walk(city, State.RECTIFYING), "suspend", {"reason": "等待批复"})
    problem(answer, 403, "not-the-approver")


def test_a_look_back_needs_a_photograph_and_may_reopen(city):
    Procedure.objects.filter(code="own-finding").update(look_back_share=100)
    item, inspector = walk(city, State.CLOSED, procedure="own-finding"), person(city.second_verifier)
    body = {"finding": "rebounded", "opinion": "垃圾又来了"}
    problem(inspector.act(item, "look-back", body), 400, "no-photograph")
    photo = add_evidence(item, city.second_verifier)
    seen = inspector.act(item, "look-back", body | {"evidence": [photo.pk]}).json()
    assert (seen["state"], seen["cycle"]) == ("rectifying", 2)


def test_an_unknown_finding_is_refused(city):
    item = walk(city, State.CLOSED, procedure="central-inspection")
    answer = person(city.second_verifier).act(item, "look-back", {"finding": "fine", "opinion": "好"})
    assert fields(answer.json()) == ["finding"]


def test_a_report_measures_targets_and_ticks_milestones(city):
    item, clerk = walk(city, State.RECTIFYING, now=shanghai(2025, 3, 3)), person(city.environment_clerk)
    milestone = item.milestones.create(position=1, text="完成排查")
    item.targets.create(position=7, text="溯源率≥80%", comparator=">=", value=80, unit="%", milestone=milestone)
    before = clerk.get(f"items/{item.number}/").json()["targets"][0]
    assert (before["measured"], before["is_met"], before["milestone"]) == (None, None, milestone.pk)
    body = {"text": "完成", "values": {"7": 82.5, "备注": "已核"}, "milestones": [1]}
    seen = clerk.act(item, "report", body).json()
    target = seen["targets"][0]
    assert (target["measured"]["value"], target["measured"]["department"], target["is_met"]) == (
        82.5,
        city.environment.name,
        True,
    )
    assert seen["milestones"][0]["reached_on"] is not None


def test_the_list_costs_the_same_however_much_was_measured(city):
    def measured_item() -> None:
        item = walk(city, State.RECTIFYING)
        item.targets.create(position=1, text="溯源率", comparator=">=", value=80, unit="%")
        for value in (10, 20):
            person(city.environment_clerk).act(item, "report", {"text": "进展", "values": {"1": value}})

    measured_item()
    measured_item()
    reader = person(city.dispatcher)
    few = queries(lambda: reader.get("items/"))
    measured_item()
    assert queries(lambda: reader.get("items/")) == few

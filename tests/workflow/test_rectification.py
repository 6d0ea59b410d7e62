"""The departments' work: reports of progress, submitting for verification."""

from datetime import timedelta

import pytest

from tests.walking import add_evidence, shanghai, submit, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import ProgressReport
from workflow.refusal import RefusalKind

START = shanghai(2025, 3, 3)


def test_a_report_leaves_the_item_where_it_is(city):
    item = services.report(walk(city, State.RECTIFYING), by=city.environment_clerk, text="已清运一半。", percent=50)
    assert (item.state, item.percent, item.turn_party) == (State.RECTIFYING, 50, "lead")


def test_a_report_is_kept_with_its_department(city):
    item = services.report(walk(city, State.RECTIFYING), by=city.environment_clerk, text="进展", values={"m3": 40})
    report = ProgressReport.objects.get(item=item)
    assert (report.department, report.by, report.values) == (city.environment, city.environment_clerk, {"m3": 40})


def test_the_percent_of_a_helping_department_is_not_the_percent_of_the_item(city):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.water)])
    item = services.report(item, by=city.water_clerk, text="我局已完成。", percent=100)
    assert (item.percent, item.reports.get().percent) == (0, 100)


@pytest.mark.parametrize("percent", [-1, 101, 1000])
def test_percents_beyond_the_scale_are_refused(city, percent):
    item = walk(city, State.RECTIFYING)
    refusal = refusal_of(services.report, item, by=city.environment_clerk, text="进展", percent=percent)
    assert list(refusal.errors) == ["percent"]


@pytest.mark.parametrize("percent", [0, 100])
def test_both_ends_of_the_scale_are_taken(city, percent):
    item = services.report(walk(city, State.RECTIFYING), by=city.environment_clerk, text="进展", percent=percent)
    assert item.percent == percent


def test_a_report_without_words_is_refused(city):
    refusal = refusal_of(services.report, walk(city, State.RECTIFYING), by=city.environment_clerk, text=" ")
    assert list(refusal.errors) == ["text"]


@pytest.mark.parametrize("role", ["joint", "cooperate", "implement"])
def test_every_responsible_department_reports(city, role):
    item = walk(city, State.RECTIFYING, departments=[(role, city.water)])
    assert services.report(item, by=city.water_clerk, text="进展").reports.count() == 1


@pytest.mark.parametrize("role", ["supervise", "verify"])
def test_those_who_watch_do_not_report(city, role):
    item = walk(city, State.RECTIFYING, departments=[(role, city.water)])
    assert refusal_of(services.report, item, by=city.water_clerk, text="进展").kind == RefusalKind.FORBIDDEN


# -- submitting --------------------------------------------------------------------------------------------------------


def test_nothing_is_submitted_without_evidence(city):
    refusal = refusal_of(services.submit, walk(city, State.RECTIFYING), by=city.environment_clerk, summary="完成。")
    assert (refusal.kind, refusal.code) == (RefusalKind.CONFLICT, "no-evidence")


def test_nothing_is_submitted_without_a_summary(city):
    assert list(refusal_of(submit, city, walk(city, State.RECTIFYING), summary="\n").errors) == ["summary"]


def test_submitting_hands_the_item_to_the_first_verifying_department(city):
    item = submit(city, walk(city, State.RECTIFYING, now=START), now=START)
    assert (item.state, item.stage, item.turn_department) == (State.VERIFYING, 1, city.office)
    assert (item.submitted_at, item.percent) == (START, 100)


def test_without_names_all_evidence_of_the_cycle_is_submitted(city):
    item = walk(city, State.RECTIFYING)
    add_evidence(item, city.environment_clerk)
    assert submit(city, item).submissions.get().evidence.count() == 2


def test_only_the_evidence_named_is_submitted(city):
    item = walk(city, State.RECTIFYING)
    chosen = add_evidence(item, city.environment_clerk)
    assert submit(city, item, evidence=[chosen.pk]).submissions.get().evidence.get() == chosen


def test_evidence_of_another_item_is_refused(city):
    stranger = add_evidence(walk(city, State.RECTIFYING), city.environment_clerk)
    refusal = refusal_of(submit, city, walk(city, State.RECTIFYING), evidence=[stranger.pk])
    assert (refusal.code, list(refusal.errors)) == ("unknown-evidence", ["evidence"])


def test_evidence_of_the_cycle_before_does_not_count(city):
    item = walk(city, State.CLOSED)
    item = services.reopen(item, by=city.dispatcher, reason="反弹。")
    refusal = refusal_of(services.submit, item, by=city.environment_clerk, summary="再次完成。")
    assert refusal.code == "no-evidence"


@pytest.mark.parametrize(("days", "late"), [(-1, False), (0, False), (1, True)])
def test_late_is_what_comes_after_the_last_day(city, days, late):
    item = walk(city, State.RECTIFYING, now=START)
    item = submit(city, item, now=START + timedelta(days=60 + days))
    assert item.submissions.get().was_late is late


def test_the_last_day_ends_at_midnight_in_shanghai(city):
    item = walk(city, State.RECTIFYING, now=START)
    last = shanghai(item.due_on.year, item.due_on.month, item.due_on.day, 23, 30)
    assert submit(city, item, now=last).submissions.get().was_late is False
    again = walk(city, State.RECTIFYING, now=START)
    assert submit(city, again, now=last + timedelta(hours=1)).submissions.get().was_late is True


def test_an_item_is_submitted_only_once_until_it_comes_back(city):
    item = walk(city, State.VERIFYING)
    assert refusal_of(services.submit, item, by=city.environment_clerk, summary="完成").code == "not-in-this-state"


def test_a_joint_department_does_not_submit(city):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.water)])
    assert refusal_of(submit, city, item, by=city.water_clerk).code == "not-the-lead"

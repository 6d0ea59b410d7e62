"""Progress reports: for which period they are, what they measure, which milestones they end."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.people import City
from tests.walking import accept, assign, register, resume, shanghai, submit, suspend, verify, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Measurement, Procedure, Target, WorkItem

ACCEPTED = shanghai(2025, 3, 3)  # a Monday; reports are due by the 25th


def task(city: City, procedure: str = "plan-task", **given: Any) -> WorkItem:
    """In work, due in two months."""
    return walk(city, State.RECTIFYING, procedure=procedure, now=ACCEPTED, **given)


def report(city: City, item: WorkItem, now: datetime = ACCEPTED, **given: Any) -> WorkItem:
    return services.report(item, now=now, **{"by": city.environment_clerk, "text": "进展。"} | given)


def asked_for(item: WorkItem) -> date | None:
    """The day by which the next report is due."""
    return item.timers.filter(clock="report", ended_at=None).values_list("due_on", flat=True).first()


def answered(item: WorkItem) -> list[date | None]:
    return list(item.reports.order_by("pk").values_list("period_due_on", flat=True))


# -- by period ---------------------------------------------------------------------------------------------------------


def test_a_report_is_asked_for_from_the_acceptance_on(city):
    assert asked_for(task(city)) == date(2025, 3, 25)
    assert asked_for(walk(city, State.ASSIGNED, procedure="plan-task")) is None


@pytest.mark.parametrize("procedure", ["petition", "own-finding"])
def test_a_procedure_without_reports_asks_for_none(city, procedure):
    item = report(city, task(city, procedure=procedure))
    assert (asked_for(item), answered(item)) == (None, [None])


def test_a_weekly_report_is_due_each_friday(city):
    item = task(city, procedure="campaign")
    assert asked_for(item) == date(2025, 3, 7)
    assert asked_for(report(city, item, shanghai(2025, 3, 6))) == date(2025, 3, 14)


@pytest.mark.parametrize("day", [4, 25])
def test_a_report_in_time_answers_its_period_and_the_next_is_asked_for(city, day):
    item = report(city, task(city), shanghai(2025, 3, day))
    assert answered(item) == [date(2025, 3, 25)]
    assert asked_for(item) == date(2025, 4, 25)


def test_a_second_report_in_the_same_period_pays_nothing_in_advance(city):
    item = report(city, report(city, task(city)), shanghai(2025, 3, 10))
    assert answered(item) == [date(2025, 3, 25)] * 2
    assert asked_for(item) == date(2025, 4, 25)


def test_a_missed_report_stays_asked_for_until_it_comes(city):
    item = task(city)
    item = services.request_extension(
        item, by=city.environment_clerk, due_on=date(2025, 5, 20), reason="雨季。", now=shanghai(2025, 4, 2)
    )
    assert asked_for(item) == date(2025, 3, 25)
    item = report(city, item, shanghai(2025, 4, 3))
    assert answered(item) == [date(2025, 3, 25)]
    assert asked_for(item) == date(2025, 4, 25)


def test_one_report_answers_for_all_that_were_missed_and_leaves_the_gap_visible(city):
    item = report(city, task(city), shanghai(2025, 5, 26))
    assert answered(item) == [date(2025, 5, 25)]
    assert asked_for(item) == date(2025, 6, 25)


def test_a_month_that_is_too_short_asks_on_its_last_day(city):
    Procedure.objects.filter(code="plan-task").update(report_day=31)
    item, days = task(city), []
    for month in (3, 4, 5):
        days.append(asked_for(item))
        item = report(city, item, shanghai(2025, month, days[-1].day))
    assert days == [date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)]


def test_over_the_turn_of_the_year(city):
    item = walk(city, State.RECTIFYING, procedure="plan-task", now=shanghai(2025, 12, 26))
    assert asked_for(item) == date(2026, 1, 25)
    item = report(city, item, shanghai(2026, 1, 30))
    assert answered(item) == [date(2026, 1, 25)]


def test_the_report_of_a_helping_department_answers_nothing_for_the_lead(city):
    item = report(city, task(city, departments=[("joint", city.water)]), by=city.water_clerk)
    assert asked_for(item) == date(2025, 3, 25)


def test_after_a_return_the_next_day_is_asked_for(city):
    item = verify(
        city, submit(city, task(city), now=shanghai(2025, 3, 20)), conclusion="fail", now=shanghai(2025, 4, 1)
    )
    assert asked_for(item) == date(2025, 4, 25)


def test_what_was_answered_before_a_return_is_not_asked_for_again(city):
    item = submit(city, report(city, task(city)), now=shanghai(2025, 3, 10))
    item = verify(city, item, conclusion="fail", now=shanghai(2025, 3, 12))
    assert asked_for(item) == date(2025, 4, 25)


def test_a_suspended_item_is_asked_for_no_report(city):
    item = suspend(city, task(city), now=shanghai(2025, 3, 20))
    assert asked_for(item) is None
    assert asked_for(resume(city, item, now=shanghai(2025, 5, 6))) == date(2025, 5, 25)


def test_a_report_restarts_no_other_clock(city):
    item = task(city)
    before = set(item.timers.filter(ended_at=None).exclude(clock="report").values_list("pk", flat=True))
    item = report(city, item, shanghai(2025, 3, 10))
    assert (
        set(item.timers.filter(ended_at=None).exclude(clock="report").values_list("pk", flat=True)) == before != set()
    )


# -- milestones --------------------------------------------------------------------------------------------------------


def with_milestones(city: City) -> WorkItem:
    """Two dated milestones and one without a date."""
    item = register(city, procedure="plan-task", now=ACCEPTED)
    for position, day in enumerate((date(2025, 3, 20), date(2025, 4, 20), None), 1):
        item.milestones.create(position=position, text=f"阶段{position}", due_on=day)
    return accept(city, assign(city, item, departments=[("joint", city.water)], now=ACCEPTED), now=ACCEPTED)


def test_a_milestone_that_is_reached_runs_no_clock_any_more(city):
    item = with_milestones(city)
    item = report(city, item, shanghai(2025, 3, 18), milestones=[item.milestones.get(position=1).pk])
    first = item.milestones.get(position=1)
    assert (first.reached_on, first.report) == (date(2025, 3, 18), item.reports.get())
    assert item.timers.get(clock="milestone", ended_at=None).due_on == date(2025, 4, 20)


def test_milestones_may_be_named_by_their_position(city):
    item = report(city, with_milestones(city), milestones=[1, 3])
    assert list(item.milestones.exclude(reached_on=None).values_list("position", flat=True)) == [1, 3]


@pytest.mark.parametrize("named", [[99], [1, 99]])
def test_an_unknown_milestone_is_refused_and_nothing_is_ticked(city, named):
    item = with_milestones(city)
    assert refusal_of(report, city, item, milestones=named).code == "unknown-milestone"
    assert not item.milestones.exclude(reached_on=None).exists()
    assert not item.reports.exists()


def test_a_milestone_is_reached_once(city):
    item = report(city, with_milestones(city), milestones=[1])
    assert list(refusal_of(report, city, item, milestones=[1]).errors) == ["milestones"]


def test_only_the_lead_says_that_a_milestone_is_reached(city):
    refusal = refusal_of(report, city, with_milestones(city), by=city.water_clerk, milestones=[1])
    assert (refusal.code, list(refusal.errors)) == ("milestones-lead", ["milestones"])


# -- what was measured -------------------------------------------------------------------------------------------------


def with_targets(city: City) -> WorkItem:
    item = task(city, departments=[("joint", city.water)])
    item.targets.create(position=101, text="溯源率达到80%以上", comparator=">=", value=80, unit="%")
    item.targets.create(position=102, text="排放量控制在5万吨以内", comparator="<=", value=5, unit="万吨")
    item.targets.create(position=103, text="明显改善")
    return item


@pytest.mark.parametrize("by_id", [True, False])
def test_a_number_under_a_target_is_what_was_measured(city, by_id):
    item = with_targets(city)
    target = item.targets.get(position=101)
    item = report(city, item, values={str(target.pk if by_id else 101): 79.5, "备注": "已核"})
    assert target.measurements.get().value == Decimal("79.5")
    assert Measurement.objects.count() == 1
    assert item.reports.get().values["备注"] == "已核"


@pytest.mark.parametrize("value", ["八成", "80", True, None])
def test_what_is_no_number_is_kept_as_it_was_said(city, value):
    item = report(city, with_targets(city), values={"101": value})
    assert not Measurement.objects.exists()
    assert item.reports.get().values == {"101": value}


@pytest.mark.parametrize("value", [1e15, float("inf"), float("nan")])
def test_a_number_that_cannot_be_stored_is_refused(city, value):
    item = with_targets(city)
    assert list(refusal_of(report, city, item, values={"101": value}).errors) == ["values"]
    assert not item.reports.exists()


def test_a_target_measured_twice_in_one_report_is_refused(city):
    item = with_targets(city)
    twice = {"101": 1, str(item.targets.get(position=101).pk): 2}
    assert list(refusal_of(report, city, item, values=twice).errors) == ["values"]


@pytest.mark.parametrize(
    ("position", "values", "met"),
    [
        (101, [80], True),
        (101, [79.9], False),
        (101, [90, 70], False),
        (102, [5], True),
        (102, [5.1], False),
        (103, [7], None),
        (101, [], None),
    ],
)
def test_the_last_measurement_decides_whether_a_target_is_met(city, position, values, met):
    item = with_targets(city)
    for day, value in enumerate(values, 4):
        item = report(city, item, shanghai(2025, 3, day), values={str(position): value})
    assert Target.objects.get(item=item, position=position).is_met is met

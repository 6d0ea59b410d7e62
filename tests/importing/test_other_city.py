"""A list of another city and style: labels, inherited rules, last sentences, gaps in the numbering."""

import pytest

from workflow.importing.reading import Confidence, OpenGroup, PlanReading, PlanTask


def task(plan: PlanReading, number: int) -> PlanTask:
    return next(one for one in plan.tasks if one.number == number)


def named(plan: PlanReading, number: int) -> list[tuple[str, str | None]]:
    return [(str(one.role), one.department) for one in task(plan, number).responsibilities if not one.group]


def test_the_document_reads_without_errors(other_plan: PlanReading) -> None:
    assert other_plan.errors == []


def test_its_facts(other_plan: PlanReading) -> None:
    plan = other_plan.as_json()
    assert plan["title"] == "临泽市2026年水环境质量巩固提升重点任务清单"
    assert plan["document_number"] == "临环委〔2026〕4号"
    assert plan["issued_on"] == "2026-02-27"
    assert plan["period"] == {"from": "2026-01-01", "to": "2026-12-31"}


def test_gaps_in_the_numbering_stay(other_plan: PlanReading) -> None:
    assert [one.number for one in other_plan.tasks] == [1, 2, 4, 5, 7, 8, 9]
    assert {one.section for one in other_plan.tasks} == {"年度任务"}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, [("lead", "市生态环境局"), ("cooperate", "市水利局"), ("cooperate", "市城市管理局")]),
        (2, [("lead", "市住房和城乡建设局"), ("cooperate", "市财政局"), ("cooperate", "市发展和改革委员会")]),
        (4, [("lead", "市工业和信息化局"), ("cooperate", "市生态环境局"), ("cooperate", "市应急管理局")]),
        (5, [("lead", "市农业农村局"), ("cooperate", "市生态环境局"), ("cooperate", "市自然资源局")]),
        (7, [("joint", "市水利局"), ("joint", "市生态环境局"), ("implement", "青岚县"), ("implement", "云浦区")]),
        (8, [("supervise", "市水利局")]),
        (9, [("lead", "市城市管理局"), ("cooperate", "市水利局")]),
    ],
)
def test_parties(other_plan: PlanReading, number: int, expected: list[tuple[str, str]]) -> None:
    assert named(other_plan, number) == expected


def test_the_rule_that_counties_implement_everything_is_inherited(other_plan: PlanReading) -> None:
    for one in other_plan.tasks:
        inherited = [party for party in one.responsibilities if party.inherited]
        assert [party.group for party in inherited] == [OpenGroup.ALL_JURISDICTIONS]
        assert inherited[0].departments == ("青岚县", "云浦区")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, ["2026-09-30", "2026-12-31", "2026-12-31"]),
        (2, ["2026-06-30", "2026-11-30"]),
        (4, ["2026-10-31"]),
        (5, ["2026-08-31"]),
        (7, ["2026-06-15"]),
        (9, ["2026-10-31"]),
    ],
)
def test_months_without_a_year_belong_to_the_plans_year(
    other_plan: PlanReading, number: int, expected: list[str]
) -> None:
    found = task(other_plan, number).milestones
    assert [str(one.due_on) for one in found] == expected
    assert {one.confidence for one in found} == {Confidence.STATED}


def test_a_task_without_date_ends_with_the_plan_and_recurs(other_plan: PlanReading) -> None:
    found = task(other_plan, 8)
    assert [(str(one.due_on), str(one.confidence)) for one in found.milestones] == [("2026-12-31", "inferred")]
    assert found.is_recurring


def test_a_last_sentence_that_names_parties_leaves_the_text(other_plan: PlanReading) -> None:
    assert task(other_plan, 5).text.endswith("粪污收集点于8月底前全部建成。")
    assert task(other_plan, 7).responsibility_texts == [
        "市水利局、市生态环境局分别负责工程措施和执法检查，青岚县、云浦区政府具体落实"
    ]


def test_targets(other_plan: PlanReading) -> None:
    found = [(one.comparator, one.value, one.unit) for one in task(other_plan, 9).targets]
    assert found == [("<=", 8, "%"), (">=", 25, "%")]

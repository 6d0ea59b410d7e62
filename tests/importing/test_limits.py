"""Time limits printed among the parties, in every place people put them, and limits counted from the day of issue."""

from collections.abc import Callable
from datetime import date

import pytest

from workflow.importing.directory import Directory
from workflow.importing.reading import PlanReading, PlanTask
from workflow.importing.relative_limits import find_relative_limits

Read = Callable[[str], PlanReading]
FRONT = "南阳市2024年方案\n2024年3月5日\n一、任务\n1.清淤。清理河道。"


def _names(task: PlanTask) -> list[str]:
    return [f"{row.role} {row.name or row.text}" for row in task.responsibilities]


@pytest.mark.parametrize(
    ("clause", "parties", "days"),
    [
        (
            "（市水利局牵头，市财政局、市林业局参与，2024年5月31日前完成）",
            ["lead 市水利局", "cooperate 市财政局", "cooperate 市林业局"],
            ["2024-05-31"],
        ),
        ("（市水利局、市林业局负责；2025年底前）", ["joint 市水利局", "joint 市林业局"], ["2025-12-31"]),
        ("（2024年9月底前，市水利局牵头）", ["lead 市水利局"], ["2024-09-30"]),
        ("（2024年9月底前市水利局牵头）", ["lead 市水利局"], ["2024-09-30"]),
        ("（市水利局负责2024年10月底前完成）", ["lead 市水利局"], ["2024-10-31"]),
        ("（市水利局，2024.11.30前）", ["lead 市水利局"], ["2024-11-30"]),
        (
            "（市水利局2024年6月底前、市林业局2024年9月底前完成）",
            ["joint 市水利局", "joint 市林业局"],
            ["2024-06-30", "2024-09-30"],
        ),
        (
            "（市水利局牵头，2024年6月底前完成选址，年底前完成建设）",
            ["lead 市水利局"],
            ["2024-06-30", "2024-12-31"],
        ),
        ("（牵头单位：市水利局；完成时限：2025年6月底）", ["lead 市水利局"], ["2025-06-30"]),
        ("（完成时限：2025年6月底，市水利局牵头）", ["lead 市水利局"], ["2025-06-30"]),
        ("（主要领导：王某，市水利局牵头，2025年6月底前）", ["lead 市水利局"], ["2025-06-30"]),
        (
            "（责任单位：市水利局、市林业局，2024年8月底前）",
            ["joint 市水利局", "joint 市林业局"],
            ["2024-08-31"],
        ),
        ("（市水利局3个月内完成）", ["lead 市水利局"], ["2024-06-05"]),
    ],
)
def test_a_limit_in_a_bracket_is_a_milestone_and_no_party(
    plan_of: Read, clause: str, parties: list[str], days: list[str]
) -> None:
    task = plan_of(FRONT + clause).tasks[0]
    assert _names(task) == parties
    assert [str(one.due_on) for one in task.milestones] == days


@pytest.mark.parametrize(
    "ending",
    [
        "（市水利局牵头，持续推进）",
        "（市水利局牵头；长期坚持）",
        "（市水利局牵头，立行立改，长期坚持）",
        "（市水利局牵头）（长期坚持）",
        "（市水利局牵头）。长期坚持。",
        "\n责任单位：市水利局\n时限：常态化推进",
        "由市水利局负责，长期坚持。",
    ],
)
def test_what_lasts_is_marked_and_asked_about(plan_of: Read, ending: str) -> None:
    task = plan_of(FRONT + ending).tasks[0]
    assert _names(task) == ["lead 市水利局"]
    assert task.is_long_term
    assert any("long-term" in question for question in task.questions)


def test_going_on_is_only_a_manner_of_speaking_inside_a_sentence(plan_of: Read) -> None:
    assert not plan_of(FRONT + "加大力度，持续推进，务求实效。（市水利局牵头）").tasks[0].is_long_term


def test_a_number_behind_a_limit_is_a_target_too(plan_of: Read) -> None:
    task = plan_of(FRONT + "（市水利局牵头，2024年底前完成30处）").tasks[0]
    assert [(one.value, one.unit) for one in task.targets] == [(30, "处")]


def test_a_limit_that_is_no_date_is_asked_about(plan_of: Read) -> None:
    task = plan_of(FRONT + "\n责任单位：市水利局\n完成时限：按省厅通知").tasks[0]
    assert any("按省厅通知" in question for question in task.questions)


def test_a_limit_before_the_period_is_asked_about(plan_of: Read) -> None:
    task = plan_of(FRONT + "2021年底前完成摸底。（市水利局牵头）").tasks[0]
    assert any("2021年底前" in question for question in task.questions)


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("3个月内完成摸底", date(2024, 6, 5)),
        ("自本方案印发之日起30日内建立台账", date(2024, 4, 4)),
        ("印发后六个月内建成", date(2024, 9, 5)),
        ("15个工作日内报送名单", date(2024, 3, 26)),
        ("两周之内落实", date(2024, 3, 19)),
        ("1年内建成", date(2025, 3, 5)),
        ("半年内建成", date(2024, 9, 5)),
    ],
)
def test_limits_from_the_day_of_issue(words: str, due: date) -> None:
    assert [one.due_on for one in find_relative_limits(words, date(2024, 3, 5))] == [due]


@pytest.mark.parametrize(
    "words",
    ["发现问题后5日内整改", "每3个月内至少巡查一次", "接到投诉的15日内答复", "投资3个月到位", "建成24小时值守制度"],
)
def test_limits_that_count_from_something_else(words: str) -> None:
    assert list(find_relative_limits(words, date(2024, 3, 5))) == []


def test_without_a_day_of_issue_a_relative_limit_is_a_question(plan_of: Read) -> None:
    task = plan_of("南阳市2024年方案\n一、任务\n1.清淤。3个月内完成。（市水利局牵头）").tasks[0]
    assert [one.due_on for one in task.milestones] == [None]
    assert any("day of issue" in question for question in task.questions)


def test_a_month_ends_on_its_last_day() -> None:
    assert [one.due_on for one in find_relative_limits("一个月内", date(2025, 1, 31))] == [date(2025, 2, 28)]


@pytest.mark.parametrize(
    ("text", "years", "values"),
    [
        ("2023年底、2024年底、2025年底分别达到30%、70%、100%", [2023, 2024, 2025], [30, 70, 100]),
        ("2026年、2027年分别完成5条、8条", [2026, 2027], [5, 8]),
        ("2025、2026和2027年分别达到80%、90%和95%", [2025, 2026, 2027], [80, 90, 95]),
    ],
)
def test_several_years_with_a_target_each(plan_of: Read, text: str, years: list[int], values: list[float]) -> None:
    task = plan_of(f"南阳市行动计划（2023—2027年）\n一、任务\n1.清淤。{text}。（市水利局牵头）").tasks[0]
    assert [one.due_on.year for one in task.milestones if one.due_on] == years
    assert [one.value for one in task.targets] == values


def test_the_directory_decides_where_a_limit_ends_and_a_name_begins(directory: Directory, plan_of: Read) -> None:
    task = plan_of(FRONT + "（2024年底前完成12家县区企业治理，市工业和信息化局负责）").tasks[0]
    assert _names(task) == ["lead 市工业和信息化局"]
    assert [str(one.due_on) for one in task.milestones] == ["2024-12-31"]

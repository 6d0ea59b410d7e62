"""The seed city's plan reads clean: 24 tasks in 10 actions, every party, date and number."""

from datetime import date

import pytest

from workflow.importing.reading import Confidence, OpenGroup, PlanReading, PlanTask, Role

from .places import NANYANG_COUNTIES

ALL = "各县〔市、区〕政府〔管委会〕"
LEADS = {
    1: ["市生态环境局"],
    2: ["市生态环境局"],
    3: [],
    4: ["市发展改革委", "市交通运输局"],
    5: ["市发展改革委"],
    6: ["市发展改革委"],
    7: [],
    8: ["市生态环境局"],
    9: [],
    10: [],
    11: ["市城市管理局", "市住房和城乡建设局"],
    12: ["市住房和城乡建设局", "市城市管理局", "市生态环境局"],
    13: ["市水利局", "市生态环境局"],
    14: [],
    15: [],
    16: ["市生态环境局"],
    17: [],
    18: [],
    19: ["市农业农村局"],
    20: ["市生态环境局", "市发展改革委"],
    21: [
        "市发展改革委",
        "市自然资源和规划局",
        "市生态环境局",
        "市住房和城乡建设局",
        "市城市管理局",
        "市水利局",
        "市文化广电和旅游局",
    ],
    22: ["市生态环境局"],
    23: ["市生态环境局"],
    24: ["市生态环境局"],
}
COOPERATING = {
    4: ["市自然资源和规划局", "市生态环境局"],
    6: ["市工业和信息化局", "市生态环境局"],
    8: ["市发展改革委", "市工业和信息化局", "市交通运输局"],
    11: ["市生态环境局", "市发展改革委", "市水利局", "市农业农村局"],
    12: ["市财政局", "市农业农村局"],
    13: ["市财政局", "市自然资源和规划局", "市林业局"],
    16: ["市自然资源和规划局", "市水利局"],
    19: ["市生态环境局", "市住房和城乡建设局"],
    22: ["市公安局", "市财政局", "市市场监督管理局"],
    23: ["市财政局"],
}
JOINT = {
    3: [
        "市发展改革委",
        "市工业和信息化局",
        "市财政局",
        "市生态环境局",
        "市城市管理局",
        "市交通运输局",
        "市商务局",
        "市机关事务中心",
    ],
    7: ["市生态环境局", "市发展改革委", "市工业和信息化局"],
    9: ["市发展改革委", "市工业和信息化局", "市生态环境局"],
    10: ["市工业和信息化局", "市发展改革委", "市生态环境局"],
    14: ["市生态环境局", "市水利局", "市自然资源和规划局", "市林业局", "市住房和城乡建设局", "市财政局"],
    15: ["市自然资源和规划局", "市生态环境局"],
    17: ["市住房和城乡建设局", "市水利局", "市农业农村局", "市林业局"],
    18: ["市农业农村局", "市水利局", "市生态环境局"],
}
STATED = {
    6: ["2024-12-31"],
    7: ["2024-12-31"],
    8: ["2023-12-31", "2024-12-31", "2025-09-30"],
    9: ["2024-12-31"],
    12: ["2023-12-31", "2025-09-30"],
    13: ["2023-12-31", "2024-12-31", "2025-12-31"],
    15: ["2023-12-31"],
    16: ["2025-06-30"],
    23: ["2024-12-31", "2025-12-31"],
}
INFERRED = {
    1: ["2025-12-31"],
    2: ["2025-12-31", "2024-12-31", "2025-12-31"],
    8: [],
    6: [],
    14: ["2025-12-31", "2025-12-31"],
    23: [],
}
TARGETS = {
    1: [("<=", 100, "名")],
    4: [(">=", 80, "%")],
    5: [(">=", 260, "万千瓦"), (">=", 400, "万千瓦"), (">=", 820, "万千瓦")],
    6: [(">=", 2, "台")],
    12: [(">=", 70, "%"), (">=", 5, "个百分点"), (">=", 90, "%")],
    13: [(">=", 80, "%"), (">=", 30, "%"), (">=", 70, "%"), (">=", 1, "条"), (">=", 1, "条")],
    14: [(">=", 13.8, "公里"), (">=", 2, "平方公里"), (">=", 90, "%")],
    15: [(">=", 21825, "亩"), (">=", 4032, "亩")],
    16: [(">=", 196, "个村庄")],
    18: [(">=", 43, "%"), (">=", 86, "%"), (">=", 90, "%")],
    19: [(">=", 40, "%"), (">=", 100, "%")],
}


def task(plan: PlanReading, number: int) -> PlanTask:
    return next(one for one in plan.tasks if one.number == number)


def departments(plan: PlanReading, number: int, role: Role) -> list[str | None]:
    found = task(plan, number).responsibilities
    return [one.department for one in found if one.role is role and not one.group]


def test_the_document_reads_without_errors(seed_plan: PlanReading) -> None:
    assert seed_plan.errors == []
    assert seed_plan.questions == []


def test_title_number_date_and_period_are_read(seed_plan: PlanReading) -> None:
    assert seed_plan.title == "南阳市生态环境质量持续向好三年行动方案（2023—2025年）"
    assert seed_plan.document_number == "宛环委〔2023〕12号"
    assert seed_plan.issued_on == date(2023, 9, 14)
    assert seed_plan.as_json()["period"] == {"from": "2023-01-01", "to": "2025-12-31"}


def test_there_are_24_tasks_in_10_sections(seed_plan: PlanReading) -> None:
    assert [one.number for one in seed_plan.tasks] == list(range(1, 25))
    assert [section.number for section in seed_plan.sections] == list(range(1, 11))


def test_each_task_stands_in_its_section(seed_plan: PlanReading) -> None:
    firsts = [1, 3, 5, 8, 11, 13, 16, 18, 20, 22]
    for section, first in zip(seed_plan.sections, firsts, strict=True):
        assert task(seed_plan, first).section == section.title


@pytest.mark.parametrize("number", range(1, 25))
def test_leading_cooperating_and_joint_departments(seed_plan: PlanReading, number: int) -> None:
    assert departments(seed_plan, number, Role.LEAD) == LEADS[number]
    assert departments(seed_plan, number, Role.COOPERATE) == COOPERATING.get(number, [])
    assert departments(seed_plan, number, Role.JOINT) == JOINT.get(number, [])


@pytest.mark.parametrize("number", [n for n in range(1, 25) if n != 2])
def test_all_jurisdictions_of_that_day_implement(seed_plan: PlanReading, number: int) -> None:
    groups = [one for one in task(seed_plan, number).responsibilities if one.group is OpenGroup.ALL_JURISDICTIONS]
    assert len(groups) == 1
    assert groups[0].role is Role.IMPLEMENT
    assert len(groups[0].departments) == 16
    assert "职教园区" not in groups[0].departments


def test_task_2_is_implemented_by_the_five_named_counties(seed_plan: PlanReading) -> None:
    named = departments(seed_plan, 2, Role.IMPLEMENT)
    assert named == ["桐柏县", "西峡县", "淅川县", "南召县", "邓州市"]
    assert set(named) < set(NANYANG_COUNTIES)


def test_task_20_asks_which_departments_are_meant(seed_plan: PlanReading) -> None:
    found = task(seed_plan, 20)
    groups = [one for one in found.responsibilities if one.group is OpenGroup.DEPARTMENTS_UNRESOLVED]
    assert [one.text for one in groups] == ["相关市直单位"]
    assert any("相关市直单位" in question for question in found.questions)


@pytest.mark.parametrize("number", STATED)
def test_stated_milestones(seed_plan: PlanReading, number: int) -> None:
    found = task(seed_plan, number).milestones
    assert [str(one.due_on) for one in found if one.confidence is Confidence.STATED] == STATED[number]


@pytest.mark.parametrize("number", range(1, 25))
def test_inferred_milestones_are_asked_about(seed_plan: PlanReading, number: int) -> None:
    found = task(seed_plan, number)
    inferred = [str(one.due_on) for one in found.milestones if one.confidence is Confidence.INFERRED]
    assert inferred == INFERRED.get(number, ["2025-12-31"])
    assert all(any(day in question for question in found.questions) for day in inferred)


@pytest.mark.parametrize("number", range(1, 25))
def test_targets(seed_plan: PlanReading, number: int) -> None:
    found = [(one.comparator, one.value, one.unit) for one in task(seed_plan, number).targets]
    assert found == TARGETS.get(number, [])


def test_words_broken_at_page_breaks_are_whole_again(seed_plan: PlanReading) -> None:
    assert "集装箱和大宗散货作业区" in task(seed_plan, 4).text
    assert "挥发性有机物污染" in task(seed_plan, 8).text
    assert "饮用水水源一、二级保护区" in task(seed_plan, 16).text


def test_a_removed_character_is_reported(seed_plan: PlanReading) -> None:
    assert any("“大”" in question for question in task(seed_plan, 4).questions)


def test_text_keeps_brackets_that_name_nobody(seed_plan: PlanReading) -> None:
    assert "（含自备电厂）" in task(seed_plan, 6).text
    assert "（河）" in task(seed_plan, 16).text


@pytest.mark.parametrize("number", range(1, 25))
def test_text_is_free_of_breaks_spaces_and_parties(seed_plan: PlanReading, number: int) -> None:
    text = task(seed_plan, number).text
    assert not any(character in text for character in "\n \ue001")
    assert "负责落实" not in text
    assert text.startswith(task(seed_plan, number).title + "。")


def test_a_mixed_pair_of_brackets_is_still_one_clause(seed_plan: PlanReading) -> None:
    assert task(seed_plan, 24).responsibility_texts == ["市生态环境局牵头，各县〔市、区〕政府〔管委会）负责落实"]


def test_a_milestone_carries_its_own_clause(seed_plan: PlanReading) -> None:
    assert task(seed_plan, 8).milestones[1].text == "2024年年底前水泥企业有组织、无组织改造基本完成"
    assert task(seed_plan, 2).milestones[2].text == "邓州市2025年稳定达到二级"

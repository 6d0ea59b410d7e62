"""Whole documents in other styles of official writing, and what must not become a task."""

from collections.abc import Callable

import pytest

from workflow.importing.reading import PlanReading

Read = Callable[[str], PlanReading]


def parties(plan: PlanReading, index: int) -> list[str]:
    return [f"{one.role} {one.name or one.group}" for one in plan.tasks[index].responsibilities]


def test_bracketed_chinese_numbers_are_tasks_where_nothing_is_below_them(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年大气工作要点\n一、工作目标\n优良天数不少于255天。\n二、重点任务\n"
        "（一）调整结构。8月底前淘汰35蒸吨/小时以下锅炉20台。（责任单位：市工信局、市发改委，各县区政府）\n"
        "（二）深化治理。年底前完成45家企业治理（市生态环境局负责）。\n"
        "三、保障措施\n（一）加强领导。各部门要高度重视。\n（二）严格考核。由市环委办牵头，各成员单位配合。"
    )
    assert [(task.number, task.title, task.section) for task in plan.tasks] == [
        (1, "调整结构", "重点任务"),
        (2, "深化治理", "重点任务"),
    ]
    assert parties(plan, 0) == ["joint 市工信局", "joint 市发改委", "joint all_jurisdictions"]
    assert parties(plan, 1) == ["lead 市生态环境局"]
    assert plan.errors == []


def test_numbers_that_start_again_are_counted_through(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2026年噪声方案\n一、完善区划\n1.开展评估。\n"
        "责任单位：市生态环境局、市自规局\n完成时限：2026年6月底\n"
        "2.建设网络\n建成12个站点，实现联网。\n牵头单位：市生态环境局\n配合单位：市财政局\n"
        "完成时限：长期坚持\n"
        "二、管控源头\n1.严格审查。\n"
        "牵头单位： 市自规局 市住建局  配合单位：市生态环境局\n三、组织实施\n（一）加强领导。"
    )
    assert [(task.number, task.label, task.title) for task in plan.tasks] == [
        (1, "1.", "开展评估"),
        (2, "2.", "建设网络"),
        (3, "二、1.", "严格审查"),
    ]
    assert [str(one.due_on) for one in plan.tasks[0].milestones] == ["2026-06-30"]
    assert plan.tasks[1].is_long_term
    assert plan.tasks[1].text == "建设网络。建成12个站点，实现联网。"
    assert parties(plan, 2) == ["lead 市自规局", "lead 市住建局", "cooperate 市生态环境局"]


def test_bracketed_digits_that_name_their_parties_are_tasks(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年黑臭水体方案\n一、整治任务\n（一）控源截污\n"
        "（1）建设管网（市住建局牵头，市生态环境局参与）\n（2）取缔排污口，10月底前完成。（市水利局牵头）\n"
        "（二）清淤疏浚\n（1）完成清淤35公里。（市水利局牵头督导，各县区负责）"
    )
    assert [(task.number, task.title, task.section) for task in plan.tasks] == [
        (1, "建设管网", "控源截污"),
        (2, "取缔排污口，10月底前完成", "控源截污"),
        (3, "完成清淤35公里", "清淤疏浚"),
    ]
    assert parties(plan, 2) == ["supervise 市水利局", "joint all_jurisdictions"]


def test_brackets_of_several_measures_are_merged_into_their_task(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年方案\n一、主要任务\n"
        "1、矿山治理。（1）持证矿山达标。（市自规局牵头）（2）修复500亩以上，12月底前完成。（市林业局牵头）\n"
        "2、秸秆禁烧。（市农业农村局牵头、各县区政府（管委会）具体负责）"
    )
    assert [task.title for task in plan.tasks] == ["矿山治理", "秸秆禁烧"]
    assert parties(plan, 0) == ["lead 市自规局", "lead 市林业局"]
    assert [(one.value, one.unit) for one in plan.tasks[0].targets] == [(500, "亩")]


def test_a_line_behind_the_last_measure_speaks_for_the_whole_task(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年河湖方案\n一、重点任务\n（一）河道治理\n1.清理四乱。\n2.完成清淤10公里。\n责任单位：市水利局、各县区政府\n"
        "（二）水质提升\n1.加强监测。\n2.开展溯源。\n责任单位：市生态环境局"
    )
    assert [task.title for task in plan.tasks] == ["河道治理", "水质提升"]
    assert plan.tasks[0].targets[0].text == "完成清淤10公里"


def test_plain_numbers_without_any_heading(plan_of: Read) -> None:
    plan = plan_of("1.治理河道。（市水利局牵头）\n2.治理湖泊。（市水利局牵头）")
    assert [task.number for task in plan.tasks] == [1, 2]
    assert plan.sections == []


def test_chinese_numbers_alone_are_tasks_when_they_name_parties(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年重点工作\n一、加强监管，6月底前完成。责任单位：市生态环境局。\n二、开展检查。责任单位：市公安局。"
    )
    assert [task.number for task in plan.tasks] == [1, 2]
    assert str(plan.tasks[0].milestones[0].due_on) == "2025-06-30"


def test_labels_behind_a_comma_end_the_text(plan_of: Read) -> None:
    plan = plan_of("南阳市2026年方案\n一、任务\n1、建设管网，责任单位：市城管局、卧龙区政府，完成时限：2026年底；")
    assert plan.tasks[0].text == "建设管网"
    assert parties(plan, 0) == ["joint 市城管局", "joint 卧龙区"]
    assert [str(one.due_on) for one in plan.tasks[0].milestones] == ["2026-12-31"]


def test_a_task_may_be_called_one(plan_of: Read) -> None:
    plan = plan_of("南阳市2024年任务\n任务一：清理四乱。责任单位：市水利局\n任务二：编制规划。责任单位：市水利局")
    assert [(task.number, task.title) for task in plan.tasks] == [(1, "清理四乱"), (2, "编制规划")]


def test_a_section_heading_may_name_the_parties(plan_of: Read) -> None:
    plan = plan_of("南阳市2024年方案\n一、任务\n（一）治水行动（市水利局牵头）\n1.清淤。河道清淤。\n2.护岸。岸线修复。")
    assert [task.section for task in plan.tasks] == ["治水行动", "治水行动"]
    assert parties(plan, 0) == ["lead 市水利局"]
    assert any("heading" in question for question in plan.tasks[0].questions)


def test_a_plan_without_any_parties_still_has_tasks(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年方案\n一、总体要求\n（一）指导思想。略。\n二、重点任务\n（一）治水。清淤。\n（二）治气。减排。"
    )
    assert [task.title for task in plan.tasks] == ["治水", "治气"]
    assert all("No responsible department is named." in task.questions for task in plan.tasks)


def test_a_safeguard_with_parties_is_doubtful_and_does_not_renumber(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年方案\n一、任务\n（一）治水行动\n1.清淤。（市水利局牵头）\n3.护岸。（市水利局牵头）\n"
        "二、保障措施\n（一）加强调度。（市生态环境局牵头）\n（二）加强宣传。营造氛围。"
    )
    assert [task.number for task in plan.tasks] == [1, 3, 4]
    assert any("保障措施" in question for question in plan.tasks[2].questions)
    assert plan.errors == []


def test_a_rule_holds_from_the_task_that_states_it(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年方案\n一、任务\n1.甲。（责任单位：市水利局、市林业局）\n"
        "2.乙。（市水利局、市林业局负责，列第一位者为牵头部门，下同。以下各项均需各县区落实，不再列出）\n"
        "3.丙。（市林业局、市财政局负责）"
    )
    assert parties(plan, 0) == ["joint 市水利局", "joint 市林业局"]
    assert parties(plan, 1) == ["lead 市水利局", "joint 市林业局", "implement all_jurisdictions"]
    assert parties(plan, 2) == ["lead 市林业局", "joint 市财政局", "implement all_jurisdictions"]


def test_responsible_departments_lead_where_the_document_says_so(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年方案\n一、任务\n1.甲。责任单位：市水利局、市林业局\n2.乙。牵头单位：市水利局；责任单位：市林业局\n"
        "注：无牵头单位的，责任单位即为牵头单位。"
    )
    assert parties(plan, 0) == ["lead 市水利局", "lead 市林业局"]
    assert parties(plan, 1) == ["lead 市水利局", "joint 市林业局"]


@pytest.mark.parametrize(
    "clause",
    [
        "（市水利局牵头，各县（市、区政府〔管委会〕负责落实）",
        "（市水利局牵头，各县〔市、区）政府（管委会〕负责落实)",
        "〔市水利局牵头，各县(市、区)政府负责落实。",
        "（市水利局牵头，各县（市、区）人民政府负责落实",
        "市水利局牵头，各县（市、区）政府负责落实）",
        "【牵头单位：市水利局；落实单位：各县（市、区）】",
        "[市水利局牵头，各县区负责落实]",
    ],
)
def test_brackets_of_every_sort(plan_of: Read, clause: str) -> None:
    plan = plan_of(f"南阳市2024年方案\n一、任务\n1.清淤。清理河道（含支流）淤泥。{clause}")
    assert parties(plan, 0) == ["lead 市水利局", "implement all_jurisdictions"]
    assert plan.tasks[0].text == "清淤。清理河道（含支流）淤泥。"
    assert plan.errors == []


@pytest.mark.parametrize(
    "body",
    [
        "清退小机组（含自备电厂）。",
        "园区（集群）集中供气。",
        "入库（河）排污口整治。",
        "推广IGCC（整体煤气化）。",
        "治理（村民参与）。",
    ],
)
def test_other_brackets_name_nobody(plan_of: Read, body: str) -> None:
    plan = plan_of(f"南阳市2024年方案\n一、任务\n1.甲。{body}（市水利局牵头）")
    assert parties(plan, 0) == ["lead 市水利局"]
    assert body in plan.tasks[0].text


def test_a_sentence_about_what_departments_must_do_is_text(plan_of: Read) -> None:
    body = "市财政局要加大投入，生态环境部门负责监督抽测并及时通报有关情况。"
    plan = plan_of(f"南阳市2024年方案\n一、任务\n1.甲。{body}（市水利局牵头）")
    assert plan.tasks[0].text == f"甲。{body}"
    assert parties(plan, 0) == ["lead 市水利局"]


@pytest.mark.parametrize(
    "text", ["今天天气很好，市生态环境局组织了活动。", "一、总体要求\n坚持生态优先。\n二、主要目标\n（一）空气。改善。"]
)
def test_a_text_without_tasks_is_an_error(plan_of: Read, text: str) -> None:
    plan = plan_of(text)
    assert plan.tasks == []
    assert [error.message for error in plan.errors] == ["No tasks were found in this document."]


def test_a_table_in_markdown(plan_of: Read) -> None:
    plan = plan_of(
        "# 南阳市土壤污染防治2025年任务分解表\n\n"
        "| 序号 | 重点任务 | 工作措施 | 牵头单位 | 配合单位 | 完成时限 |\n|---|---|---|---|---|---|\n"
        "| 一、农用地 ||||||\n"
        "| 1 | 安全利用 | 利用率达到93%以上 | 市农业农村局 | 市生态环境局、自规局 | 2025年12月 |\n"
        "| 1 | 排查企业 | 排查15家 | 市生态环境局 | 市工信局 市发改委 | 9月底前 |"
    )
    assert [(task.title, task.section, task.line) for task in plan.tasks] == [
        ("安全利用", "农用地", 6),
        ("排查企业", "农用地", 7),
    ]
    assert parties(plan, 1) == ["lead 市生态环境局", "cooperate 市工信局", "cooperate 市发改委"]
    assert [str(one.due_on) for one in plan.tasks[1].milestones] == ["2025-09-30"]
    assert [error.line for error in plan.errors] == [7]


def test_the_json_is_the_contract(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年方案\n一、任务\n1.甲。达到80%以上。（市水利局牵头，相关部门配合，各县区落实）"
    ).as_json()
    task = plan["tasks"][0]
    assert {"title", "document_number", "period", "tasks", "errors", "issued_on", "sections"} <= set(plan)
    assert {"number", "title", "section", "text", "responsibilities", "milestones", "targets", "questions"} <= set(task)
    lead, others, everywhere = task["responsibilities"]
    assert lead == {"role": "lead", "name": "市水利局", "department": "市水利局"}
    assert others == {"role": "cooperate", "group": "departments_unresolved", "text": "相关部门"}
    assert (everywhere["group"], everywhere["text"], len(everywhere["departments"])) == (
        "all_jurisdictions",
        "各县区",
        17,
    )
    assert task["targets"] == [{"text": "达到80%以上", "comparator": ">=", "value": 80, "unit": "%"}]
    assert task["milestones"] == [{"text": "甲", "due_on": "2024-12-31", "confidence": "inferred"}]


@pytest.mark.parametrize("text", ["1." * 3000, "（" * 5000, "市局、" * 3000, "到2025年，" * 3000, "）" * 5000])
def test_nonsense_is_read_without_raising(plan_of: Read, text: str) -> None:
    assert plan_of("一、任务\n1.甲。" + text).as_json()["errors"] is not None


def test_signature_and_enclosures_behind_the_last_task_are_not_its_text(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年方案\n一、任务\n1.清淤。清理河道。（市水利局牵头）\n附件：任务表\n南阳市人民政府\n2024年3月5日\n（此件公开发布）"
    )
    assert plan.tasks[0].text == "清淤。清理河道。"
    assert [str(one.due_on) for one in plan.tasks[0].milestones] == ["2024-12-31"]
    assert str(plan.issued_on) == "2024-03-05"

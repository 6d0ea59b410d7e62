"""What a heading says for the tasks below it, and items and labels that share or lack a line."""

from collections.abc import Callable

from workflow.importing.reading import PlanReading, PlanTask

Read = Callable[[str], PlanReading]


def _names(task: PlanTask) -> list[str]:
    return [f"{row.role} {row.name or row.text}" for row in task.responsibilities]


def test_a_heading_gives_the_lead_and_the_limit_its_tasks_lack(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年任务\n一、治水（牵头单位：市水利局；完成时限：2025年11月底前）\n1、清淤。配合单位：市财政局。\n"
        "2、护岸。2025年6月底前完成。\n3、巡查。（市林业局牵头，长期坚持）"
    )
    assert [_names(task) for task in plan.tasks] == [
        ["cooperate 市财政局", "lead 市水利局"],
        ["lead 市水利局"],
        ["lead 市林业局"],
    ]
    assert [str(task.milestones[0].due_on) for task in plan.tasks] == ["2025-11-30", "2025-06-30", "2025-12-31"]
    assert any("heading" in question for question in plan.tasks[0].questions)


def test_a_heading_two_levels_above_speaks_too(plan_of: Read) -> None:
    plan = plan_of("南阳市2025年任务\n一、治水行动（市水利局牵头）\n（一）河道\n1.清淤。清理。\n2.护岸。修复。")
    assert [_names(task) for task in plan.tasks] == [["lead 市水利局"], ["lead 市水利局"]]


def test_items_on_one_line_are_tasks_when_each_has_its_label(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年要点\n"
        "（一）调查。1.调查30个地块，牵头单位：市生态环境局；完成时限：12月底前。2.更新名录，牵头单位：市水利局。\n"
        "（二）监管。责任单位：市水利局"
    )
    assert [(task.title, _names(task)) for task in plan.tasks] == [
        ("调查30个地块", ["lead 市生态环境局"]),
        ("更新名录", ["lead 市水利局"]),
        ("监管", ["lead 市水利局"]),
    ]


def test_labels_behind_squares(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2024年要点\n一、任务\n（一）监管\n■工作任务：利用率达到93%。\n■牵头单位：市水利局\n"
        "■完成时间：全年\n（二）修复。（市林业局）"
    )
    assert plan.tasks[0].text == "监管。工作任务：利用率达到93%。"
    assert _names(plan.tasks[0]) == ["lead 市水利局"]
    assert [str(one.due_on) for one in plan.tasks[0].milestones] == ["2024-12-31"]


def test_tasks_below_the_word_enclosure_are_kept(plan_of: Read) -> None:
    plan = plan_of("南阳市2024年通知\n附件：任务清单\n1.清淤\n责任单位：市水利局\n2.护岸\n责任单位：市林业局")
    assert [(task.title, _names(task)) for task in plan.tasks] == [
        ("清淤", ["lead 市水利局"]),
        ("护岸", ["lead 市林业局"]),
    ]


def test_a_list_below_an_enclosure_at_the_end_is_none(plan_of: Read) -> None:
    plan = plan_of("南阳市2024年方案\n一、任务\n1.清淤。（市水利局牵头）\n附表:重点工程清单\n1.甲工程\n2.乙工程")
    assert [task.text for task in plan.tasks] == ["清淤。"]
    assert plan.errors == []


def test_a_task_printed_as_a_form(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年任务\n1. 任务名称：管网改造\n主要内容：改造管网60公里\n牵头单位：市水利局\n责任人：王某\n"
        "进度安排：一季度完成设计；年底前完工\n完成时限：2025年12月31日\n2. 任务名称：清淤\n"
        "牵头单位：市水利局\n进度安排：6月底前完成4个\n"
    )
    assert [(task.title, _names(task)) for task in plan.tasks] == [
        ("管网改造", ["lead 市水利局"]),
        ("清淤", ["lead 市水利局"]),
    ]
    assert [str(one.due_on) for one in plan.tasks[0].milestones] == ["2025-03-31", "2025-12-31", "2025-12-31"]


def test_a_note_to_a_place_is_no_clause(plan_of: Read) -> None:
    plan = plan_of(
        "云浦县2025年方案\n一、任务\n"
        "1.清淤。清理。县水务局牵头，县住建局等负责，属地乡镇人民政府（街道办事处）配合落实。\n"
        "2.护岸。（县水务局负责，各镇街配合）"
    )
    assert _names(plan.tasks[0]) == ["lead 县水务局", "joint 县住建局", "cooperate 属地乡镇人民政府（街道办事处）"]
    assert _names(plan.tasks[1]) == ["lead 县水务局", "cooperate 各镇街"]

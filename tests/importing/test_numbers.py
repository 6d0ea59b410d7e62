"""The numbers in front of headings and tasks, in the many ways they are printed."""

from collections.abc import Callable

import pytest

from workflow.importing.markers import Rank, find_marker
from workflow.importing.paragraphs import tidy
from workflow.importing.reading import PlanReading

Read = Callable[[str], PlanReading]


@pytest.mark.parametrize(
    ("text", "rank", "number"),
    [
        ("第一部分 总体要求", Rank.CHAPTER, 1),
        ("第三章 任务", Rank.CHAPTER, 3),
        ("Ⅱ、重点任务", Rank.PART, 2),
        ("㈢土壤", Rank.ACTION, 3),
        ("★1.清淤", Rank.ITEM, 1),
        ("▲12、清淤", Rank.ITEM, 12),
        ("１２．清淤", Rank.ITEM, 12),
        ("⒊清淤", Rank.ITEM, 3),
        ("任务二：清淤", Rank.ITEM, 2),
        ("2.3 清淤", Rank.DOTTED, 3),
        ("⑵清淤", Rank.SUBITEM, 2),
        ("3)清淤", Rank.SUBITEM, 3),
        ("②清淤", Rank.POINT, 2),
        ("❷清淤", Rank.POINT, 2),
    ],
)
def test_a_number_and_its_rank(text: str, rank: Rank, number: int) -> None:
    marker = find_marker(tidy(text))
    assert marker is not None
    assert (marker.rank, marker.number) == (rank, number)


@pytest.mark.parametrize(
    "text", ["2.5万千瓦", "2.5%以上", "3.6公里", "12家企业", "一、二级保护区", "★重点", "2025年底前"]
)
def test_what_is_no_number(text: str) -> None:
    assert find_marker(text) is None


def test_dotted_numbers_are_tasks(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年方案\n一、任务\n（一）水源\n1.1 设置标志。责任单位：市水利局\n1.2 清理违建，面积\n"
        "1.8亩左右。责任单位：市水利局\n"
        "（二）河流\n2.1 清淤。责任单位：市水利局\n2.2 排污口\n（1）溯源。（市生态环境局牵头）\n"
        "（2）封堵。（市住建局牵头）"
    )
    assert [(task.label, task.title, task.section) for task in plan.tasks] == [
        ("1.1", "设置标志", "水源"),
        ("1.2", "清理违建，面积1.8亩左右", "水源"),
        ("（二）2.1", "清淤", "河流"),
        ("2.2（1）", "溯源", "排污口"),
        ("2.2（2）", "封堵", "排污口"),
    ]


def test_circled_numbers_are_tasks_when_each_names_its_parties(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年方案\n一、任务\n（一）耕地\n1.分类管理\n①调查。（市农业农村局牵头）\n"
        "②利用。（市农业农村局牵头，市财政局配合）\n"
        "2.源头管控\n①排查企业。\n②督促治理。\n责任单位：市生态环境局"
    )
    assert [(task.title, task.section) for task in plan.tasks] == [
        ("调查", "分类管理"),
        ("利用", "分类管理"),
        ("源头管控", "耕地"),
    ]


def test_starred_tasks_keep_their_star(plan_of: Read) -> None:
    plan = plan_of("南阳市2025年要点\n★1.矿山。创建5座。（市自规局）\n2.回收。（市商务局、市城管局）")
    assert [(task.label, task.number) for task in plan.tasks] == [("★1.", 1), ("2.", 2)]


def test_parts_chapters_and_sections_above_the_tasks(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年方案\n第一部分 总体要求\n略。\n第二部分 重点任务\n一、治气\n"
        "1.提标。（市生态环境局牵头）\n二、治水\n"
        "2.清淤。（市水利局牵头）\n第三部分 保障措施\n一、加强领导。成立专班。"
    )
    assert [(task.number, task.title, task.section, task.text) for task in plan.tasks] == [
        (1, "提标", "治气", "提标。"),
        (2, "清淤", "治水", "清淤。"),
    ]


def test_markdown_headings_bold_numbers_and_bullets(plan_of: Read) -> None:
    plan = plan_of(
        "# 南阳市2026年工作方案\n\n## 二、重点任务\n\n### （一）调查\n\n**1. 信息调查。** 完成60家调查。\n"
        "- 牵头单位：市生态环境局\n- 配合单位：市工信局\n- 完成时限：2026年6月底\n\n"
        "2. **替代**：完成20家。*责任单位：市工信局*\n   - 第一阶段：2026年6月底前完成8家\n"
        "   - 第二阶段：2026年9月底前完成12家\n"
    )
    assert [task.title for task in plan.tasks] == ["信息调查", "替代：完成20家"]
    assert [row.name for row in plan.tasks[0].responsibilities] == ["市生态环境局", "市工信局"]
    assert [str(one.due_on) for one in plan.tasks[0].milestones] == ["2026-06-30"]
    assert [one.text for one in plan.tasks[1].milestones] == ["2026年6月底前完成8家", "2026年9月底前完成12家"]

"""Tables of tasks pasted as text: columns of any name, headings between rows, cells of several lines."""

from collections.abc import Callable

from workflow.importing.reading import PlanReading, PlanTask

Read = Callable[[str], PlanReading]
HEADER = "序号\t重点任务\t具体举措\t市级牵头单位\t配合单位（部门）\t县级责任单位\t完成时限\t备注"


def _names(task: PlanTask) -> list[str]:
    return [f"{row.role} {row.name or row.text}" for row in task.responsibilities]


def test_a_pasted_table_with_headings_repeated_heads_and_long_cells(plan_of: Read) -> None:
    plan = plan_of(
        f"附件1\n南阳市扬尘治理2025年任务分解表\n{HEADER}\n一\t工地扬尘\n"
        "1\t覆盖裸土\t覆盖裸土500亩\t市住建局\t市城管局\t各县（市、区）人民政府\t2025年3月底\t省定\n"
        '2\t安装喷淋\t"安装喷淋30套；\n联网20套"\t市住建局\t"市城管局\n市公安局"\t各县（市、区）人民政府\t持续推进\t\n'
        f"{HEADER}\n（二）\t道路扬尘\t\t\t\t\t\t\n3\t冲洗车辆\t出场冲洗\t市城管局\t/\t有关县区\t2025年9月\t"
    )
    assert [(task.number, task.title, task.section) for task in plan.tasks] == [
        (1, "覆盖裸土", "工地扬尘"),
        (2, "安装喷淋", "工地扬尘"),
        (3, "冲洗车辆", "道路扬尘"),
    ]
    assert plan.tasks[0].text == "覆盖裸土。覆盖裸土500亩。备注：省定。"
    assert _names(plan.tasks[0]) == ["lead 市住建局", "cooperate 市城管局", "joint 各县（市、区）人民政府"]
    assert _names(plan.tasks[1])[1:3] == ["cooperate 市城管局", "cooperate 市公安局"]
    assert [(one.value, one.unit) for one in plan.tasks[1].targets] == [(30, "套"), (20, "套")]
    assert plan.tasks[1].is_long_term
    assert _names(plan.tasks[2]) == ["lead 市城管局", "joint 有关县区"]
    assert plan.errors == []


def test_a_section_cell_holds_for_the_rows_below_it(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年固废任务\n类别\t目标任务\t牵头单位\t责任单位及责任人\t完成时间\n"
        "工业\t建成项目3个\t市工信局\t市发改委 张某\t2025.9\n\t利用率达到75%\t市工信局\t\t2025-12-31\n"
        "生活\t覆盖率95%\t市城管局\t各县区\t长期"
    )
    assert [task.section for task in plan.tasks] == ["工业", "工业", "生活"]
    assert _names(plan.tasks[0]) == ["lead 市工信局", "joint 市发改委"]
    assert [str(task.milestones[0].due_on) for task in plan.tasks] == ["2025-09-30", "2025-12-31", "2025-12-31"]


def test_short_column_heads(plan_of: Read) -> None:
    plan = plan_of(
        "## 南阳市2026年臭氧方案\n| 任务 | 牵头 | 配合 | 时限 |\n|:--|:--:|--|--:|\n"
        "| 抽检300批次 | 市市场监管局 | 市商务局、市公安局 | 2026年8月 |\n| 涂装替代 | 市工信局 |  | 2026-07-31 |"
    )
    assert _names(plan.tasks[0]) == ["lead 市市场监管局", "cooperate 市商务局", "cooperate 市公安局"]
    assert [str(task.milestones[0].due_on) for task in plan.tasks] == ["2026-08-31", "2026-07-31"]


def test_a_name_that_a_narrow_cell_breaks_is_one(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年任务\n任务\t牵头单位\t责任单位\n"
        "清淤\t市自然资源和 规划局\t市公 安局、各县（市、区） 人民政府\n护岸\t市水利局 市林业局\t"
    )
    assert _names(plan.tasks[0]) == ["lead 市自然资源和规划局", "joint 市公安局", "joint 各县（市、区）人民政府"]
    assert _names(plan.tasks[1]) == ["lead 市水利局", "lead 市林业局"]

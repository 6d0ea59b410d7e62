"""What surrounds the text: web pages, signatures, enclosures, annexes, page heads, and documents that are no plan."""

from collections.abc import Callable

import pytest

from workflow.importing.reading import PlanReading

Read = Callable[[str], PlanReading]
PLAN = "南阳市2025年扬尘治理方案\n一、主要任务\n1.覆盖裸土。覆盖500亩。（市住建局牵头）\n2.冲洗车辆。（市城管局牵头）\n"


@pytest.mark.parametrize(
    "behind",
    [
        "附件：1.任务清单\n2.点位名单\n\n南阳市攻坚战指挥部办公室\n2025年3月1日\n（此件公开发布）",
        "抄送：市委办公室，市人大办公室。\n南阳市人民政府办公室 2025年3月5日印发",
        "南阳市人民政府\n二〇二五年三月一日\n主办：市生态环境局 督办：市政府办\n公开属性：主动公开",
        "信息公开形式：主动公开\n责任编辑：张某\n上一篇：绿化通知\n下一篇：没有了\n打印本页 关闭窗口\n浏览次数：12",
        "主办单位：南阳市人民政府 备案号：豫ICP备1号\n版权所有：南阳市人民政府",
        "附件2\n点位名单\n1.卧龙区一号点\n2.宛城区二号点",
        "附件：点位名单\n南阳市人民政府\n2025年3月1日\n附件\n点位名单\n一、卧龙区\n（一）一号点\n（二）二号点",
    ],
)
def test_what_stands_behind_the_tasks_is_no_task(plan_of: Read, behind: str) -> None:
    plan = plan_of(PLAN + behind)
    assert [(task.title, task.text) for task in plan.tasks] == [
        ("覆盖裸土", "覆盖裸土。覆盖500亩。"),
        ("冲洗车辆", "冲洗车辆。"),
    ]
    assert plan.errors == []


def test_the_navigation_of_a_web_page_in_front_does_no_harm(plan_of: Read) -> None:
    front = "首页 > 政务公开 > 文件\n索引号：0123-2025\n字体：大 中 小\n分享到： 打印 关闭窗口 浏览次数：213\n"
    plan = plan_of(front + PLAN)
    assert plan.title == "南阳市2025年扬尘治理方案"
    assert len(plan.tasks) == 2


def test_the_plan_may_be_the_annex_of_a_numbered_notice(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市人民政府办公室关于印发扬尘治理任务清单的通知\n宛政办〔2025〕9号\n各县（市、区）人民政府：\n"
        "一、压实责任。各地要细化措施。\n二、按时报送。每月报送进展。\n附件：1.任务清单\n2.点位名单\n"
        "南阳市人民政府办公室\n2025年4月2日\n附件1\n南阳市扬尘治理任务清单\n"
        "一、工地\n1.覆盖裸土。（市住建局牵头）\n2.冲洗车辆。（市城管局牵头）\n附件2\n点位名单\n1.一号点\n2.二号点"
    )
    assert [(task.number, task.title) for task in plan.tasks] == [(1, "覆盖裸土"), (2, "冲洗车辆")]
    assert str(plan.issued_on) == "2025-04-02"
    assert plan.errors == []


def test_a_running_head_beside_page_numbers_is_dropped(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年方案\n一、任务\n1.检查检验机构，由各县区组\n- 2 -\n南阳市治理方案\n织实施。（市生态环境局、市公\n"
        "— 3 —\n南阳市治理方案\n安局负责）\n2.清淤。（市水利局牵头）"
    )
    assert plan.tasks[0].text == "检查检验机构，由各县区组织实施。"
    assert [row.name for row in plan.tasks[0].responsibilities] == ["市生态环境局", "市公安局"]


def test_a_part_behind_the_tasks_that_names_nobody_is_asked_about(plan_of: Read) -> None:
    plan = plan_of(PLAN + "二、其他\n3.校园周边降尘，2025年6月底前完成10处。")
    assert [task.title for task in plan.tasks][2:] == ["校园周边降尘，2025年6月底前完成10处"]
    assert any("其他" in question for question in plan.tasks[2].questions)


def test_names_in_the_text_are_offered_when_nobody_is_named(plan_of: Read) -> None:
    plan = plan_of(PLAN + "3.清淤。市水利局要牵头制定办法，市林业局配合，于7月15日前报市政府。")
    assert any("市水利局、市林业局" in question for question in plan.tasks[2].questions)


@pytest.mark.parametrize(
    "text",
    [
        "南阳市2023年生态工作总结\n一、主要成效\n（一）空气变好了。优良天数增加。\n（二）河水变清了。断面达标。",
        (
            "关于《南阳市治理方案》的政策解读\n一、起草背景\n为改善环境。\n二、主要内容\n"
            "（一）目标。（二）任务。\n1.治气。\n2.治水。"
        ),
        (
            "您当前的位置：首页 > 新闻\n一、水更清\n1、河流治理见成效。\n2、湖泊治理见成效。\n"
            "3、推动环保社会(组织参与)。\n4、成效明显。"
        ),
    ],
)
def test_prose_with_numbers_is_no_plan(plan_of: Read, text: str) -> None:
    plan = plan_of(text)
    assert plan.tasks == []
    assert len(plan.errors) == 1
    assert plan.errors[0].message.endswith(".")


def test_an_explanation_that_names_parties_is_asked_about(plan_of: Read) -> None:
    plan = plan_of("南阳市治理方案政策解读\n一、任务\n1.清淤。（市水利局牵头）\n2.护岸。（市水利局牵头）")
    assert len(plan.tasks) == 2
    assert any("explanation" in question for question in plan.questions)


def test_without_a_title_the_tasks_are_read_all_the_same(plan_of: Read) -> None:
    plan = plan_of("一、主要任务\n1.清淤。（市水利局牵头）\n2.护岸。（市水利局牵头）")
    assert plan.title == ""
    assert len(plan.tasks) == 2
    assert plan.errors == []


def test_every_mistake_is_reported_with_its_line(plan_of: Read) -> None:
    plan = plan_of(
        "南阳市2025年方案\n一、任务\n1.甲。2025年2月30日前完成。（市水利局牵头）\n1.乙。（市水利局牵头）\n"
        "3.丙。（牵头，配合）\n4.丁。（包干单位：市水利局）\n5.\n6.戊。（市水利局牵头；完成时限：2025年6月31日）"
    )
    assert [error.line for error in plan.errors] == [3, 4, 5, 6, 7, 8]


def test_a_known_name_in_a_clause_that_was_not_understood_is_asked_about(plan_of: Read) -> None:
    plan = plan_of(PLAN + "3.清淤。（市水利局牵头，重大事项报市财政局审核后由其他单位协调办理）")
    assert any("市财政局" in question for question in plan.tasks[2].questions)

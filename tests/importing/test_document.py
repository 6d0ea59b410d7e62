"""Title, number, date of issue and period of documents in several shapes."""

from collections.abc import Callable
from datetime import date

import pytest

from workflow.importing.reading import PlanReading

Read = Callable[[str], PlanReading]
BODY = "\n一、重点任务\n1.甲。整治。（市水利局牵头）\n"


def test_the_plans_own_title_wins_over_the_notice(plan_of: Read) -> None:
    plan = plan_of("南阳市人民政府关于印发《南阳市水污染防治方案》的通知\n宛政〔2024〕1号\n南阳市水污染防治方案" + BODY)
    assert plan.title == "南阳市水污染防治方案"


def test_a_notice_alone_gives_the_title_it_carries(plan_of: Read) -> None:
    assert (
        plan_of("南阳市人民政府关于印发南阳市节水工作要点的通知\n宛政〔2024〕1号" + BODY).title == "南阳市节水工作要点"
    )


def test_a_title_on_two_lines_is_one(plan_of: Read) -> None:
    plan = plan_of("南阳市柴油货车污染治理、\n臭氧污染防治行动实施方案\n（2024—2026年）" + BODY)
    assert plan.period is not None
    assert (plan.period.first, plan.period.last) == (date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("front", "title"),
    [
        (
            "南阳市人民政府办公室\n关于印发《南阳市空气质量\n改善行动计划（2024-2026年）》的通知",
            "南阳市空气质量改善行动计划（2024-2026年）",
        ),
        ("关于印发\n南阳市水污染防治方案\n（2024—2026 年）\n的 通 知", "南阳市水污染防治方案（2024—2026年）"),
        ("附件1：南阳市2026年碧水方案", "南阳市2026年碧水方案"),
        ("附件\n南阳市生态环境局\n联合开展2026年河湖整治\n专项行动方案", "联合开展2026年河湖整治专项行动方案"),
        ("关于2025年南阳市攻坚战\n重点工作安排的意见", "关于2025年南阳市攻坚战重点工作安排的意见"),
        ("标题：南阳市噪声治理方案\n发布日期：2024-03-05", "南阳市噪声治理方案"),
        ("# **南阳市新污染物治理方案**", "南阳市新污染物治理方案"),
    ],
)
def test_titles_in_several_shapes(plan_of: Read, front: str, title: str) -> None:
    assert plan_of(front + BODY).title == title


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("宛政办﹝2024﹞12号", "宛政办〔2024〕12号"),
        ("2023年第3号", "2023年第3号"),
        ("宛政办〔2024〕5号 签发人：王某", "宛政办〔2024〕5号"),
        ("宛政办〔2023〕32号", "宛政办〔2023〕32号"),
        ("宛政办[2023]32号", "宛政办〔2023〕32号"),
        ("宛环委办（2024） 5 号", "宛环委办〔2024〕5号"),
        ("文号：宛政〔2024〕8号", "宛政〔2024〕8号"),
        ("根据省方案（豫政办〔2023〕33号）的要求，制定本方案。", None),
        ("2024年工作", None),
    ],
)
def test_document_number(plan_of: Read, line: str, number: str | None) -> None:
    assert plan_of(f"南阳市治理方案\n{line}{BODY}").document_number == number


@pytest.mark.parametrize(
    "line", ["2024年3月5日", "二〇二四年三月五日", "（2024年3月5日）", " 2024 年 3 月 5 日 ", "发布日期：2024-03-05"]
)
def test_date_of_issue(plan_of: Read, line: str) -> None:
    assert plan_of(f"南阳市治理方案\n{line}{BODY}").issued_on == date(2024, 3, 5)


def test_a_signature_at_the_end_dates_the_document(plan_of: Read) -> None:
    assert plan_of(f"南阳市治理方案{BODY}\n南阳市人民政府\n2024年3月5日").issued_on == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("南阳市治理方案（2023—2025年）", ("2023-01-01", "2025-12-31")),
        ("南阳市治理方案（2023-2025年）", ("2023-01-01", "2025-12-31")),
        ("南阳市治理方案（2023年至2025年）", ("2023-01-01", "2025-12-31")),
        ("南阳市2026年度治理方案", ("2026-01-01", "2026-12-31")),
        ("南阳市“十四五”治理规划", ("2021-01-01", "2025-12-31")),
        ("南阳市“十五五”治理规划", ("2026-01-01", "2030-12-31")),
        ("南阳市2024—2025年秋冬季治理方案", ("2024-10-01", "2025-03-31")),
    ],
)
def test_period_from_the_title(plan_of: Read, title: str, period: tuple[str, str]) -> None:
    plan = plan_of(title + BODY).as_json()
    assert (plan["period"]["from"], plan["period"]["to"]) == period
    assert plan["questions"] == []


def test_a_period_that_is_assumed_is_asked_about(plan_of: Read) -> None:
    plan = plan_of("南阳市治理三年行动方案\n2024年3月5日" + BODY)
    assert plan.as_json()["period"] == {"from": "2024-01-01", "to": "2026-12-31"}
    assert len(plan.questions) == 1


@pytest.mark.parametrize(
    ("body", "period"),
    [
        ("2024年3月5日\n到2027年，治理完成。", ("2024-01-01", "2027-12-31")),
        ("2026年底前开工，到2028年，治理完成。", ("2026-01-01", "2028-12-31")),
        ("到2027年，治理完成。", ("2026-01-01", "2027-12-31")),
    ],
)
def test_a_period_from_the_goals_is_asked_about(plan_of: Read, body: str, period: tuple[str, str]) -> None:
    plan = plan_of(f"南阳市治理方案\n{body}{BODY}")
    assert plan.period is not None
    assert (str(plan.period.first), str(plan.period.last)) == period
    assert len(plan.questions) == 1


def test_a_county_is_the_level_of_its_own_departments(plan_of: Read) -> None:
    plan = plan_of("云浦县2025年方案\n一、任务\n1.甲。（云浦县水利局牵头，住建局、云浦生态环境分局配合）")
    assert [(row.name, row.department) for row in plan.tasks[0].responsibilities] == [
        ("云浦县水利局", None),
        ("县住建局", None),
        ("云浦生态环境分局", None),
    ]


def test_without_any_hint_there_is_no_period(plan_of: Read) -> None:
    plan = plan_of("南阳市治理方案" + BODY)
    assert plan.period is None
    assert plan.tasks[0].milestones == []
    assert any("no period" in question for question in plan.tasks[0].questions)

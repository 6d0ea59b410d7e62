"""Deadline phrases: which day, how sure, and which years are no deadlines."""

from datetime import date

import pytest

from workflow.importing.dates import DateContext, end_of_period, read_dates, read_deadline, read_whole_date
from workflow.importing.reading import Period

THREE_YEARS = DateContext(Period(date(2023, 1, 1), date(2025, 12, 31)), date(2023, 9, 14))
ONE_YEAR = DateContext(Period(date(2026, 1, 1), date(2026, 12, 31)), date(2026, 2, 27))
WINTER = DateContext(Period(date(2023, 10, 1), date(2024, 3, 31)), date(2023, 10, 8))


def days(text: str, context: DateContext = THREE_YEARS) -> list[str]:
    return [f"{one.due_on} {one.confidence}" for one in read_dates(text, context).milestones]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年年底前完成改造", "2024-12-31 stated"),
        ("2024年年底，完成改造", "2024-12-31 stated"),
        ("2024年底前完成改造", "2024-12-31 stated"),
        ("2024年末完成改造", "2024-12-31 stated"),
        ("2024年内完成改造", "2024-12-31 stated"),
        ("2025年9月底前完成", "2025-09-30 stated"),
        ("2024年2月底前完成", "2024-02-29 stated"),
        ("2025年6月30日前完成", "2025-06-30 stated"),
        ("2025年6月30日之前完成", "2025-06-30 stated"),
        ("2025年6月中旬完成", "2025-06-20 stated"),
        ("2025年上半年完成", "2025-06-30 stated"),
        ("2025年第三季度末完成", "2025-09-30 stated"),
        ("到2025年底，完成", "2025-12-31 stated"),
        ("二〇二四年底前完成", "2024-12-31 stated"),
        ("到2025年，完成", "2025-12-31 inferred"),
        ("到2025年之前，建成", "2025-12-31 inferred"),
        ("2025年之前建成", "2025-12-31 inferred"),
        ("桐柏县2024年实现达标", "2024-12-31 inferred"),
        ("2025年进入前100名", "2025-12-31 inferred"),
        ("“十四五”期间完成修复", "2025-12-31 inferred"),
        ("“十四五”末完成修复", "2025-12-31 inferred"),
        ("十五五期间完成修复", "2030-12-31 inferred"),
        ("2025年6月前完成", "2025-05-31 inferred"),
        ("2025年6月完成", "2025-06-30 inferred"),
        ("今年年底前完成", "2023-12-31 inferred"),
        ("9月底前完成", "2023-09-30 ambiguous"),
        ("8月底前完成", "2024-08-31 ambiguous"),
        ("年底前完成", "2023-12-31 ambiguous"),
    ],
)
def test_a_phrase_and_its_day(text: str, expected: str) -> None:
    assert days(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "在2020年基础上提高5个百分点",
        "以2022年为基准",
        "比2024年下降10%",
        "较2024年提升",
        "2022年基数为80%",
        "自2024年1月1日起施行",
        "从2024年开始实施",
        "根据《三年行动计划（2023—2025年）》（豫政办〔2023〕33号）",
        "按照生态环境部公告（2024年第6号）执行",
        "按期完成“十四五”水生态环境保护规划中的工程",
        "达到国六排放标准",
        "每年9月底前开展评估",
        "2021年完成的项目要巩固",
        "投资3个月到位",
        "加强5—9月臭氧管控",
    ],
)
def test_what_is_no_deadline(text: str) -> None:
    assert days(text) == []


def test_the_year_of_an_earlier_clause_holds() -> None:
    text = "2024年6月底前完成摸底，9月底前完成整改，年底前验收。次年3月底前总结"
    assert [day[:10] for day in days(text)] == ["2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31"]
    assert days(text)[1].endswith("stated")


def test_a_base_year_is_not_carried_on() -> None:
    assert days("比2024年下降10%，9月底前完成") == ["2023-09-30 ambiguous"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9月底前完成", "2026-09-30 stated"),
        ("上半年完成", "2026-06-30 stated"),
        ("11月30日前完成", "2026-11-30 stated"),
        ("今年10月底前完成", "2026-10-31 stated"),
        ("明年3月底前完成", "2027-03-31 inferred"),
        ("二季度末前完成", "2026-06-30 stated"),
    ],
)
def test_in_a_plan_for_one_year_a_month_is_enough(text: str, expected: str) -> None:
    assert days(text, ONE_YEAR) == [expected]


def test_in_a_plan_for_one_winter_a_month_is_enough() -> None:
    assert days("10月底前排查，2月底前整改", WINTER) == ["2023-10-31 stated", "2024-02-29 stated"]


def test_without_any_year_known_the_day_stays_open() -> None:
    reading = read_dates("9月底前完成", DateContext())
    assert reading.milestones[0].due_on is None
    assert reading.questions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年3月1日至2024年6月30日开展检查", ["2024-06-30 stated"]),
        ("2024年3月至6月底开展检查", ["2024-06-30 stated"]),
        ("2023—2025年，每年完成治理", ["2025-12-31 inferred"]),
        ("2023年至2025年完成治理", ["2025-12-31 inferred"]),
        (
            "2023年、2024年、2025年分别完成30%、60%、100%",
            ["2023-12-31 inferred", "2024-12-31 inferred", "2025-12-31 inferred"],
        ),
    ],
)
def test_spans_and_lists_of_years(text: str, expected: list[str]) -> None:
    assert days(text) == expected


def test_each_clause_goes_with_its_date() -> None:
    text = "全市分三步走，2023年年底完成80%溯源，2024年年底完成全部溯源，建立台账；到2025年，整治完成。此后长期管护。"
    found = [one.text for one in read_dates(text, THREE_YEARS).milestones]
    assert found == ["2023年年底完成80%溯源", "2024年年底完成全部溯源，建立台账", "到2025年，整治完成"]


def test_the_subject_in_front_of_a_date_belongs_to_its_clause() -> None:
    found = read_dates("污水处理厂二期2025年9月底前投运，管网同步建设。", THREE_YEARS).milestones
    assert found[0].text == "污水处理厂二期2025年9月底前投运，管网同步建设"


@pytest.mark.parametrize(
    "text", ["2023年13月底前完成", "2025年2月30日前完成", "2025年0月底前", "2025年2月29日前", "4月31日前"]
)
def test_dates_that_do_not_exist(text: str) -> None:
    reading = read_dates(text, THREE_YEARS)
    assert len(reading.impossible) == 1
    assert reading.milestones == []


def test_inferred_and_ambiguous_days_are_asked_about() -> None:
    assert len(read_dates("到2025年，完成", THREE_YEARS).questions) == 1
    assert len(read_dates("9月底前完成", THREE_YEARS).questions) == 1
    assert read_dates("2025年9月底前完成", THREE_YEARS).questions == []


def test_what_recurs_is_marked() -> None:
    assert read_dates("每年建设1~2条", THREE_YEARS).is_recurring
    assert not read_dates("逐年提升", THREE_YEARS).is_recurring


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025年12月", "2025-12-31 stated"),
        ("2025年12月底前", "2025-12-31 stated"),
        ("2025.06", "2025-06-30 stated"),
        ("2025-06-15", "2025-06-15 stated"),
        ("2025年", "2025-12-31 inferred"),
        ("2024", "2024-12-31 inferred"),
    ],
)
def test_a_deadline_field(text: str, expected: str) -> None:
    found = read_deadline(text, THREE_YEARS).milestones
    assert [f"{one.due_on} {one.confidence}" for one in found] == [expected]
    assert found[0].text == text


@pytest.mark.parametrize("text", ["长期坚持", "持续推进", "常态化"])
def test_a_long_term_field_has_no_day(text: str) -> None:
    reading = read_deadline(text, THREE_YEARS)
    assert reading.is_long_term
    assert reading.milestones == []


def test_the_end_of_the_plan_stands_in() -> None:
    reading = end_of_period("巩固成效", THREE_YEARS)
    assert [str(one.due_on) for one in reading.milestones] == ["2025-12-31"]
    assert len(reading.questions) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年9月14日", (date(2023, 9, 14), True)),
        ("2023 年 9 月 14 日", (date(2023, 9, 14), True)),
        ("二〇二三年九月十四日", (date(2023, 9, 14), True)),
        ("2024年2月30日", (None, True)),
        ("2024年工作安排", (None, False)),
    ],
)
def test_a_date_standing_alone(text: str, expected: tuple[date | None, bool]) -> None:
    assert read_whole_date(text) == expected

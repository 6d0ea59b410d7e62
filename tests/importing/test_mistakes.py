"""A document with mistakes: all of them come back together, each with its line."""

import pytest

from workflow.importing.reading import PlanReading


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (5, "2024年2月30日"),
        (15, "2024年13月底前"),
        (17, "2025年2月30日前"),
        (19, "Task number 2 is used more than once; the first one is on line 17"),
        (21, "Task 3 has no text"),
        (25, "names nobody"),
        (27, "never closed"),
        (29, "兜底单位"),
    ],
)
def test_a_mistake_is_reported_on_its_line(broken_plan: PlanReading, line: int, words: str) -> None:
    assert [error.line for error in broken_plan.errors if words in error.message] == [line]


def test_nothing_else_is_reported(broken_plan: PlanReading) -> None:
    assert [error.line for error in broken_plan.errors] == [5, 15, 17, 19, 21, 25, 27, 29]


def test_the_tasks_are_there_all_the_same(broken_plan: PlanReading) -> None:
    assert [task.number for task in broken_plan.tasks] == [1, 2, 2, 3, 4, 5, 6, 7]


def test_an_unknown_department_is_a_question_not_an_error(broken_plan: PlanReading) -> None:
    assert any("市大脑指挥部" in question for question in broken_plan.tasks[-1].questions)
    assert any("有关部门" in question for question in broken_plan.tasks[-1].questions)

"""Lines to paragraphs: breaks healed, headings left alone, page furniture dropped."""

import pytest

from workflow.importing.paragraphs import join_lines, tidy
from workflow.importing.reader import RawLine


def texts(*lines: str) -> list[str]:
    return [one.text for one in join_lines([RawLine(n, line) for n, line in enumerate(lines, 1)])]


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["1.甲。新建集装箱、大", "", "大宗散货作业区，同步建设。"], "1.甲。新建集装箱、大宗散货作业区，同步建设。"),
        (["1.甲。治理挥发性有机", "", "物污染，集中整治。"], "1.甲。治理挥发性有机物污染，集中整治。"),
        (["1.甲。推进重点", "", "重点工程，集中整治。"], "1.甲。推进重点工程，集中整治。"),
        (["1.甲。查清西峡县", "", "县城黑臭水体，限期整治。"], "1.甲。查清西峡县县城黑臭水体，限期整治。"),
        (["1.甲。力争大", "", "大提高处理能力，稳定达标。"], "1.甲。力争大大提高处理能力，稳定达标。"),
        (["1.甲。保护水", "源一、二级保护区，限期清零。"], "1.甲。保护水源一、二级保护区，限期清零。"),
        (
            ["1.甲。保护饮用水水源，划定", "", "一、二级保护区，限期清零。"],
            "1.甲。保护饮用水水源，划定一、二级保护区，限期清零。",
        ),
        (["1.甲。控制PM", "2.5浓度，持续改善。"], "1.甲。控制PM2.5浓度，持续改善。"),
        (["1.甲。（市生态环境局牵头，", "市水利局配合）"], "1.甲。（市生态环境局牵头，市水利局配合）"),
        (["1.甲。整改到位，", "— 12 —", "", "按期销号。"], "1.甲。整改到位，按期销号。"),
        (["1.甲。整改到位，", "第 3 页 共 9 页", "按期销号。"], "1.甲。整改到位，按期销号。"),
    ],
)
def test_a_broken_paragraph_is_joined(lines: list[str], joined: str) -> None:
    assert texts(*lines) == [joined]


def test_a_plain_line_break_never_removes_a_character() -> None:
    assert texts("1.甲。把任务分解到市", "市直部门，按月调度。") == ["1.甲。把任务分解到市市直部门，按月调度。"]
    assert texts("1.甲。扩大集装箱、大", "大宗作业区，同步建设。") == ["1.甲。扩大集装箱、大大宗作业区，同步建设。"]


@pytest.mark.parametrize(
    "lines",
    [
        ["一、总体要求", "坚持生态优先，绿色发展。"],
        ["南阳市人民政府办公室", "2023年9月14日"],
        ["1.甲。已完成。", "2.乙。未完成。"],
        ["1.甲。已完成。", "责任单位：市水利局"],
        ["（一）治理行动。", "1.甲。整治。"],
        ["一、甲类行动", "（一）治理行动"],
    ],
)
def test_separate_paragraphs_stay_separate(lines: list[str]) -> None:
    assert texts(*lines) == lines


def test_a_text_wrapped_by_hand_is_joined() -> None:
    wrapped = ["2.创建空气质量二级达标城市，研究制定限期", "达标方案，推动全市空气质量在规定的时间内实", "现达标。"] * 4
    assert texts(*wrapped) == ["".join(wrapped[:3])] * 4


def test_every_character_knows_its_line() -> None:
    (paragraph,) = join_lines([RawLine(7, "1.甲。整改，"), RawLine(8, ""), RawLine(9, "销号。")])
    assert paragraph.line_at(0) == 7
    assert paragraph.line_at(paragraph.text.index("销")) == 9


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("到 2025 年", "到2025年"),
        ("攻坚战 的", "攻坚战的"),
        ("　　正文", "正文"),
        ("２０２５年８０％", "2025年80%"),
        ("生\u200b态", "生态"),
        ("\u2f63态", "生态"),
        ("use IGCC plants", "use IGCC plants"),
    ],
)
def test_spaces_and_odd_characters(raw: str, clean: str) -> None:
    assert tidy(raw) == clean


def test_tasks_in_one_line_are_separated() -> None:
    line = "（一）治理行动。1.甲。整治（市水利局负责）2.乙。排查（市水利局负责）。3.丙。"
    assert texts(line) == ["（一）治理行动。", "1.甲。整治（市水利局负责）", "2.乙。排查（市水利局负责）。", "3.丙。"]


def test_a_title_before_a_wide_space_is_a_heading() -> None:
    assert texts("1．推进排名进位　研究制定方案，逐年提升。") == ["1．推进排名进位", "研究制定方案，逐年提升。"]

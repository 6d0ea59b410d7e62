"""Phrases of responsibility: who has which role."""

import pytest

from workflow.importing import spans
from workflow.importing.clauses import label_kind, read_clause
from workflow.importing.directory import Directory
from workflow.importing.paragraphs import Paragraph
from workflow.importing.reading import OpenGroup

ALL, OPEN = str(OpenGroup.ALL_JURISDICTIONS), str(OpenGroup.DEPARTMENTS_UNRESOLVED)


def parties(text: str, directory: Directory) -> list[str]:
    """Writes parties as ``role name`` or ``role group:text``."""
    found = read_clause(text, directory, "南阳市").parties
    return [f"{one.role} " + (f"{one.printed.group}:" if one.printed.group else "") + one.printed.name for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市水利局、生态环境局牵头", ["lead 市水利局", "lead 市生态环境局"]),
        ("市城市管理局、住房和城乡建设局按职责分工牵头", ["lead 市城市管理局", "lead 市住房和城乡建设局"]),
        ("市发改委、工信局按职责分工负责", ["joint 市发改委", "joint 市工信局"]),
        ("市发改委、市工信局按照职责分工负责", ["joint 市发改委", "joint 市工信局"]),
        ("市生态环境局牵头，公安局参与", ["lead 市生态环境局", "cooperate 市公安局"]),
        ("市生态环境局牵头、市公安局配合", ["lead 市生态环境局", "cooperate 市公安局"]),
        ("市生态环境局牵头市公安局配合", ["lead 市生态环境局", "cooperate 市公安局"]),
        ("市生态环境局牵头；市公安局、财政局协助", ["lead 市生态环境局", "cooperate 市公安局", "cooperate 市财政局"]),
        ("市生态环境局牵头督导，桐柏县具体落实", ["supervise 市生态环境局", "implement 桐柏县"]),
        ("市水利局会同市林业局负责", ["lead 市水利局", "cooperate 市林业局"]),
        ("由市水利局牵头", ["lead 市水利局"]),
        ("此项工作由市水利局负责", ["joint 市水利局"]),
        ("市水利局、市林业局分别负责河道和林地部分", ["joint 市水利局", "joint 市林业局"]),
        ("市生态环境局负责验收", ["verify 市生态环境局"]),
        ("市公安局、市场监督管理局配合", ["cooperate 市公安局", "cooperate 市市场监督管理局"]),
        ("市委组织部负责", ["joint 市委组织部"]),
        ("市工业和信息化局和生态环境局牵头", ["lead 市工业和信息化局", "lead 市生态环境局"]),
        ("市工业和信息化局、文化广电和旅游局牵头", ["lead 市工业和信息化局", "lead 市文化广电和旅游局"]),
        ("南阳市生态环境局、水利局牵头", ["lead 南阳市生态环境局", "lead 市水利局"]),
        ("省生态环境厅、水利厅指导监督", ["supervise 省生态环境厅", "supervise 省水利厅"]),
        ("市城市管理局、国网南阳供电公司负责", ["joint 市城市管理局", "joint 国网南阳供电公司"]),
        (
            "牵头单位：市生态环境局；配合单位：市发改委、工信局",
            ["lead 市生态环境局", "cooperate 市发改委", "cooperate 市工信局"],
        ),
        ("牵头单位:市生态环境局 责任单位:市水利局", ["lead 市生态环境局", "joint 市水利局"]),
        ("牵头领导：张三；牵头单位：市水利局", ["lead 市水利局"]),
        ("责任单位：市住建局、城管局", ["joint 市住建局", "joint 市城管局"]),
        ("责任单位：市住建局牵头，市城管局配合", ["lead 市住建局", "cooperate 市城管局"]),
        ("督导单位：市水利局；验收单位：市生态环境局", ["supervise 市水利局", "verify 市生态环境局"]),
        ("桐柏县、西峡县、邓州市政府负责落实", ["implement 桐柏县", "implement 西峡县", "implement 邓州市"]),
        ("市生态环境局（市环委办）牵头", ["lead 市生态环境局"]),
        ("高新区、示范区管委会落实", ["implement 高新区", "implement 示范区"]),
        ("卧龙区牵头，市工信局配合", ["lead 卧龙区", "cooperate 市工信局"]),
        (
            "责任单位：市水利局（牵头）、市林业局（配合）、财政局",
            ["lead 市水利局", "cooperate 市林业局", "joint 市财政局"],
        ),
        ("责任单位：市财政局、市水利局（牵头）", ["joint 市财政局", "lead 市水利局"]),
        ("牵头单位：市公安局、市交通运输局（分别牵头）", ["lead 市公安局", "lead 市交通运输局"]),
        ("市级责任单位：市住建局；县级责任单位：卧龙区", ["joint 市住建局", "joint 卧龙区"]),
        ("责任单位（牵头）：市公安局；责任单位（配合）：市财政局", ["lead 市公安局", "cooperate 市财政局"]),
        ("牵头部门（单位）：市公安局", ["lead 市公安局"]),
        ("责任单位及责任人：市城管局李某、市公安局 王某", ["joint 市城管局", "joint 市公安局"]),
        ("主要领导：王某，市生态环境局牵头", ["lead 市生态环境局"]),
        ("市水利局牵头，各县区落实，以下不再列出", ["lead 市水利局", f"implement {ALL}:各县区"]),
        ("各乡镇人民政府（街道办事处）负责落实", [f"implement {OPEN}:各乡镇人民政府（街道办事处）"]),
        ("市公安局、各街道办配合", ["cooperate 市公安局", f"cooperate {OPEN}:各街道办"]),
        (
            "市教育局、各高校、新闻媒体配合",
            ["cooperate 市教育局", f"cooperate {OPEN}:各高校", f"cooperate {OPEN}:新闻媒体"],
        ),
        (
            "市公安局、团市委、南阳海关、人民银行南阳分行、气象局、国网南阳供电公司配合",
            [
                "cooperate 市公安局",
                "cooperate 团市委",
                "cooperate 南阳海关",
                "cooperate 人民银行南阳分行",
                "cooperate 市气象局",
                "cooperate 国网南阳供电公司",
            ],
        ),
        ("县住建局、城管局、云浦生态环境分局负责", ["joint 县住建局", "joint 县城管局", "joint 云浦生态环境分局"]),
        ("市城管局；市公安局、财政局配合", ["joint 市城管局", "cooperate 市公安局", "cooperate 市财政局"]),
        ("牵头：市水利局；配合：市公安局；落实：卧龙区", ["lead 市水利局", "cooperate 市公安局", "implement 卧龙区"]),
        ("责任：市水利局、市林业局", ["joint 市水利局", "joint 市林业局"]),
        ("市自规局、市水利局等3个部门配合", ["cooperate 市自规局", "cooperate 市水利局"]),
        ("市污染防治攻坚办牵头", ["lead 市污染防治攻坚办"]),
    ],
)
def test_roles_and_completed_names(directory: Directory, text: str, expected: list[str]) -> None:
    assert parties(text, directory) == expected


@pytest.mark.parametrize(
    "words",
    [
        "各县〔市、区〕政府〔管委会〕",
        "各县（市、区）政府〔管委会〕",
        "各县(市、区)政府(管委会)",
        "各县（市、区）人民政府",
        "各县（市、区）",
        "各县区",
        "各县区政府",
        "各县市区",
        "各县（区）人民政府",
        "各县、区人民政府（管委会）",
        "各区县政府",
        "各县（市、区）党委、政府",
        "各县（市、区政府〔管委会〕",
        "各县〔市、区）政府〔管委会)",
        "县（市、区）政府",
        "各县（市、区）政府、各开发区管委会",
        "各旗县区",
    ],
)
def test_every_way_to_print_all_counties(directory: Directory, words: str) -> None:
    assert parties(f"市生态环境局牵头，{words}负责落实", directory) == ["lead 市生态环境局", f"implement {ALL}:{words}"]


@pytest.mark.parametrize(
    "words",
    [
        "相关市直单位",
        "各有关单位",
        "市直有关部门",
        "有关部门",
        "市政府各部门",
        "各成员单位",
        "有关县（市、区）政府",
        "属地县（市、区）政府",
        "除桐柏县外的各县（市、区）政府",
        "市、县两级生态环境部门",
        "各乡镇人民政府",
    ],
)
def test_groups_nobody_can_resolve(directory: Directory, words: str) -> None:
    assert parties(f"市生态环境局牵头，{words}按职责分工负责", directory)[1:] == [f"joint {OPEN}:{words}"]


def test_a_county_department_is_not_the_citys(directory: Directory) -> None:
    found = read_clause("县住建局、农业农村局负责", directory).parties
    assert [(one.printed.name, one.printed.department) for one in found] == [("县住建局", None), ("县农业农村局", None)]


@pytest.mark.parametrize("text", ["牵头，配合", "责任单位：", "负责落实", "牵头单位：；配合单位："])
def test_a_clause_without_anybody(directory: Directory, text: str) -> None:
    assert read_clause(text, directory).names_nobody


def test_等_leaves_the_list_open(directory: Directory) -> None:
    clause = read_clause("市生态环境局牵头，市财政局、林业局等部门配合", directory)
    assert clause.is_open_ended
    assert [one.printed.name for one in clause.parties][-1] == "市林业局"


def test_a_deadline_inside_a_clause_is_kept(directory: Directory) -> None:
    assert read_clause("责任单位：市水利局；完成时限：9月底前", directory).deadlines == ["9月底前"]


def test_an_unknown_label_is_reported(directory: Directory) -> None:
    assert read_clause("兜底单位：市财政局", directory).unknown_labels == ["兜底单位"]


def test_stated_rules_are_no_parties(directory: Directory) -> None:
    text = "市水利局、市林业局，列第一位者为牵头部门，下同"
    assert parties(text, directory) == ["joint 市水利局", "joint 市林业局"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("牵头单位", "lead"),
        ("主责部门", "lead"),
        ("责任单位", "joint"),
        ("配合单位", "cooperate"),
        ("落实单位", "implement"),
        ("督导单位", "supervise"),
        ("验收单位", "verify"),
        ("完成时限", "deadline"),
        ("责任领导", "ignored"),
        ("备注", None),
    ],
)
def test_labels(label: str, kind: str | None) -> None:
    assert label_kind(label) == kind


def test_a_clause_printed_a_thousand_times_is_read_once(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(spans, "read_clause", lambda text, *rest: asked.append(text) or read_clause(text, *rest))
    finder = spans.SpanFinder(directory)
    text = "推进工作。" + "（市水利局牵头）" * 1000
    found = finder.find(Paragraph(text, 1))
    assert (len(found.spans), asked.count("市水利局牵头")) == (1000, 1)
    assert spans.visible(spans.without_spans(text, found.spans)) == "推进工作。"


def test_hidden_clauses_leave_every_character_in_its_place(directory: Directory) -> None:
    text = "清淤（市水利局牵头）。植树（市林业局牵头）。"
    found = spans.SpanFinder(directory).find(Paragraph(text, 1)).spans
    hidden = spans.without_spans(text, list(reversed(found)))
    assert len(hidden) == len(text)
    assert [n for n, sign in enumerate(text) if sign == hidden[n]] == [0, 1, 10, 11, 12, 21]

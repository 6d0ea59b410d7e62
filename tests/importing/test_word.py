"""Word files made on the spot: order, automatic numbers, tables, tracked changes, and files that are refused."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from workflow.importing import reader, word
from workflow.importing.directory import Directory
from workflow.importing.reader import UnreadableDocument, read_document
from workflow.importing.rows import read_plan

LEVELS = (("chineseCounting", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."))


def saved(document: Any) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def texts(document: Any) -> list[str]:
    return [line.text for line in read_document(saved(document), "计划.docx")]


def with_numbering(document: Any) -> None:
    """Adds an outline 一、 （一） 1. and two lists that use it; the second one starts again at 1."""
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(LEVELS)
    )
    abstract = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>')
    root.insert(0, abstract)
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    override = "".join(
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>' for level in range(3)
    )
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="92"><w:abstractNumId w:val="90"/>{override}</w:num>'))


def numbered(document: Any, text: str, level: int, num: int = 91) -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'))


def test_paragraphs_and_tables_keep_their_order() -> None:
    document = Document()
    document.add_paragraph("前")
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ["序号", "任务", "责任单位"], strict=True):
        cell.text = text
    document.add_paragraph("后")
    assert texts(document) == ["前", "序号\t任务\t责任单位", "后"]


def test_automatic_numbers_are_restored() -> None:
    document = Document()
    with_numbering(document)
    for text, level in [("总", 0), ("甲", 1), ("一", 2), ("二", 2), ("乙", 1), ("三", 2), ("终", 0)]:
        numbered(document, text, level)
    assert texts(document) == ["一、总", "（一）甲", "1.一", "2.二", "（二）乙", "1.三", "二、终"]


def test_a_list_that_starts_again_begins_with_1() -> None:
    document = Document()
    with_numbering(document)
    numbered(document, "甲", 2)
    numbered(document, "乙", 2)
    numbered(document, "丙", 2, num=92)
    assert texts(document) == ["1.甲", "2.乙", "1.丙"]


def test_numbers_of_a_style_are_restored() -> None:
    document = Document()
    with_numbering(document)
    style = document.styles["Heading 1"].element
    style.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>')
    )
    document.add_paragraph("总体要求", style="Heading 1")
    assert texts(document) == ["一、总体要求"]


def test_bullets_get_no_number() -> None:
    document = Document()
    document.add_paragraph("要点", style="List Bullet")
    assert texts(document) == ["要点"]


def test_tracked_insertions_count_and_deletions_do_not() -> None:
    document = Document()
    paragraph = document.add_paragraph("市生态环境局")
    space = nsdecls("w")
    paragraph._p.append(parse_xml(f'<w:ins {space} w:id="1" w:author="a"><w:r><w:t>牵头</w:t></w:r></w:ins>'))
    paragraph._p.append(
        parse_xml(f'<w:del {space} w:id="2" w:author="a"><w:r><w:delText>配合</w:delText></w:r></w:del>')
    )
    assert texts(document) == ["市生态环境局牵头"]


def test_a_merged_cell_reads_ditto() -> None:
    document = Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "大气"
    table.cell(0, 1).text, table.cell(1, 1).text = "甲", "乙"
    assert [line.split("\t")[:2] for line in texts(document)] == [["大气", "甲"], ["〃", "乙"]]


def test_a_frame_of_one_column_is_only_text() -> None:
    document = Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "一、总体要求"
    cell.add_paragraph("二、重点任务")
    assert texts(document) == ["一、总体要求", "二、重点任务"]


@pytest.mark.parametrize("in_header", [True, False])
def test_a_plan_in_a_table_is_read(directory: Directory, in_header: bool) -> None:
    document = Document()
    document.add_paragraph("南阳市2024年水污染防治任务分解表")
    rows = [
        ("序号", "重点任务", "工作措施", "牵头单位", "责任单位", "完成时限"),
        ("一、河湖治理",) * 6,
        ("1", "排查排污口", "完成排查30个", "市生态环境局", "市水利局\n市城管局", "2024年6月底"),
        ("2", "建设缓冲带", "修复岸线5公里", "市水利局", "各县区", "年底前"),
    ]
    table = document.add_table(rows=len(rows), cols=6)
    for row, values in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, values, strict=True):
            cell.text = text
    if in_header:
        merged = table.rows[1].cells[0].merge(table.rows[1].cells[5])
        merged.text = "一、河湖治理"
    plan = read_plan(read_document(saved(document), "表.docx"), directory).as_json()
    assert [(task["number"], task["title"], task["section"]) for task in plan["tasks"]] == [
        (1, "排查排污口", "河湖治理"),
        (2, "建设缓冲带", "河湖治理"),
    ]
    assert [(one["role"], one["department"]) for one in plan["tasks"][0]["responsibilities"]] == [
        ("lead", "市生态环境局"),
        ("joint", "市水利局"),
        ("joint", "市城市管理局"),
    ]
    assert [one["due_on"] for task in plan["tasks"] for one in task["milestones"]] == ["2024-06-30", "2024-12-31"]
    assert plan["tasks"][0]["text"] == "排查排污口。完成排查30个。"
    assert plan["errors"] == []


def test_a_plan_with_automatic_numbers_is_read_whole(directory: Directory) -> None:
    document = Document()
    with_numbering(document)
    document.add_paragraph("南阳市2024—2025年绿化工作方案")
    numbered(document, "重点任务", 0)
    numbered(document, "城区绿化行动。", 1)
    numbered(document, "新建公园。2025年底前新建公园3处。（市城管局牵头，各县区负责落实）", 2)
    numbered(document, "补植行道树。（市林业局负责）", 2)
    plan = read_plan(read_document(saved(document), "方案.docx"), directory)
    assert [(task.number, task.title, task.section, task.line) for task in plan.tasks] == [
        (1, "新建公园", "城区绿化行动", 4),
        (2, "补植行道树", "城区绿化行动", 5),
    ]
    assert plan.errors == []


def changed(content: bytes, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as container:
        change(container)
    return buffer.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableDocument) as error:
        read_document(content, "a.docx")
    return str(error.value)


def plain() -> bytes:
    document = Document()
    document.add_paragraph("文字")
    return saved(document)


def test_a_file_with_macros_is_refused() -> None:
    content = changed(plain(), lambda container: container.writestr("word/vbaProject.bin", b"x"))
    assert "macros" in refused(content)


def test_a_file_too_large_when_unpacked_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    content = changed(plain(), lambda container: container.writestr("word/media/a.bin", bytes(3_000_000)))
    assert len(content) < 100_000
    monkeypatch.setattr(word, "MAX_UNPACKED", 2_000_000)
    monkeypatch.setattr(word, "Document", lambda _file: pytest.fail("opened before its size was checked"))
    assert "too large" in refused(content)


def test_another_zip_file_is_no_word_file() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("a.txt", "x")
    assert "not a Word file" in refused(buffer.getvalue())


def test_a_password_is_named_as_the_reason() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "EncryptedPackage".encode("utf-16-le")
    assert "password" in refused(content)


def test_an_old_word_file_is_named_as_the_reason() -> None:
    assert ".doc file" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))


def test_a_damaged_file_is_refused() -> None:
    content = plain()
    assert refused(content[: len(content) // 2])
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(broken := io.BytesIO(), "w") as target:
        for part in source.namelist():
            target.writestr(part, b"<w:" if part == "word/document.xml" else source.read(part))
    assert "damaged" in refused(broken.getvalue())


def test_an_empty_word_file_is_refused() -> None:
    assert "no text" in refused(saved(Document()))


def test_text_boxes_are_left_out() -> None:
    document = Document()
    paragraph = document.add_paragraph("正文")
    box = (
        f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    )
    paragraph._p.append(parse_xml(box))
    assert texts(document) == ["正文"]
    assert paragraph._p.tag == qn("w:p")


def test_empty_paragraphs_count_as_lines() -> None:
    document = Document()
    document.add_paragraph("推进工作。")
    for _ in range(reader.MAX_LINES):
        document.element.body.insert(0, OxmlElement("w:p"))
    with pytest.raises(UnreadableDocument, match="lines"):
        read_document(saved(document), "计划.docx")

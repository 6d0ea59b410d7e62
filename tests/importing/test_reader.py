"""Bytes to numbered lines: encodings that are read and files that are refused."""

import codecs

import pytest

from workflow.importing import reader
from workflow.importing.reader import RawLine, UnreadableDocument, decode, read_document

TEXT = "一、总体要求\n\n坚持生态优先，2025年底前完成。\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-bom", "gb18030", "utf-16", "utf-16-be-bom", "utf-16-le", "utf-16-be"],
)
def test_every_usual_encoding_is_read(content: bytes) -> None:
    assert decode(content) == TEXT


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_from_1(end: str) -> None:
    lines = read_document(f"甲{end}{end}乙".encode(), "计划.TXT")
    assert lines == [RawLine(1, "甲"), RawLine(2, ""), RawLine(3, "乙")]


def test_a_page_break_does_not_count_as_a_line() -> None:
    assert [line.number for line in read_document("甲\f乙\n丙".encode(), "a.txt")] == [1, 2]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.txt"),
        (b" \n\t\n", "a.txt"),
        (b"\xef\xbb\xbf", "a.txt"),
        (b"%PDF-1.7 \xe5", "a.txt"),
        (b"PK\x03\x04rest", "a.txt"),
        (b"\x89PNG\r\n\x1a\n", "a.md"),
        (bytes(range(256)), "a.txt"),
        (b"\xff\xfe\xff", "a.txt"),
        ("文字".encode(), "a.pdf"),
        ("文字".encode(), "a"),
        ("文字".encode(), "a.docx"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.docx"),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(content: bytes, name: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_document(content, name)
    assert str(refused.value).endswith(".")


def test_a_file_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    with pytest.raises(UnreadableDocument, match="larger"):
        read_document("文字文字".encode(), "a.txt")


def test_a_text_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_CHARACTERS", 3)
    with pytest.raises(UnreadableDocument, match="longer"):
        decode("文字文字".encode())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_of_too_many_lines_is_refused_even_if_they_are_empty(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setattr(reader, "MAX_LINES", 3)
    assert len(read_document(f"甲{end}{end}乙".encode(), "a.txt")) == 3
    with pytest.raises(UnreadableDocument, match="more than 3 lines"):
        read_document(f"甲{end}{end}{end}乙".encode(), "a.txt")


def test_as_many_lines_as_characters_are_too_many() -> None:
    with pytest.raises(UnreadableDocument, match="lines"):
        read_document(("甲\n" * (reader.MAX_CHARACTERS // 2)).encode(), "a.txt")

"""Word files to raw lines: paragraphs and table rows in order, automatic numbers restored, dangerous files refused."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.oxml.ns import qn

from .numerals import int_to_chinese
from .reader import MAX_CHARACTERS, RawLine, UnreadableDocument, numbered

MAX_UNPACKED = 100 * 1024 * 1024
MAX_XML = 10 * 1024 * 1024  # one part; a parsed tree takes some fifteen times as much memory
MAX_PARTS = 3000
DITTO = "〃"
_LEGACY = b"\xd0\xcf\x11\xe0"
_TEXT_TAGS = {qn("w:t"): None, qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_CHINESE_FORMATS = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "japaneseDigitalTenThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "koreanDigital2",
    }
)
_DECIMAL_FORMATS = frozenset({"decimal", "decimalFullWidth", "decimalHalfWidth", "decimalZero"})


def read_word(content: bytes) -> list[RawLine]:
    """Returns paragraphs and table rows, counted together from 1; a vertically merged cell reads 〃.

    Raises UnreadableDocument for anything that is not a plain, reasonably sized .docx file.
    """
    _check_container(content)
    try:
        document = Document(io.BytesIO(content))
        return numbered(_texts(document))
    except UnreadableDocument:
        raise
    except Exception as error:  # python-docx and lxml raise whatever a broken part happens to cause
        raise UnreadableDocument(_("The Word file is damaged and cannot be opened.")) from error


def _check_container(content: bytes) -> None:
    """Reads only the central directory: nothing is unpacked before its size is known."""
    if content.startswith(_LEGACY):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableDocument(_("The Word file is protected by a password."))
        raise UnreadableDocument(_("This is an old .doc file. Save it as .docx and send it again."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            parts = container.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,  # zipfile's word for an archive of a kind that it does not know
        OSError,
    ) as error:
        raise UnreadableDocument(_("The content of the file does not fit its name: it is not a Word file.")) from error
    _check_parts(parts)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableDocument(_("The Word file is protected by a password."))
    unpacked = sum(part.file_size for part in parts)
    largest_xml = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or largest_xml > MAX_XML:
        raise UnreadableDocument(_("The Word file is too large when unpacked."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableDocument(_("The Word file contains macros. Save it as .docx without macros."))
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        raise UnreadableDocument(_("The content of the file does not fit its name: it is not a Word file."))


def _texts(document: Any) -> Iterator[str]:
    numbering = _Numbering(document)
    body = document.element.body
    outside = "not(ancestor::w:tbl) and not(ancestor::w:txbxContent)"
    left = MAX_CHARACTERS
    for element in body.xpath(f".//w:p[{outside}] | .//w:tbl[{outside}]"):
        lines = _table_lines(element, numbering) if element.tag == qn("w:tbl") else [_paragraph(element, numbering)]
        for line in lines:
            left -= len(line)
            if left < 0:
                raise UnreadableDocument(_("The text is longer than %(limit)s characters.") % {"limit": MAX_CHARACTERS})
            yield line


def _paragraph(element: Any, numbering: "_Numbering") -> str:
    """Collects the text of a paragraph, tracked insertions included, deletions and text boxes left out."""
    pieces: list[str] = []
    for node in element.iter(*_TEXT_TAGS):
        if any(_is_apart(parent) for parent in _parents(node, element)):
            continue
        pieces.append(node.text or "" if node.tag == qn("w:t") else _TEXT_TAGS[node.tag] or "")
    text = "".join(pieces)
    return numbering.number_of(element) + text.replace("\n", " ") if text.strip() else ""


def _parents(node: Any, top: Any) -> Iterator[Any]:
    parent = node.getparent()
    while parent is not None and parent is not top:
        yield parent
        parent = parent.getparent()


def _is_apart(element: Any) -> bool:
    return element.tag in (qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"), qn("w:tabs"))


def _table_lines(table: Any, numbering: "_Numbering") -> list[str]:
    rows = [_row_cells(row, numbering) for row in table.xpath("./w:tr | ./w:sdt/w:sdtContent/w:tr")]
    if all(len(row) == 1 for row in rows):
        # A table of one column is only a frame: its paragraphs are the text.
        return [line for row in rows for line in row[0].split("\n")]
    return ["\t".join(re.sub(r"\s+", " ", cell) for cell in row) for row in rows]


def _row_cells(row: Any, numbering: "_Numbering") -> list[str]:
    cells: list[str] = []
    for cell in row.xpath("./w:tc | ./w:sdt/w:sdtContent/w:tc"):
        merged = cell.xpath("./w:tcPr/w:vMerge")
        continues = bool(merged) and merged[0].get(qn("w:val")) in (None, "continue")
        text = "\n".join(filter(None, (_paragraph(one, numbering) for one in cell.xpath(".//w:p"))))
        span = cell.xpath("./w:tcPr/w:gridSpan/@w:val")
        width = min(int(span[0]), 64) if span and str(span[0]).isdigit() else 1
        cells += [DITTO if continues else text] * width
    return cells


class _Numbering:
    """Counts automatic list numbers the way Word does, for decimal and Chinese formats."""

    def __init__(self, document: Any) -> None:
        self._styles = {style.style_id: style for style in document.styles}
        self._levels: dict[tuple[str, int], Any] = {}
        self._abstract_of: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._seen_nums: set[str] = set()
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is not None:
            self._load(part.element)

    def number_of(self, paragraph: Any) -> str:
        """Returns the number in front of a paragraph, such as （一） or 3., or an empty string."""
        num, level = self._reference(paragraph)
        abstract = self._abstract_of.get(num or "")
        if abstract is None or num is None or (abstract, level) not in self._levels:
            return ""
        counters = self._counters.setdefault(abstract, {})
        self._restart(num, counters)
        start = self._starts.get((num, level)) or self._start_of(abstract, level)
        counters[level] = counters.get(level, start - 1) + 1
        for deeper in [one for one in counters if one > level]:
            del counters[deeper]
        return self._written(abstract, level, counters)

    def _load(self, root: Any) -> None:
        for abstract in root.findall(qn("w:abstractNum")):
            for level in abstract.findall(qn("w:lvl")):
                key = (abstract.get(qn("w:abstractNumId")), _number(level.get(qn("w:ilvl"))))
                self._levels[key] = level
        for num in root.findall(qn("w:num")):
            reference = num.find(qn("w:abstractNumId"))
            if reference is None:
                continue
            number = num.get(qn("w:numId"))
            self._abstract_of[number] = reference.get(qn("w:val"))
            for override in num.findall(qn("w:lvlOverride")):
                start = override.find(qn("w:startOverride"))
                if start is not None:
                    self._starts[number, _number(override.get(qn("w:ilvl")))] = _number(start.get(qn("w:val")))

    def _reference(self, paragraph: Any) -> tuple[str | None, int]:
        found = paragraph.xpath("./w:pPr/w:numPr")
        style = paragraph.xpath("./w:pPr/w:pStyle/@w:val")
        name = style[0] if style else None
        for _step in range(10):
            if found or name not in self._styles:
                break
            element = self._styles[name].element
            found = element.xpath("./w:pPr/w:numPr")
            based_on = element.xpath("./w:basedOn/@w:val")
            name = based_on[0] if based_on else None
        if not found:
            return None, 0
        num, level = found[0].find(qn("w:numId")), found[0].find(qn("w:ilvl"))
        return (
            None if num is None else num.get(qn("w:val")),
            0 if level is None else _number(level.get(qn("w:val"))),
        )

    def _restart(self, num: str, counters: dict[int, int]) -> None:
        """A list that overrides its start begins anew the first time it is used."""
        if num in self._seen_nums:
            return
        self._seen_nums.add(num)
        for (owner, level), start in self._starts.items():
            if owner == num:
                counters[level] = start - 1

    def _start_of(self, abstract: str, level: int) -> int:
        start = self._levels[abstract, level].find(qn("w:start"))
        return 1 if start is None else _number(start.get(qn("w:val")))

    def _written(self, abstract: str, level: int, counters: dict[int, int]) -> str:
        template = self._levels[abstract, level].find(qn("w:lvlText"))
        text = "" if template is None else template.get(qn("w:val")) or ""
        if "%" not in text:
            return ""
        for deep in range(level + 1):
            value = counters.get(deep) or self._starts_at(abstract, deep)
            written = self._formatted(abstract, deep, value)
            if written is None and f"%{deep + 1}" in text:
                return ""
            text = text.replace(f"%{deep + 1}", written or "")
        return text

    def _starts_at(self, abstract: str, level: int) -> int:
        return self._start_of(abstract, level) if (abstract, level) in self._levels else 1

    def _formatted(self, abstract: str, level: int, value: int) -> str | None:
        node = self._levels.get((abstract, level))
        form = None if node is None else node.find(qn("w:numFmt"))
        name = "decimal" if form is None else form.get(qn("w:val"))
        if name in _CHINESE_FORMATS:
            return int_to_chinese(value)
        return str(value) if name in _DECIMAL_FORMATS else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0

"""Raw lines to whole paragraphs: heals line breaks, page breaks with repeated characters, and stray spaces."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .brackets import CLOSERS, OPENERS, depth_of
from .markers import Marker, Rank, find_marker, follows
from .reader import RawLine

_CJK = r"\u2018-\u201d\u2026\u2014\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_SPACE = r"[ \t\u00a0\u2002-\u200a\u3000]"
_SPACE_BESIDE_CJK = re.compile(rf"(?<=[{_CJK}]){_SPACE}+|{_SPACE}+(?=[{_CJK}])")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b\x0e-\x1f]")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９％﹝﹞﹙﹚❶❷❸❹❺❻❼❽❾❿", "0123456789%〔〕（）①②③④⑤⑥⑦⑧⑨⑩")
# Radicals and doubles of common characters, and numbers that are one sign: ⑴ ⒈ ㈠.
_COMPATIBILITY = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\u2474-\u249b\u3220-\u3229]")
_PAGE_NUMBER = re.compile(r"^(?:[-—－–·\s]*\d{1,3}[-—－–·\s]*|第\s*\d{1,3}\s*页(?:[,，/\s]*共\s*\d{1,3}\s*页)?)$")
_MARKDOWN = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[-*+]\s+(?=\S))|\*\*|__")
_BULLET = re.compile(r"^\s*[-*+]\s+(?=\S)")
# ■牵头单位：… is a label; a star in front of a number or a text is kept.
_ORNAMENTED_LABEL = re.compile(r"^\s*[■●◆◇□○▲★•·※➢►▶✓√]\s*(?=[\u4e00-\u9fff（）]{2,10}[:：])")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]{2,400})(?<=\S)\1(?![\dA-Za-z])")
_RULE_LINE = re.compile(r"^[\s\-=*_|:+]{3,}$")
_ENDS = "。！？；：!?;:…"
LABEL_LINE = re.compile(
    r"^[（(〔\[【]?(?:牵头|责任|主责|配合|协助|协办|参与|承办|落实|实施|督导|验收|完成|整改|时限)"
    r"[\u4e00-\u9fff（）()、]{0,8}[:：]"
)
# Lines of a task that is printed like a form; each begins a paragraph, and its label is no part of a title.
FORM_LABEL = re.compile(
    r"^(?:(?:任务|项目|工作|整改|目标|问题)(?:名称|任务|内容|目标|措施|要求|事项|描述)|(?:主要|具体|重点|推进|落实)(?:内容|措施|举措|任务|工作)"
    r"|(?:进度|时间|阶段|工作|计划)安排|存在问题|联系(?:人|电话|方式)|责任人|责任领导|备注|目标任务|名称)[:：]"
)
NOTE_LINE = re.compile(r"^[（(]?(?:注|备注|附注|说明|填表说明)\d?[:：]")
_DATE_LINE = re.compile(r"^(?:20\d\d|二[〇○零].{2})年.{1,3}月.{1,3}日$")
_REDUPLICATED = "人天家处层种常往仅多慢早牢好久源紧深步渐纷稳时事日年月个条项件代户村县市区镇乡点片块刚明频屡偏统通"
_GREATLY = re.compile(r"^大大(?:提|增|降|减|改|缩|加|压|优|方便|节|丰|拓)")
_HEADING_LIMIT = 40
_LONGEST_CELL = 30
_PARAGRAPH_LIMIT = 20_000


@dataclass
class Paragraph:
    """One paragraph with the lines its characters come from; ``cells`` is set for a row of a table."""

    text: str
    line: int
    marker: Marker | None = None
    cells: tuple[str, ...] = ()
    removed: list[str] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)

    def line_at(self, offset: int) -> int:
        """Returns the number of the raw line a character came from."""
        return next((line for start, line in reversed(self.starts) if start <= offset), self.line)

    @property
    def is_heading_like(self) -> bool:
        """Whether the text is a short line of its own, without any punctuation that ends or divides a sentence."""
        return len(self.text) <= _HEADING_LIMIT and not re.search(r"[，。；：！？]", self.text)


def join_lines(lines: Sequence[RawLine]) -> list[Paragraph]:
    """Returns the paragraphs of a document in order; page numbers and empty lines are gone."""
    return _Joiner(_wrap_width(lines)).join(lines)


def tidy(text: str) -> str:
    """Removes what only typesetting put in: spaces beside Chinese text, invisible and compatibility characters."""
    text = _INVISIBLE.sub("", text).translate(_FULL_WIDTH)
    text = _COMPATIBILITY.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return _SPACE_BESIDE_CJK.sub("", text.strip())


def cells_of(text: str, is_in_table: bool = False) -> tuple[str, ...]:
    """Splits a table row written with tabs or pipes; other lines have no cells.

    Inside a table two cells are enough: a row such as 一<tab>工业治理 heads the rows below it.
    """
    if "|" in text and text.strip().startswith("|"):
        parts = text.strip().removeprefix("|").removesuffix("|").split("|")
    else:
        parts = text.strip("\r\n").split("\t") if text.strip().count("\t") else []
    return tuple(part.strip() for part in parts) if len(parts) >= (2 if is_in_table else 3) else ()


def _without_page_heads(lines: Sequence[RawLine]) -> list[RawLine]:
    """Drops a line that is repeated beside page numbers: the running head of a printed document."""
    filled = [line for line in lines if line.text.strip()]
    numbers = {index for index, line in enumerate(filled) if _PAGE_NUMBER.match(line.text.strip())}
    beside = Counter(
        filled[index].text.strip()
        for index in range(len(filled))
        if index not in numbers
        and numbers & {index - 1, index + 1}
        and len(filled[index].text.strip()) <= _HEADING_LIMIT
    )
    heads = {text for text, count in beside.items() if count > 1 and not re.search(r"[，。；：\t|]", text)}
    dropped = {id(line) for i, line in enumerate(filled) if line.text.strip() in heads and numbers & {i - 1, i + 1}}
    return [line for line in lines if id(line) not in dropped]


def _with_whole_cells(lines: Sequence[RawLine]) -> Iterator[RawLine]:
    """A spreadsheet writes a cell of several lines between quotation marks; such a row becomes one line."""
    row: list[RawLine] = []
    for line in lines:
        row.append(line)
        text = "\n".join(one.text for one in row)
        is_open = "\t" in text and len(re.findall(r'(?:^|\t)"', text)) > len(re.findall(r'[^\t"]"(?=\t|$)', text))
        if is_open and len(row) < _LONGEST_CELL:
            continue
        if len(row) > 1 and not is_open:
            yield RawLine(row[0].number, re.sub(r'(?:(?<=\t)|^)"|"(?=\t|$)', "", text).replace("\n", " "))
        else:
            yield from row
        row = []
    yield from row


class _Joiner:
    """Keeps the paragraph that is being built and decides whether the next line belongs to it."""

    def __init__(self, wrap_width: int) -> None:
        self._wrap_width = wrap_width
        self._paragraphs: list[Paragraph] = []
        self._is_open = False
        self._after_gap = False
        self._last_width = 0
        self._in_body = False
        self._last_dotted = ""

    def join(self, lines: Sequence[RawLine]) -> list[Paragraph]:
        for raw in _with_whole_cells(_without_page_heads(lines)):
            self._add(raw)
        return self._paragraphs

    def _add(self, raw: RawLine) -> None:
        if cells := cells_of(raw.text, self._is_in_table()):
            if not _RULE_LINE.match(raw.text):
                self._paragraphs.append(Paragraph(tidy(" ".join(cells)), raw.number, cells=cells))
                self._is_open = False
            return
        text = _EMPHASIS.sub(r"\2", _MARKDOWN.sub("", raw.text.replace("\f", "")))
        if not text.strip() or _PAGE_NUMBER.match(text.strip()) or _RULE_LINE.match(text):
            self._after_gap = True
            return
        text, bullets = _ORNAMENTED_LABEL.subn("", text)
        if (bullets or _BULLET.match(raw.text)) and not (self._is_open and depth_of(self._paragraphs[-1].text)):
            self._is_open = False
        for piece in _split_title(text):
            self._add_piece(tidy(piece), raw.number)
        self._after_gap = False
        self._last_width = len(raw.text.rstrip())

    def _is_in_table(self) -> bool:
        return bool(self._paragraphs and self._paragraphs[-1].cells)

    def _add_piece(self, text: str, number: int) -> None:
        marker = self._marker(text)
        if self._is_open and self._continues(text, marker):
            self._append(text, number)
        else:
            for part in split_at_markers(text):
                self._start(part, number)
        self._in_body = self._in_body or marker is not None

    def _start(self, text: str, number: int) -> None:
        marker = self._marker(text)
        if marker and marker.rank is Rank.DOTTED:
            self._last_dotted = marker.printed
        self._paragraphs.append(Paragraph(text, number, marker, starts=[(0, number)]))
        self._is_open = True

    def _marker(self, text: str) -> Marker | None:
        marker = find_marker(text)
        is_amount = marker and marker.rank is Rank.DOTTED and not follows(marker, self._last_dotted)
        return None if is_amount else marker

    def _append(self, text: str, number: int) -> None:
        last = self._paragraphs[-1]
        repeated = _repeated(last.text, text) if self._after_gap else ""
        if repeated:
            last.removed.append(repeated)
        last.starts.append((len(last.text), number))
        last.text += text[len(repeated) :]

    def _continues(self, text: str, marker: Marker | None) -> bool:
        last = self._paragraphs[-1]
        if marker or last.cells or _DATE_LINE.match(text) or len(last.text) > _PARAGRAPH_LIMIT:
            return False
        if depth_of(last.text) > 0 and not last.text.endswith("。"):
            return True
        if (
            LABEL_LINE.match(text)
            or FORM_LABEL.match(text)
            or NOTE_LINE.match(text)
            or last.text.endswith(tuple(_ENDS))
        ):
            return False
        if (LABEL_LINE.match(last.text) or FORM_LABEL.match(last.text)) and not self._wrap_width:
            return last.text.endswith(("、", "，"))
        if self._is_complete_heading(last, text) or self._is_front_matter(last):
            return False
        return not last.text.endswith(tuple(CLOSERS)) or not _has_responsibility_end(last.text)

    def _is_complete_heading(self, last: Paragraph, text: str) -> bool:
        if not last.is_heading_like or (re.fullmatch(r".{0,12}(?:行动|工程|攻坚战)。?", text) and last.marker):
            return False
        return not self._wrap_width or self._last_width < self._wrap_width - 2

    def _is_front_matter(self, last: Paragraph) -> bool:
        """Titles, numbers and signatures before the first heading stay lines of their own."""
        return not self._in_body and not re.search(r"[，。；]", last.text)


def _has_responsibility_end(text: str) -> bool:
    tail = text[max(text.rfind(opener) for opener in OPENERS) :]
    return bool(re.search(r"牵头|负责|配合|参与|落实|责任|单位|部门|政府|[局委]", tail))


def _repeated(before: str, after: str) -> str:
    """Returns the characters printed twice, at the foot of a page and at the head of the next one."""
    for length in range(min(6, len(before), len(after)), 1, -1):
        if before.endswith(after[:length]) and re.fullmatch(r"[\u4e00-\u9fff]+", after[:length]):
            return after[:length]
    first = after[:1]
    if not before.endswith(first) or not "\u4e00" <= first <= "\u9fff" or first in _REDUPLICATED:
        return ""
    return "" if _GREATLY.match(before[-1:] + after) else first


_WIDE_GAP_TITLE = re.compile(
    rf"^(\s*(?:\d{{1,3}}[.．、]|[（(][一二三四五六七八九十]+[）)])[^，。；：\s]{{4,30}})(?:\u3000|{_SPACE}{{2,}})(?=\S)"
)


def _split_title(text: str) -> list[str]:
    """Splits a heading from the body that follows it after a wide space."""
    found = _WIDE_GAP_TITLE.match(text)
    return [found.group(1), text[found.end() :]] if found else [text]


_INNER_ITEM = re.compile(r"(?<=[。；])(?=\d{1,2}[.．、](?!\d)[\u4e00-\u9fff])")
_INNER_LABEL = re.compile(r"(?:牵头|责任|主责|负责)(?:责任)?(?:单位|部门)[:：]")
_INNER_HEADING = re.compile(
    r"(?<=[。])(?=(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])[\u4e00-\u9fff])"
)
_AFTER_CLAUSE = re.compile(r"(?<=[）)〕\]】])(?=\d{1,2}[.．、](?!\d))|(?<=[）)〕\]】]。)(?=\d{1,2}[.．、](?!\d))")
_SHORT_HEADING = re.compile(
    r"^((?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])[^。]{2,40}。)(?=\d{1,2}[.．、](?!\d))"
)


def split_at_markers(text: str) -> list[str]:
    """Splits headings and tasks that share one line with what stands before them."""
    pieces: list[str] = []
    for part in _INNER_HEADING.split(text):
        if found := _SHORT_HEADING.match(part):
            pieces.append(found.group(1))
            part = part[found.end() :]
        pieces += [piece for one in _AFTER_CLAUSE.split(part) for piece in _labelled_items(one)]
    return [piece for piece in pieces if piece]


def _labelled_items(text: str) -> list[str]:
    """Splits 1.…责任单位：A。2.…责任单位：B only when every item has a label of its own."""
    items = _INNER_ITEM.split(text)
    return items if len(items) > 1 and all(_INNER_LABEL.search(item) for item in items) else [text]


def _wrap_width(lines: Sequence[RawLine]) -> int:
    """Returns the column at which a text was wrapped by hand, or 0 when a line is a paragraph."""
    lengths = [len(line.text.rstrip()) for line in lines if line.text.strip()]
    if len(lengths) < 8:
        return 0
    width, _count = max(Counter(lengths).items(), key=lambda item: (item[1], item[0]))
    close = sum(1 for length in lengths if abs(length - width) <= 2)
    return width if 18 <= width <= 90 and close * 3 >= len(lengths) else 0

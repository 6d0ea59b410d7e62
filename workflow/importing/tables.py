"""Plans printed as tables: which column holds what, and one draft for each task row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .clauses import label_kind
from .markers import find_marker
from .numerals import chinese_to_int
from .paragraphs import Paragraph, tidy
from .reading import Role

_DITTO = frozenset({"〃", "同上", "″"})
_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("number", re.compile(r"^(?:序号|编号|任务编号|任务序号|号|NO\.?|No\.?)$")),
    (
        "section",
        re.compile(
            r"^(?:工作|任务|重点|主要|所属|专项)*(?:类别|类型|专项|领域|行动|板块|方面|分类|章节|大类|指标类别)$|^一级(?:任务|指标)$|^专项行动$"
        ),
    ),
    (
        "task",
        re.compile(
            r"^(?:年度|重点|工作|主要|目标|整改|二级|具体|分解)*(?:任务|工作|事项|项目|问题)(?:名称|事项|内容|清单|分解)?$"
        ),
    ),
    (
        "text",
        re.compile(
            r"^(?:具体|工作|主要|重点|年度|整改|任务|推进|实施|落实|细化|治理|预期|阶段|量化|建设)*"
            r"(?:措施|举措|要求|内容|目标|标准|任务|做法|路径|指标|成效|规模|安排|内容及要求|目标要求|目标值|和要求|及要求)+$"
        ),
    ),
)
_HEADER_CELLS = 2
_EMPTY = frozenset({"", "/", "-", "—", "——", "无", "\\"})
_SECTION_NUMBER = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[）)]?[、.．]?")


@dataclass
class DraftRow:
    """One task of a table: its words, (label, cell) pairs of the parties, and its deadline cells."""

    line: int
    number: int | None
    section: str
    title: str
    text: str
    parties: list[tuple[str, str]] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)


@dataclass
class _Table:
    """The columns of the table being read and what the rows above leave to the next one."""

    kinds: list[str]
    labels: list[str]
    above: list[str] = field(default_factory=list)
    section: str = ""


def read_tables(paragraphs: Sequence[Paragraph]) -> list[DraftRow]:
    """Returns the task rows of all tables that have a heading row with a task column and a party column."""
    drafts: list[DraftRow] = []
    table: _Table | None = None
    for paragraph in paragraphs:
        if not paragraph.cells:
            table = None if paragraph.marker else table
            continue
        header = _header(paragraph.cells)
        if header:
            table = header
        elif table:
            _read_row(paragraph, table, drafts)
    return drafts


def _header(cells: tuple[str, ...]) -> _Table | None:
    labels = [re.sub(r"\s", "", tidy(cell)).strip("*") for cell in cells]
    kinds = [_kind(label) for label in labels]
    has_task = "task" in kinds or "text" in kinds
    has_party = any(kind in set(Role) or kind == "deadline" for kind in kinds)
    return _Table(kinds, labels) if has_task and has_party and len([k for k in kinds if k]) > _HEADER_CELLS else None


def _kind(label: str) -> str:
    """A column nobody knows is "other": its words are kept in the text of the task."""
    plain = re.sub(r"[（(].*?[）)]", "", label)
    for name, pattern in _COLUMNS:
        if pattern.match(plain):
            return name
    return label_kind(label) or label_kind(plain) or label_kind(f"{plain}单位") or ("other" if plain else "")


def _read_row(paragraph: Paragraph, table: _Table, drafts: list[DraftRow]) -> None:
    heading = _section_heading(paragraph.cells, table)
    if heading:
        marker = find_marker(heading)
        table.section = heading[len(marker.printed) :] if marker else heading
        return
    cells = _filled(paragraph.cells, table)
    row = _Row(table, cells)
    printed = row.first("number")
    same_task = drafts and (
        paragraph_is_continued(paragraph.cells, table) or (not printed and not row.own_task(paragraph.cells))
    )
    if same_task and "number" in table.kinds:
        _merge(drafts[-1], row)
    elif row.joined("task") or row.joined("text"):
        drafts.append(row.draft(paragraph.line))


def _section_heading(cells: tuple[str, ...], table: _Table) -> str:
    """A row of one cell, with or without a number such as 一 in front, heads the rows below it."""
    filled = list(dict.fromkeys(cell for cell in cells if cell))
    if len(filled) == 1 and len(cells) > _HEADER_CELLS:
        return tidy(filled[0])
    is_counted = len(filled) == _HEADER_CELLS and bool(_SECTION_NUMBER.fullmatch(filled[0]))
    return tidy(filled[1]) if is_counted and cells[0] == filled[0] else ""


def paragraph_is_continued(cells: tuple[str, ...], table: _Table) -> bool:
    """Whether the number cell is merged with the one above."""
    return "number" in table.kinds and _at(cells, table.kinds.index("number")) in _DITTO


def _filled(cells: tuple[str, ...], table: _Table) -> list[str]:
    """Replaces 〃 by the cell above."""
    above = table.above or [""] * len(table.kinds)
    filled = [above[i] if _at(cells, i) in _DITTO else _at(cells, i) for i in range(len(table.kinds))]
    table.above = filled
    return filled


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


@dataclass
class _Row:
    """One filled row, read by the kind of its columns."""

    table: _Table
    cells: list[str]

    def first(self, kind: str) -> str:
        return next((cell for cell, one in zip(self.cells, self.table.kinds, strict=True) if one == kind and cell), "")

    def joined(self, kind: str) -> list[str]:
        found = [tidy(cell) for cell, one in zip(self.cells, self.table.kinds, strict=True) if one == kind and cell]
        return list(dict.fromkeys(found))

    def own_task(self, printed: tuple[str, ...]) -> bool:
        """Whether the row prints a task cell of its own."""
        return any(
            _at(printed, i) and _at(printed, i) not in _DITTO
            for i, kind in enumerate(self.table.kinds)
            if kind == "task"
        )

    def parties(self) -> list[tuple[str, str]]:
        roles = set(Role)
        # 牵头 heads a column as well as 牵头单位 does.
        labels = [label if label_kind(label) else f"{label}单位" for label in self.table.labels]
        pairs = zip(labels, self.cells, self.table.kinds, strict=True)
        return [(label, cell) for label, cell, kind in pairs if kind in roles and cell not in _EMPTY]

    def others(self) -> list[tuple[str, str]]:
        """Columns of unknown meaning, such as 备注, with their labels."""
        pairs = zip(self.table.labels, self.cells, self.table.kinds, strict=True)
        return [(label, tidy(cell)) for label, cell, kind in pairs if kind == "other" and cell not in _EMPTY]

    def draft(self, line: int) -> DraftRow:
        task, body = self.joined("task"), self.joined("text")
        words = [_without_number(part) for part in task + body]
        title = re.split(r"[。；\n]", words[0] if words else "", maxsplit=1)[0]
        # A section cell that spans several rows is printed in the first of them only.
        self.table.section = section = self.first("section") or self.table.section
        words += [f"{label}：{cell}" for label, cell in self.others() if cell not in words]
        text = "".join(word if word.endswith(("。", "；", "！")) else word + "。" for word in words)
        number = chinese_to_int(self.first("number").strip(".．、 ")) if self.first("number") else None
        return DraftRow(line, number, tidy(section), title, text, self.parties(), self.joined("deadline"))


def _without_number(text: str) -> str:
    marker = find_marker(text)
    return text[len(marker.printed) :] if marker else text


def _merge(draft: DraftRow, row: _Row) -> None:
    """Adds a row that continues the task above."""
    for part in row.joined("text") + row.joined("task"):
        if _without_number(part) not in draft.text:
            draft.text += _without_number(part).rstrip("。") + "。"
    draft.parties += [pair for pair in row.parties() if pair not in draft.parties]
    draft.deadlines += [one for one in row.joined("deadline") if one not in draft.deadlines]

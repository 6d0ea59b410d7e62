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
    ("number", re.compile(r"^(?:序号|编号|任务编号|号)$")),
    ("section", re.compile(r"^(?:类别|工作类别|任务类别|专项|领域|专项行动|行动|板块|方面|分类|一级任务|重点领域)$")),
    (
        "task",
        re.compile(
            r"^(?:任务|任务名称|重点任务|工作任务|主要任务|目标任务|任务内容|工作内容|重点工作|工作事项|事项|项目|项目名称|工作项目|整改任务|二级任务|任务事项)$"
        ),
    ),
    (
        "text",
        re.compile(
            r"^(?:具体措施|工作措施|主要措施|措施|工作要求|主要内容|具体内容|整改措施|具体任务|任务要求|内容|工作举措|重点举措|工作目标|目标|年度目标|整改目标|整改标准|具体要求|目标要求|任务目标)$"
        ),
    ),
)
_HEADER_CELLS = 2


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
    for name, pattern in _COLUMNS:
        if pattern.match(label):
            return name
    return label_kind(label) or ""


def _read_row(paragraph: Paragraph, table: _Table, drafts: list[DraftRow]) -> None:
    distinct = {cell for cell in paragraph.cells if cell}
    if len(distinct) == 1 and len(paragraph.cells) > _HEADER_CELLS:
        heading = tidy(distinct.pop())
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
        pairs = zip(self.table.labels, self.cells, self.table.kinds, strict=True)
        return [(label, cell) for label, cell, kind in pairs if kind in roles and cell not in ("", "/", "-", "—", "无")]

    def draft(self, line: int) -> DraftRow:
        task, body = self.joined("task"), self.joined("text")
        words = [_without_number(part) for part in task + body]
        title = re.split(r"[。；\n]", words[0] if words else "", maxsplit=1)[0]
        section = self.first("section") or self.table.section
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

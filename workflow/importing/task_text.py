"""One task: its paragraphs or table row to title, text, parties, milestones, targets, questions and errors."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .clauses import Clause
from .dates import DateContext, DateReading, end_of_period, read_dates, read_deadline
from .inherited import InheritedRule
from .outline import Node, TaskNode
from .paragraphs import FORM_LABEL, Paragraph
from .reading import PlanError, PlanTask, Role, unique
from .responsibilities import PartyReader
from .spans import Span, SpanFinder, SpanScan, visible, without_spans
from .tables import DraftRow
from .targets import read_targets

_HELPERS = frozenset({Role.COOPERATE, Role.SUPERVISE, Role.VERIFY})
_ENDS = ("。", "！", "？", "；", "：", ":", ";")


@dataclass
class TaskSource:
    """What a task is read from: paragraphs, and for a table the party and deadline cells."""

    number: int
    label: str
    line: int
    section: str
    paragraphs: list[Paragraph]
    heading_paragraphs: list[Paragraph] = field(default_factory=list)
    cells: list[tuple[str, str]] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)
    title: str = ""
    is_doubtful: bool = False

    @classmethod
    def of_node(cls, task: TaskNode, number: int) -> "TaskSource":
        """Collects the paragraphs of a node and of everything below it; headings above may name its parties."""
        node, section = task.node, task.section
        first = node.paragraphs[0]
        paragraphs = [_shortened(first, len(node.printed)), *node.paragraphs[1:]]
        for child in node.children:
            paragraphs += [paragraph for one in child.all_nodes() for paragraph in one.paragraphs]
        above = [*section.paragraphs, *_headings_above(section)] if section else []
        label = (section.printed if section and number != node.number else "") + node.printed
        title = cls.plain_heading(section) if section else ""
        return cls(number, label, node.line, title, paragraphs, above, is_doubtful=task.is_doubtful)

    @classmethod
    def of_row(cls, draft: DraftRow, number: int) -> "TaskSource":
        """Takes a row of a table."""
        paragraph = Paragraph(draft.text, draft.line, starts=[(0, draft.line)])
        return cls(
            number, str(number), draft.line, draft.section, [paragraph], [], draft.parties, draft.deadlines, draft.title
        )

    @staticmethod
    def plain_heading(node: Node) -> str:
        """Returns a heading without a bracket behind it and without final punctuation."""
        return re.sub(r"[（(〔\[【][^（(]*(?:牵头|负责|单位)[^（(]*[）)〕\]】]$", "", node.heading).strip("：: ")


@dataclass(frozen=True)
class TaskReader:
    """Reads the tasks of one document."""

    finder: SpanFinder
    parties: PartyReader
    dates: DateContext

    def read(self, source: TaskSource, rules: Iterable[InheritedRule], errors: list[PlanError]) -> PlanTask:
        """Returns the task and adds its errors to ``errors``."""
        scans = [self.finder.find(paragraph) for paragraph in source.paragraphs]
        spans = self._spans(source, scans)
        task = self._written(source, spans)
        clauses = [span.clause for found in spans for span in found] + [
            self.finder.read(f"{label}：{cell}") for label, cell in source.cells
        ]
        self._add_parties(task, clauses, source, rules)
        self._add_dates(task, source, spans, clauses, errors)
        self._check(task, source, scans, spans, errors)
        return task

    def _spans(self, source: TaskSource, scans: list[SpanScan]) -> list[list[Span]]:
        """Explicit clauses; only where the task has none, a last sentence that says who does it."""
        if source.cells or any(scan.names_parties for scan in scans):
            return [scan.spans for scan in scans]
        return [
            scan.spans + self._spoken(paragraph, scan) for paragraph, scan in zip(source.paragraphs, scans, strict=True)
        ]

    def _spoken(self, paragraph: Paragraph, scan: SpanScan) -> list[Span]:
        taken = [(span.start, span.end) for span in scan.spans]
        found = self.finder.find_spoken(paragraph)
        return [span for span in found if not any(start < span.end and span.start < end for start, end in taken)]

    def _written(self, source: TaskSource, spans: list[list[Span]]) -> PlanTask:
        pieces = [
            visible(without_spans(paragraph.text, found)).strip()
            for paragraph, found in zip(source.paragraphs, spans, strict=True)
        ]
        text = _joined([piece for piece in pieces if piece.strip("。；，")])
        first = FORM_LABEL.sub("", re.split(r"[。！？；]", text, maxsplit=1)[0])
        title = source.title or first.strip("：: ")
        task = PlanTask(source.number, title, text, source.section, source.label, source.line)
        task.responsibility_texts = [span.clause.text for found in spans for span in found] + [
            f"{label}：{cell}" for label, cell in source.cells
        ]
        task.questions = _questions_about_print(task, source)
        return task

    def _add_parties(
        self, task: PlanTask, clauses: list[Clause], source: TaskSource, rules: Iterable[InheritedRule]
    ) -> None:
        if all(party.role in _HELPERS for clause in clauses for party in clause.parties):
            above = self._above(source, lambda clause: bool(clause.parties))
            if above:
                clauses = clauses + above
                task.questions.append(_("The responsible departments were taken from the heading of the section."))
        parties = self.parties.read(clauses, rules)
        task.responsibilities = parties.responsibilities
        task.questions += parties.questions
        self._ask_about_others(task)

    def _ask_about_others(self, task: PlanTask) -> None:
        """A known name that is printed must not get lost, even where the clause was not understood."""
        words = [*task.responsibility_texts, *([] if task.responsibilities else [task.text])]
        read = {row.department for row in task.responsibilities}
        names = [name for one in words for name in self.finder.mentioned(one) if name not in read]
        if names:
            mentioned = _("The text mentions %(names)s. Choose who is responsible.")
            task.questions.append(mentioned % {"names": "、".join(unique(names))})

    def _above(self, source: TaskSource, holds: Callable[[Clause], bool]) -> list[Clause]:
        """Returns the clauses of the nearest heading that has what the task lacks."""
        for paragraph in source.heading_paragraphs:
            found = [span.clause for span in self.finder.find(paragraph).spans if holds(span.clause)]
            if found:
                return found
        return []

    def _add_dates(
        self,
        task: PlanTask,
        source: TaskSource,
        spans: list[list[Span]],
        clauses: list[Clause],
        errors: list[PlanError],
    ) -> None:
        reading = read_dates(task.text, self.dates)
        self._report_impossible(reading, task, source, errors)
        limits = unique(source.deadlines + [one for clause in clauses for one in clause.deadlines if one])
        for words in limits:
            self._merge(reading, read_deadline(words, self.dates), task, source, errors)
        if not reading.milestones and not reading.impossible and not reading.is_long_term:
            self._take_limits_of_heading(reading, task, source, errors)
        if not reading.milestones and not reading.impossible:
            end = end_of_period(task.title, self.dates)
            reading.milestones, reading.questions = end.milestones, reading.questions + end.questions
        task.milestones = unique(reading.milestones)
        task.is_recurring, task.is_long_term = reading.is_recurring, reading.is_long_term
        # （…，2025年底前完成30家） holds a target too.
        task.targets = unique(target for words in (task.text, *limits) for target in read_targets(words))
        task.questions += unique(reading.questions)
        if task.is_recurring:
            task.questions.append(_("Part of the task recurs (every year or month). Decide how it is checked."))
        if task.is_long_term:
            task.questions.append(_("The task is long-term. Confirm whether it has a time limit."))

    def _take_limits_of_heading(
        self, reading: DateReading, task: PlanTask, source: TaskSource, errors: list[PlanError]
    ) -> None:
        above = self._above(source, lambda clause: bool(clause.deadlines))
        for words in unique(words for clause in above for words in clause.deadlines):
            self._merge(reading, read_deadline(words, self.dates), task, source, errors)
        if above:
            reading.questions.append(_("The time limit was taken from the heading of the section."))

    def _merge(
        self, into: DateReading, other: DateReading, task: PlanTask, source: TaskSource, errors: list[PlanError]
    ) -> None:
        self._report_impossible(other, task, source, errors)
        into.impossible += other.impossible
        into.milestones = [*into.milestones, *other.milestones]
        into.questions += other.questions
        into.is_long_term = into.is_long_term or other.is_long_term
        into.is_recurring = into.is_recurring or other.is_recurring

    def _report_impossible(
        self, reading: DateReading, task: PlanTask, source: TaskSource, errors: list[PlanError]
    ) -> None:
        for _offset, words in reading.impossible:
            message = _("The date “%(text)s” does not exist.") % {"text": words}
            errors.append(PlanError(_line_of(words, source), message))

    def _check(
        self,
        task: PlanTask,
        source: TaskSource,
        scans: list[SpanScan],
        spans: list[list[Span]],
        errors: list[PlanError],
    ) -> None:
        if not task.text:
            errors.append(
                PlanError(source.line, _("Task %(number)s has no text.") % {"number": task.label.strip("、.．")})
            )
        for paragraph, scan, found in zip(source.paragraphs, scans, spans, strict=True):
            if scan.broken_at is not None:
                words = paragraph.text[scan.broken_at : scan.broken_at + 20]
                message = _("The bracket “%(text)s…” is never closed, so its end cannot be told.") % {"text": words}
                errors.append(PlanError(paragraph.line_at(scan.broken_at), message))
            for span in found:
                errors += _clause_errors(span.clause, paragraph.line_at(span.start))


def _headings_above(section: Node) -> list[Paragraph]:
    headings: list[Paragraph] = []
    node = section.parent
    while node and node.rank >= 0:
        headings += node.paragraphs[:1]
        node = node.parent
    return headings


def _questions_about_print(task: PlanTask, source: TaskSource) -> list[str]:
    """What the reader changed or doubts in the printed text itself."""
    twice = _("“%(text)s” was printed twice at a page break and is kept once.")
    questions = [twice % {"text": removed} for paragraph in source.paragraphs for removed in paragraph.removed]
    if source.is_doubtful:
        doubt = _("This item stands under “%(section)s”: confirm that it is a task.")
        questions.append(doubt % {"section": task.section or task.title})
    return questions


def _clause_errors(clause: Clause, line: int) -> list[PlanError]:
    errors = [
        PlanError(line, _("“%(label)s” is not a known kind of responsibility.") % {"label": label})
        for label in clause.unknown_labels
    ]
    if clause.names_nobody:
        errors.append(PlanError(line, _("“%(text)s” names nobody.") % {"text": clause.text.strip()}))
    return errors


def _shortened(paragraph: Paragraph, length: int) -> Paragraph:
    """Cuts the number off, keeping the line of every character."""
    starts = [(max(0, start - length), line) for start, line in paragraph.starts] or [(0, paragraph.line)]
    return Paragraph(paragraph.text[length:].lstrip(), paragraph.line, removed=paragraph.removed, starts=starts)


def _joined(pieces: list[str]) -> str:
    """Writes the paragraphs of a task as one text; a heading on a line of its own gets its full stop."""
    return "".join(
        piece if piece.endswith(_ENDS) or index == len(pieces) - 1 else piece + "。"
        for index, piece in enumerate(pieces)
    )


def _line_of(words: str, source: TaskSource) -> int:
    for paragraph in source.paragraphs:
        offset = paragraph.text.find(words)
        if offset >= 0:
            return paragraph.line_at(offset)
    return source.line

"""Lines of a plan document to its reading: the tasks with parties, dates and targets, and all errors together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .dates import DateContext
from .directory import Directory
from .document import DocumentFacts, read_facts
from .inherited import InheritedRule, find_rules
from .outline import Node, TaskChooser, TaskNode, build_tree, numbers_of, repeated_numbers
from .paragraphs import Paragraph, join_lines
from .reader import RawLine
from .reading import PlanError, PlanReading, Section, unique
from .responsibilities import PartyReader
from .spans import SpanFinder
from .tables import DraftRow, read_tables
from .task_text import TaskReader, TaskSource

_MOST_TASKS = 5000
# Without a plan's title one item in three must say who is responsible.
_FEW = 3


def read_plan(lines: Sequence[RawLine], directory: Directory) -> PlanReading:
    """Returns everything read from a plan document.

    Never raises for what the document says: errors carry their line, and what a person should confirm
    is a question on the task.
    """
    return _PlanReader(join_lines(lines), directory).read()


@dataclass
class _PlanReader:
    """Holds what all tasks of one document share."""

    paragraphs: list[Paragraph]
    directory: Directory
    errors: list[PlanError] = field(default_factory=list)

    def read(self) -> PlanReading:
        facts = read_facts(self.paragraphs)
        rules = find_rules(self.paragraphs)
        finder = SpanFinder(self.directory, facts.city)
        tasks = self._chosen(finder)
        reader = TaskReader(
            finder, PartyReader(self.directory, facts.issued_on), DateContext(facts.period, facts.issued_on)
        )
        drafts = read_tables(self.paragraphs)
        use_table = bool(drafts) and not any(self._names_parties(finder, task) for task in tasks)
        plan = self._from_table(drafts, reader) if use_table else self._from_text(tasks, rules, reader)
        self._refuse_prose(plan, facts)
        self._describe(plan, facts)
        if drafts and not use_table:
            plan.questions.append(_("A table of tasks was left aside, because the text itself lists the tasks."))
        return plan

    def _chosen(self, finder: SpanFinder) -> list[TaskNode]:
        def names_parties(paragraph: Paragraph, only_explicit: bool) -> bool:
            return finder.find(paragraph).names_parties or (not only_explicit and bool(finder.find_spoken(paragraph)))

        return TaskChooser(build_tree(self.paragraphs), names_parties).choose()[:_MOST_TASKS]

    def _names_parties(self, finder: SpanFinder, task: TaskNode) -> bool:
        return any(finder.find(one).names_parties for node in task.node.all_nodes() for one in node.paragraphs)

    def _from_text(self, tasks: list[TaskNode], rules: list[InheritedRule], reader: TaskReader) -> PlanReading:
        plan = PlanReading()
        starts = [task.node.position for task in tasks]
        behind = _end_of_tasks(tasks)
        for task, number in zip(tasks, numbers_of(tasks), strict=True):
            in_force = _rules_in_force(rules, task.node, starts, behind)
            source = TaskSource.of_node(task, number)
            plan.tasks.append(reader.read(source, in_force, plan.errors))
        plan.sections = unique(
            Section(heading_of(section), section.number) for task in tasks if (section := task.section)
        )
        for task, earlier in repeated_numbers(tasks):
            plan.errors.append(_repeated(task.node.line, task.node.number, earlier.node.line))
        return plan

    def _from_table(self, drafts: list[DraftRow], reader: TaskReader) -> PlanReading:
        plan = PlanReading()
        seen: dict[int, int] = {}
        for index, draft in enumerate(drafts, start=1):
            number = draft.number or index
            if number in seen:
                plan.errors.append(_repeated(draft.line, number, seen[number]))
            seen.setdefault(number, draft.line)
            plan.tasks.append(reader.read(TaskSource.of_row(draft, number), [], plan.errors))
        names = unique(draft.section for draft in drafts if draft.section)
        plan.sections = [Section(name, number) for number, name in enumerate(names, start=1)]
        return plan

    def _refuse_prose(self, plan: PlanReading, facts: DocumentFacts) -> None:
        """Numbered sentences of a report or an explanation are no tasks when hardly any of them names somebody."""
        named = sum(bool(task.responsibilities) for task in plan.tasks)
        if named * _FEW < len(plan.tasks) and not facts.is_called_plan:
            sentence = _(
                "This does not read as a plan: its title announces none, and hardly any item names who is responsible."
            )
            plan.tasks, plan.sections = [], []
            plan.errors = [PlanError(self._first_line(), sentence)]
        elif named and facts.is_about_a_plan:
            plan.questions.append(_("The title is that of a report or an explanation. Confirm that this is a plan."))

    def _describe(self, plan: PlanReading, facts: DocumentFacts) -> None:
        plan.title, plan.document_number = facts.title, facts.document_number
        plan.issued_on, plan.period = facts.issued_on, facts.period
        if facts.period and not facts.is_period_stated:
            values = {"first": facts.period.first.isoformat(), "last": facts.period.last.isoformat()}
            plan.questions.append(_("The plan states no period: %(first)s to %(last)s was assumed.") % values)
        for line, words in facts.impossible_dates:
            plan.errors.append(PlanError(line, _("The date “%(text)s” does not exist.") % {"text": words}))
        if not plan.tasks and not plan.errors:
            plan.errors.append(PlanError(self._first_line(), _("No tasks were found in this document.")))
        plan.errors = sorted(unique(plan.errors))

    def _first_line(self) -> int:
        return self.paragraphs[0].line if self.paragraphs else 1


def heading_of(node: Node) -> str:
    """Returns a section's title without number, brackets of responsibility and final punctuation."""
    return TaskSource.plain_heading(node)


def _end_of_tasks(tasks: list[TaskNode]) -> int:
    """Returns the position behind everything that belongs to the last task."""
    last = list(tasks[-1].node.all_nodes())[-1] if tasks else None
    return last.position + len(last.paragraphs) if last else 0


def _rules_in_force(rules: list[InheritedRule], node: Node, starts: list[int], behind: int) -> list[InheritedRule]:
    """A rule holds from the task that states it on; one stated before the first or behind the last task, for all."""
    following = [start for start in starts if start > node.position]
    end = following[0] if following else float("inf")
    return [rule for rule in rules if rule.is_general or rule.paragraph < end or rule.paragraph >= behind]


def _repeated(line: int, number: int, earlier: int) -> PlanError:
    message = _("Task number %(number)s is used more than once; the first one is on line %(line)s.")
    return PlanError(line, message % {"number": number, "line": earlier})

"""The tree of headings, and which of its paragraphs are tasks."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .edges import annex_number, surroundings
from .markers import Rank
from .paragraphs import NOTE_LINE, Paragraph

# Headings whose items describe or organise the plan; only an explicit responsibility makes an item below them a task.
_NOT_TASKS = re.compile(
    r"总体要求|总体思路|总体目标|总体安排|指导思想|基本原则|工作原则|工作思路|基本思路|(?:主要|工作|行动|年度|预期|具体|阶段)目标|目标要求|目标指标"
    r"|背景|形势|现状|保障措施|组织保障|保障机制|实施保障|强化保障|组织领导|组织实施|工作要求|有关要求|相关要求"
    r"|实施步骤|时间安排|工作步骤|方法步骤|进度安排|工作机制|附则|附件|编制依据|适用范围|政策保障|保障$"
)
_TASKS = re.compile(r"任务|行动|工程|攻坚|举措|重点工作|措施|项目|整改|治理|专项|提升|推进")
_HEADING_ONLY = 45
_ANNEX_RANK = -1
_ROOT_RANK = -2


@dataclass
class Node:
    """A numbered paragraph with the paragraphs and numbered paragraphs below it."""

    rank: int
    number: int
    printed: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    parent: "Node | None" = None
    position: int = 0

    @property
    def line(self) -> int:
        """The raw line the number stands on."""
        return self.paragraphs[0].line if self.paragraphs else 0

    @property
    def heading(self) -> str:
        """The first sentence without its number."""
        if not self.paragraphs:
            return ""
        return re.split(r"[。\n]", self.paragraphs[0].text[len(self.printed) :], maxsplit=1)[0].strip()

    @property
    def has_body(self) -> bool:
        """Whether anything but a heading stands in the node itself."""
        own = "".join(paragraph.text for paragraph in self.paragraphs)[len(self.printed) :].rstrip("。：:")
        return len(own) > len(self.heading) + 2 or len(self.heading) > _HEADING_ONLY

    def all_nodes(self) -> Iterator["Node"]:
        """Yields the node and everything below it in printed order."""
        yield self
        for child in self.children:
            yield from child.all_nodes()


@dataclass(frozen=True)
class TaskNode:
    """A node chosen as a task; ``is_doubtful`` when its heading speaks against it."""

    node: Node
    is_doubtful: bool = False

    @property
    def section(self) -> Node | None:
        """The heading the task stands under."""
        parent = self.node.parent
        return parent if parent and parent.rank >= 0 else None


def build_tree(paragraphs: Sequence[Paragraph]) -> Node:
    """Returns the root of the headings; a deeper rank always stands below the nearest higher one."""
    root = Node(rank=_ROOT_RANK, number=0, printed="")
    current = root
    left_out = surroundings(paragraphs)
    for position, paragraph in enumerate(paragraphs):
        if position in left_out or paragraph.cells or NOTE_LINE.match(paragraph.text):
            continue
        annex = annex_number(paragraph)
        if annex is not None:
            current = Node(_ANNEX_RANK, annex, "", [paragraph], [], root, position)
            root.children.append(current)
            continue
        if paragraph.marker is None:
            current.paragraphs.append(paragraph)
            continue
        parent = current
        while parent.rank >= paragraph.marker.rank and parent.parent:
            parent = parent.parent
        marker = paragraph.marker
        current = Node(marker.rank, marker.number, marker.printed, [paragraph], [], parent, position)
        parent.children.append(current)
    return root


class TaskChooser:
    """Decides which nodes are tasks, given a test for printed responsibilities of a node's own paragraphs.

    The test's second argument asks for explicit clauses only: under 保障措施 a sentence is no assignment.
    """

    def __init__(self, root: Node, names_parties: Callable[[Paragraph, bool], bool]) -> None:
        self._root = root
        self._own = {
            id(node): any(names_parties(one, self._stands_apart(node)) for one in node.paragraphs)
            for node in root.all_nodes()
        }
        self._below = {id(node): self._count(node) for node in root.all_nodes()}
        self._first_named = next((part for part in root.children if self._below[id(part)]), None)
        self._names_parties = names_parties
        self._is_grouped = self._last_children_speak_for_all()

    def choose(self) -> list[TaskNode]:
        """Returns the tasks in printed order."""
        return [
            TaskNode(node, doubt) for part in self._top() for node, doubt in self._collect(part, self._is_strange(part))
        ]

    def _stands_apart(self, node: Node) -> bool:
        return self._is_apart(node) or bool(node.parent and self._stands_apart(node.parent))

    def _count(self, node: Node) -> int:
        return sum(self._own[id(one)] for one in node.all_nodes())

    def _top(self) -> list[Node]:
        """The main parts that hold tasks: those with responsibilities, else those that are called tasks."""
        return [part for part in self._root.children if self._holds_tasks(part)]

    def _holds_tasks(self, part: Node) -> bool:
        if self._below[id(part)]:
            return True
        if self._is_apart(part) or (part.rank == _ANNEX_RANK and self._first_named):
            return False
        if not self._first_named:
            return bool(part.children) or part.rank >= Rank.ITEM
        is_among_tasks = bool(_TASKS.search(part.heading)) or self._is_behind_named(part)
        return is_among_tasks and (bool(part.children) or part.rank >= Rank.ACTION)

    def _is_behind_named(self, part: Node) -> bool:
        return bool(self._first_named and part.position > self._first_named.position)

    def _is_strange(self, part: Node) -> bool:
        """Whether a person should confirm that a part holds tasks: it names nobody, or is an annex to the tasks."""
        if part.rank == _ANNEX_RANK:
            return self._is_behind_named(part)
        is_unnamed = bool(self._first_named) and not self._below[id(part)] and not _TASKS.search(part.heading)
        return self._is_apart(part) or (is_unnamed and bool(part.children) and part.rank < Rank.ITEM)

    def _is_apart(self, node: Node) -> bool:
        return len(node.heading) <= 20 and node.rank != _ANNEX_RANK and bool(_NOT_TASKS.search(node.heading))

    def _collect(self, node: Node, is_strange: bool, is_apart: bool = False) -> Iterator[tuple[Node, bool]]:
        is_apart = is_apart or self._is_apart(node)
        if is_apart and not self._below[id(node)]:
            return
        if self._is_task(node):
            yield node, is_strange or is_apart
            return
        for child in node.children:
            yield from self._collect(child, is_strange, is_apart)

    def _is_task(self, node: Node) -> bool:
        children = node.children
        if node.rank == _ANNEX_RANK:
            return False
        if not children:
            return node.rank >= Rank.ACTION or self._own[id(node)]
        named = [child for child in children if self._below[id(child)]]
        if node.rank >= Rank.ITEM:
            # （1）（2） below 1. are tasks of their own only when each of them names its parties.
            return node.has_body or len(named) < len(children) or len(children) < 2
        if not named:
            return self._is_task_without_named_children(node, children)
        return self._is_grouped and self._speaks_for_all(node) and len(children) > 1

    def _is_task_without_named_children(self, node: Node, children: list[Node]) -> bool:
        if self._own[id(node)]:
            return node.has_body or all(child.rank >= Rank.DOTTED for child in children)
        return node.rank == Rank.ACTION and all(child.rank >= Rank.DOTTED for child in children)

    def _speaks_for_all(self, node: Node) -> bool:
        named = [self._below[id(child)] > 0 for child in node.children]
        return named[-1] and not any(named[:-1])

    def _last_children_speak_for_all(self) -> bool:
        """Whether measures are numbered and only the last one of each task carries the responsibility line."""
        parents = [node for node in self._root.all_nodes() if 0 <= node.rank < Rank.ITEM and self._has_items(node)]
        grouped = [node for node in parents if len(node.children) > 1 and self._speaks_for_all(node)]
        if any(len(node.children) > 1 and not self._speaks_for_all(node) and self._below[id(node)] for node in parents):
            return False
        return len(grouped) > 1 or any(self._has_closing_line(node) for node in grouped)

    def _has_items(self, node: Node) -> bool:
        return bool(node.children) and all(child.rank >= Rank.ITEM for child in node.children)

    def _has_closing_line(self, node: Node) -> bool:
        """A responsibility line of its own behind the last measure belongs to the whole task."""
        last = node.children[-1]
        return len(last.paragraphs) > 1 and not self._names_parties(last.paragraphs[0], False)


def numbers_of(tasks: Sequence[TaskNode]) -> list[int]:
    """Returns one number for each task: the printed ones, or 1…n when the numbering starts again in each section.

    Doubtful tasks never change the numbers of the others; they are counted behind them.
    """
    certain = [task for task in tasks if not task.is_doubtful] or list(tasks)
    is_printed = _is_continuous(certain)
    numbers = {id(task): task.node.number if is_printed else index for index, task in enumerate(certain, start=1)}
    following = max(numbers.values(), default=0)
    for task in tasks:
        if id(task) not in numbers:
            following += 1
            numbers[id(task)] = following
    return [numbers[id(task)] for task in tasks]


def repeated_numbers(tasks: Sequence[TaskNode]) -> list[tuple[TaskNode, TaskNode]]:
    """Returns (task, the earlier one with the same printed number), within a section when numbering starts again."""
    certain = [task for task in tasks if not task.is_doubtful]
    is_whole = _is_continuous(certain)
    seen: dict[tuple[int, int], TaskNode] = {}
    repeated = []
    for task in certain:
        key = (0 if is_whole else id(task.node.parent), task.node.number)
        if key in seen:
            repeated.append((task, seen[key]))
        seen.setdefault(key, task)
    return repeated


def _is_continuous(tasks: Sequence[TaskNode]) -> bool:
    """Whether one numbering runs through the whole document."""
    return len({task.node.rank for task in tasks}) <= 1 and not _restarts(tasks)


def _restarts(tasks: Sequence[TaskNode]) -> bool:
    """Numbering starts again when more than half of several sections begin with 1."""
    firsts: dict[int, int] = {}
    for task in tasks:
        firsts.setdefault(id(task.node.parent), task.node.number)
    return len(firsts) > 1 and Counter(firsts.values())[1] * 2 > len(firsts)

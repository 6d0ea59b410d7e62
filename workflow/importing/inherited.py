"""Rules a document states once for all its tasks, such as 列第一位者为牵头部门，下同."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .paragraphs import NOTE_LINE, Paragraph


class RuleKind(StrEnum):
    """What a stated rule changes."""

    FIRST_LEADS = "first_leads"
    FIRST_LEADS_OTHERS_COOPERATE = "first_leads_others_cooperate"
    RESPONSIBLE_LEADS = "responsible_leads"
    ALL_IMPLEMENT = "all_implement"


@dataclass(frozen=True)
class InheritedRule:
    """A rule, the words that state it and the paragraph they stand in; a general one holds for every task."""

    kind: RuleKind
    paragraph: int
    text: str
    is_general: bool = False


_FIRST = re.compile(
    r"(?:[列排]在?(?:第一|首)位?|排名第一|第一个)[^，,；;。]{0,16}(?:为|是|系)(?:该项工作的?)?牵头(?:单位|部门)?[^。]{0,30}"
)
_OTHERS_COOPERATE = re.compile(r"(?:其他|其余|以外|之后|后面)[^。]{0,10}配合")
_RESPONSIBLE = re.compile(
    r"(?:无|没有|未(?:列|明确|注明|标明))牵头(?:单位|部门)的?[，,]?(?:则)?(?:由)?责任(?:单位|部门)(?:即|均|都)*(?:为|是|作为)牵头(?:单位|部门)"
)
_ALL = re.compile(
    r"(?:以下|下列|后续|上述|各项)[^。；;]{0,14}?均?[需由](?P<who>各?(?:市|县|区|旗)[^。；;]{0,24}?)(?:负责|具体|组织)*(?:落实|实施)"
    r"[^。；;]{0,4}不再[^。；;]{0,6}(?:列出|列明|标注|注明)"
)


def find_rules(paragraphs: Sequence[Paragraph]) -> list[InheritedRule]:
    """Returns the rules of a document in order of appearance."""
    return [rule for index, paragraph in enumerate(paragraphs) for rule in _rules_of(paragraph.text, index)]


def _rules_of(text: str, index: int) -> list[InheritedRule]:
    rules = []
    is_note = bool(NOTE_LINE.match(text))
    if found := _FIRST.search(text):
        others = _OTHERS_COOPERATE.search(found.group())
        kind = RuleKind.FIRST_LEADS_OTHERS_COOPERATE if others else RuleKind.FIRST_LEADS
        rules.append(InheritedRule(kind, index, found.group(), is_note))
    if found := _RESPONSIBLE.search(text):
        rules.append(InheritedRule(RuleKind.RESPONSIBLE_LEADS, index, found.group(), True))
    if found := _ALL.search(text):
        rules.append(InheritedRule(RuleKind.ALL_IMPLEMENT, index, found.group("who"), is_note))
    return rules

"""The numbers in front of headings and tasks: 一、 （一） 1. （1） ① and what rank they have."""

import re
from dataclasses import dataclass
from enum import IntEnum

from .numerals import chinese_to_int


class Rank(IntEnum):
    """How deep a numbered paragraph stands in an official document (GB/T 9704: 一、（一）1.（1）)."""

    CHAPTER = 0
    SECTION = 1
    PART = 2
    ACTION = 3
    ITEM = 4
    SUBITEM = 5
    POINT = 6


@dataclass(frozen=True)
class Marker:
    """The number of a paragraph: its rank, its value, and the characters it occupies."""

    rank: Rank
    number: int
    printed: str


_CHINESE = "〇零一二两三四五六七八九十百"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_PATTERNS: tuple[tuple[Rank, re.Pattern[str]], ...] = (
    (Rank.CHAPTER, re.compile(rf"第([{_CHINESE}\d]{{1,4}})[章编篇][、:：]?")),
    (Rank.SECTION, re.compile(rf"第([{_CHINESE}\d]{{1,4}})节[、:：]?")),
    # 一、二级保护区 is a class of zones, not a heading.
    (Rank.PART, re.compile(rf"([{_CHINESE}]{{1,4}})[、.．](?![{_CHINESE}]{{1,2}}[级类期号批])")),
    (Rank.ACTION, re.compile(rf"[（(〔\[［]([{_CHINESE}]{{1,4}})[）)〕\]］][、.．]?")),
    # 2.5 is a decimal and 3、4号 a list of numbers.
    (Rank.ITEM, re.compile(r"(\d{1,3})\s?[.．、](?![\d.])")),
    (Rank.ACTION, re.compile(rf"(?:行动|专项|工程|攻坚)([{_CHINESE}\d]{{1,3}})[：:、.．]")),
    (Rank.ITEM, re.compile(rf"(?:任务|举措|事项)([{_CHINESE}\d]{{1,3}})[：:、.．]")),
    (Rank.SUBITEM, re.compile(r"[（(]?(\d{1,3})[）)][、.．]?")),
    (Rank.POINT, re.compile(rf"([{_CIRCLED}])")),
)


def find_marker(text: str) -> Marker | None:
    """Returns the number a paragraph begins with, or None."""
    for rank, pattern in _PATTERNS:
        found = pattern.match(text)
        if found:
            return _marker(rank, found)
    return None


def _marker(rank: Rank, found: re.Match[str]) -> Marker | None:
    digits = found.group(1)
    number = _CIRCLED.index(digits) + 1 if rank is Rank.POINT else chinese_to_int(digits)
    return Marker(rank, number, found.group()) if number else None

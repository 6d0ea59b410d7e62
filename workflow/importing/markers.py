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
    DOTTED = 5
    SUBITEM = 6
    POINT = 7


@dataclass(frozen=True)
class Marker:
    """The number of a paragraph: its rank, its value, and the characters it occupies."""

    rank: Rank
    number: int
    printed: str


_CHINESE = "〇零一二两三四五六七八九十百"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
# Stars and squares single out some tasks; they are kept in front of the number.
_ORNAMENT = re.compile(r"[★☆▲△●■□◆◇※➢✓√•·*]{1,3}")
_PATTERNS: tuple[tuple[Rank, re.Pattern[str]], ...] = (
    (Rank.CHAPTER, re.compile(rf"第([{_CHINESE}\d]{{1,4}})(?:[章编篇]|部分)[、:：]?")),
    (Rank.SECTION, re.compile(rf"第([{_CHINESE}\d]{{1,4}})节[、:：]?")),
    (Rank.PART, re.compile(r"([Ⅰ-Ⅻ])[、.．](?=\S)")),
    # 一、二级保护区 is a class of zones, not a heading.
    (Rank.PART, re.compile(rf"([{_CHINESE}]{{1,4}})[、.．](?![{_CHINESE}]{{1,2}}[级类期号批])")),
    (Rank.ACTION, re.compile(rf"[（(〔\[［]([{_CHINESE}]{{1,4}})[）)〕\]］][、.．]?")),
    # 2.5 is a decimal and 3、4号 a list of numbers.
    (Rank.ITEM, re.compile(r"(\d{1,3})\s?[.．、](?![\d.])")),
    # 1.2 is the second item of chapter 1; 1.2万吨 is an amount. Only its place in a sequence tells for sure.
    (Rank.DOTTED, re.compile(r"\d{1,2}[.．](\d{1,2})[.．、]?(?=[\u4e00-\u9fff“《])(?![万亿千百个倍米公吨平立毫微%])")),
    (Rank.ACTION, re.compile(rf"(?:行动|专项|工程|攻坚)([{_CHINESE}\d]{{1,3}})[：:、.．]")),
    (Rank.ITEM, re.compile(rf"(?:任务|举措|事项)([{_CHINESE}\d]{{1,3}})[：:、.．]")),
    (Rank.SUBITEM, re.compile(r"[（(]?(\d{1,3})[）)][、.．]?")),
    (Rank.POINT, re.compile(rf"([{_CIRCLED}])")),
)


def find_marker(text: str) -> Marker | None:
    """Returns the number a paragraph begins with, or None."""
    ornament = _ORNAMENT.match(text)
    start = ornament.end() if ornament else 0
    for rank, pattern in _PATTERNS:
        found = pattern.match(text, start)
        if found:
            return _marker(rank, found, text[: found.end()])
    return None


def _marker(rank: Rank, found: re.Match[str], printed: str) -> Marker | None:
    digits = found.group(1)
    sign = next((signs.index(digits) + 1 for signs in (_CIRCLED, _ROMAN) if digits in signs), None)
    number = sign or chinese_to_int(digits)
    return Marker(rank, number, printed) if number else None


def follows(dotted: Marker, last: str) -> bool:
    """Whether 2.3 stands where it should: behind 2.2, or 2.1 anywhere; ``last`` is the printed number before it."""
    return dotted.number == 1 or _numbers(last) == [*_numbers(dotted.printed)[:-1], dotted.number - 1]


def _numbers(printed: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", printed)]

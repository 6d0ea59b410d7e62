"""Finds brackets the way people print them: four families mixed, nested, and sometimes never closed."""

import re
from collections.abc import Callable
from dataclasses import dataclass

OPENERS = "（(〔[［【{｛"
CLOSERS = "）)〕]］】}｝"
# A paragraph with more unclosed brackets is no prose; looking further would only cost time.
_MOST_UNCLOSED = 20


@dataclass(frozen=True)
class Bracket:
    """An outermost bracket: ``text[start:end]`` with its brackets, ``content`` without them."""

    start: int
    end: int
    content: str
    is_repaired: bool = False


@dataclass(frozen=True)
class BracketScan:
    """All outermost brackets of a paragraph and the place of an opening one that nobody closed."""

    brackets: list[Bracket]
    unclosed_at: int | None = None


def depth_of(text: str) -> int:
    """Returns how many brackets are still open at the end of the text."""
    depth = 0
    for character in text:
        if character in OPENERS:
            depth += 1
        elif character in CLOSERS:
            depth = max(0, depth - 1)
    return depth


def scan(text: str, names_parties: Callable[[str], bool]) -> BracketScan:
    """Returns the outermost brackets, repairing those where ``names_parties`` shows what was meant."""
    found: list[Bracket] = []
    unclosed_at = None
    start = attempts = 0
    while start < len(text) and attempts < _MOST_UNCLOSED:
        opened, closed = _next_outermost(text, start)
        if opened is None:
            break
        if closed is None:
            repaired = _until_end(text, opened, names_parties)
            if repaired:
                found.append(repaired)
                break
            unclosed_at = opened if unclosed_at is None else unclosed_at
            start = opened + 1
            attempts += 1
            continue
        found.append(Bracket(opened, closed + 1, text[opened + 1 : closed]))
        start = closed + 1
    return BracketScan(_with_stray_closers(text, found, names_parties), unclosed_at)


def _next_outermost(text: str, start: int) -> tuple[int | None, int | None]:
    depth, opened = 0, None
    for index in range(start, len(text)):
        if text[index] in OPENERS:
            opened = index if depth == 0 else opened
            depth += 1
        elif text[index] in CLOSERS and depth:
            depth -= 1
            if depth == 0:
                return opened, index
    return opened, None


def _until_end(text: str, opened: int, names_parties: Callable[[str], bool]) -> Bracket | None:
    """Closes a responsibility bracket at the end of its paragraph when nothing but the clause follows."""
    content = text[opened + 1 :].rstrip("。；;")
    if "。" in content or not names_parties(content):
        return None
    return Bracket(opened, len(text), content, is_repaired=True)


def _with_stray_closers(text: str, found: list[Bracket], names_parties: Callable[[str], bool]) -> list[Bracket]:
    """A closing bracket without an opening one ends the clause before it, if there is one."""
    result = list(found)
    covered = {index for bracket in found for index in range(bracket.start, bracket.end)}
    stray = [index for index, character in enumerate(text) if character in CLOSERS and index not in covered]
    for index in stray[:_MOST_UNCLOSED]:
        result = _extended(text, result, index, names_parties)
    return result


def _extended(text: str, found: list[Bracket], at: int, names_parties: Callable[[str], bool]) -> list[Bracket]:
    before = [bracket for bracket in found if bracket.end <= at]
    sentence = max(text.rfind(mark, 0, at) for mark in "。；！？") + 1
    for bracket in [one for one in before if one.start >= sentence][:1]:
        content = text[bracket.start + 1 : at]
        if names_parties(bracket.content) and names_parties(content):
            kept = [one for one in found if one.end <= bracket.start or one.start > at]
            return sorted([*kept, Bracket(bracket.start, at + 1, content, True)], key=lambda one: one.start)
    content = text[sentence:at]
    if re.search(r"牵头|负责|配合|落实", content) and names_parties(content):
        kept = [one for one in found if one.end <= sentence or one.start > at]
        return sorted([*kept, Bracket(sentence, at + 1, content, True)], key=lambda one: one.start)
    return found

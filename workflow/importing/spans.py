"""Where in a paragraph the responsibility clauses stand: brackets, labelled lines, or a plain last sentence."""

import re
from dataclasses import dataclass, field, replace

from .brackets import CLOSERS, OPENERS, scan
from .clauses import LABEL, Clause, read_clause
from .directory import Directory
from .paragraphs import Paragraph
from .reading import unique

_LABELLED_START = re.compile(
    rf"(?:(?:^|(?<=[。；;]))\s*[\u4e00-\u9fff]{{2,6}}(?:单位|部门)|(?:^|(?<=[。；;，,]))\s*(?:{LABEL.pattern}))[:：]"
)
_SENTENCE = re.compile(r"[^。；！？]+[。；！？]?")
_PARTY_WORDS = re.compile(
    "牵头|负责|配合|落实|参与|责任|督导|验收|协助|实施|单位|部门|时限|时间|期限|节点|日期|监督|指导|承办"
)
_MENTION = re.compile(
    r"[省市县区州盟][\u4e00-\u9fff]{1,12}?(?:局(?!部)|委员会|委(?!员|托)|办公室|办(?!法|理|公)|中心|支队)"
)
# 乡镇人民政府（街道办事处）: a note to the name in front, not a party of its own.
_KIND_OF_PLACE = re.compile(
    r"(?:[市县区旗乡镇、]|街道|街道办|办事处|街道办事处|管委会|管理委员会|园区|开发区|人民政府)+"
)
_HIDDEN = "\ue001"
_LOOK_BACK = 3
_LONGEST_CLAUSE = 1500


@dataclass(frozen=True)
class Span:
    """A clause and the characters of the paragraph it occupies."""

    start: int
    end: int
    clause: Clause


@dataclass
class SpanScan:
    """All clauses of a paragraph, and where a bracket of a clause opens that cannot be closed."""

    spans: list[Span] = field(default_factory=list)
    broken_at: int | None = None

    @property
    def names_parties(self) -> bool:
        """Whether at least one clause is there, even one that names nobody."""
        return any(span.clause.parties or span.clause.names_nobody for span in self.spans)


class SpanFinder:
    """Finds and reads the clauses of paragraphs with one directory."""

    def __init__(self, directory: Directory, city: str = "") -> None:
        self._directory = directory
        self._city = city
        self._scans: dict[str, SpanScan] = {}
        self._clauses: dict[str, Clause] = {}

    def read(self, text: str) -> Clause:
        """Returns the clause a text holds; the same text is read once."""
        if text not in self._clauses:
            self._clauses[text] = read_clause(text, self._directory, self._city)
        return self._clauses[text]

    def find(self, paragraph: Paragraph) -> SpanScan:
        """Returns the explicit clauses: in brackets or behind a label."""
        if paragraph.text not in self._scans:
            self._scans[paragraph.text] = self._find(paragraph.text)
        return self._scans[paragraph.text]

    def mentioned(self, text: str) -> list[str]:
        """Returns the departments and counties a text names, whatever it says about them."""
        found = (self._directory.match(one.group(), self._city) for one in _MENTION.finditer(text))
        return unique(one.name for one in found if one)

    def _find(self, text: str) -> SpanScan:
        if not _PARTY_WORDS.search(text) and not re.search(f"[{re.escape(OPENERS)}]", text):
            return SpanScan()
        brackets = scan(text, self._is_clause)
        spans = [
            Span(one.start, one.end, self.read(one.content))
            for one in brackets.brackets
            if self._is_clause(one.content)
        ]
        labelled = self._labelled(text, spans)
        # 牵头单位：A、B（分别牵头）: the bracket is part of the labelled line.
        spans = labelled + [one for one in spans if not any(line.start <= one.start < line.end for line in labelled)]
        return SpanScan(sorted(spans, key=lambda span: span.start), self._broken_at(text, brackets.unclosed_at))

    def find_spoken(self, paragraph: Paragraph) -> list[Span]:
        """Returns the last sentences of a paragraph that consist of nothing but parties and what they do."""
        sentences = list(_SENTENCE.finditer(paragraph.text))[-_LOOK_BACK:]
        spans = []
        for index, found in enumerate(sentences):
            sentence = found.group().rstrip("。；！？")
            is_heading = index == 0 and found.start() == 0 and len(sentences) > 1
            if is_heading or len(sentence) > 300 or not _PARTY_WORDS.search(sentence):
                continue
            clause = self.read(sentence)
            if self._is_only_parties(clause):
                spans.append(_spoken_span(found, clause))
        return spans

    def _is_clause(self, content: str) -> bool:
        """Whether the inside of a bracket names parties, and is not （含自备电厂） or （河）."""
        if not content.strip() or len(content) > _LONGEST_CLAUSE or _KIND_OF_PLACE.fullmatch(content):
            return False
        if not _PARTY_WORDS.search(content) and not re.search(r"[局委厅办]", content):
            return False
        clause = self.read(content)
        if clause.names_nobody or clause.unknown_labels or (clause.has_label and (clause.parties or clause.deadlines)):
            return True
        if clause.has_role:
            return any(party.printed.is_plausible for party in clause.parties)
        departments = [one for one in clause.parties if one.printed.is_plausible and not one.printed.is_place]
        return bool(departments) and all(one.printed.is_plausible for one in clause.parties)

    def _is_only_parties(self, clause: Clause) -> bool:
        return (
            clause.has_role
            and bool(clause.parties)
            and not clause.leftovers
            and all(party.printed.is_plausible for party in clause.parties)
        )

    def _labelled(self, text: str, spans: list[Span]) -> list[Span]:
        """A label at the start of a sentence holds to the end of the paragraph or of its last labelled sentence."""
        result = []
        position = 0
        while found := _LABELLED_START.search(text, position):
            end = self._labelled_end(text, found.end())
            position = end
            if not any(span.start <= found.start() < span.end or span.start < end < span.end for span in spans):
                clause = self.read(text[found.start() : end].strip())
                result += [Span(found.start(), end, clause)] if clause.has_label else []
        return result

    def _labelled_end(self, text: str, start: int) -> int:
        end = start
        while True:
            stop = text.find("。", end)
            end = len(text) if stop < 0 else stop + 1
            if end >= len(text) or not _LABELLED_START.match(text, end):
                return end

    def _broken_at(self, text: str, unclosed_at: int | None) -> int | None:
        """An open bracket matters only when it begins like a clause; elsewhere it is a misprint of no consequence."""
        if unclosed_at is None:
            return None
        head = re.split(r"[。；;" + re.escape(CLOSERS) + "]", text[unclosed_at + 1 :])[0]
        return unclosed_at if self._is_clause(head) else None


def _spoken_span(found: re.Match[str], clause: Clause) -> Span:
    """A sentence that says more than who, such as a day, stays in the text; its dates are read there."""
    if clause.deadlines:
        undated = [one for one in clause.deadlines if not re.search(r"[\d年月]", one)]
        return Span(found.end(), found.end(), replace(clause, deadlines=undated))
    return Span(found.start(), found.end(), clause)


def without_spans(text: str, spans: list[Span]) -> str:
    """Hides the clauses with signs of the same length, so that offsets stay valid."""
    pieces, position = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        pieces += [text[position : span.start], _HIDDEN * (span.end - max(span.start, position))]
        position = max(position, span.end)
    return "".join([*pieces, text[position:]])


def visible(text: str) -> str:
    """Removes the signs of hidden clauses, and a full stop that is left standing behind another one."""
    shown = re.sub(rf"，{_HIDDEN}+(?=[。；]|$)|{_HIDDEN}+", "", text)
    return re.sub(r"([。；])[。；]+", r"\1", shown)

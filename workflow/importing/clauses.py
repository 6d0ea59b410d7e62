"""Responsibility clauses: who leads, cooperates, implements … as printed in one bracket, line or sentence."""

import re
from dataclasses import dataclass, field, replace

from .brackets import CLOSERS, OPENERS
from .directory import Directory
from .limits import split_limit
from .names import NameReader, PrintedName
from .reading import Role

_HOW = (
    r"(?:按照?|根据|依据)(?:各自)?的?(?:职责|职能|任务)?(?:分工)?|各自职责|职责分工|分工"
    r"|分别|共同|具体|联合|各自|统一|统筹|积极|密切|抓好|做好|认真"
)
_WORDS = (
    r"牵头组织|牵头抓总|牵头|督导|督办|指导监督|监督指导|监督|验收|复核|核查|配合|协同|协助|协作|协办|参与|参加|支持"
    r"|组织实施|推进实施|推动落实|推进落实|实施|落实|承担|承办|主办|负责|主责|负主责|组织|抓总"
)
_ROLE = re.compile(rf"(?:{_HOW})*(?:{_WORDS})(?:{_HOW}|{_WORDS})*")
_PRECEDENCE: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.VERIFY, re.compile("验收|复核|核查")),
    (Role.SUPERVISE, re.compile("督导|督办|监督")),
    (Role.LEAD, re.compile("牵头|主责|抓总|主办")),
    (Role.COOPERATE, re.compile("配合|协同|协助|协作|协办|参与|参加|支持")),
    (Role.IMPLEMENT, re.compile("落实|实施")),
    (Role.JOINT, re.compile("负责|承担|承办|组织")),
)
# 市级责任单位, 责任单位（部门）, 责任单位及责任人 are all 责任单位.
_LEVEL = r"(?:[省市县区乡镇]{1,2}级|市直|属地|直接|具体)?"
_PEOPLE = r"(?:[（(](?:单位|部门|科室|处室|责任人)[）)])?(?:[及和、](?:其)?(?:责任人|负责人|联系人|责任领导))?"
_BODY = rf"(?:责任)?(?:单位|部门|主体|科室|地区|县区|县（市、区）){_PEOPLE}"
# 牵头：A；配合：B; behind a name these words are roles.
_BARE = r"(?:^|(?<=[；;，,。\s（(]))"
LABELS: tuple[tuple[str, str], ...] = (
    (
        rf"{_LEVEL}(?:牵头|主办|主责|第一责任|主要责任|总牵头){_BODY}|牵头(?:（责任）|\(责任\))(?:单位|部门)"
        rf"|责任(?:单位|部门)[（(]牵头[）)]|{_BARE}(?:牵头|主办|主责)",
        Role.LEAD,
    ),
    (
        rf"{_LEVEL}(?:配合|协助|协办|协同|参与|参加|支持|协作){_BODY}|责任(?:单位|部门)[（(](?:配合|协助|协办|参与)[）)]"
        rf"|{_BARE}(?:配合|协助|协办|参与|参加)",
        Role.COOPERATE,
    ),
    (
        rf"{_LEVEL}(?:落实|实施|具体实施|具体落实){_BODY}|整改(?:落实)?(?:单位|部门)|{_BARE}(?:落实|实施)",
        Role.IMPLEMENT,
    ),
    (rf"{_LEVEL}(?:督导|监督|指导|督办|监管|行业监管|督导检查|牵头督导){_BODY}", Role.SUPERVISE),
    (rf"{_LEVEL}(?:验收|复核|核查|销号){_BODY}", Role.VERIFY),
    (
        rf"{_LEVEL}(?:责任|负责|主管)(?:单位|部门|主体|分工){_PEOPLE}(?:及配合单位)?|承办(?:单位|部门)|责任(?:牵头)?处室|工作分工|任务分工"
        rf"|{_BARE}(?:责任|负责)",
        Role.JOINT,
    ),
    (r"(?:牵头|责任|分管|市级?|包保|包联|联系|主管|主要)+领导|责任人|联系人|联络员|牵头市领导", "ignored"),
    (r"(?:完成|整改|办结|落实|推进)?(?:时限|时间|期限|日期)(?:要求|节点|安排)?|时间节点|完成节点", "deadline"),
)
LABEL = re.compile("|".join(f"(?P<L{index}>{words})" for index, (words, _kind) in enumerate(LABELS)))
_LABELLED = re.compile(rf"(?:{LABEL.pattern})[:：]")
_UNKNOWN_LABEL = re.compile(r"(?:^|(?<=[；;。，]))([\u4e00-\u9fff]{2,6}(?:单位|部门))[:：]")
_RULE_WORDS = re.compile(
    r"[，,；;。]?\s*(?:其中|均)?(?:[列排]在?第?一?[第首]?一?位|排名第一|第一个)[^，,；;。]{0,16}牵头(?:单位|部门)?[^；;。]*"
    r"|[，,；;。]?\s*(?:以下|下列|后续|后面)[^；;。]{0,14}均[^。；;]*?(?:不再[^，,；;。]*|$)|[，,；;。]?\s*下同|[，,；;。]?\s*(?:以下|下文|后文)?均?不再(?:一一|逐一|重复|另行|单独)?(?:列出|列明|标注|注明|列举)"
)
_PERSON = re.compile(r"(?<=[局委办厅])(?![\u4e00-\u9fff]*[部局队办心处科会])[\u4e00-\u9fff]{2,3}(?=$|[、，,；;\s])")
_DIVIDER = "；"
_MARKS = "；;，,。. "
_FILLER = re.compile(rf"[{re.escape(OPENERS + CLOSERS)}，,、；;。：:\s“”]+")


@dataclass(frozen=True)
class ClauseParty:
    """A name with its role; ``is_plain`` marks 负责 and 责任单位, which inherited rules may turn into a lead.

    ``is_separate`` marks 分别负责: each answers for a part of its own, nobody leads the others.
    """

    role: Role
    printed: PrintedName
    is_plain: bool = False
    is_alone: bool = False
    is_separate: bool = False


@dataclass
class Clause:
    """One clause read: its parties, deadlines printed inside it, and what could not be understood."""

    text: str
    parties: list[ClauseParty] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)
    unknown_labels: list[str] = field(default_factory=list)
    has_role: bool = False
    has_label: bool = False
    is_open_ended: bool = False
    leftovers: list[str] = field(default_factory=list)

    @property
    def names_nobody(self) -> bool:
        """Whether only role words are printed, as in （牵头，配合）."""
        rest = _FILLER.sub("", _ROLE.sub("", _LABELLED.sub("", self.text)))
        return not self.parties and not self.deadlines and not rest and (self.has_role or self.has_label)


def read_clause(text: str, directory: Directory, city: str = "") -> Clause:
    """Returns the parties of the inside of a bracket, of a labelled line or of a sentence, in printed order."""
    clause = Clause(text)
    names = NameReader(directory, city)
    plain = _RULE_WORDS.sub("", text)
    for label, value in _labelled_parts(plain):
        if label is None:
            _read_spoken(value, names, clause)
        else:
            _read_labelled(label, value, names, clause)
    clause.is_open_ended = names.is_open_ended
    return clause


def label_kind(printed: str) -> str | None:
    """Returns the role a column or line heading such as 牵头单位 stands for, "deadline", "ignored" or None."""
    found = LABEL.fullmatch(printed.strip("：: "))
    return str(LABELS[int(found.lastgroup[1:])][1]) if found and found.lastgroup else None


def _labelled_parts(text: str) -> list[tuple[str | None, str]]:
    """Splits 牵头单位：A；配合单位：B into pairs; what stands before the first label has none."""
    found = [(match.start(), match.end(), match.group()) for match in _LABELLED.finditer(text)]
    found += [(m.start(1), m.end(), m.group(1)) for m in _UNKNOWN_LABEL.finditer(text) if not label_kind(m.group(1))]
    found.sort()
    if not found:
        return [(None, text)]
    parts: list[tuple[str | None, str]] = [(None, text[: found[0][0]])] if text[: found[0][0]].strip() else []
    ends = [start for start, _end, _label in found[1:]] + [len(text)]
    return parts + [(label, text[end:stop]) for (_start, end, label), stop in zip(found, ends, strict=True)]


def _read_labelled(label: str, value: str, names: NameReader, clause: Clause) -> None:
    kind = label_kind(label)
    clause.has_label = True
    if kind is None:
        clause.unknown_labels.append(label.strip("：:"))
    elif kind in ("deadline", "ignored"):
        own, others = _apart(value, names)
        limits = [own] if kind == "deadline" else _limits_in(own, names)
        clause.deadlines += limits
        if others:
            _read_spoken(others, names, clause)
    elif "人" in label or "领导" in label:
        _read_people(Role(kind), value, names, clause)
    else:
        _read_list(Role(kind), value, names, clause)


def _apart(value: str, names: NameReader) -> tuple[str, str]:
    """Separates 2025年底 or 王某 from parties printed behind it without a label: ，市水利局牵头."""
    parts = re.split(r"(?<=[，,；;。])", value)
    spoken = [part for part in parts if _role_of(part) and _names_party(part.strip(_MARKS), names)]
    return "".join(part for part in parts if part not in spoken).strip(_MARKS), "".join(spoken).strip(_MARKS)


def _limits_in(text: str, names: NameReader) -> list[str]:
    limits = (split_limit(part, lambda rest: _names_party(rest, names))[1] for part in _segments(text))
    return [limit for limit in limits if limit]


def _read_people(role: Role, value: str, names: NameReader, clause: Clause) -> None:
    """责任单位及责任人：市水利局 王某 names a person too, who is no organisation."""
    before = len(clause.parties)
    _read_list(role, _PERSON.sub("", value), names, clause)
    printed = clause.parties[before:]
    clause.parties[before:] = [party for party in printed if party.printed.is_plausible] or printed


def _read_list(role: Role, value: str, names: NameReader, clause: Clause) -> None:
    """A labelled list may still say 牵头 or 配合 inside; those words win."""
    if _ROLE.search(value) or _limits_in(value, names):
        _read_spoken(value, names, clause, role)
        return
    found = names.read(value)
    clause.parties += [ClauseParty(role, name, role is Role.JOINT, len(found) == 1) for name in found]


def _read_spoken(text: str, names: NameReader, clause: Clause, default: Role = Role.JOINT) -> None:
    """Reads A牵头，B、C配合: names wait until a role word follows."""
    waiting: list[PrintedName] = []
    segments = _without_limits(_segments(text), names, clause)
    while segments:
        segment = segments.pop(0)
        if segment == _DIVIDER:
            # A；B配合: what stands before a semicolon does not share the role behind it.
            clause.parties += _without_role(waiting, default)
            waiting = []
            continue
        found = _role_of(segment)
        if not found:
            waiting += names.read(segment)
            continue
        clause.has_role = True
        waiting += names.read(_joint_partner(segment[: found.start()], names, clause))
        rest = segment[found.end() :]
        if _is_noted(segment, found):
            clause.parties += _without_role(waiting[:-1], default)
            waiting = waiting[-1:]
        if _goes_on(rest, names):
            segments.insert(0, rest.lstrip("、" + CLOSERS))
            rest = ""
        if not waiting and rest.strip("："):
            clause.leftovers.append(segment)
        _take(waiting, found.group(), rest, clause)
        waiting = []
    clause.parties += _without_role(waiting, default, len(waiting) == 1 and not clause.parties)


def _without_role(names: list[PrintedName], default: Role, is_alone: bool = False) -> list[ClauseParty]:
    return [ClauseParty(default, name, default is Role.JOINT, is_alone) for name in names]


def _segments(text: str) -> list[str]:
    parts = re.split(r"[，,。]|([；;])", _protected(text))
    return [part.replace(_COMMA, "，").strip() for part in parts if part]


def _without_limits(segments: list[str], names: NameReader, clause: Clause) -> list[str]:
    """Moves time limits to the deadlines of the clause; limits side by side stay one text, for they share a year."""
    kept: list[str] = []
    was_limit = False
    for segment in segments:
        if segment in ("；", ";"):
            kept.append(_DIVIDER)
            continue
        rest, limit = split_limit(segment, lambda words: _names_party(words, names))
        if limit and was_limit and not rest:
            clause.deadlines[-1] += f"，{limit}"
        elif limit:
            clause.deadlines.append(limit)
        was_limit = bool(limit)
        kept += [rest] if rest else []
    while kept and kept[-1] == _DIVIDER:
        kept.pop()
    return kept


def _names_party(words: str, names: NameReader) -> bool:
    """Whether words behind a day hold a party: 2025年底前市水利局牵头, not 2025年底前完成30家."""
    found = _role_of(words)
    printed = replace(names).read(words[: found.start()] if found else words)
    return any(name.is_plausible for name in printed)


def _is_noted(segment: str, found: re.Match[str]) -> bool:
    """Whether the role is a note to one name, A、B（牵头）、C, and not to all before it, A、B（分别牵头）."""
    before, behind = segment[: found.start()][-1:], segment[found.end() :][:1]
    is_note = before in OPENERS and behind in CLOSERS and bool(before and behind)
    return is_note and not re.search("分别|分工|共同|均", found.group())


def _goes_on(rest: str, names: NameReader) -> bool:
    """Whether other parties follow without a comma: A牵头、B配合 or A牵头B配合."""
    if rest.lstrip(CLOSERS).startswith("、"):
        return True
    following = _role_of(rest)
    if not following or not following.start():
        return False
    printed = replace(names).read(rest[: following.start()])
    return bool(printed) and all(name.is_plausible for name in printed)


_COMMA = "\ue003"
_NESTED = re.compile(rf"[{re.escape(OPENERS)}][^{re.escape(OPENERS + CLOSERS)}]*[{re.escape(CLOSERS)}]")


def _protected(text: str) -> str:
    """Keeps commas inside nested brackets from dividing the clause."""
    return _NESTED.sub(lambda found: re.sub("[，,]", _COMMA, found.group()), text)


def _role_of(segment: str) -> re.Match[str] | None:
    """Finds the role word of a segment, not the 监督 of 市市场监督管理局 or the 落实 inside a name."""
    for found in _ROLE.finditer(segment):
        rest = segment[found.end() :]
        inside_name = re.match(
            r"[\u4e00-\u9fff]{0,10}?(?:局|委员会|委|办公室|中心|支队|大队|总队|厅|部)(?:$|[、和及牵配负参协按])", rest
        )
        if not (inside_name and re.fullmatch("监督|核查|组织|支持|督导|督办|落实|实施|参与|协作", found.group())):
            return found
    return None


def _joint_partner(before: str, names: NameReader, clause: Clause) -> str:
    """Reads A会同B负责: B cooperates and the role that follows is A's."""
    head, partner, tail = before.partition("会同")
    if not partner or not head:
        return before
    first = names.read(head)
    clause.parties += [ClauseParty(Role.LEAD, name) for name in first]
    clause.parties += [ClauseParty(Role.COOPERATE, name) for name in names.read(tail)]
    return ""


def _take(names: list[PrintedName], word: str, rest: str, clause: Clause) -> None:
    role = next(role for role, pattern in _PRECEDENCE if pattern.search(word))
    is_alone = len(names) == 1 and not re.search("分工|分别|共同|职责|各自|联合", word)
    is_separate = bool(re.search("分别|各自负责", word))
    clause.parties += [ClauseParty(role, name, role is Role.JOINT, is_alone, is_separate) for name in names]
    if len(rest) > 12:
        clause.leftovers.append(rest)

"""Deadline phrases to milestones: every dated obligation of a task with its clause, its day and how sure that is."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from .markers import find_marker
from .numerals import chinese_to_int, digits_for_years
from .reading import Confidence, Milestone, Period, unique
from .relative_limits import find_relative_limits

_HIDDEN = "\ue001"
_FIVE_YEARS = {"二": (2011, 2015), "三": (2016, 2020), "四": (2021, 2025), "五": (2026, 2030), "六": (2031, 2035)}
# Citations and base years look like dates and are none: 〔2023〕33号, 《…（2023—2025年）》, （2018年第6号）.
_CITATIONS = re.compile(
    r"《[^》]{0,200}》|[〔\[（(［【]20\d\d[〕\]）)］】](?:第?\d+号)?|[（(]20\d\d年?[—–\-－~～至到]{1,2}20\d\d年[）)]"
    r"|20\d\d年第\d+号|20\d\d年?版|[（(]20\d\d年[）)]|第\d{1,2}[届次期]"
)
_NARROW = re.compile(r"(?<!\d)[,;:]|[,;:](?!\d)")
_WIDE = str.maketrans(",;:", "，；：")
_QUARTERS = {"一": 3, "1": 3, "二": 6, "2": 6, "三": 9, "3": 9, "四": 12, "4": 12}
_PART = r"年?底|年?末|年?内|年中|上半年|下半年|前?第?[一二三四1-4]个?季度[末底]?"
_BEFORE = r"(?:之前|以前|前(?!\d|[一二三四五六七八九十百]+[名位]|列|后|期|三季)|止)"
_DATE = re.compile(
    rf"(?P<every>每年(?:的)?(?:度)?|每个?月|每季度)?(?P<to>到|至|截至|截止)?"
    rf"(?:(?P<year>20\d\d)年|(?P<word>今年|本年度?|当年|同年|明年|次年|翌年))?度?"
    rf"(?:(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})[日号]|份?(?P<third>底|末|上旬|中旬|下旬)?)|(?P<part>{_PART}))?"
    rf"(?P<before>{_BEFORE})?"
)
_PLAN = re.compile(r"[“\"]?十(?P<five>[二三四五六])五[”\"]?(?:规划)?(?P<end>期间|时期|期内|期末|末|收官|结束|以内)")
_START = re.compile(r"[—–\-－~～至到]")
_NO_DEADLINE = re.compile(
    r"(?:度)?的?(?:基础|基数|基准|水平|同期|相比|以来|来[，。]|起|开始|以后|之后|后(?!续|半)|版|印发|修订|发布|出台|下达|为基)"
)
_COMPARED = re.compile(r"(?:比|较|与|自|从|以|按照?)$")
_RECURRING = re.compile(r"每年|每季度|每半年|每个?月")
_LONG_TERM = re.compile(
    r"长期(?:坚持|推进|任务|保持|落实)?|持续(?:推进|坚持|实施|开展)?|常态化?(?:推进|坚持|开展)?|立行立改并长期坚持"
)
# （长期坚持） or a sentence of these words alone; elsewhere 持续推进 is only a manner of speaking.
_LASTING_ALONE = re.compile(
    r"(?:[（(〔\[【]|(?<=[。；]))(?:长期|持续|常年|常态化?|全年)(?:坚持|推进|实施|开展|保持)?(?:[）)〕\]】]|[。；])"
)
_STOPS = "。；！？"
_LONGEST_CLAUSE = 1000
_STOP = re.compile(f"[{_STOPS}]")
_COMMAS = "，：" + _STOPS
_YEAR_OF_LIST = re.compile(r"(?<!\d)20\d\d(?=(?:[、和及]20\d\d)*[、和及]20\d\d年(?!第))")
_NUMERIC = re.compile(r"(20\d\d)[./-](\d{1,2})(?:[./-](\d{1,2}))?(?![\d.])")


@dataclass(frozen=True)
class DateContext:
    """What a document says about its own time: its period and the day it was issued."""

    period: Period | None = None
    issued_on: date | None = None

    @property
    def own_year(self) -> int | None:
        """The only year a date without one can mean, when the plan is for one year."""
        return self.period.first.year if self.period and self.period.is_one_year else None


@dataclass
class DateReading:
    """Milestones of a text with questions, impossible dates (offset, words) and whether something recurs."""

    milestones: list[Milestone] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    impossible: list[tuple[int, str]] = field(default_factory=list)
    is_recurring: bool = False
    is_long_term: bool = False


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    printed: str
    due_on: date | None
    confidence: Confidence
    is_possible: bool = True
    is_relative: bool = False
    is_past: bool = False


def read_dates(text: str, context: DateContext) -> DateReading:
    """Returns every dated obligation in the healed text of a task, in printed order."""
    masked = mask_citations(text)
    mentions = sorted(
        [*_mentions(masked, context), *_year_list(masked), *_relative(masked, context)], key=lambda one: one.start
    )
    is_lasting = bool(_LASTING_ALONE.search(text))
    reading = DateReading(is_recurring=bool(_RECURRING.search(masked)), is_long_term=is_lasting)
    past = [mention.printed for mention in mentions if mention.is_past]
    reading.questions = [
        _("“%(text)s” lies before the period of the plan. Confirm that it is no time limit.") % {"text": words}
        for words in past
    ]
    possible = [mention for mention in mentions if mention.is_possible and not mention.is_past]
    reading.impossible = [(mention.start, mention.printed) for mention in mentions if not mention.is_possible]
    clauses = [_clause_start(masked, mention.start) for mention in possible]
    for index, mention in enumerate(possible):
        following = next((start for start in clauses[index + 1 :] if start > clauses[index]), len(text))
        clause = _clause(text, masked, clauses[index], mention.end, following)
        reading.milestones.append(Milestone(clause, mention.due_on, mention.confidence))
        reading.questions += _question(mention)
    reading.milestones = unique(reading.milestones)
    return reading


def read_deadline(text: str, context: DateContext) -> DateReading:
    """Returns the milestones of a 完成时限 field, where 2025年12月 is a stated deadline of its own."""
    text = text.strip(" .．。；;，,")
    written = _NUMERIC.sub(lambda m: f"{m[1]}年{m[2]}月" + (f"{m[3]}日" if m[3] else "底"), text)
    written = re.sub(r"(?<=\d月)份?$", "底", written)
    written = re.sub(r"^(20\d\d)$", r"\1年", written.strip())
    written = re.sub(r"^全年(?:实施|推进|开展)?$", "今年年底", written)
    reading = read_dates(written, context)
    if len({one.text for one in reading.milestones}) < 2:
        reading.milestones = [Milestone(text, one.due_on, one.confidence) for one in reading.milestones]
    reading.is_long_term = bool(_LONG_TERM.search(text))
    if text and not (reading.milestones or reading.is_long_term or reading.is_recurring or reading.impossible):
        reading.questions.append(_("The time limit “%(text)s” could not be read as a date. Set it.") % {"text": text})
    return reading


def end_of_period(title: str, context: DateContext) -> DateReading:
    """A task without any date is due when its plan ends; a person confirms it."""
    if context.period is None:
        return DateReading(questions=[_("No time limit is stated and the plan names no period. Set the time limit.")])
    last = context.period.last
    question = _("No time limit is stated: the end of the plan, %(date)s, was taken.") % {"date": last.isoformat()}
    return DateReading([Milestone(title, last, Confidence.INFERRED)], [question])


def five_year_period(text: str) -> Period | None:
    """Returns the years of “十四五” (2021–2025) and its neighbours when the text names one."""
    found = re.search(r"十([二三四五六])五", text)
    if not found:
        return None
    first, last = _FIVE_YEARS[found.group(1)]
    return Period(date(first, 1, 1), date(last, 12, 31))


def mask_citations(text: str) -> str:
    """Hides quoted titles and document numbers; Chinese years become digits, narrow punctuation wide.

    Every offset stays valid.
    """
    wide = _NARROW.sub(lambda found: found.group().translate(_WIDE), digits_for_years(text))
    return _CITATIONS.sub(lambda found: _HIDDEN * len(found.group()), wide)


def _mentions(masked: str, context: DateContext) -> Iterator[_Mention]:
    last_year = context.own_year
    found = [match for match in _DATE.finditer(masked) if _is_date(match)]
    found += list(_PLAN.finditer(masked))
    found.sort(key=lambda match: match.start())
    for index, match in enumerate(found):
        if match.re is _PLAN:
            end = date(_FIVE_YEARS[match["five"]][1], 12, 31)
            yield _Mention(match.start(), match.end(), match.group(), end, Confidence.INFERRED)
            continue
        year, is_sure = _year(match, last_year, context)
        is_old = bool(year and context.period and year < context.period.first.year)
        if match["year"] and not is_old and not _is_base(masked, match):
            last_year = year
        following = found[index + 1] if index + 1 < len(found) else None
        if is_old and (match["before"] or match["part"] in ("底", "年底", "年末")) and not _is_base(masked, match):
            yield _Mention(match.start(), match.end(), match.group(), None, Confidence.AMBIGUOUS, is_past=True)
        if match["every"] or is_old or _is_base(masked, match) or _begins_range(masked, match, following):
            continue
        yield _mention(match, year, is_sure, context)


def _year_list(masked: str) -> Iterator[_Mention]:
    """The years of 2026、2027、2028年 that are printed without 年; the last one is an ordinary date."""
    for found in _YEAR_OF_LIST.finditer(masked):
        day = date(int(found.group()), 12, 31)
        yield _Mention(found.start(), found.end(), found.group(), day, Confidence.INFERRED)


def _relative(masked: str, context: DateContext) -> Iterator[_Mention]:
    for one in find_relative_limits(masked, context.issued_on):
        confidence = Confidence.INFERRED if one.due_on else Confidence.AMBIGUOUS
        yield _Mention(one.start, one.end, one.printed, one.due_on, confidence, is_relative=True)


def _is_date(match: re.Match[str]) -> bool:
    if match["month"]:
        exact = match["year"] or match["word"] or match["day"] or match["third"] or match["before"]
        return bool(exact) and not match.string.startswith("个月", match.end("month"))
    if match["year"] or (match["word"] and (match["part"] or match["before"])):
        return True
    return bool(match["part"]) and match["part"] not in ("底", "末", "内", "年中", "下半年")


def _is_base(masked: str, match: re.Match[str]) -> bool:
    """Whether the year is only compared with or counted from: 2020年基础上, 比2022年下降, 自2024年起."""
    if _NO_DEADLINE.match(masked, match.end()):
        return True
    is_bare = not (match["part"] or match["month"] or match["before"] or match["to"])
    return is_bare and bool(_COMPARED.search(masked[max(0, match.start() - 2) : match.start()]))


def _begins_range(masked: str, match: re.Match[str], following: re.Match[str] | None) -> bool:
    """Whether this is the first day of a span such as 3月1日至6月30日; the last one counts."""
    if following is None:
        return False
    between = masked[match.end() : following.start()]
    if following.start() == match.end() and following.re is _DATE and following["to"] in ("至", "到"):
        return True
    return len(between) in (1, 2) and all(_START.match(character) for character in between)


def _year(match: re.Match[str], last_year: int | None, context: DateContext) -> tuple[int | None, bool]:
    """Returns the year a phrase means and whether that is beyond doubt."""
    if match["year"]:
        return int(match["year"]), True
    issued = context.issued_on.year if context.issued_on else None
    if match["word"] in ("今年", "本年", "本年度"):
        return context.own_year or issued, context.own_year is not None
    if match["word"] in ("明年", "次年", "翌年"):
        base = last_year or issued
        return (base + 1 if base else None), False
    return (last_year, True) if last_year else (None, False)


def _mention(match: re.Match[str], year: int | None, is_sure: bool, context: DateContext) -> _Mention:
    printed = match.group()
    if not _is_possible(match, year):
        return _Mention(match.start(), match.end(), printed, None, Confidence.AMBIGUOUS, False)
    if year is None:
        due_on = _only_day_within(match, context.period)
        if due_on:
            return _Mention(match.start(), match.end(), printed, due_on, Confidence.STATED)
        guess = _next_after(match, context)
        return _Mention(match.start(), match.end(), printed, guess, Confidence.AMBIGUOUS)
    due_on, is_stated = _due(match, year)
    confidence = Confidence.STATED if is_stated and is_sure else Confidence.INFERRED
    return _Mention(match.start(), match.end(), printed, due_on, confidence)


def _is_possible(match: re.Match[str], year: int | None) -> bool:
    if not match["month"]:
        return True
    month, day = int(match["month"]), int(match["day"] or 1)
    # Without a year, 2月29日 may be right.
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 2024, month)[1]


def _due(match: re.Match[str], year: int) -> tuple[date, bool]:
    """Returns the last day meant and whether the words themselves state it."""
    if match["month"]:
        return _due_in_month(match, year, int(match["month"]))
    part = match["part"] or ""
    quarter = re.search(r"([一二三四1-4])个?季度", part)
    if quarter:
        return _month_end(year, _QUARTERS[quarter.group(1)]), True
    if part in ("上半年", "年中"):
        return date(year, 6, 30), part == "上半年"
    return date(year, 12, 31), bool(part)


def _due_in_month(match: re.Match[str], year: int, month: int) -> tuple[date, bool]:
    if match["day"]:
        return date(year, month, int(match["day"])), True
    if match["third"] in ("上旬", "中旬"):
        return date(year, month, 10 if match["third"] == "上旬" else 20), True
    if match["before"] and not match["third"]:
        # 6月前, taken literally, is over on 31 May; a person confirms it.
        return date(year, month, 1) - timedelta(days=1), False
    return _month_end(year, month), bool(match["third"])


def _only_day_within(match: re.Match[str], period: Period | None) -> date | None:
    """In a plan for one winter 10月底 needs no year: only one such day lies within the plan."""
    if period is None or (period.last - period.first).days > 365:
        return None
    days = {_due(match, year) for year in (period.first.year, period.last.year) if _is_possible(match, year)}
    within = [day for day, is_stated in days if is_stated and period.first <= day <= period.last]
    return within[0] if len(within) == 1 else None


def _next_after(match: re.Match[str], context: DateContext) -> date | None:
    """A day without a year: the next one after the document was issued, to be confirmed."""
    start = context.issued_on or (context.period.first if context.period else None)
    if start is None:
        return None
    for year in (start.year, start.year + 1):
        if _is_possible(match, year) and (due_on := _due(match, year)[0]) >= start:
            return due_on
    return None


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _clause_start(masked: str, position: int) -> int:
    start = max(0, position - _LONGEST_CLAUSE)
    return max(start - 1, *(masked.rfind(mark, start, position) for mark in _COMMAS + _HIDDEN)) + 1


def _clause(text: str, masked: str, start: int, mentioned_to: int, following: int) -> str:
    """The obligation runs to the end of its sentence or to the clause with the next date."""
    stop = _STOP.search(masked, mentioned_to, following)
    end = stop.start() if stop else following
    clause = text[start:end].replace(_HIDDEN, "").strip("，、；。： ")
    marker = find_marker(clause)
    return clause[len(marker.printed) :] if marker else clause


def _question(mention: _Mention) -> list[str]:
    if mention.confidence is Confidence.STATED:
        return []
    if mention.due_on is None and mention.is_relative:
        counted = _("“%(text)s” counts from the day of issue, which the document does not state. Set the time limit.")
        return [counted % {"text": mention.printed}]
    if mention.due_on is None:
        return [_("“%(text)s” names no year. Set the time limit.") % {"text": mention.printed}]
    printed = mention.printed.replace("“", "‘").replace("”", "’")
    values = {"text": printed, "date": mention.due_on.isoformat()}
    if mention.confidence is Confidence.AMBIGUOUS:
        return [_("“%(text)s” names no year: %(date)s is a guess. Confirm the time limit.") % values]
    return [_("“%(text)s” was read as %(date)s. Confirm the time limit.") % values]


def read_whole_date(text: str) -> tuple[date | None, bool]:
    """Reads 2023年9月14日 or 二〇二三年九月十四日 standing alone: the date or None, and whether it looked like one."""
    found = re.fullmatch(r"(20\d\d)年(\w{1,3})月(\w{1,3})日", re.sub(r"\s", "", digits_for_years(text)))
    if not found:
        return None, False
    month, day = chinese_to_int(found.group(2)), chinese_to_int(found.group(3))
    try:
        return date(int(found.group(1)), month or 0, day or 0), True
    except ValueError:
        return None, True

"""What a document says about itself: title, document number (文号), date of issue, period and city."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .dates import five_year_period, mask_citations, read_whole_date
from .numerals import digits_for_years
from .paragraphs import Paragraph
from .reading import Period

_KINDS = "方案|计划|要点|规划|清单|意见|措施|任务书|分工|台账|安排|办法|一览表|任务表|分解表"
_TITLE = re.compile(rf"^[^，。：；《》]{{4,80}}(?:{_KINDS})(?:[（(][^（）()]{{2,30}}[）)])?$")
_NOTICE = re.compile(r"关于(?:印发|转发|下发|发布|调整)《?([^。；]{4,100}?)》?的?通知")
_LABELLED_TITLE = re.compile(r"^(?:附件\d{0,2}|标题|名称|文件名称|题目)[:：]")
_NUMBER = re.compile(r"([\u4e00-\u9fff]{1,15})\s*[〔\[［（(【]\s*(20\d\d)\s*[〕\]］）)】]\s*第?(\d{1,5})\s*号")
_SERIAL = re.compile(r"(?:公告|通告|令)?(20\d\d)年?第(\d{1,4})号")
_NUMBER_LABEL = re.compile(r"^(?:文号|发文字号|文件编号|发文号)[:：\s]*")
_SPAN = re.compile(r"(20\d\d)年?(?:[—–\-－~～至到]{1,2}|年至|年到)(20\d\d)年")
_YEAR = re.compile(r"(20\d\d)年")
_YEARS_OF_ACTION = re.compile(r"([二两三四五])年(?:行动|攻坚|计划|提升|专项|综合)")
_CITY = re.compile(r"^(?:中共)?([\u4e00-\u9fff]{2,7}?(?:自治州|地区|市|州|盟|县|区))")
_YEAR_COUNT = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_FRONT_LIMIT = 40
_LONGEST_PLAN = 5
_DATE_LABEL = re.compile(r"^[（(]|[）)]$|^(?:成文|印发|发布|发文|生成|公开)(?:日期|时间)[:：]")
_GOAL_YEAR = re.compile(r"(?:到|至)(20\d\d)年")
_LIMIT_YEAR = re.compile(r"(20\d\d)年(?:\d{1,2}月|年?[底末]|[上下]半年)")


# 解读 and 总结 tell about a plan or about what was done; they give nobody a task.
_ABOUT_A_PLAN = re.compile(r"解读|答记者问|总结|汇报|报告|通报|讲话|发言|述职|综述|访谈|新闻|公报|简报|纪实|侧记|大事")


@dataclass(frozen=True)
class DocumentFacts:
    """Facts of the whole document; ``impossible_dates`` are (line, words) of dates that do not exist."""

    title: str = ""
    document_number: str | None = None
    issued_on: date | None = None
    period: Period | None = None
    is_period_stated: bool = True
    city: str = ""
    impossible_dates: tuple[tuple[int, str], ...] = ()

    @property
    def is_called_plan(self) -> bool:
        """Whether the title itself promises tasks."""
        return bool(_TITLE.match(self.title)) and not self.is_about_a_plan

    @property
    def is_about_a_plan(self) -> bool:
        """Whether the title announces a report, a speech or an explanation."""
        return bool(_ABOUT_A_PLAN.search(self.title))


def read_facts(paragraphs: Sequence[Paragraph]) -> DocumentFacts:
    """Returns the facts printed in front of the first heading and in the signature behind the text."""
    front = _front(paragraphs)
    title = _title(front)
    issued_on, impossible = _issued_on(front, paragraphs)
    period = _stated_period(title, paragraphs)
    return DocumentFacts(
        title=title,
        document_number=_document_number(front),
        issued_on=issued_on,
        period=period or _assumed_period(title, issued_on, paragraphs),
        is_period_stated=period is not None,
        city=_city(title, front),
        impossible_dates=impossible,
    )


def _front(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Everything before the first heading or table, but no more than a page of it."""
    front: list[Paragraph] = []
    for paragraph in paragraphs[:_FRONT_LIMIT]:
        if paragraph.marker or paragraph.cells:
            break
        front.append(paragraph)
    return front


def _title(front: list[Paragraph]) -> str:
    """The plan's own title wins over that of the notice that carries it."""
    noticed = _noticed_title(front)
    own = _own_title(front)
    if own and (not noticed or own in noticed or noticed not in own):
        return noticed if noticed.endswith(own) and len(noticed) > len(own) else own
    return own or noticed or (front[0].text if front else "")


def _noticed_title(front: list[Paragraph]) -> str:
    """The title inside 关于印发…的通知, which often runs over several lines."""
    texts = [one.text for one in front]
    for index in range(len(texts)):
        found = _NOTICE.search("".join(texts[index : index + 4]))
        if found:
            return found.group(1).replace("《", "").replace("》", "")
    return ""


def _own_title(front: list[Paragraph]) -> str:
    texts = [_LABELLED_TITLE.sub("", one.text) for one in front]
    for index in range(len(texts) - 1, -1, -1):
        years = (
            texts[index] if index and re.fullmatch(r"[（(][^（）()日]*20\d\d[^（）()日]*[）)]", texts[index]) else ""
        )
        last = index - 1 if years else index
        if _TITLE.match(texts[last]) and "通知" not in texts[last]:
            return _whole_title(texts, last) + years
    return ""


def _whole_title(texts: list[str], last: int) -> str:
    """A long title is printed on two or three lines."""
    title = texts[last]
    for before in reversed(texts[max(0, last - 2) : last]):
        if re.search(r"[，。：；>|》]|号$|日$|^附件", before) or not _is_unfinished(before, title):
            break
        title = before + title
    return title


def _is_unfinished(before: str, text: str) -> bool:
    """The first line ends in 、, or names the city the second lacks, or leaves a short rest that names no subject."""
    if re.search(rf"(?:通知|{_KINDS}|[）)])$", before) or len(before) > 40 or before.endswith(_OFFICES):
        return False
    is_rest = len(text) <= 14 and len(before) >= 8 and not re.match(r"20\d\d|关于|[“《]", text)
    return before.endswith("、") or (not _CITY.match(text) and (bool(_CITY.match(before)) or is_rest))


_OFFICES = ("办公室", "人民政府", "委员会", "政府", "局", "市委")


def _document_number(front: list[Paragraph]) -> str | None:
    """Only a number that stands alone is the document's own; one in the running text cites another document."""
    for paragraph in front:
        found = _NUMBER.fullmatch(_NUMBER_LABEL.sub("", paragraph.text))
        if found:
            return _written(found)
    for paragraph in front:
        found = _NUMBER.search(paragraph.text)
        if found and _is_own_number(paragraph.text, found):
            return _written(found)
    serials = (_SERIAL.fullmatch(paragraph.text) for paragraph in front)
    return next((f"{one.group(1)}年第{one.group(2)}号" for one in serials if one), None)


def _is_own_number(text: str, found: re.Match[str]) -> bool:
    return bool(
        _NUMBER_LABEL.match(text)
        or re.search(r"通知[（(]?[^）)]{0,30}号[）)]?$", text)
        or (found.start() == 0 and re.match(r"签发人|$", text[found.end() :]))
    )


def _written(found: re.Match[str]) -> str:
    return f"{found.group(1)}〔{found.group(2)}〕{found.group(3)}号"


def _issued_on(
    front: list[Paragraph], paragraphs: Sequence[Paragraph]
) -> tuple[date | None, tuple[tuple[int, str], ...]]:
    """A date that stands alone: in front, at the end, or below a signature in between."""
    impossible: list[tuple[int, str]] = []
    inside = [one for one in reversed(paragraphs[len(front) : -6]) if len(one.text) <= 14 and not one.cells]
    for paragraph in [*reversed(front), *reversed(paragraphs[-6:]), *inside]:
        stripped = _DATE_LABEL.sub("", paragraph.text)
        printed = re.search(r"20\d\d年\d{1,2}月\d{1,2}日(?=印发$)", stripped)
        numeric = re.fullmatch(r"(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?:\s?\d{1,2}:\d\d(?::\d\d)?)?", stripped)
        words = "{}年{}月{}日".format(*numeric.groups()) if numeric else printed.group() if printed else stripped[-20:]
        day, looks_like_date = read_whole_date(words)
        if day:
            return day, tuple(impossible)
        if looks_like_date:
            impossible.append((paragraph.line, stripped))
    return None, tuple(dict.fromkeys(impossible))


def _stated_period(title: str, paragraphs: Sequence[Paragraph]) -> Period | None:
    for text in (title, *(paragraph.text for paragraph in paragraphs[:_FRONT_LIMIT] if _is_about_itself(paragraph))):
        period = _period_in(digits_for_years(text))
        if period:
            return period
    return None


def _is_about_itself(paragraph: Paragraph) -> bool:
    """实施期限, 时间范围 or the name of the plan in its own notice; a cited plan of others does not count."""
    return bool(re.search(r"^(?:实施期限|时间范围|行动时间|实施时间|规划期限)|的通知$|^《[^》]+》已经", paragraph.text))


def _period_in(text: str) -> Period | None:
    if found := _SPAN.search(text):
        first, last = int(found.group(1)), int(found.group(2))
        if "秋冬季" in text and last == first + 1:
            return Period(date(first, 10, 1), date(last, 3, 31))
        return Period(date(first, 1, 1), date(last, 12, 31)) if first <= last else None
    if found := _YEAR.search(text):
        return Period(date(int(found.group(1)), 1, 1), date(int(found.group(1)), 12, 31))
    return five_year_period(text)


def _assumed_period(title: str, issued_on: date | None, paragraphs: Sequence[Paragraph]) -> Period | None:
    """三年行动 begins in the year of issue, 到2027年 is where a plan ends; one that says nothing is for its year."""
    found = _YEARS_OF_ACTION.search(title)
    if found and issued_on:
        last = issued_on.year + _YEAR_COUNT[found.group(1)] - 1
        return Period(date(issued_on.year, 1, 1), date(last, 12, 31))
    return _goal_period(issued_on, paragraphs) or (
        Period(date(issued_on.year, 1, 1), date(issued_on.year, 12, 31)) if issued_on else None
    )


def _goal_period(issued_on: date | None, paragraphs: Sequence[Paragraph]) -> Period | None:
    """From the year of issue, or the earliest year of any limit, to the last goal that is at most five years away."""
    text = "".join(mask_citations(paragraph.text) for paragraph in paragraphs)
    goals = [int(year) for year in _GOAL_YEAR.findall(text)]
    first = issued_on.year if issued_on else min([*goals, *map(int, _LIMIT_YEAR.findall(text))], default=0)
    near = [year for year in goals if first <= year <= first + _LONGEST_PLAN]
    if near and not issued_on:
        # Work towards a goal begins before its year; months without a year must not all fall into that one.
        first = min(first, max(near) - 1)
    return Period(date(first, 1, 1), date(max(near), 12, 31)) if near else None


def _city(title: str, front: list[Paragraph]) -> str:
    """The place the title begins with (南阳市); its departments may carry that name in the text."""
    for text in (title, *(paragraph.text for paragraph in front)):
        text = re.sub(r"^(?:关于|印发|20\d\d(?:[—–\-~～至]20\d\d)?年度?)+", "", text)
        found = _CITY.match(text)
        if found and not text.startswith(("全市", "全县", "我市", "开展", "加快", "推进")):
            return found.group(1)
    return ""

"""What a document says about itself: title, document number (文号), date of issue, period and city."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .dates import five_year_period, read_whole_date
from .numerals import digits_for_years
from .paragraphs import Paragraph
from .reading import Period

_KINDS = "方案|计划|要点|规划|清单|意见|措施|任务书|分工|台账|安排|办法|一览表|任务表|分解表"
_TITLE = re.compile(rf"^[^，。：；《》]{{4,80}}(?:{_KINDS})(?:[（(][^（）()]{{2,30}}[）)])?$")
_NOTICE = re.compile(r"关于(?:印发|转发|下发|发布)《?(.+?)》?的?通知")
_NUMBER = re.compile(r"([\u4e00-\u9fff]{1,15})\s*[〔\[［（(【]\s*(20\d\d)\s*[〕\]］）)】]\s*第?(\d{1,5})\s*号")
_NUMBER_LABEL = re.compile(r"^(?:文号|发文字号|文件编号|发文号)[:：\s]*")
_SPAN = re.compile(r"(20\d\d)年?(?:[—–\-－~～至到]{1,2}|年至|年到)(20\d\d)年")
_YEAR = re.compile(r"(20\d\d)年")
_YEARS_OF_ACTION = re.compile(r"([二两三四五])年(?:行动|攻坚|计划|提升|专项|综合)")
_CITY = re.compile(r"^(?:中共)?([\u4e00-\u9fff]{2,7}?(?:自治州|地区|市|州|盟|县|区))")
_YEAR_COUNT = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_FRONT_LIMIT = 40


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
        period=period or _assumed_period(title, issued_on),
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
    noticed = next((found.group(1) for one in front if (found := _NOTICE.search(one.text))), "")
    own = _own_title(front)
    if own and (not noticed or own in noticed or noticed not in own):
        return noticed if noticed.endswith(own) and len(noticed) > len(own) else own
    return own or noticed or (front[0].text if front else "")


def _own_title(front: list[Paragraph]) -> str:
    for index in range(len(front) - 1, -1, -1):
        text = front[index].text
        if (
            index
            and re.fullmatch(r"[（(][^（）()日]*20\d\d[^（）()日]*[）)]", text)
            and _TITLE.match(front[index - 1].text)
        ):
            return front[index - 1].text + text
        if not _TITLE.match(text) or "通知" in text:
            continue
        before = front[index - 1].text if index else ""
        is_first_half = (
            bool(before) and not re.search(r"[，。：；]|号$|日$|^附件", before) and _is_unfinished(before, text)
        )
        return before + text if is_first_half else text
    return ""


def _is_unfinished(before: str, text: str) -> bool:
    """A long title is printed on two lines: the first ends in 、 or names the city the second lacks."""
    if re.search(rf"(?:通知|{_KINDS}|[）)])$", before) or len(before) > 40:
        return False
    return before.endswith("、") or bool(
        _CITY.match(before) and not _CITY.match(text) and not before.endswith(_OFFICES)
    )


_OFFICES = ("办公室", "人民政府", "委员会", "政府", "局", "市委")


def _document_number(front: list[Paragraph]) -> str | None:
    """Only a number that stands alone is the document's own; one in the running text cites another document."""
    for paragraph in front:
        found = _NUMBER.fullmatch(_NUMBER_LABEL.sub("", paragraph.text))
        if found:
            return _written(found)
    for paragraph in front:
        found = _NUMBER.search(paragraph.text)
        if found and (
            _NUMBER_LABEL.match(paragraph.text) or re.search(r"通知[（(]?[^）)]{0,30}号[）)]?$", paragraph.text)
        ):
            return _written(found)
    return None


def _written(found: re.Match[str]) -> str:
    return f"{found.group(1)}〔{found.group(2)}〕{found.group(3)}号"


def _issued_on(
    front: list[Paragraph], paragraphs: Sequence[Paragraph]
) -> tuple[date | None, tuple[tuple[int, str], ...]]:
    impossible: list[tuple[int, str]] = []
    for paragraph in [*reversed(front), *reversed(paragraphs[-6:])]:
        stripped = re.sub(r"^[（(]|[）)]$|^(?:成文|印发|发布|发文)日期[:：]", "", paragraph.text)
        day, looks_like_date = read_whole_date(stripped[-20:])
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


def _assumed_period(title: str, issued_on: date | None) -> Period | None:
    """三年行动 begins in the year of issue; a plan that says nothing is taken for a plan of its own year."""
    if issued_on is None:
        return None
    found = _YEARS_OF_ACTION.search(title)
    years = _YEAR_COUNT[found.group(1)] if found else 1
    return Period(date(issued_on.year, 1, 1), date(issued_on.year + years - 1, 12, 31))


def _city(title: str, front: list[Paragraph]) -> str:
    """The place the title begins with (南阳市); its departments may carry that name in the text."""
    for text in (title, *(paragraph.text for paragraph in front)):
        found = _CITY.match(text)
        if found and not text.startswith(("关于", "全市", "全县", "我市")):
            return found.group(1)
    return ""

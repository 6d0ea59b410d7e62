"""The State Council's yearly arrangement of holidays, or a table of days, read with everything that is wrong in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import PurePath

from django.utils.translation import gettext as _

from workflow.importing.reader import RawLine, decode, numbered, read_document

FIRST_YEAR, LAST_YEAR = 2008, 2100  # the arrangement of today is older than no year before
_WEEKDAYS = "一二三四五六日"
_HALF_WIDTH = str.maketrans("０１２３４５６７８９（）：；，〔〕［］【】", "0123456789():;,[][][]")
_TITLE = re.compile(r"关于\s*(\d{4})\s*年部分节假日安排的通知")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,10}\[\d{4}]\s*\d+\s*号")
_HEADING = re.compile(r"(?=(?<![\u4e00-\u9fff])[一二三四五六七八九十]{1,2}、[\u4e00-\u9fff、]{2,12}:)")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,2}、([\u4e00-\u9fff、]{2,12}):(.*)", re.DOTALL)
_DAY = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?")
_SIGNED = re.compile(r"[^放班]*\d{4}年\d{1,2}月\d{1,2}日")  # where the text runs on to the day of signing
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_COUNT = re.compile(r"共\s*(\d+)\s*天|放假\s*(\d+)\s*天")
_ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
_KINDS = {"working": True, "上班": True, "工作日": True, "rest": False, "休息": False, "放假": False}
_LONGEST = 31  # days off in a row; more is a slip of the pen


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a line (0: in the whole), with a stable code."""

    line: int
    code: str
    message: str


class UnfitArrangement(Exception):
    """The text contradicts itself or says too little; nothing of it is kept."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(mistake.message for mistake in mistakes))
        self.mistakes = mistakes


@dataclass
class Reading:
    """A year's arrangement: the days that it names, whether they are worked, and for which holiday."""

    year: int = 0
    origin: str = "notice"
    title: str = ""
    document_number: str = ""
    named: dict[date, tuple[bool, str]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def object(self, line: int, code: str, message: str) -> None:
        self.mistakes.append(Mistake(line, code, message))

    def name(self, line: int, day: date, is_working: bool, holiday: str) -> None:
        """Take a day down, unless that cannot be."""
        if day.year != self.year:
            if is_working != (day.weekday() < 5):  # 31 December before a New Year on Sunday is off anyway
                self.object(line, "outside-the-year", _("%(day)s is not in %(year)s.") % self._words(day))
        elif is_working and day.weekday() < 5:
            self.object(
                line, "make-up-on-a-weekday", _("%(day)s is no weekend: it is worked anyway.") % self._words(day)
            )
        elif day in self.named:
            self.object(line, "named-twice", _("%(day)s is named twice.") % self._words(day))
        else:
            self.named[day] = (is_working, holiday)

    def _words(self, day: date) -> dict[str, object]:
        return {"day": day.isoformat(), "year": self.year}


def read_arrangement(content: bytes, filename: str, *, document_number: str = "") -> Reading:
    """Read a notice (.txt, .md, .docx) or a table of days (.csv: day, kind, name).

    `document_number` stands in for one that the text does not carry. Raises UnfitArrangement with everything that is
    wrong, or reader.UnreadableDocument.
    """
    is_table = PurePath(filename).suffix.lower() == ".csv"
    if is_table:
        reading = _read_table(numbered(decode(content).splitlines()))
    else:
        reading = _read_notice(read_document(content, filename))
    reading.document_number = reading.document_number or document_number.strip()
    _check_the_whole(reading)
    if reading.mistakes:
        raise UnfitArrangement(reading.mistakes)
    return reading


def _check_the_whole(reading: Reading) -> None:
    if not reading.document_number:
        reading.object(0, "no-number", _("The number of the notice is missing; enter it beside the text."))
    if not FIRST_YEAR <= reading.year <= LAST_YEAR:
        return
    off = {day for day, (is_working, _name) in reading.named.items() if not is_working}
    missing = [date(reading.year, *day) for day in _ALWAYS_OFF if date(reading.year, *day) not in off]
    if missing:
        days = "、".join(day.isoformat() for day in missing)
        reading.object(0, "incomplete", _("Holidays of every year are missing: %(days)s.") % {"days": days})


# -- the notice --------------------------------------------------------------------------------------------------------


def _read_notice(lines: list[RawLine]) -> Reading:
    reading = Reading()
    plain = [RawLine(line.number, line.text.translate(_HALF_WIDTH)) for line in lines]
    _read_head(reading, plain)
    if not reading.year:
        reading.object(0, "no-year", _("No title “关于…年部分节假日安排的通知” was found, so the year is unknown."))
        return reading
    sections = list(_sections(plain))
    for number, holiday, text in sections:
        _read_section(reading, number, holiday, text)
    if not sections:
        reading.object(0, "no-days", _("No line such as “一、元旦：1月1日…放假” was found."))
    return reading


def _read_head(reading: Reading, lines: list[RawLine]) -> None:
    """A Word file may break the title; so it is looked for in all of the text before the first section."""
    head = "".join(line.text.strip() for line in lines)
    if title := _TITLE.search(head):
        reading.year = int(title[1])
        reading.title = f"国务院办公厅{title[0]}" if "国务院办公厅" in head else title[0]
    if number := _NUMBER.search(re.sub(r"\s", "", head)):
        reading.document_number = _as_printed(number[0])


def _as_printed(number: str) -> str:
    """The number alone: the pattern takes a few characters of a text that runs on without a space."""
    start = number.find("国办")
    return number[max(start, 0) :].replace("[", "〔").replace("]", "〕")


def _sections(lines: list[RawLine]) -> Iterator[tuple[int, str, str]]:
    """Line, holiday and text of each; several may stand on one line, and a section may run over several."""
    found: list[tuple[int, str, str]] = []
    for line in lines:
        for part in _HEADING.split(line.text):
            if section := _SECTION.fullmatch(part.strip()):
                found.append((line.number, section[1], section[2]))
            elif found and _DAY.search(part) and re.search("放假|上班", part):  # the rest of a broken line
                found.append((line.number, found[-1][1], part))
    yield from found


def _read_section(reading: Reading, line: int, holiday: str, text: str) -> None:
    month: int | None = None
    for sentence in re.split(r"[。;]", text):
        if not _DAY.search(sentence) or _SIGNED.fullmatch(sentence.strip()):
            continue
        days, month = _days(reading, line, sentence, month)
        if "上班" in sentence and "放假" not in sentence:
            for day in days:
                reading.name(line, day, True, holiday)
        elif "放假" in sentence and "上班" not in sentence:
            _take_days_off(reading, line, holiday, sentence, days)
        else:
            words = _("It is not clear whether these days are off or worked: %(text)s") % {"text": sentence.strip()}
            reading.object(line, "not-understood", words)


def _days(reading: Reading, line: int, sentence: str, month: int | None) -> tuple[list[date], int | None]:
    """The days that a sentence names, each checked against the weekday beside it."""
    days, year = [], reading.year
    for match in _DAY.finditer(sentence):
        year = int(match[1] or year if match[1] or not match[2] else reading.year)
        month = int(match[2]) if match[2] else month
        try:
            day = date(year, month or 0, int(match[3]))
        except ValueError:
            reading.object(line, "no-such-day", _("There is no day %(text)s.") % {"text": match[0]})
            continue
        _check_weekday(reading, line, day, match[4] or "")
        days.append(day)
    return days, month


def _check_weekday(reading: Reading, line: int, day: date, beside: str) -> None:
    if (stated := _WEEKDAY.search(beside)) is None:
        return
    right = _WEEKDAYS[day.weekday()]
    if stated[1].replace("天", "日") != right:
        words = {"day": day.isoformat(), "right": f"周{right}", "stated": stated[0]}
        reading.object(line, "weekday", _("%(day)s is %(right)s, not %(stated)s.") % words)


def _take_days_off(reading: Reading, line: int, holiday: str, sentence: str, named: list[date]) -> None:
    days = named
    if "至" in sentence and len(named) == 2:
        first, last = named
        length = (last - first).days + 1
        if not 1 <= length <= _LONGEST:
            words = {"first": first.isoformat(), "last": last.isoformat()}
            reading.object(line, "backwards", _("From %(first)s to %(last)s is no holiday.") % words)
            return
        days = [first + timedelta(days=n) for n in range(length)]
    if (count := _COUNT.search(sentence)) and int(count[1] or count[2]) != len(days):
        words = {"stated": count[1] or count[2], "counted": len(days), "holiday": holiday}
        reading.object(line, "count", _("%(holiday)s: %(counted)s days are named, not %(stated)s.") % words)
    for day in days:
        reading.name(line, day, False, holiday)


# -- the table ---------------------------------------------------------------------------------------------------------


def _read_table(lines: list[RawLine]) -> Reading:
    reading = Reading(origin="table")
    for line in lines:
        cells = [cell.strip().strip('"') for cell in re.split(r"[,，\t]", line.text)]
        if not any(cells) or (line.number == 1 and cells[0].lower() in ("day", "date", "日期")):
            continue
        _read_row(reading, line.number, [*cells, "", ""][:3])
    if not reading.year:
        reading.object(0, "no-days", _("The table names no day."))
    return reading


def _read_row(reading: Reading, line: int, cells: list[str]) -> None:
    try:
        day = date.fromisoformat(cells[0])
    except ValueError:
        reading.object(line, "no-such-day", _("There is no day %(text)s.") % {"text": cells[0]})
        return
    if cells[1].lower() not in _KINDS:
        words = _("“%(text)s” is neither working (上班) nor rest (放假).") % {"text": cells[1]}
        reading.object(line, "kind", words)
        return
    reading.year = reading.year or day.year
    reading.name(line, day, _KINDS[cells[1].lower()], cells[2][:30])

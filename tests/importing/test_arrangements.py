"""The yearly arrangement as a notice or a table: read day by day, or refused with all that is wrong at once."""

import io
from datetime import date, timedelta

import docx
import pytest

from tests.workflow.arrangements import PUBLISHED, every_day, worked
from workflow.importing.arrangements import UnfitArrangement, read_arrangement
from workflow.importing.reader import UnreadableDocument

WEEK = "一二三四五六日"
NUMERALS = "一二三四五六七八九十"


def spoken(day: date, before: date | None = None) -> str:
    """As notices have it: the month only where it changes, the weekday beside it."""
    month = "" if before and before.month == day.month else f"{day.month}月"
    return f"{month}{day.day}日（周{WEEK[day.weekday()]}）"


def notice(year: int) -> str:
    """Our own wording around the published facts."""
    published = PUBLISHED[year]
    lines = [f"国务院办公厅关于{year}年", "部分节假日安排的通知", published.number, "各有关单位：现通知如下。"]
    for n, (holiday, span) in enumerate(published.off.items()):
        lines.append(f"{NUMERALS[n]}、{holiday}：{_holiday(year, holiday, *span)}")
    return "\n".join([*lines, "节假日期间请妥善安排值班。", f"{year - 1}年11月4日"])


def _holiday(year: int, holiday: str, *span: str) -> str:
    first, last = (date.fromisoformat(f"{year}-{day}") for day in span)
    length = (last - first).days + 1
    if length == 1:
        text = f"{spoken(first)}放假1天，不调休。"
    else:
        text = f"{spoken(first)}至{spoken(last, first)}放假调休，共{length}天。"
    made_up = [date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].worked]
    near = [day for day in made_up if _nearest(year, day) == holiday]
    return text + ("、".join(map(spoken, near)) + "上班。" if near else "")


def _nearest(year: int, day: date) -> str:
    def far(span: tuple[str, str]) -> timedelta:
        return min(abs(date.fromisoformat(f"{year}-{end}") - day) for end in span)

    return min(PUBLISHED[year].off, key=lambda name: far(PUBLISHED[year].off[name]))


def codes(text: str, name: str = "通知.txt", **given: str) -> list[tuple[int, str]]:
    with pytest.raises(UnfitArrangement) as error:
        read_arrangement(text.encode(), name, **given)
    return [(mistake.line, mistake.code) for mistake in error.value.mistakes]


@pytest.mark.parametrize("year", PUBLISHED)
def test_a_notice_gives_every_day_of_its_year(year):
    reading = read_arrangement(notice(year).encode(), "通知.txt")
    assert (reading.year, reading.document_number) == (year, PUBLISHED[year].number)
    assert reading.title == f"国务院办公厅关于{year}年部分节假日安排的通知"
    found = {day: reading.named.get(day, (day.weekday() < 5, ""))[0] for day in every_day(year)}
    assert [day for day in found if found[day] != worked(day)] == []


def test_a_word_file_reads_the_same():
    document = docx.Document()
    for line in notice(2026).split("\n"):
        document.add_paragraph(line)
    document.save(out := io.BytesIO())
    assert read_arrangement(out.getvalue(), "通知.docx").named == read_arrangement(notice(2026).encode(), "a.txt").named


def test_a_text_pasted_on_one_line_reads_the_same():
    assert read_arrangement(notice(2026).replace("\n", "").encode(), "a.txt").named == (
        read_arrangement(notice(2026).encode(), "a.txt").named
    )


def test_half_width_signs_and_the_long_word_for_weekday_read_the_same():
    text = (
        notice(2026)
        .replace("（周", "(星期")
        .replace("）", ")")
        .replace("：", ":")
        .replace("〔", "[")
        .replace("〕", "]")
    )
    reading = read_arrangement(text.encode(), "a.txt")
    assert (reading.named, reading.document_number) == (
        read_arrangement(notice(2026).encode(), "a.txt").named,
        "国办发明电〔2025〕7号",
    )


def test_a_make_up_day_carries_its_holiday():
    assert read_arrangement(notice(2026).encode(), "a.txt").named[date(2026, 1, 4)] == (True, "元旦")


def test_the_new_year_may_begin_on_the_last_saturday_of_the_old_one():
    text = notice(2023).replace(
        "1月1日（周日）至2日（周一）放假调休，共2天", "2022年12月31日至2023年1月2日放假调休，共3天"
    )
    assert "2022年12月31日至" in text
    named = read_arrangement(text.encode(), "a.txt").named
    assert (date(2022, 12, 31) in named, named[date(2023, 1, 2)][0]) == (False, False)


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("1月1日（周四）", "1月1日（周五）", "weekday"),
        ("共3天。1月4日", "共4天。1月4日", "count"),
        ("1月4日（周日）上班", "1月5日（周一）上班", "make-up-on-a-weekday"),
        ("1月4日（周日）上班", "1月32日（周日）上班", "no-such-day"),
        ("1月4日（周日）上班", "2027年1月3日（周日）上班", "outside-the-year"),
        ("1月4日（周日）上班", "1月3日（周六）上班", "named-twice"),
        ("1月4日（周日）上班", "1月4日（周日）另行通知", "not-understood"),
        ("4月4日（周六）至6日（周一）", "4月6日（周一）至4日（周六）", "backwards"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_line(right, wrong, code):
    assert right in notice(2026)
    found = codes(notice(2026).replace(right, wrong))
    line = 5 if "4月6日" not in wrong else 7
    assert (line, code) in found


def test_everything_that_is_wrong_is_said_together():
    text = (
        notice(2026)
        .replace("1月1日（周四）", "1月1日（周五）")
        .replace("共9天", "共8天")
        .replace("5月9日（周六）", "5月8日（周五）")
    )
    assert [code for _line, code in codes(text)] == ["weekday", "count", "make-up-on-a-weekday"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("一、元旦：1月1日放假。", "no-year"),
        ("关于2026年部分节假日安排的通知\n国办发明电〔2025〕7号\n没有别的。", "no-days"),
        (notice(2026).split("七、")[0], "incomplete"),
        (notice(2026).replace("国办发明电〔2025〕7号", ""), "no-number"),
    ],
)
def test_what_says_too_little_is_refused(text, code):
    assert (0, code) in codes(text)


def test_a_number_beside_the_text_will_do():
    text = notice(2026).replace("国办发明电〔2025〕7号", "").encode()
    assert (
        read_arrangement(text, "a.txt", document_number="国办发明电〔2025〕7号").document_number
        == "国办发明电〔2025〕7号"
    )


def table(*more: str) -> str:
    always = [f"2027-{day},rest,法定" for day in ("01-01", "05-01", "10-01", "10-02", "10-03")]
    return "\n".join(["day,kind,name", *always, *more])


def test_a_table_of_days_is_read():
    reading = read_arrangement(table("2027-01-09,上班,元旦").encode(), "2027.csv", document_number="表1")
    assert (reading.year, reading.origin, len(reading.named)) == (2027, "table", 6)
    assert reading.named[date(2027, 1, 9)] == (True, "元旦")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2027-02-30,rest,", "no-such-day"),
        ("2027-02-03,maybe,", "kind"),
        ("2027-02-03,working,", "make-up-on-a-weekday"),
        ("2028-02-01,rest,", "outside-the-year"),
        ("2027-01-01,rest,", "named-twice"),
    ],
)
def test_a_wrong_row_is_refused_at_its_line(row, code):
    assert codes(table(row), "2027.csv", document_number="表1") == [(7, code)]


@pytest.mark.parametrize("name", ["a.pdf", "a.xlsx", "a"])
def test_other_files_are_not_read(name):
    with pytest.raises(UnreadableDocument):
        read_arrangement(notice(2026).encode(), name)

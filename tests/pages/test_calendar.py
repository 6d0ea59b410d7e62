"""The working calendar in pages: read by all who see items, brought in and confirmed by the office."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from tests import walking
from tests.pages.reading import queries, text_of
from tests.people import City
from tests.walking import shanghai, walk
from workflow import working_calendar
from workflow.lifecycle import State
from workflow.models import CalendarYear, Event
from workflow.services.recalculation import finish_recalculations

YEAR = working_calendar.LAST_YEAR + 1
EVE = shanghai(YEAR - 1, 12, 31)
NOTICE = f"""关于{YEAR}年部分节假日安排的通知
国办发明电〔{YEAR - 1}〕9号
一、元旦：1月1日（周五）放假，1月4日（周一）放假调休。1月9日（周六）上班。
二、劳动节：5月1日（周六）放假。
三、国庆节：10月1日（周五）至3日（周日）放假，共3天。
"""


def brought_in(browser, text: str = NOTICE):
    return browser.post("/calendar/new/", {"text": text, "document_number": ""})


def waiting() -> CalendarYear:
    return CalendarYear.objects.get(in_force_at=None)


@pytest.mark.parametrize("who", ["dispatcher", "auditor", "environment_clerk", "city_leader"])
def test_everybody_who_sees_items_reads_the_calendar(city, signed_in, who):
    browser = signed_in(getattr(city, who))
    assert "随系统提供" in text_of(browser.get("/calendar/"))
    page = text_of(browser.get("/calendar/2026/"))
    assert "工作日历" in page
    assert "春节" in page
    assert "调休上班" in page


@pytest.mark.parametrize("url", ["/calendar/", "/calendar/2026/", "/calendar/new/"])
def test_administrators_do_not(city, signed_in, url):
    assert signed_in(city.system_admin).get(url).status_code == 403


@pytest.mark.parametrize("url", ["/calendar/0/", "/calendar/1999/", "/calendar/99999/", "/calendar/arrangements/99/"])
def test_what_is_not_there_is_not_found(city, signed_in, url):
    assert signed_in(city.dispatcher).get(url).status_code == 404


@pytest.mark.parametrize("who", ["environment_clerk", "auditor", "system_admin"])
def test_only_the_office_brings_in_an_arrangement(city, signed_in, who):
    assert brought_in(signed_in(getattr(city, who))).status_code == 403
    assert not CalendarYear.objects.filter(in_force_at=None).exists()


def test_from_the_notice_to_moved_clocks(city, signed_in):
    item = walk(city, State.ASSIGNED, now=EVE)
    browser = signed_in(city.dispatcher)
    preview = brought_in(browser)
    page = text_of(browser.get(preview.url))
    assert "将移动 1 个在走的时限" in page
    assert item.number in page
    assert f"{YEAR}年1月5日" in page
    assert "已向公众公布的期限不缩短" in page
    assert browser.post(preview.url, {"reason": ""}).status_code == 422
    assert browser.post(preview.url, {"reason": "已公布。"}).url == f"/calendar/{YEAR}/"
    assert finish_recalculations() == 1
    history = text_of(browser.get(f"/items/{item.number}/"))
    assert "重新推算时限" in history
    assert "已公布。" in history
    assert "国办发明电" in history
    why = text_of(browser.get(f"/items/{item.number}/why/accept/"))
    assert f"{YEAR}年1月6日" in why
    assert "元旦" in why
    assert "变动记录" in why


def test_others_read_nothing_of_items_they_may_not_see(city, signed_in):
    walk(city, State.ASSIGNED, now=EVE)
    preview = brought_in(signed_in(city.dispatcher)).url
    assert signed_in(city.environment_clerk).get(preview).status_code == 403


def test_all_that_is_wrong_is_shown_and_nothing_is_kept(city, signed_in):
    answer = brought_in(signed_in(city.dispatcher), NOTICE.replace("周五", "周三"))
    assert answer.status_code == 422
    assert answer.content.decode().count('data-code="weekday"') == 2
    assert "有 2 处错误" in text_of(answer)
    assert not CalendarYear.objects.filter(year=YEAR).exists()


@pytest.mark.parametrize("given", [{}, {"text": "  "}])
def test_neither_file_nor_text_is_refused(city, signed_in, given):
    answer = signed_in(city.dispatcher).post("/calendar/new/", given)
    assert answer.status_code == 422
    assert "二者选一" in text_of(answer)


def test_a_reading_can_be_thrown_away(city, signed_in):
    browser = signed_in(city.dispatcher)
    brought_in(browser)
    assert browser.post(f"/calendar/arrangements/{waiting().pk}/discard/").url == "/calendar/"
    assert not CalendarYear.objects.filter(year=YEAR).exists()


def test_the_preview_costs_the_same_for_many_items(city, signed_in):
    walk(city, State.ASSIGNED, now=EVE)
    browser = signed_in(city.dispatcher)
    preview = brought_in(browser).url
    browser.get(preview)
    one = queries(lambda: browser.get(preview))
    for _ in range(3):
        walk(city, State.ASSIGNED, now=EVE)
        walk(city, State.VERIFYING, now=EVE)
    browser.get(preview)
    assert queries(lambda: browser.get(preview)) <= one + 1  # the stages of verification


# -- why this date -----------------------------------------------------------------------------------------------------


def why(browser, item, clock: str, **query: object) -> str:
    return text_of(browser.get(f"/items/{item.number}/why/{clock}/", query))


def test_days_are_told_with_what_they_are(city, signed_in):
    item = walk(city, State.ASSIGNED, now=shanghai(2026, 2, 13))  # a Friday; the 14th is worked, then nine days off
    page = why(signed_in(city.environment_clerk), item, "accept")
    assert "2026年2月13日之后 2 个工作日" in page
    assert "调休上班（春节）" in page
    assert page.count("春节") == 10
    assert "2026年2月24日" in page


def test_an_agreed_deadline_is_said_to_be_one(city, signed_in):
    item = walk(city, State.ASSIGNED)
    assert "既定的日期" in why(signed_in(city.dispatcher), item, "deadline")


def test_a_notice_counts_its_first_day(city, signed_in):
    item = walk(city, State.PUBLICIZING, now=shanghai(2026, 3, 2))
    assert "自2026年3月2日起 5 个工作日，起始日计入" in why(signed_in(city.dispatcher), item, "publicity")


def test_a_suspension_is_named(city, signed_in):
    item = walking.suspend(city, walk(city, State.ASSIGNED, now=shanghai(2026, 3, 2)), now=shanghai(2026, 3, 3))
    item = walking.resume(city, item, now=shanghai(2026, 3, 10))
    page = why(signed_in(city.dispatcher), item, "accept")
    assert "2026年3月3日起中止，2026年3月10日起按剩余天数继续计算" in page
    assert "等待上级批复" in page


def test_an_unpublished_year_is_marked(city, signed_in):
    item = walk(city, State.ASSIGNED, now=EVE)
    assert "暂定" in why(signed_in(city.dispatcher), item, "accept")


@pytest.mark.parametrize("clock", ["verification", "nonsense"])
def test_a_clock_that_does_not_run_is_not_explained(city, signed_in, clock):
    item = walk(city, State.ASSIGNED)
    assert signed_in(city.dispatcher).get(f"/items/{item.number}/why/{clock}/").status_code == 404


@pytest.mark.parametrize("milestone", ["x", "٣", "9" * 30])
def test_no_milestone_but_a_number(city, signed_in, milestone):
    item = walk(city, State.ASSIGNED)
    answer = signed_in(city.dispatcher).get(f"/items/{item.number}/why/deadline/", {"milestone": milestone})
    assert answer.status_code == 404


def test_nobody_asks_about_an_item_that_is_hidden_from_him(city, signed_in):
    item = walk(city, State.ASSIGNED)
    assert signed_in(city.tongbai_clerk).get(f"/items/{item.number}/why/accept/").status_code == 404


@pytest.mark.parametrize("state", [State.ASSIGNED, State.VERIFYING, State.PUBLICIZING, State.APPROVING, State.CLOSED])
def test_every_running_clock_leads_to_its_reasons(city: City, signed_in, state):
    item = walk(city, state)
    browser = signed_in(city.dispatcher)
    page = browser.get(f"/items/{item.number}/").content.decode()
    for timer in item.timers.filter(ended_at=None):
        assert f"/items/{item.number}/why/{timer.clock}/" in page
        assert browser.get(f"/items/{item.number}/why/{timer.clock}/").status_code == 200


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def notice(tmp_path):
    path = tmp_path / "通知.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return path


def test_the_command_shows_what_it_moves_and_waits(city, notice, capsys):
    walk(city, State.ASSIGNED, now=EVE)
    call_command("import_calendar", notice, by="dispatcher")
    assert "1" in capsys.readouterr().out
    assert waiting().year == YEAR


def test_the_command_with_a_reason_moves_the_clocks(city, notice):
    item = walk(city, State.ASSIGNED, now=EVE)
    call_command("import_calendar", notice, by="dispatcher", reason="已公布。")
    item.refresh_from_db()
    assert item.accept_by == date(YEAR, 1, 6)
    assert item.events.get(action=Event.RECALCULATE).actor == city.dispatcher


@pytest.mark.parametrize("by", ["nobody", "system_admin", "environment_clerk"])
def test_the_command_asks_who_answers_for_it(city, notice, by):
    with pytest.raises(CommandError):
        call_command("import_calendar", notice, by=by, reason="已公布。")
    assert not CalendarYear.objects.filter(year=YEAR).exists()


def test_the_command_names_lines_and_codes(city, notice):
    notice.write_text(NOTICE.replace("（周六）上班", "（周日）上班"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"3 \[weekday\]"):
        call_command("import_calendar", notice, by="dispatcher")

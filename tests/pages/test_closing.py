"""On the page of an item: publishing, objections, papers, merging and filing."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from notifications.models import Message
from tests.pages.reading import tags_of, text_of
from tests.people import City
from tests.walking import day_of, register, void, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem


def act(browser: Client, item: WorkItem, action: str, **given: object) -> HttpResponse:
    item.refresh_from_db()
    return browser.post(f"/items/{item.number}/actions/{action}/", {"version": item.version, **given}, follow=True)


@pytest.fixture
def office(city: City, signed_in) -> Client:
    return signed_in(city.dispatcher)


def test_the_office_records_where_a_notice_was_put_up(city, office):
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    page = act(office, item, "publish", starts_on=day_of(None).isoformat(), place="南阳日报第 3 版")
    text = text_of(page)
    assert "公示载体：南阳日报第 3 版" in text
    assert "已重新公示" in text


def test_a_wrong_period_is_said_at_its_field_and_nothing_is_lost(city, office):
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    wrong = (day_of(None) + timedelta(days=60)).isoformat()
    page = act(office, item, "publish", starts_on=day_of(None).isoformat(), ends_on=wrong, place="南阳日报")
    assert page.status_code == 422
    fields = {
        attrs.get("name"): attrs for tag, attrs in tags_of(page, "input") if attrs.get("id", "").startswith("publish")
    }
    assert (fields["place"]["value"], fields["ends_on"]["value"]) == ("南阳日报", wrong)
    assert "is-invalid" in fields["ends_on"]["class"]
    assert "个工作日应到" in text_of(page)


def test_the_office_records_who_objects_apart_from_what(city, office, signed_in):
    item = walk(city, State.PUBLICIZING)
    page = act(office, item, "object", text="仍有垃圾", name="张三丰", contact="0377-63112345", channel="phone")
    assert "张三丰 0377-63112345" in text_of(page)
    seen = text_of(signed_in(city.environment_clerk).get(f"/items/{item.number}/"))
    assert "仍有垃圾" in seen
    assert "来电" in seen
    assert "张三丰" not in seen


def test_an_objection_left_from_before_is_decided_while_it_is_rectified(city, office):
    item = walk(city, State.PUBLICIZING)
    for text in ("仍有垃圾", "还有臭味"):
        act(office, item, "object", text=text)
    act(office, item, "resolve-objection", objection=item.objections.first().pk, upheld="yes", opinion="属实")
    page = office.get(f"/items/{item.number}/")
    assert "异议成立：继续整改" in text_of(page)
    act(office, item, "resolve-objection", objection=item.objections.last().pk, upheld="no", opinion="已消除")
    item.refresh_from_db()
    assert (item.state, item.objections.filter(upheld=None).count()) == (State.RECTIFYING, 0)


def test_the_close_out_gets_its_number_and_day(city, signed_in):
    item = walk(city, State.APPROVING)
    page = act(signed_in(city.supervisor), item, "approve", outcome="rectified", opinion="同意")
    assert f"销号〔{day_of(None).year}〕1号" in text_of(page)
    assert "签发" in text_of(page)


def test_a_day_in_the_future_is_said_at_its_field(city, signed_in):
    item = walk(city, State.APPROVING)
    tomorrow = (day_of(None) + timedelta(days=1)).isoformat()
    page = act(signed_in(city.supervisor), item, "approve", outcome="rectified", opinion="同意", signed_on=tomorrow)
    assert page.status_code == 422
    assert "销号签发日期不得早于最后一次验收" in text_of(page)


def test_what_is_to_be_filed_is_said_and_then_with_whom_it_was_filed(city, office):
    item = walk(city, State.CLOSED, procedure="central-inspection")
    assert "待备案" in text_of(office.get(f"/items/{item.number}/"))
    page = act(office, item, "file", document_number="豫督备〔2026〕3号", filed_with="省督察整改办")
    assert "已备案：省督察整改办 豫督备〔2026〕3号" in text_of(page)
    assert "待备案" not in text_of(page)


def test_merging_is_shown_both_ways(city, office):
    other = register(city)
    item = register(city)
    page = act(office, item, "void", reason="重复", outcome="merged", merged_into=other.number)
    links = {attrs["href"] for _tag, attrs in tags_of(page, "a")}
    assert f"/items/{other.number}/" in links
    back = office.get(f"/items/{other.number}/")
    assert "并入本事项的" in text_of(back)
    assert f"/items/{item.number}/" in {attrs["href"] for _tag, attrs in tags_of(back, "a")}


def test_what_is_hidden_is_named_by_its_number_only(city, signed_in):
    other = register(city, title="只有环委办可见的标题")
    item = walk(city, State.ASSIGNED)
    void(city, item, outcome="merged", merged_into=other.number)
    page = signed_in(city.environment_clerk).get(f"/items/{item.number}/")
    assert other.number in text_of(page)
    assert "只有环委办可见的标题" not in text_of(page)
    assert f"/items/{other.number}/" not in {attrs["href"] for _tag, attrs in tags_of(page, "a")}


def test_a_wrong_number_to_merge_into_is_said_at_its_field(city, office):
    page = act(office, register(city), "void", reason="重复", outcome="merged", merged_into="WT1999-0001")
    assert page.status_code == 422
    assert "本办公室没有这一编号的事项" in text_of(page)


def test_void_without_a_kind_is_still_possible(city, office):
    item = register(city)
    act(office, item, "void", reason="重复登记", outcome="", merged_into="")
    item.refresh_from_db()
    assert (item.state, item.outcome) == (State.VOID, "")


def test_a_notice_told_by_mail_says_the_number(city, signed_in):
    services.approve(
        walk(city, State.APPROVING), by=city.supervisor, opinion="同意。", document_number="宛销〔2026〕1号"
    )
    assert "文号：宛销〔2026〕1号" in Message.objects.get(kind="approve", recipient=city.dispatcher).body

"""A dispatcher corrects on the item's page what was entered wrongly."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests import walking
from tests.pages.reading import filled, part, queries, text_of
from tests.people import City
from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Event, WorkItem
from workflow.services.revising import revise

Browser = Callable[[User], Client]


def send(browser: Client, item: WorkItem, **given: str) -> HttpResponse:
    """The form as it stands on the page, with what was typed over it."""
    form = {name: values[-1] for name, values in filled(browser.get(f"/items/{item.number}/"), "external_ref").items()}
    form.pop("csrfmiddlewaretoken", None)
    return browser.post(f"/items/{item.number}/correct/", form | given, follow=True)


def revisions(item: WorkItem) -> int:
    return item.events.filter(action=Event.REVISE).count()


def test_what_was_typed_stands_there_and_the_history_says_what_stood_before(city: City, signed_in: Browser) -> None:
    item = walk(city, State.RECTIFYING, procedure="campaign")
    region = str(city.tongbai.region.pk)
    page = send(signed_in(city.dispatcher), item, title="白河垃圾", region=region, note="录入有误。")
    text = text_of(page)
    assert "登记内容已更正。" in text
    assert f"标题：{item.title} → 白河垃圾" in text
    assert "行政区域：— → 桐柏县" in text
    assert "录入有误。" in text
    item.refresh_from_db()
    assert (item.title, item.region.name, item.version) == ("白河垃圾", "桐柏县", 4)


def test_before_it_is_assigned_the_kind_of_deadline_too(city: City, signed_in: Browser) -> None:
    item = walk(city, State.DRAFT)
    assert "时限类型：限期整改 → 分阶段整改" in text_of(send(signed_in(city.dispatcher), item, deadline_kind="staged"))


def test_a_form_that_is_sent_as_it_stands_changes_nothing(city: City, signed_in: Browser) -> None:
    item = walking.register(city, procedure="campaign", description="一处。\n两处。", region=city.tongbai.region)
    browser = signed_in(city.dispatcher)
    page = send(browser, item, description="一处。\r\n两处。")
    assert "未作更正" in text_of(page)
    assert revisions(item) == 0


def test_neither_who_may_not_nor_what_is_judged_has_a_form(city: City, signed_in: Browser) -> None:
    open_, judged = walk(city, State.RECTIFYING), walk(city, State.VERIFYING)
    for name, item in [("environment_clerk", open_), ("supervisor", open_), ("auditor", open_), ("dispatcher", judged)]:
        page = signed_in(getattr(city, name)).get(f"/items/{item.number}/")
        assert 'id="revision_title"' not in page.content.decode(), name
    assert 'id="revision_title"' in signed_in(city.dispatcher).get(f"/items/{open_.number}/").content.decode()


def test_in_work_the_kind_of_deadline_is_no_field(city: City, signed_in: Browser) -> None:
    item = walk(city, State.RECTIFYING)
    page = signed_in(city.dispatcher).get(f"/items/{item.number}/").content.decode()
    assert 'id="revision_deadline_kind"' not in page
    send(signed_in(city.dispatcher), item, deadline_kind="long_term")
    assert WorkItem.objects.get().deadline_kind == "fixed"


@pytest.mark.parametrize(
    ("name", "state", "status"),
    [
        ("environment_clerk", State.RECTIFYING, 403),
        ("supervisor", State.RECTIFYING, 403),
        ("dispatcher", State.VERIFYING, 409),
        ("xixia_clerk", State.RECTIFYING, 404),
    ],
)
def test_sent_all_the_same_it_is_refused_with_a_sentence(
    city: City, signed_in: Browser, name: str, state: State, status: int
) -> None:
    item = walk(city, state)
    given = {"title": "白河垃圾", "description": "x", "version": item.version}
    answer = signed_in(getattr(city, name)).post(f"/items/{item.number}/correct/", given)
    assert answer.status_code == status
    assert revisions(item) == 0


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(city: City, signed_in: Browser) -> None:
    page = send(signed_in(city.dispatcher), walk(city, State.DRAFT), title="", external_ref="甲7号")
    assert page.status_code == 422
    assert "此项必填" in text_of(part(page, 'id="revision_title"', "</div></div>"))
    assert 'value="甲7号"' in page.content.decode()


def test_who_was_overtaken_reads_it_and_can_send_again(city: City, signed_in: Browser) -> None:
    item, browser = walk(city, State.DRAFT), signed_in(city.dispatcher)
    revise(item, by=city.second_dispatcher, title="唐河垃圾")
    page = send(browser, item, title="白河垃圾", version="1")
    assert page.status_code == 409
    assert 'value="白河垃圾"' in page.content.decode()
    form = {name: values[-1] for name, values in filled(page, "external_ref").items()}
    assert form["version"] == "2"
    form.pop("csrfmiddlewaretoken", None)
    browser.post(f"/items/{item.number}/correct/", form)
    item.refresh_from_db()
    assert item.title == "白河垃圾"


def test_a_reloaded_page_leads_back(city: City, signed_in: Browser) -> None:
    item = walk(city, State.DRAFT)
    answer = signed_in(city.dispatcher).get(f"/items/{item.number}/correct/")
    assert (answer.status_code, answer["Location"]) == (302, f"/items/{item.number}/")


def test_a_region_that_was_dissolved_can_stay(city: City, signed_in: Browser) -> None:
    item = walking.register(city, procedure="campaign", region=city.tongbai.region)
    region = item.region
    region.valid_to = region.valid_from = walking.day_of(None) - walking.TERM
    region.save()
    send(signed_in(city.dispatcher), item, title="白河垃圾")
    assert item.events.latest("pk").data["changed"].keys() == {"title"}


def test_the_form_costs_a_constant_number_of_queries(city: City, signed_in: Browser) -> None:
    few, many = walk(city, State.DRAFT), walk(city, State.DRAFT)
    for number in range(4):
        many = revise(many, by=city.dispatcher, title=f"第{number}次")
    browser = signed_in(city.dispatcher)
    one = queries(lambda: browser.get(f"/items/{few.number}/"))
    assert queries(lambda: browser.get(f"/items/{many.number}/")) == one

"""The list of items: filters, pages, the part for htmx."""

import pytest
from django.utils import timezone

from tests import walking
from tests.pages.reading import queries, text_of
from tests.walking import register, walk
from workflow.lifecycle import State
from workflow.models import Source
from workflow.views import paging


def test_a_person_finds_only_what_his_department_has_a_part_in(city, signed_in):
    ours, theirs = walk(city, State.ASSIGNED), walk(city, State.ASSIGNED, lead=city.water)
    page = text_of(signed_in(city.environment_clerk).get("/items/"))
    assert ours.number in page
    assert theirs.number not in page


def test_a_draft_is_not_shown_to_the_departments(city, signed_in):
    draft = walk(city, State.DRAFT)
    assert draft.number not in text_of(signed_in(city.environment_clerk).get("/items/"))


def test_filters_narrow_the_list(city, signed_in):
    draft, assigned = walk(city, State.DRAFT), walk(city, State.ASSIGNED, procedure="own-finding")
    browser = signed_in(city.dispatcher)
    wanted = {
        "state=draft": draft,
        f"department={city.environment.pk}": assigned,
        f"source={Source.objects.get(kind='own').pk}": assigned,
        f"q={draft.number[-4:]}&state=draft": draft,
    }
    for query, expected in wanted.items():
        numbers = {item.number for item in browser.get(f"/items/?{query}").context["page"]}
        assert numbers == {expected.number}, query


def test_overdue_items_can_be_singled_out(city, signed_in):
    late = walk(city, State.RECTIFYING, now=timezone.now() - 3 * walking.A_MONTH)
    walk(city, State.RECTIFYING, now=timezone.now())
    page = signed_in(city.dispatcher).get("/items/?overdue=true")
    assert [item.number for item in page.context["page"]] == [late.number]
    assert "超期" in text_of(page)


@pytest.mark.parametrize("query", ["state=nonsense", "source=999999", "overdue=perhaps", "q=%00", "ordering=evil"])
def test_a_filter_that_makes_no_sense_shows_nothing_rather_than_everything(city, signed_in, query):
    walk(city, State.DRAFT)
    page = signed_in(city.dispatcher).get(f"/items/?{query}")
    assert page.status_code == 200
    assert page.context["page"].rows == []


def test_the_source_of_a_hidden_item_is_not_offered(city, signed_in):
    walk(city, State.ASSIGNED, lead=city.water)
    assert "petition 批次" not in text_of(signed_in(city.environment_clerk).get("/items/"))


def test_an_empty_list_says_what_to_do(city, signed_in):
    assert "没有符合条件的事项" in text_of(signed_in(city.dispatcher).get("/items/?q=找不到"))


def test_pages_hold_twenty_five_and_lead_on(city, signed_in):
    numbers = [register(city).number for _each in range(27)]
    browser = signed_in(city.dispatcher)
    first, second = browser.get("/items/"), browser.get("/items/?page=2")
    assert "共 27 项" in text_of(first)
    shown = [item.number for page in (first, second) for item in page.context["page"]]
    assert sorted(shown) == sorted(numbers)
    assert 'href="?state=draft&amp;page=2"' in browser.get("/items/?state=draft").content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30])
def test_a_page_that_does_not_exist_is_no_error(city, signed_in, page):
    register(city)
    assert signed_in(city.dispatcher).get(f"/items/?page={page}").status_code == 200


def test_counting_stops_at_the_cap(city, signed_in, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", 3)
    for _each in range(5):
        register(city)
    assert "共 3+ 项" in text_of(signed_in(city.dispatcher).get("/items/"))


def test_htmx_gets_the_table_and_the_clean_address(city, signed_in):
    walk(city, State.DRAFT)
    answer = signed_in(city.dispatcher).get("/items/?q=&state=draft&kind=", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert answer.headers["HX-Push-Url"] == "/items/?state=draft"


def test_when_htmx_restores_its_history_it_gets_the_whole_page(city, signed_in):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert b"<html" in signed_in(city.dispatcher).get("/items/", headers=headers).content


def test_the_list_costs_the_same_however_many_items(city, signed_in):
    browser = signed_in(city.environment_clerk)
    walk(city, State.ASSIGNED)
    few = queries(lambda: browser.get("/items/"))
    for state in (State.RECTIFYING, State.VERIFYING, State.PUBLICIZING, State.CLOSED, State.ASSIGNED):
        walk(city, state)
    assert queries(lambda: browser.get("/items/")) == few <= 14

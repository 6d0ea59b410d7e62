"""Several departments on one item: passing on, acknowledging, parts."""

from tests.pages.reading import part, queries, text_of
from tests.walking import walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem


def act(browser, item: WorkItem, action: str, **given: object):
    return browser.post(f"/items/{item.number}/actions/{action}/", {"version": item.version, **given}, follow=True)


# -- passing on --------------------------------------------------------------------------------------------------------


def test_who_passes_an_item_on_loses_sight_of_it_and_is_told_so_kindly(city, signed_in):
    item = walk(city, State.RECTIFYING)
    page = act(signed_in(city.environment_clerk), item, "transfer", department=city.water.pk, reason="属水利职责。")
    assert (page.status_code, page.redirect_chain[-1][0]) == (200, "/")
    assert "已办理“转办”" in text_of(page)
    assert item.number in text_of(signed_in(city.water_clerk).get("/"))


def test_the_lead_itself_is_not_offered(city, signed_in):
    item = walk(city, State.RECTIFYING)
    page = signed_in(city.environment_clerk).get(f"/items/{item.number}/")
    offered = part(page, 'id="transfer_department"', "</select>")
    assert city.water.name in offered
    assert city.environment.name not in offered


def test_passing_on_without_a_reason_comes_back_as_it_was_typed(city, signed_in):
    item = walk(city, State.RECTIFYING)
    page = act(signed_in(city.environment_clerk), item, "transfer", department=city.water.pk)
    assert page.status_code == 422
    assert f'value="{city.water.pk}" selected' in page.content.decode()


def test_a_declined_draft_says_how_often_and_why(city, signed_in):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局职责。")
    page = text_of(signed_in(city.dispatcher).get(f"/items/{item.number}/"))
    assert "退单 1 次" in page
    assert "最近一次退单（市生态环境局）：不属本局职责。" in page


# -- acknowledging -----------------------------------------------------------------------------------------------------


def test_what_is_to_be_acknowledged_lies_in_the_inbox_until_then(city, signed_in):
    item = walk(city, State.RECTIFYING, departments=[("cooperate", city.tongbai)])
    browser = signed_in(city.tongbai_clerk)
    assert "待知悉（配合事项） 1 项" in text_of(browser.get("/"))
    assert act(browser, item, "acknowledge").status_code == 200
    page = text_of(browser.get("/"))
    assert item.number not in page


def test_the_menu_counts_it_too(city, signed_in):
    walk(city, State.RECTIFYING, departments=[("cooperate", city.tongbai)])
    assert signed_in(city.tongbai_clerk).get("/").context["inbox_count"] == 1


def test_what_is_not_in_work_asks_for_no_acknowledgement(city, signed_in):
    for state in (State.DRAFT, State.VERIFYING, State.CLOSED):
        walk(city, state, departments=[("cooperate", city.tongbai)])
    assert "待知悉" not in text_of(signed_in(city.tongbai_clerk).get("/"))


def test_the_page_says_who_knows(city, signed_in):
    item = walk(city, State.RECTIFYING, departments=[("joint", city.water), ("joint", city.tongbai)])
    services.acknowledge(item, by=city.tongbai_clerk)
    page = text_of(part(signed_in(city.dispatcher).get(f"/items/{item.number}/"), 'id="parties-heading"'))
    assert page.count("尚未知悉") == 1
    assert page.count("已知悉") == 1


def test_the_inbox_costs_the_same_however_much_is_to_be_acknowledged(city, signed_in):
    walk(city, State.RECTIFYING, departments=[("cooperate", city.tongbai)])
    browser = signed_in(city.tongbai_clerk)
    few = queries(lambda: browser.get("/"))
    for _ in range(4):
        walk(city, State.ASSIGNED, departments=[("implement", city.tongbai)])
    assert queries(lambda: browser.get("/")) == few

"""Several departments on one item: passing on, acknowledging, parts."""

from datetime import timedelta

from django.utils import timezone

from tests.pages.reading import part, queries, text_of, value_of
from tests.walking import A_MONTH, accept, void, walk
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


# -- parts -------------------------------------------------------------------------------------------------------------


def test_each_department_may_get_a_deadline_of_its_own(city, signed_in):
    item = walk(city, State.RECTIFYING)
    early = timezone.localdate() + timedelta(days=3)
    given = {"departments": [city.tongbai.pk, city.xixia.pk], f"due_on_{city.tongbai.pk}": early.isoformat()}
    act(signed_in(city.dispatcher), item, "decompose", **given)
    assert dict(item.children.values_list("lead__name", "due_on")) == {"桐柏县": early, "西峡县": item.due_on}


def test_all_jurisdictions_with_a_deadline_for_one_of_them(city, signed_in):
    item = walk(city, State.RECTIFYING)
    early = timezone.localdate() + timedelta(days=3)
    act(signed_in(city.dispatcher), item, "decompose", all_jurisdictions="on", **{f"due_on_{city.xixia.pk}": early})
    assert item.children.count() == 17
    assert list(item.children.filter(due_on=early).values_list("lead__name", flat=True)) == ["西峡县"]


def test_a_wrong_deadline_is_marked_where_it_was_typed(city, signed_in):
    item = walk(city, State.RECTIFYING)
    name, late = f"due_on_{city.xixia.pk}", (item.due_on + timedelta(days=1)).isoformat()
    page = act(signed_in(city.dispatcher), item, "decompose", departments=[city.xixia.pk], **{name: late})
    assert (page.status_code, value_of(page, f"decompose_{name}")) == (422, late)
    assert "不得晚于" in text_of(part(page, f'id="decompose_{name}_error"', "</div></div>"))
    assert not item.children.exists()


def test_a_deadline_without_its_department_is_asked_about(city, signed_in):
    item = walk(city, State.RECTIFYING)
    given = {"departments": [city.tongbai.pk], f"due_on_{city.xixia.pk}": item.due_on.isoformat()}
    page = act(signed_in(city.dispatcher), item, "decompose", **given)
    assert (page.status_code, item.children.exists()) == (422, False)
    assert "请同时勾选该单位" in text_of(page)


def test_who_had_a_part_already_is_named_in_the_message(city, signed_in):
    item = walk(city, State.RECTIFYING)
    browser = signed_in(city.dispatcher)
    act(browser, item, "decompose", departments=[city.tongbai.pk])
    item.refresh_from_db()
    page = text_of(act(browser, item, "decompose", departments=[city.tongbai.pk, city.xixia.pk]))
    assert page.count("未重复分解：桐柏县") == 2  # the message and the history
    assert "桐柏县（已有分解事项）" in page


def test_the_page_of_the_whole_sums_its_parts_up(city, signed_in):
    whole = walk(city, State.RECTIFYING, now=timezone.now() - 3 * A_MONTH)
    given = [services.decomposition.Part(unit) for unit in (city.tongbai, city.xixia, city.water)]
    services.decompose(whole, by=city.dispatcher, parts=given, now=timezone.now() - A_MONTH)
    first, second, third = whole.children.order_by("number")
    services.report(accept(city, first), by=city.tongbai_clerk, text="过半。", percent=50)
    void(city, third)
    page = text_of(part(signed_in(city.dispatcher).get(f"/items/{whole.number}/"), 'id="parts"'))
    assert "共 2 个分解事项：整改中 1、待签收 1； 超期 2 ；进度 25%" in page
    assert second.number in page


def test_the_list_says_what_is_a_part_of_what(city, signed_in):
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    assert f"上级事项 {whole.number}" in text_of(signed_in(city.dispatcher).get("/items/"))


def test_a_whole_with_parts_says_that_its_figure_comes_from_them(city, signed_in):
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    assert "按各分解事项的平均值计算" in text_of(signed_in(city.environment_clerk).get(f"/items/{whole.number}/"))


def test_a_page_costs_the_same_however_many_parts(city, signed_in):
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    browser = signed_in(city.dispatcher)
    few = queries(lambda: browser.get(f"/items/{whole.number}/"))
    services.decompose(whole, by=city.dispatcher, group="all_jurisdictions")
    assert queries(lambda: browser.get(f"/items/{whole.number}/")) == few

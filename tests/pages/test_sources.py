"""Sources and registering: opening a source, entering an issue, progress by section."""

import pytest
from django.utils import timezone

from accounts.models import Department, Region
from tests import walking
from tests.pages.reading import queries, text_of
from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Procedure, Section, Source, WorkItem


def foreign_source() -> Source:
    """Kept by the committee office of another city."""
    region = Region.objects.create(name="邻市", kind="city")
    office = Department.objects.create(name="邻市环委办", kind="office", region=region)
    procedure = Procedure.objects.get(code="petition")
    facts = {"kind": "petition", "title": "邻市批次", "created_at": timezone.now()}
    return Source.objects.create(procedure=procedure, office=office, **facts)


def test_an_office_starts_from_nothing(city, signed_in):
    browser = signed_in(city.dispatcher)
    given = {"kind": "petition", "title": "第一批信访件", "document_number": "豫督〔2026〕1号"}
    answer = browser.post("/sources/new/", given)
    source = Source.objects.get(title="第一批信访件")
    assert answer.headers["Location"] == f"/sources/{source.pk}/"
    assert source.procedure.code == "petition"
    given = {"source": source.pk, "title": "河道垃圾", "description": "有垃圾。", "deadline_kind": "immediate"}
    answer = browser.post("/items/new/", given)
    item = WorkItem.objects.get(title="河道垃圾")
    assert answer.headers["Location"] == f"/items/{item.number}/"
    assert (item.state, item.deadline_kind) == (State.DRAFT, "immediate")


def test_another_procedure_than_the_usual_one_can_be_chosen(city, signed_in):
    procedure = Procedure.objects.get(code="campaign")
    signed_in(city.dispatcher).post("/sources/new/", {"kind": "own", "title": "夜查", "procedure": procedure.pk})
    assert Source.objects.get(title="夜查").procedure == procedure


@pytest.mark.parametrize("url", ["/items/new/", "/sources/new/"])
@pytest.mark.parametrize("who", ["environment_clerk", "verifier", "supervisor", "auditor", "system_admin"])
def test_only_a_dispatcher_registers(city, signed_in, url, who):
    browser = signed_in(getattr(city, who))
    page = browser.get(url)
    assert page.status_code == 403
    assert "没有权限" in text_of(page)
    assert browser.post(url, {"title": "x"}).status_code == 403


def test_the_same_document_number_twice_is_refused_at_its_field(city, signed_in):
    browser = signed_in(city.dispatcher)
    given = {"kind": "own", "title": "夜查", "document_number": "1号"}
    browser.post("/sources/new/", given)
    page = browser.post("/sources/new/", given)
    assert page.status_code == 422
    assert "已有使用该文号的来源" in text_of(page)
    assert Source.objects.filter(document_number="1号").count() == 1


def test_a_plan_is_not_opened_by_hand(city, signed_in):
    page = signed_in(city.dispatcher).post("/sources/new/", {"kind": "plan", "title": "某方案"})
    assert page.status_code == 422
    assert not Source.objects.filter(title="某方案").exists()


def test_an_issue_without_a_description_comes_back(city, signed_in):
    source = walking.source(city)
    given = {"source": source.pk, "title": "河道垃圾", "deadline_kind": "fixed"}
    page = signed_in(city.dispatcher).post("/items/new/", given)
    assert page.status_code == 422
    assert 'value="河道垃圾"' in page.content.decode()
    assert "此项必填。" in text_of(page)


def test_neither_plans_nor_foreign_sources_are_offered(city, signed_in):
    plan, foreign, own = walking.source(city, "plan-task"), foreign_source(), walking.source(city)
    offered = signed_in(city.dispatcher).get("/items/new/").context["form"].fields["source"].queryset
    assert own in offered
    assert plan not in offered
    assert foreign not in offered


def test_a_source_can_be_chosen_beforehand(city, signed_in):
    source = walking.source(city)
    page = signed_in(city.dispatcher).get(f"/items/new/?source={source.pk}")
    assert f'value="{source.pk}" selected' in page.content.decode()


def test_progress_is_told_by_section(city, signed_in):
    section = Section.objects.create(source=walking.source(city), position=1, title="黑臭水体消除行动")
    closed, running = walk(city, State.APPROVING), walk(city, State.RECTIFYING)
    walk(city, State.VOID)
    WorkItem.objects.filter(pk__in=[closed.pk, running.pk]).update(section=section)
    walking.approve(city, closed)
    browser = signed_in(city.dispatcher)
    page = text_of(browser.get(f"/sources/{closed.source_id}/"))
    assert "黑臭水体消除行动 已销号 1 / 2" in page
    assert "已销号 1 / 2" in text_of(browser.get("/sources/"))


def test_late_items_are_counted_in_words(city, signed_in):
    late = walk(city, State.RECTIFYING, now=timezone.now() - 3 * walking.A_MONTH)
    assert "超期 1" in text_of(signed_in(city.dispatcher).get(f"/sources/{late.source_id}/"))


def test_parts_do_not_swell_the_offices_figures(city, signed_in):
    whole = walk(city, State.RECTIFYING, now=timezone.now())
    walking.services.decompose(whole, by=city.dispatcher, group="all_jurisdictions")
    assert "已销号 0 / 1" in text_of(signed_in(city.dispatcher).get(f"/sources/{whole.source_id}/"))


def test_a_source_without_a_visible_item_does_not_exist(city, signed_in):
    item = walk(city, State.ASSIGNED, lead=city.water)
    browser = signed_in(city.environment_clerk)
    assert browser.get(f"/sources/{item.source_id}/").status_code == 404
    assert "petition 批次" not in text_of(browser.get("/sources/"))


def test_a_department_sees_of_a_source_its_own_items_only(city, signed_in):
    ours, theirs = walk(city, State.ASSIGNED), walk(city, State.ASSIGNED, lead=city.water)
    page = text_of(signed_in(city.environment_clerk).get(f"/sources/{ours.source_id}/"))
    assert ours.number in page
    assert theirs.number not in page


def test_the_office_of_another_city_is_a_closed_door(city, signed_in):
    assert signed_in(city.dispatcher).get(f"/sources/{foreign_source().pk}/").status_code == 404


@pytest.mark.parametrize("url", ["/sources/", "/sources/{}/"])
def test_sources_cost_the_same_however_many_items(city, signed_in, url):
    first = walk(city, State.RECTIFYING)
    browser, url = signed_in(city.dispatcher), url.format(first.source_id)
    few = queries(lambda: browser.get(url))
    for state in (State.DRAFT, State.ASSIGNED, State.CLOSED):
        walk(city, state)
        walk(city, state, procedure="own-finding")
    assert queries(lambda: browser.get(url)) == few <= 15

"""The pages about time: extensions, suspensions, look-backs, reports by period."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.pages.reading import queries, text_of
from tests.walking import add_evidence, day_of, resume, shanghai, suspend, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import Procedure, WorkItem

START = shanghai(2025, 3, 3)


def page_of(client: Client, item: WorkItem) -> str:
    return text_of(client.get(f"/items/{item.number}/"))


def post(client: Client, item: WorkItem, action: str, **data: Any) -> HttpResponse:
    present = WorkItem.objects.values_list("version", flat=True).get(pk=item.pk)
    return client.post(f"/items/{item.number}/actions/{action}/", {"version": present} | data)


def looked_back_at(city: Any) -> WorkItem:
    """Closed forty days ago, so that the first look-back is due."""
    Procedure.objects.filter(code="own-finding").update(look_back_share=100)
    return walk(city, State.CLOSED, procedure="own-finding", now=timezone.now() - timedelta(days=40))


# -- extensions --------------------------------------------------------------------------------------------------------


def test_an_extension_is_asked_for_and_granted_in_the_pages(city, signed_in):
    item = walk(city, State.RECTIFYING)
    asked = item.due_on + timedelta(days=20)
    assert (
        post(signed_in(city.environment_clerk), item, "request-extension", due_on=asked, reason="雨季").status_code
        == 302
    )
    office = signed_in(city.dispatcher)
    assert "待审批的延期" in text_of(office.get("/"))
    extension = item.extensions.get().pk
    given = {"extension": extension, "approved": "yes", "due_on": asked, "reason": "同意"}
    assert post(office, item, "decide-extension", **given).status_code == 302
    item.refresh_from_db()
    assert item.due_on == asked
    page = page_of(office, item)
    assert "同意延期" in page
    assert "原定时限" in page
    assert "待审批的延期" not in text_of(office.get("/"))


def test_a_wrong_day_comes_back_with_the_text_that_was_typed(city, signed_in):
    item = walk(city, State.RECTIFYING)
    answer = post(signed_in(city.environment_clerk), item, "request-extension", due_on=item.due_on, reason="雨季停工")
    assert answer.status_code == 422
    assert "雨季停工" in text_of(answer)
    assert not item.extensions.exists()


def test_the_supervisor_finds_the_second_request_and_the_dispatcher_does_not(city, signed_in):
    item = walk(city, State.RECTIFYING)
    for days in (10, 20):
        item = services.request_extension(
            item, by=city.environment_clerk, due_on=item.due_on + timedelta(days=10), reason="雨季"
        )
        if days == 10:
            item = services.decide_extension(item, by=city.dispatcher, approved=True, reason="同意")
    assert "待审批的延期" in text_of(signed_in(city.supervisor).get("/"))
    assert "待审批的延期" not in text_of(signed_in(city.dispatcher).get("/"))


def test_the_approval_of_the_higher_level_is_recorded_in_the_page(city, signed_in):
    item = walk(city, State.RECTIFYING, procedure="central-inspection")
    scan = add_evidence(item, city.dispatcher, kind="document")
    office, due_on = signed_in(city.dispatcher), item.due_on + timedelta(days=200)
    given = {"due_on": due_on, "document_number": "豫环督改〔2026〕9号", "scan": scan.pk, "reason": "上级批准"}
    assert post(office, item, "decide-extension", **given).status_code == 302
    assert "豫环督改〔2026〕9号" in page_of(office, item)


def test_without_a_scan_nothing_is_recorded(city, signed_in):
    item = walk(city, State.RECTIFYING, procedure="central-inspection")
    given = {"due_on": item.due_on + timedelta(days=9), "document_number": "9号", "scan": "", "reason": "批准"}
    assert post(signed_in(city.dispatcher), item, "decide-extension", **given).status_code == 422
    assert not item.extensions.exists()


# -- suspensions -------------------------------------------------------------------------------------------------------


def test_suspended_and_resumed_in_the_pages_with_a_ledger(city, signed_in):
    item, boss = walk(city, State.RECTIFYING), signed_in(city.supervisor)
    assert post(boss, item, "suspend", reason="等待上级批复").status_code == 302
    page = page_of(boss, item)
    assert "等待上级批复" in page
    assert item.number in text_of(boss.get("/"))
    assert post(boss, item, "resume", reason="").status_code == 302
    assert "恢复批准人 环委办负责人甲" in page_of(boss, item)


def test_the_ledger_counts_the_days(city, signed_in):
    item = suspend(city, walk(city, State.RECTIFYING, now=START), now=START)
    resume(city, item, now=START + timedelta(days=12))
    assert "12 天" in page_of(signed_in(city.environment_clerk), item)


# -- look-backs --------------------------------------------------------------------------------------------------------


def test_a_look_back_is_done_in_the_page(city, signed_in):
    item, inspector = looked_back_at(city), signed_in(city.second_verifier)
    assert "第 1 次回头看" in page_of(inspector, item)
    assert item.number in text_of(inspector.get("/"))
    photo = add_evidence(item, city.second_verifier)
    given = {"finding": "holds", "opinion": "现场无反弹", "evidence": [photo.pk], "visited_on": day_of(None)}
    assert post(inspector, item, "look-back", **given).status_code == 302
    assert "现场无反弹" in page_of(inspector, item)
    assert item.look_backs.get(number=1).finding == "holds"


def test_without_a_photograph_the_page_says_where_to_add_one(city, signed_in):
    item = looked_back_at(city)
    answer = post(signed_in(city.second_verifier), item, "look-back", finding="holds", opinion="现场无反弹")
    assert answer.status_code == 422
    assert "请至少勾选一张照片" in text_of(answer)


def test_a_rebound_reopens_the_item_and_the_page_counts_it(city, signed_in):
    item, inspector = looked_back_at(city), signed_in(city.second_verifier)
    photo = add_evidence(item, city.second_verifier)
    post(inspector, item, "look-back", finding="rebounded", opinion="垃圾又来了", evidence=[photo.pk])
    page = page_of(inspector, item)
    assert "重启整改 1 次" in page
    assert "因重启整改取消" in page


def test_a_look_back_far_ahead_does_not_lie_in_the_inbox(city, signed_in):
    Procedure.objects.filter(code="own-finding").update(look_back_share=100)
    item = walk(city, State.CLOSED, procedure="own-finding", now=timezone.now())
    assert item.number not in text_of(signed_in(city.second_verifier).get("/"))


# -- reports -----------------------------------------------------------------------------------------------------------


def task(city: Any) -> WorkItem:
    item = walk(city, State.RECTIFYING, procedure="plan-task")
    item.milestones.create(position=1, text="完成排查", due_on=day_of(None) + timedelta(days=9))
    item.targets.create(position=1, text="溯源率达到80%以上", comparator=">=", value=80, unit="%")
    return item


def test_milestones_are_ticked_and_targets_measured_in_the_page(city, signed_in):
    item, clerk = task(city), signed_in(city.environment_clerk)
    milestone, target = item.milestones.get().pk, f"target_{item.targets.get().pk}"
    given = {"text": "排查完成", "percent": 40, "milestones": [milestone], target: "79.5"}
    assert post(clerk, item, "report", **given).status_code == 302
    page = page_of(clerk, item)
    assert "实测值：79.5 %" in page
    assert "未达标" in page
    assert "上次填报：79.5 %" in page
    assert item.milestones.get().reached_on == day_of(None)


def test_a_measured_value_that_is_no_number_is_shown_again(city, signed_in):
    item = task(city)
    target = f"target_{item.targets.get().pk}"
    answer = post(signed_in(city.environment_clerk), item, "report", text="进展", **{target: "八成"})
    assert answer.status_code == 422
    assert not item.reports.exists()


def test_a_milestone_reached_late_is_marked(city, signed_in):
    item = walk(city, State.RECTIFYING, procedure="plan-task", now=START)
    item.milestones.create(position=1, text="完成排查", due_on=date(2025, 3, 10))
    services.report(item, by=city.environment_clerk, text="完成", milestones=[1], now=shanghai(2025, 3, 20))
    assert "逾期完成" in page_of(signed_in(city.environment_clerk), item)


def test_more_reports_and_suspensions_cost_no_more_queries(city, signed_in):
    item, clerk = task(city), signed_in(city.environment_clerk)

    def go_on(item: WorkItem) -> WorkItem:
        item = services.report(item, by=city.environment_clerk, text="进展", values={"1": 50})
        return resume(city, suspend(city, item))

    item = go_on(item)
    few = queries(lambda: page_of(clerk, item))
    for _ in range(3):
        item = go_on(item)
    assert queries(lambda: page_of(clerk, item)) == few

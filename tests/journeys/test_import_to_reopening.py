"""The first closed loop through the pages: a plan is imported, one task walks the whole road, everybody is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.journeys.people_at_work import Person
from tests.people import City
from tests.walking import ALL_MET
from workflow.models import PlanImport, Source, WorkItem

PLAN = Path(settings.BASE_DIR) / "fixtures" / "documents" / "plan-2023-2025.txt"
REASON = "缺少监测报告，请补充。"


def imported_task(dispatcher: Person) -> WorkItem:
    """Upload, preview, confirm; the first task of the plan, led by the environment department."""
    upload = {"file": SimpleUploadedFile(PLAN.name, PLAN.read_bytes())}
    page = dispatcher.client.post(reverse("workflow:plan-import"), upload)
    assert "宛环委〔2023〕12号" in dispatcher.client.get(page.url).content.decode()
    dispatcher.client.post(reverse("workflow:plan-confirm", args=[PlanImport.objects.get().pk]))
    source = Source.objects.get()
    assert source.items.count() == 24
    return source.items.get(task_number=1)


def elements(city: City) -> dict[str, object]:
    return {
        "lead": city.environment.pk,
        "due_on": (timezone.localdate() + timedelta(days=60)).isoformat(),
        "measures": "制定方案并落实。",
        "standard": "排名进位。",
        "implement": [city.tongbai.pk],
    }


@pytest.mark.usefixtures("demo_mail")
def test_a_task_walks_the_whole_road_and_each_person_is_told(committed_city: City, desk, calendar) -> None:
    dispatcher, clerk = desk("dispatcher"), desk("environment_clerk")
    verifier, supervisor = desk("verifier"), desk("supervisor")
    item = imported_task(dispatcher)
    assert item.number in dispatcher.inbox()
    assert item.number not in clerk.inbox()

    dispatcher.does(item, "assign", **elements(committed_city))
    assert item.number in clerk.inbox()
    assert item.number not in dispatcher.inbox()
    assert f"【{item.number}】交办" in clerk.mail()
    assert f"【{item.number}】交办" in desk("tongbai_clerk").mail()

    clerk.does(item, "accept")
    assert f"【{item.number}】签收" in dispatcher.mail()

    assert "佐证材料" in clerk.does(item, "submit", summary="已完成。")
    clerk.uploads(item, "报告.pdf")
    clerk.submits(item, "已完成。")
    assert item.number in verifier.inbox()
    assert item.number not in clerk.inbox()
    assert f"【{item.number}】申请验收" in verifier.mail()

    verifier.does(item, "return", reason=REASON)
    assert item.number in clerk.inbox()
    assert f"【{item.number}】退回整改" in clerk.mail()
    assert REASON in clerk.opens(reverse("workflow:item", args=[item.number]))

    clerk.uploads(item, "监测报告.pdf", "monitoring_report")
    clerk.submits(item, "已补充监测报告。")
    verifier.does(item, "verify", conclusion="pass", opinion="同意。", **ALL_MET)
    assert item.number not in verifier.inbox()
    assert "公示中" in clerk.opens(reverse("workflow:item", args=[item.number]))
    assert item.number not in supervisor.inbox()

    calendar.turn_to(item.publicities.get().ends_on + timedelta(days=1))
    supervisor = Person(committed_city.supervisor)  # who signs in anew on another day
    assert item.number in supervisor.inbox()
    assert f"【{item.number}】公示期满" in supervisor.mail()

    supervisor.does(item, "approve", outcome="rectified", opinion="同意销号。")
    assert item.number not in supervisor.inbox()
    clerk, dispatcher = Person(clerk.user), Person(dispatcher.user)
    assert f"【{item.number}】同意销号" in clerk.mail()
    assert "已销号" in clerk.opens(reverse("workflow:item", args=[item.number]))

    dispatcher.does(item, "reopen", reason="问题反弹。")
    item.refresh_from_db()
    assert (item.state, item.cycle, item.closures.count()) == ("rectifying", 2, 1)
    assert item.number in clerk.inbox()
    assert f"【{item.number}】反弹重启" in clerk.mail()


@pytest.mark.usefixtures("demo_mail")
def test_the_same_document_uploaded_again_changes_nothing(desk) -> None:
    dispatcher = desk("dispatcher")
    imported_task(dispatcher)
    upload = {"file": SimpleUploadedFile("同一份.txt", PLAN.read_bytes())}
    dispatcher.client.post(reverse("workflow:plan-import"), upload, follow=True)
    assert (Source.objects.count(), WorkItem.objects.count(), PlanImport.objects.count()) == (1, 24, 1)


def test_a_clerk_of_a_department_imports_nothing(desk) -> None:
    upload = {"file": SimpleUploadedFile(PLAN.name, PLAN.read_bytes())}
    assert desk("environment_clerk").client.post(reverse("workflow:plan-import"), upload).status_code == 403
    assert not PlanImport.objects.exists()


def test_a_document_with_mistakes_is_refused_with_every_line(desk) -> None:
    bad = PLAN.with_name("plan-with-mistakes.txt")
    upload = {"file": SimpleUploadedFile(bad.name, bad.read_bytes())}
    response = desk("dispatcher").client.post(reverse("workflow:plan-import"), upload)
    assert response.status_code == 400
    assert response.content.decode().count("<tr>") > 3
    assert not PlanImport.objects.exists()


def test_a_correction_by_a_person_reaches_the_item(committed_city: City, desk) -> None:
    dispatcher = desk("dispatcher")
    upload = {"file": SimpleUploadedFile(PLAN.name, PLAN.read_bytes())}
    dispatcher.client.post(reverse("workflow:plan-import"), upload)
    plan_import = PlanImport.objects.get()
    url = reverse("workflow:plan-task", args=[plan_import.pk, 1])
    corrected = {
        "title": "改正后的标题",
        "text": "改正后的内容。",
        "party-TOTAL_FORMS": 1,
        "party-INITIAL_FORMS": 0,
        "party-0-role": "lead",
        "party-0-who": committed_city.water.name,
        "milestone-TOTAL_FORMS": 1,
        "milestone-INITIAL_FORMS": 0,
        "milestone-0-text": "年底前完成",
        "milestone-0-due_on": "2024-12-31",
        "target-TOTAL_FORMS": 0,
        "target-INITIAL_FORMS": 0,
    }
    dispatcher.client.post(url, corrected)
    dispatcher.client.post(reverse("workflow:plan-confirm", args=[plan_import.pk]))
    item = WorkItem.objects.get(task_number=1)
    assert (item.title, item.lead, item.due_on.isoformat()) == ("改正后的标题", committed_city.water, "2024-12-31")


def test_a_task_of_a_plan_keeps_its_leads_and_its_deadline_when_it_is_handed_out_late(committed_city, desk) -> None:
    dispatcher = desk("dispatcher")
    imported_task(dispatcher)
    item = WorkItem.objects.get(task_number=11)  # two leads; every date of this plan has passed
    second = item.assignments.filter(role="lead").exclude(department=item.lead).get().department
    form = {"lead": item.lead_id, "co_lead": [second.pk], "measures": "落实。", "standard": "消除。"}
    dispatcher.does(item, "assign", **form, due_on=item.due_on.isoformat())
    item.refresh_from_db()
    assert (item.state, item.original_due_on.isoformat(), item.due_on) == (
        "assigned",
        "2025-12-31",
        item.original_due_on,
    )
    assert item.assignments.filter(role="lead", department=second).exists()


def test_another_day_than_the_plans_may_not_lie_in_the_past(committed_city, desk) -> None:
    dispatcher = desk("dispatcher")
    item = imported_task(dispatcher)
    page = dispatcher.does(item, "assign", **elements(committed_city) | {"due_on": "2024-06-30"})
    item.refresh_from_db()
    assert item.state == "draft"
    assert "时限早于今天" in page

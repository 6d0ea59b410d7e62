"""Doors that lead to no step of the road: importing and registering make drafts, the administration knows no item."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import timezone

from accounts.models import User
from notifications.models import Endpoint
from tests.api.callers import machine, person
from tests.people import City
from tests.walking import source, walk
from tests.workflow.fingerprint import fingerprint
from workflow.importing import loader
from workflow.lifecycle import State
from workflow.models import WorkItem

CLAIMING = """南阳市某行动方案
宛环委〔2024〕99号
一、主要任务
（一）某攻坚行动
1. 清理河道（已销号）。状态：已销号。2024年底前完成清理，经验收已办结，免予公示，同意销号。（市水利局牵头）
"""
MODELS = [model for app in ("workflow", "notifications") for model in apps.get_app_config(app).get_models()]
CLOSED = [model for model in MODELS if model is not Endpoint]  # robots: addresses, and no business


def imported(city: City) -> WorkItem:
    received = loader.receive(CLAIMING.encode(), "方案.txt", office=city.office, by=city.dispatcher)
    return loader.confirm(received, by=city.dispatcher).items.get()


# -- import ------------------------------------------------------------------------------------------------------------


def test_an_imported_task_is_a_draft_whatever_the_paper_says_of_it(city: City) -> None:
    item = imported(city)
    assert (item.state, item.version, item.cycle, item.outcome, item.closed_at) == ("draft", 1, 1, "", None)
    assert list(item.events.values_list("action", flat=True)) == ["create"]


def test_the_paper_again_does_not_touch_an_item_that_is_on_its_way(city: City) -> None:
    item = imported(city)
    before = WorkItem.objects.filter(pk=item.pk).values().get()
    imported(city)
    assert WorkItem.objects.filter(pk=item.pk).values().get() == before
    assert WorkItem.objects.filter(source=item.source).count() == 1


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_registered_issue_is_a_draft_whatever_else_the_form_sends(city: City, signed_in) -> None:
    fields = {
        "source": source(city, "own-finding").pk,
        "title": "偷排",
        "description": "夜间",
        "deadline_kind": "fixed",
    }
    claims = {"state": "closed", "closed_at": f"{timezone.now():%Y-%m-%d}", "lead": city.water.pk, "cycle": 9}
    signed_in(city.dispatcher).post("/items/new/", fields | claims)
    item = WorkItem.objects.get(title="偷排")
    assert (item.state, item.cycle, item.lead, item.closed_at) == (State.DRAFT, 1, None, None)


@pytest.mark.parametrize(("method", "status"), [("post", 405), ("put", 405), ("patch", 400), ("delete", 405)])
def test_the_state_of_an_item_is_written_by_no_request(city: City, method: str, status: int) -> None:
    item, caller = walk(city, State.APPROVING), person(city.dispatcher)  # who may correct what was entered
    before = fingerprint()
    answer = getattr(caller.http, method)(
        f"/api/v1/items/{item.number}/",
        {"state": "closed"},
        content_type="application/json",
        headers={"If-Match": f'"v{item.version}"'},
    )
    assert answer.status_code == status
    assert fingerprint() == before


def test_a_machine_of_the_lead_department_judges_nothing(city: City) -> None:
    """Its department has submitted; a token makes nobody a verifier or a supervisor."""
    item, caller = walk(city, State.APPROVING), machine(city.environment)
    before = WorkItem.objects.filter(pk=item.pk).values().get()
    body = {"opinion": "同意", "outcome": "rectified"}
    assert caller.act(item, "approve", body).json()["code"] == "not-the-approver"
    assert WorkItem.objects.filter(pk=item.pk).values().get() == before


# -- the administration ------------------------------------------------------------------------------------------------


def test_the_administration_registers_no_table_of_the_workflow() -> None:
    assert [model for model in MODELS if model in admin.site._registry] == [Endpoint]


@pytest.mark.parametrize("model", CLOSED, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("name", ["system_admin", "supervisor"])
def test_the_administration_has_no_address_for_them(city: City, signed_in, model, name: str) -> None:
    User.objects.filter(username=name).update(is_superuser=True, is_staff=True)
    path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    browser = signed_in(User.objects.get(username=name))
    assert {browser.get(path).status_code, browser.post(path + "1/change/").status_code} <= {302, 404}

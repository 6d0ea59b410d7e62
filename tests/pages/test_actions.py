"""Performing actions through forms: a whole life of an item, and every way in which it is refused."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Department
from tests import walking
from tests.pages.reading import text_of, value_of
from tests.walking import walk
from workflow import services
from workflow.lifecycle import Action, State
from workflow.models import WorkItem


def act(browser: Client, item: WorkItem, action: str, **given: object):
    """Send the form of an action with the version that the person has on the screen."""
    return browser.post(f"/items/{item.number}/actions/{action}/", {"version": item.version, **given})


def after(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


ELEMENTS = {"measures": "清运垃圾", "standard": "无堆存"}


def handed_out(city, **more: object) -> dict[str, object]:
    due_on = walking.day_of(None) + timedelta(days=30)
    return {"lead": city.environment.pk, "due_on": due_on.isoformat(), **ELEMENTS, **more}


def test_an_item_goes_its_whole_way_through_the_pages(city, signed_in):
    office, clerk = signed_in(city.dispatcher), signed_in(city.environment_clerk)
    item = walk(city, State.DRAFT, procedure="own-finding")
    assert act(office, item, "assign", **handed_out(city)).headers["Location"] == f"/items/{item.number}/"
    act(clerk, after(item), "accept")
    act(clerk, after(item), "report", text="已清运一半", percent="50")
    walking.add_evidence(after(item), city.environment_clerk)
    act(clerk, after(item), "submit", summary="已清运", evidence=[after(item).evidence.get().pk])
    act(signed_in(city.verifier), after(item), "verify", conclusion="pass", opinion="属实", **walking.ALL_MET)
    act(signed_in(city.supervisor), after(item), "approve", outcome="rectified", opinion="同意", document_number="1号")
    assert after(item).state == State.CLOSED
    act(office, after(item), "reopen", reason="反弹")
    assert (after(item).state, after(item).cycle) == (State.RECTIFYING, 2)


def test_success_is_said_on_the_page_of_the_item(city, signed_in):
    browser = signed_in(city.environment_clerk)
    item = walk(city, State.ASSIGNED)
    page = browser.post(f"/items/{item.number}/actions/accept/", {"version": item.version}, follow=True)
    assert f"已办理“签收”，{item.number} 当前状态：整改中。" in text_of(page)


@pytest.mark.parametrize(
    ("state", "person", "action", "given"),
    [
        (State.ASSIGNED, "environment_clerk", "decline", {"reason": "不属于职责范围"}),
        (State.VERIFYING, "verifier", "return", {"reason": "缺监测报告"}),
        (
            State.VERIFYING,
            "verifier",
            "verify",
            {"conclusion": "fail", "opinion": "不到位", "visited_on": "2026-01-05"},
        ),
        (State.APPROVING, "supervisor", "reject", {"reason": "资料不全"}),
        (State.APPROVING, "dispatcher", "object", {"text": "群众来电反映"}),
        (State.RECTIFYING, "dispatcher", "void", {"reason": "并案"}),
    ],
)
def test_the_other_roads_lead_on_too(city, signed_in, state, person, action, given):
    item = walk(city, state)
    answer = act(signed_in(getattr(city, person)), item, action, **given)
    assert answer.status_code == 302
    assert after(item).version == item.version + 1


def test_an_objection_is_decided(city, signed_in):
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    item = services.object_to(item, by=city.dispatcher, text="仍有异味")
    given = {"objection": item.objections.get().pk, "upheld": "yes", "opinion": "属实"}
    act(signed_in(city.dispatcher), item, "resolve-objection", **given)
    assert item.objections.get().upheld is True
    assert after(item).state == State.RECTIFYING


def test_departments_are_assigned_in_their_roles(city, signed_in):
    item = walk(city, State.DRAFT)
    roles = {"cooperate": [city.water.pk], "implement": [city.tongbai.pk, city.xixia.pk], "verify": [city.water.pk]}
    act(signed_in(city.dispatcher), item, "assign", **handed_out(city, **roles))
    found = {(row.role, row.department) for row in item.assignments.select_related("department")}
    assert found == {
        ("lead", city.environment),
        ("cooperate", city.water),
        ("implement", city.tongbai),
        ("implement", city.xixia),
        ("verify", city.water),
    }


def test_decomposing_makes_a_part_for_every_jurisdiction(city, signed_in):
    item = walk(city, State.RECTIFYING, now=timezone.now())
    act(signed_in(city.dispatcher), item, "decompose", all_jurisdictions="on", due_on=walking.day_of(None).isoformat())
    jurisdictions = Department.objects.valid_on(walking.day_of(None)).filter(kind__in=["county", "zone"])
    assert {child.lead for child in item.children.all()} == set(jurisdictions)
    assert {child.due_on for child in item.children.all()} == {walking.day_of(None)}


# -- no ------------------------------------------------------------------------------------------------------------


def test_a_hidden_item_cannot_be_acted_on(city, signed_in):
    item = walk(city, State.ASSIGNED, lead=city.water)
    assert act(signed_in(city.environment_clerk), item, "accept").status_code == 404
    assert after(item).state == State.ASSIGNED


@pytest.mark.parametrize("action", ["remind", "end-publicity", "escalate", "delete", "__init__"])
def test_what_only_the_clock_does_is_no_page(city, signed_in, action):
    assert act(signed_in(city.dispatcher), walk(city, State.DRAFT), action).status_code == 404


def test_the_wrong_person_is_refused_with_the_sentence(city, signed_in):
    item = walk(city, State.ASSIGNED)
    page = act(signed_in(city.dispatcher), item, "accept")
    assert page.status_code == 403
    assert "只有牵头单位可以办理。" in text_of(page)
    assert after(item).state == State.ASSIGNED


def test_a_form_that_is_incomplete_comes_back_with_everything_typed(city, signed_in):
    given = handed_out(city, due_on="", measures="清运")
    page = act(signed_in(city.dispatcher), walk(city, State.DRAFT), "assign", **given)
    assert page.status_code == 422
    assert "清运" in text_of(page)
    assert "此项必填。" in text_of(page)
    assert page.context["attempt"].form.errors.keys() == {"due_on"}


def test_a_refusal_that_names_a_field_stands_at_that_field(city, signed_in):
    item = walk(city, State.DRAFT, procedure="central-inspection")
    page = act(signed_in(city.dispatcher), item, "assign", **handed_out(city, verify=[city.environment.pk]))
    assert page.status_code == 422
    assert "是牵头单位" in str(page.context["attempt"].form.errors["verify"])
    assert "验收单位不得为牵头单位" in text_of(page)


def test_a_stale_page_keeps_the_text_and_can_be_sent_again(city, signed_in):
    browser = signed_in(city.environment_clerk)
    item = walk(city, State.RECTIFYING)
    services.report(item, by=city.environment_head, text="局长先报", percent=10)
    page = act(browser, item, "report", text="我写了很久的进展", percent="30")
    assert page.status_code == 409
    assert "他人已办理此事项" in text_of(page)
    assert "我写了很久的进展" in text_of(page)
    assert value_of(page, "report_version") == str(item.version + 1)
    assert act(browser, after(item), "report", text="我写了很久的进展").status_code == 302


def test_an_action_that_came_too_late_keeps_its_text_although_its_button_is_gone(city, signed_in):
    item = walk(city, State.RECTIFYING)
    moved = walking.submit(city, item)
    page = act(signed_in(city.environment_clerk), moved, "report", text="写到一半的进展")
    assert page.status_code == 409
    assert "只能在以下状态办理" in text_of(page)
    assert "写到一半的进展" in text_of(page)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_a_form_without_its_version_is_not_accepted(city, signed_in, version):
    item = walk(city, State.ASSIGNED)
    page = signed_in(city.environment_clerk).post(f"/items/{item.number}/actions/accept/", {"version": version})
    assert page.status_code in (409, 422)
    assert after(item).state == State.ASSIGNED


@pytest.mark.parametrize("lead", ["", "0", "abc", "999999"])
def test_a_lead_that_is_not_offered_is_not_accepted(city, signed_in, lead):
    page = act(signed_in(city.dispatcher), walk(city, State.DRAFT), "assign", **handed_out(city, lead=lead))
    assert page.status_code == 422


def test_a_deadline_in_the_past_is_refused_at_its_field(city, signed_in):
    page = act(signed_in(city.dispatcher), walk(city, State.DRAFT), "assign", **handed_out(city, due_on="2020-01-01"))
    assert page.status_code == 422
    assert "时限早于今天" in str(page.context["attempt"].form.errors["due_on"])


def test_nul_and_endless_texts_are_refused_by_the_form(city, signed_in):
    browser, item = signed_in(city.environment_clerk), walk(city, State.RECTIFYING)
    assert act(browser, item, "report", text="进展\0").status_code == 422
    assert act(browser, item, "report", text="长" * 20_001).status_code == 422


def test_ticking_no_evidence_is_not_taken_as_all_of_it(city, signed_in):
    item = walk(city, State.RECTIFYING)
    walking.add_evidence(item, city.environment_clerk)
    page = act(signed_in(city.environment_clerk), item, "submit", summary="已清运")
    assert page.status_code == 422
    assert "请至少勾选一份材料" in text_of(page)


def test_evidence_of_another_item_cannot_be_submitted(city, signed_in):
    item, other = walk(city, State.RECTIFYING), walk(city, State.RECTIFYING)
    walking.add_evidence(item, city.environment_clerk)
    foreign = walking.add_evidence(other, city.environment_clerk)
    page = act(signed_in(city.environment_clerk), item, "submit", summary="已清运", evidence=[foreign.pk])
    assert page.status_code == 422


def test_decomposing_into_nothing_says_what_is_missing(city, signed_in):
    page = act(signed_in(city.dispatcher), walk(city, State.RECTIFYING), "decompose")
    assert page.status_code == 422
    assert "请选择单位" in text_of(page)


def test_reloading_a_refused_attempt_leads_back_to_the_item(city, signed_in):
    item = walk(city, State.ASSIGNED)
    answer = signed_in(city.environment_clerk).get(f"/items/{item.number}/actions/{Action.ACCEPT}/")
    assert answer.headers["Location"] == f"/items/{item.number}/#accept"

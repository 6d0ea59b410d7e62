"""Procedures in pages: read by all who see items, revised by the office without JavaScript."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Department
from tests import walking
from tests.pages.reading import filled, part, queries, tags_of, text_of
from tests.people import City
from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Procedure
from workflow.services.procedures import revise

EDIT = "/procedures/petition/edit/"


def in_force(office: Department | None, code: str = "petition") -> Procedure:
    return Procedure.objects.current(office).get(code=code)


def revised(city: City, **given: Any) -> Procedure:
    present = in_force(city.office)
    usual = {"office": city.office, "by": city.dispatcher, "reason": "新规定。", "seen_revision": present.revision}
    return revise(present, **usual, **given)


def sent(browser: Client, **changes: Any) -> HttpResponse:
    """The form with these fields changed; None takes one away."""
    given = filled(browser.get(EDIT), "seen_revision") | {"reason": "按市政府要求调整。"} | changes
    return browser.post(EDIT, {name: value for name, value in given.items() if value is not None})


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["dispatcher", "auditor", "environment_clerk", "tongbai_head"])
def test_everybody_who_sees_items_reads_the_rules(city, signed_in, who):
    browser = signed_in(getattr(city, who))
    assert "信访举报件" in text_of(browser.get("/procedures/"))
    page = text_of(browser.get("/procedures/petition/"))
    assert "1. 环委办 （5 个工作日）" in page or "环委办（5 个工作日）" in page
    assert "公示天数（0 为不公示） 5" in page
    assert "提前 30 天 → 当前办理人" in page or "提前 30 天 →" in page
    assert "超期 60 天，之后每 7 天一次 → 移送问责（须在 10 个工作日内答复）" in page


@pytest.mark.parametrize("who", ["system_admin", "security_admin"])
@pytest.mark.parametrize("url", ["/procedures/", "/procedures/petition/", EDIT])
def test_administrators_do_not(city, signed_in, who, url):
    browser = signed_in(getattr(city, who))
    assert browser.get(url).status_code == 403
    assert "/procedures/" not in browser.get("/profile/").content.decode()


@pytest.mark.parametrize("url", ["/procedures/unheard/", "/procedures/unheard/edit/", "/procedures/petition/999999/"])
def test_what_does_not_exist_is_said(city, signed_in, url):
    assert signed_in(city.dispatcher).get(url).status_code == 404


def test_the_revision_of_another_city_is_a_closed_door(city, signed_in):
    office = Department.objects.create(name="邻市环委办", kind="office", region=city.office.region)
    foreign = Procedure.objects.create(code="petition", office=office, revision=2, name="邻市程序")
    browser = signed_in(city.dispatcher)
    assert browser.get(f"/procedures/petition/{foreign.pk}/").status_code == 404
    assert "邻市程序" not in text_of(browser.get("/procedures/"))
    assert "邻市程序" not in text_of(browser.get("/procedures/petition/"))


def test_the_history_says_who_changed_what_and_why(city, signed_in):
    old = in_force(city.office)
    revised(city, accept_days=4)
    page = signed_in(city.environment_clerk).get("/procedures/petition/")
    revisions = text_of(part(page, 'id="revisions"'))
    assert "第 2 版 环委办调度员甲" in revisions
    assert "新规定。" in revisions
    assert "签收期限（工作日） 2 4" in revisions
    assert "公示天数" not in revisions
    earlier = text_of(signed_in(city.environment_clerk).get(f"/procedures/petition/{old.pk}/"))
    assert "该版本不用于新事项" in earlier
    assert "签收期限（工作日） 2" in earlier


def test_an_item_leads_to_the_revision_that_it_goes_by(city, signed_in):
    item = walk(city, State.ASSIGNED)
    revised(city, accept_days=4)
    page = signed_in(city.environment_clerk).get(f"/items/{item.number}/")
    assert f'href="/procedures/petition/{item.procedure_id}/"' in page.content.decode()
    assert "信访举报件 第 1 版" in text_of(page)


def test_sources_say_by_which_revision_new_items_go(city, signed_in):
    source = walking.source(city)
    revised(city, accept_days=4)
    browser = signed_in(city.dispatcher)
    for url in ("/sources/", f"/sources/{source.pk}/"):
        assert "信访举报件 第 2 版" in text_of(browser.get(url))


def test_pages_cost_the_same_however_many_revisions(city, signed_in):
    browser = signed_in(city.dispatcher)
    revised(city, accept_days=3)
    urls = ("/procedures/", "/procedures/petition/", EDIT)
    few = [queries(lambda url=url: browser.get(url)) for url in urls]
    for days in range(4, 9):
        revised(city, accept_days=days)
    assert [queries(lambda url=url: browser.get(url)) for url in urls] == few
    assert max(few) <= 18


# -- revising ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["dispatcher", "supervisor"])
def test_the_office_revises(city, signed_in, who):
    browser = signed_in(getattr(city, who))
    answer = sent(browser, accept_days="4", look_back_days="30，60、90", decider_2="", files_to="省督察办")
    assert answer.headers["Location"] == "/procedures/petition/"
    made = in_force(city.office)
    assert (made.revision, made.accept_days, made.look_back_days) == (2, 4, [30, 60, 90])
    assert (made.extension_deciders, made.files_to, made.reason) == (["office"], "省督察办", "按市政府要求调整。")
    assert "第 2 版已启用" in text_of(browser.get("/procedures/petition/"))


@pytest.mark.parametrize("who", ["verifier", "auditor", "environment_clerk"])
def test_others_do_not(city, signed_in, who):
    browser = signed_in(getattr(city, who))
    assert browser.get(EDIT).status_code == 403
    assert browser.post(EDIT, {"reason": "x"}).status_code == 403
    assert EDIT not in browser.get("/procedures/petition/").content.decode()


def test_a_form_that_nobody_touched_is_no_revision(city, signed_in):
    page = sent(signed_in(city.dispatcher))
    assert page.status_code == 409
    assert "内容没有变化" in text_of(page)
    assert in_force(city.office).revision == 1


def test_a_stage_is_added_and_one_is_replaced(city, signed_in):
    given = {"stages-0-party": "department", "stages-0-department": city.water.pk, "stages-1-party": "office"}
    sent(signed_in(city.dispatcher), **given, **{"stages-1-days": "3"})
    stages = in_force(city.office).stages.values_list("party", "department", "days")
    assert list(stages) == [("department", city.water.pk, 5), ("office", None, 3)]


def test_steps_of_the_ladder_are_added_changed_and_deleted(city, signed_in):
    browser = signed_in(city.dispatcher)
    rungs = browser.get(EDIT).context["rungs"].forms
    number = len([form for form in rungs if form.initial.get("clock")])
    new = {"clock": "deadline", "kind": "reminder", "offset_days": "60", "unit": "calendar", "audience": ["head"]}
    changes = {f"rungs-{number}-{name}": value for name, value in new.items()}
    first = next(n for n, form in enumerate(rungs) if form.initial.get("clock") == "accept")
    assert sent(browser, **changes, **{f"rungs-{first}-DELETE": "on"}).status_code == 302
    made = in_force(city.office)
    assert made.rungs.count() == number
    assert made.rungs.filter(clock="deadline", offset_days=-60, audience=["head"]).exists()
    assert not made.rungs.filter(clock="accept", offset_days=0).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": ""}, "此项必填"),
        ({"accept_days": "0"}, "请填写 1 至 60 之间的整数"),
        ({"accept_days": "二"}, "输入整数"),
        ({"look_back_days": "90, 30"}, "回头看时点应依次递增"),
        ({"look_back_days": "三十"}, "请填写整数，以逗号分隔"),
        ({"stages-0-party": "", "stages-0-days": ""}, "至少须有一级验收"),
        ({"stages-1-party": "department", "stages-1-days": "3"}, "请指定验收单位"),
        ({"stages-1-days": "3"}, "由谁验收？"),
        ({"stages-0-days": ""}, "此项必填"),
        ({"rungs-0-audience": []}, "请选择通知对象"),
        ({"rungs-0-repeat_days": "3"}, "只有超期提醒可以重复"),
        ({"rungs-0-offset_days": ""}, "此项必填"),
        ({"rungs-0-clock": ""}, "请选择期限"),
        ({"rungs-TOTAL_FORMS": None}, "ManagementForm"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(city, signed_in, changes, sentence):
    page = sent(signed_in(city.dispatcher), **{"files_to": "省督察办", **changes})
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert 'value="省督察办"' in page.content.decode()
    assert in_force(city.office).revision == 1


def test_everything_wrong_is_marked_at_once(city, signed_in):
    page = text_of(sent(signed_in(city.dispatcher), accept_days="0", approval_days="99", **{"rungs-0-audience": []}))
    assert "办理程序有 3 处需要更正" in page


def test_who_was_overtaken_reads_it_and_keeps_his_text(city, signed_in):
    browser = signed_in(city.dispatcher)
    given = filled(browser.get(EDIT), "seen_revision") | {"reason": "按市政府要求调整。", "approval_days": "9"}
    revised(city, accept_days=4)
    page = browser.post(EDIT, given)
    assert page.status_code == 409
    assert "其他人已修订该办理程序" in text_of(page)
    assert 'value="9"' in page.content.decode()
    assert in_force(city.office).approval_days == 3


def test_every_field_of_the_form_has_a_label(city, signed_in):
    tags = list(tags_of(signed_in(city.dispatcher).get(EDIT)))
    named = {attrs.get("for") for name, attrs in tags if name == "label"}
    fields = [
        attrs.get("id")
        for name, attrs in tags
        if name in ("input", "select", "textarea") and attrs.get("type") not in ("hidden", "checkbox", "search")
    ]
    assert [field for field in fields if field not in named] == []


# -- sources -----------------------------------------------------------------------------------------------------------


def test_a_source_is_given_another_procedure(city, signed_in):
    source, browser = walking.source(city), signed_in(city.dispatcher)
    campaign = in_force(city.office, "campaign")
    answer = browser.post(f"/sources/{source.pk}/procedure/", {"procedure": campaign.pk})
    assert answer.headers["Location"] == f"/sources/{source.pk}/"
    source.refresh_from_db()
    assert source.procedure == campaign
    assert "新事项改按“专项行动”办理" in text_of(browser.get(f"/sources/{source.pk}/"))


@pytest.mark.parametrize("who", ["supervisor", "environment_clerk"])
def test_by_nobody_but_the_dispatchers(city, signed_in, who):
    item = walk(city, State.ASSIGNED)
    browser, url = signed_in(getattr(city, who)), f"/sources/{item.source_id}/"
    browser.post(f"{url}procedure/", {"procedure": in_force(city.office, "campaign").pk})
    assert "procedure/" not in browser.get(url).content.decode().replace("/procedures/", "")
    item.source.refresh_from_db()
    assert item.source.procedure.code == "petition"


def test_only_procedures_in_force_are_offered(city, signed_in):
    old, source = in_force(city.office), walking.source(city)
    new = revised(city, accept_days=4)
    browser = signed_in(city.dispatcher)
    for form in ("procedure_form", "form"):
        url = f"/sources/{source.pk}/" if form == "procedure_form" else "/sources/new/"
        offered = browser.get(url).context[form].fields["procedure"].queryset
        assert new in offered
        assert old not in offered
    browser.post(f"/sources/{source.pk}/procedure/", {"procedure": old.pk})
    source.refresh_from_db()
    assert source.procedure == new

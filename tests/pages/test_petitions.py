"""Petitions on the pages: entering one, what it may repeat, its card, what was found."""

import pytest

from accounts.models import Region
from tests import walking
from tests.api.callers import person
from tests.complaints import MATTERS, TEXT, complain, found
from tests.pages.reading import part, queries, tags_of, text_of
from workflow.models import Petition, WorkItem


def entered(city, **given):
    source = walking.source(city, given.pop("procedure", "petition"))
    return {"source": source.pk, "title": "养殖场异味扰民", "description": TEXT, "deadline_kind": "fixed"} | given


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_petition_is_entered_with_all_that_belongs_to_it(city, signed_in):
    regions = [city.tongbai.region_id, city.xixia.region_id]
    given = {"external_ref": "007X", "channel": "hotline", "batch": "3", "received_on": "2026-03-05", "place": "河东村"}
    browser = signed_in(city.dispatcher)
    browser.post("/items/new/", entered(city, regions=regions, sub_issues="\n异味\r\n \r\n粪污\n", **given))
    petition = Petition.objects.get(item__external_ref="007X")
    assert (petition.channel, petition.batch, petition.place) == ("hotline", "3", "河东村")
    assert [row.text for row in petition.sub_issues.all()] == ["异味", "粪污"]
    assert petition.regions.count() == 2


def test_the_same_number_twice_is_marked_at_its_field(city, signed_in):
    complain(city, external_ref="007X")
    page = signed_in(city.dispatcher).post(
        "/items/new/", entered(city, external_ref="007X", title="另一件", description="噪声")
    )
    assert page.status_code == 422
    assert "该编号已登记" in text_of(part(page, 'id="id_external_ref_error"', "</div></div>"))


def test_another_kind_of_source_is_not_asked_about_petitions(city, signed_in):
    browser = signed_in(city.dispatcher)
    own = walking.source(city, "own-finding")
    assert 'name="sub_issues"' not in browser.get(f"/items/new/?source={own.pk}").content.decode()
    assert 'name="sub_issues"' in browser.get("/items/new/").content.decode()


def test_what_only_petitions_have_is_refused_elsewhere(city, signed_in):
    page = signed_in(city.dispatcher).post("/items/new/", entered(city, procedure="own-finding", place="河东村"))
    assert page.status_code == 422
    assert "仅信访件填写" in text_of(page)
    assert not WorkItem.objects.exists()


# -- likely repeats ----------------------------------------------------------------------------------------------------


def test_similar_petitions_are_proposed_before_anything_is_stored(city, signed_in):
    first = complain(city, title="河东村养殖场", description=TEXT, place="河东村")
    page = signed_in(city.dispatcher).post("/items/new/", entered(city, sub_issues="异味", place="河东村一组"))
    assert (page.status_code, WorkItem.objects.count()) == (200, 1)
    text = text_of(page)
    assert first.number in text
    assert "100%" in text
    assert "待交办" in text
    kept = {attrs.get("name"): attrs.get("value") for _, attrs in tags_of(page, "input")}
    assert (kept["title"], kept["place"]) == ("养殖场异味扰民", "河东村一组")
    assert "异味</textarea>" in page.content.decode()


def test_it_is_registered_as_a_repeat(city, signed_in):
    first = complain(city, title="河东村养殖场", description=TEXT)
    signed_in(city.dispatcher).post("/items/new/", entered(city, repeat_of=first.number))
    assert Petition.objects.exclude(item=first).get().repeat_of == first.petition


def test_it_is_registered_as_new(city, signed_in):
    complain(city, title="河东村养殖场", description=TEXT)
    signed_in(city.dispatcher).post("/items/new/", entered(city, repeat_of="new"))
    assert list(Petition.objects.values_list("repeat_of", flat=True)) == [None, None]


def test_a_made_up_number_is_refused(city, signed_in):
    page = signed_in(city.dispatcher).post("/items/new/", entered(city, repeat_of="XF1999-0001"))
    assert (page.status_code, WorkItem.objects.exists()) == (422, False)


def test_where_nothing_is_alike_nothing_is_asked(city, signed_in):
    complain(city, title="工地噪声", description="夜间混凝土浇筑噪声。")
    signed_in(city.dispatcher).post("/items/new/", entered(city))
    assert WorkItem.objects.count() == 2


# -- the card ----------------------------------------------------------------------------------------------------------


def test_both_pages_name_each_other(city, signed_in):
    first = complain(city)
    second = complain(city, repeat_of=first.number)
    browser = signed_in(city.dispatcher)
    for here, other in ((first, second), (second, first)):
        card = text_of(part(browser.get(f"/items/{here.number}/"), 'id="petition"'))
        assert other.number in card
        assert "另有 1 件" in card


def test_a_repeat_that_a_department_may_not_see_is_counted_but_not_named(city, signed_in, rectified):
    second = complain(city, repeat_of=rectified.number)
    page = text_of(signed_in(city.environment_clerk).get(f"/items/{rectified.number}/"))
    assert "另有 1 件" in page
    assert second.number not in page


def test_what_is_no_petition_has_no_card(city, signed_in):
    item = walking.register(city, procedure="own-finding")
    browser = signed_in(city.dispatcher)
    assert 'id="petition"' not in browser.get(f"/items/{item.number}/").content.decode()
    assert browser.post(f"/items/{item.number}/findings/", {}).status_code == 404


def test_the_page_costs_the_same_however_many_matters_and_repeats(city, signed_in, rectified):
    complain(city, repeat_of=rectified.number)
    browser = signed_in(city.dispatcher)
    few = queries(lambda: browser.get(f"/items/{rectified.number}/"))
    Region.objects.all()
    for _ in range(4):
        complain(city, repeat_of=rectified.number)
    assert queries(lambda: browser.get(f"/items/{rectified.number}/")) == few


# -- findings ----------------------------------------------------------------------------------------------------------


def post_findings(browser, item, **given):
    page = browser.get(f"/items/{item.number}/")
    seen = next(attrs["value"] for _, attrs in tags_of(page, "input") if attrs.get("id") == "findings_seen")
    return browser.post(f"/items/{item.number}/findings/", {"seen": seen} | given, follow=True)


def test_findings_are_recorded_and_shown(city, signed_in, rectified):
    single = {f"finding_{n}": "true" for n in (1, 2, 3)} | {"explanation_1": "粪污池未加盖。"}
    given = {
        "finding": "true",
        "investigation": "现场核查属实。",
        "completion": "staged",
        "fined": "2.5",
        "penalised": "1",
    }
    page = text_of(post_findings(signed_in(city.environment_clerk), rectified, **single, **given))
    for words in ("属实", "粪污池未加盖。", "现场核查属实。", "阶段性办结", "2.5", "总体结论：— → 属实"):
        assert words in page, words


def test_a_finding_that_does_not_fit_comes_back_at_its_field(city, signed_in, rectified):
    single = {f"finding_{n}": "not" for n in (1, 2, 3)}
    page = post_findings(
        signed_in(city.environment_clerk), rectified, **single, finding="true", investigation="查无此事。"
    )
    assert page.status_code == 422
    assert "与各项问题的认定不一致" in text_of(part(page, 'id="findings_finding_error"', "</div></div>"))
    assert "查无此事。</textarea>" in page.content.decode()


@pytest.mark.parametrize("name", ["verifier", "auditor"])
def test_who_may_not_record_findings_reads_why(city, signed_in, rectified, name):
    browser = signed_in(getattr(city, name))
    page = browser.get(f"/items/{rectified.number}/")
    assert 'id="findings_seen"' not in page.content.decode()
    assert browser.post(f"/items/{rectified.number}/findings/", {"finding": ""}).status_code == 403


# -- the API -----------------------------------------------------------------------------------------------------------


def test_the_api_tells_of_the_petition(city, rectified):
    complain(city, repeat_of=rectified.number)
    found(rectified, city.environment_clerk, "true", "true", "true", finding="true", counts={"penalised": 2})
    seen = person(city.dispatcher).get(f"items/{rectified.number}/").json()["petition"]
    assert (seen["finding"], seen["repeat_of"], seen["repeats"]) == ("true", None, 1)
    assert [row["text"] for row in seen["sub_issues"]] == list(MATTERS)
    assert (seen["handling"]["penalised"], seen["handling"]["fined"]) == (2, "0.0000")


def test_the_api_says_null_of_what_is_no_petition(city):
    item = walking.register(city, procedure="own-finding")
    assert person(city.dispatcher).get(f"items/{item.number}/").json()["petition"] is None

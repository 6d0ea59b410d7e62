"""Petitions: numbers, what comes with them, what was found, complaints that come again."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from tests.complaints import MATTERS, TEXT, complain, found
from tests.people import City, appoint
from tests.walking import day_of, register, submit, verify, verify_all, void, walk
from tests.workflow.asking import refusal_of
from workflow.duplicates import likely_duplicates
from workflow.facts import read_facts
from workflow.lifecycle import State
from workflow.models import Event, Petition, WorkItem
from workflow.querysets import awaiting
from workflow.services.petitions import SubFinding, fingerprint, record_findings

NUMBER = "D3HA002312150062"
# -- registering -------------------------------------------------------------------------------------------------------


def test_the_number_is_kept_as_it_was_written(city):
    assert complain(city, external_ref=f" {NUMBER} ").external_ref == NUMBER


def test_what_comes_with_a_petition_is_kept(city):
    regions = (city.tongbai.region, city.xixia.region)
    item = complain(city, channel="hotline", batch="第三批", received_on=day_of(None), place="城关镇", regions=regions)
    petition = item.petition
    assert (petition.channel, petition.batch, petition.received_on) == ("hotline", "第三批", day_of(None))
    assert [(row.position, row.text) for row in petition.sub_issues.all()] == list(enumerate(MATTERS, 1))
    assert (set(petition.regions.all()), item.region) == (set(regions), city.tongbai.region)


def test_every_item_of_a_source_of_petitions_is_a_petition_and_no_other(city):
    assert register(city).petition.channel == "other"
    assert not Petition.objects.filter(item=register(city, procedure="own-finding")).exists()


def test_the_same_number_twice_is_refused_at_its_field(city):
    first = complain(city, external_ref=NUMBER)
    refusal = refusal_of(complain, city, external_ref=NUMBER)
    assert (refusal.code, list(refusal.errors)) == ("petition-number", ["external_ref"])
    assert first.number in str(refusal)
    assert WorkItem.objects.count() == 1


def test_without_a_number_there_may_be_many(city):
    complain(city)
    assert complain(city).external_ref == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"received_on": timezone.localdate() + timedelta(days=1)}, "received_on"),
        ({"sub_issues": ("x",) * 31}, "sub_issues"),
        ({"repeat_of": "XF1999-0001"}, "repeat_of"),
    ],
)
def test_wrong_input_is_refused_at_its_field_and_nothing_is_stored(city, given, field):
    assert list(refusal_of(complain, city, **given).errors) == [field]
    assert not WorkItem.objects.exists()


def test_other_sources_take_no_petitions(city):
    assert refusal_of(complain, city, procedure="own-finding").code == "no-petitions"


# -- findings ----------------------------------------------------------------------------------------------------------


def test_findings_are_recorded_with_what_they_replace(city, rectified):
    version = rectified.version
    found(
        rectified, city.environment_clerk, "true", "not", "partly", finding="partly", counts={"fined": Decimal("2.5")}
    )
    found(rectified, city.water_clerk, "true", "true", "true", finding="true", completion="done")
    petition = Petition.objects.get(item=rectified)
    assert (petition.finding, petition.completion, petition.fined) == ("true", "done", Decimal("2.5"))
    event = rectified.events.latest("id")
    assert (event.action, event.version, event.actor) == (Event.FINDINGS, None, city.water_clerk)
    assert event.data["changed"]["finding"] == ["partly", "true"]
    assert event.data["changed"]["sub_issues.2.finding"] == ["not", "true"]
    rectified.refresh_from_db()
    assert rectified.version == version


def test_what_changes_nothing_leaves_no_event(city, rectified):
    found(rectified, city.environment_clerk, "true")
    found(rectified, city.environment_clerk, "true")
    assert rectified.events.filter(action=Event.FINDINGS).count() == 1


@pytest.mark.parametrize(
    ("single", "overall", "fits"),
    [
        (("true", "true", "true"), "true", True),
        (("true", "true", "true"), "mostly", False),
        (("not", "not", "not"), "not", True),
        (("not", "not", "not"), "partly", False),
        (("true", "not", "not"), "partly", True),
        (("true", "true", "mostly"), "mostly", True),
        (("true", "true", "not"), "true", False),
        (("partly", "not", "not"), "not", False),
        (("mostly", "mostly", "mostly"), "true", False),
        (("true", "true"), "true", False),  # one of the three was not looked into
    ],
)
def test_the_overall_finding_fits_the_single_ones(city, rectified, single, overall, fits):
    def record() -> Petition:
        return found(rectified, city.environment_clerk, *single, finding=overall)

    if fits:
        assert record().finding == overall
    else:
        assert list(refusal_of(record).errors) == ["finding"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"finding": "maybe"}, "finding"),
        ({"completion": "almost"}, "completion"),
        ({"counts": {"detained": -1}}, "detained"),
        ({"counts": {"title": 1}}, "title"),
        ({"sub_issues": [SubFinding(9, "true")]}, "sub_issues"),
        ({"sub_issues": [SubFinding(1, "maybe")]}, "sub_issues.1.finding"),
    ],
)
def test_wrong_findings_are_refused_at_their_field(city, rectified, given, field):
    refusal = refusal_of(record_findings, rectified, by=city.environment_clerk, **given)
    assert list(refusal.errors) == [field]
    assert not rectified.events.filter(action=Event.FINDINGS).exists()


def test_two_people_do_not_overwrite_each_other(city, rectified):
    seen = fingerprint(rectified.petition)
    found(rectified, city.environment_clerk, "true", seen=seen)
    assert refusal_of(found, rectified, city.water_clerk, "not", seen=seen).code == "stale"


@pytest.mark.parametrize("name", ["environment_clerk", "water_clerk", "dispatcher"])
def test_who_rectifies_and_the_office_record_findings(city, rectified, name):
    assert found(rectified, getattr(city, name), "true").sub_issues.get(position=1).finding == "true"


@pytest.mark.parametrize("name", ["tongbai_clerk", "verifier", "supervisor", "auditor"])
def test_nobody_else_does(city, rectified, name):
    assert refusal_of(found, rectified, getattr(city, name), "true").code == "not-the-responsible"


def test_while_it_is_judged_only_the_office_does(city, rectified):
    item = submit(city, rectified)
    assert refusal_of(found, item, city.environment_clerk, "true").code == "not-in-this-state"
    assert found(item, city.dispatcher, "true").pk


@pytest.mark.parametrize("state", [State.CLOSED, State.VOID])
def test_what_is_finished_is_left_alone(city, state):
    assert refusal_of(found, walk(city, state), city.dispatcher, finding="true").code == "not-in-this-state"


def test_what_is_no_petition_has_no_findings(city):
    item = walk(city, State.RECTIFYING, procedure="own-finding")
    assert refusal_of(found, item, city.environment_clerk).code == "no-petition"


def test_findings_that_change_after_the_pass_make_it_stale(city, rectified):
    item = verify_all(city, submit(city, rectified))
    assert read_facts([item])[item.pk].first_stage_to_pass() is None
    found(item, city.dispatcher, "true")
    assert read_facts([item])[item.pk].first_stage_to_pass() == 1


def test_counts_that_change_after_the_pass_make_it_stale(city, rectified):
    item = verify_all(city, submit(city, rectified))
    record_findings(item, by=city.dispatcher, counts={"detained": 3})
    assert read_facts([item])[item.pk].first_stage_to_pass() == 1


def test_who_recorded_findings_for_a_responsible_department_judges_it_no_more(city, rectified):
    colleague = appoint(city.water_clerk, Role.VERIFIER, city.office)
    found(rectified, colleague, "true")
    item = submit(city, rectified)
    assert refusal_of(verify, city, item, by=colleague).code == "submitter"
    assert item not in awaiting(colleague)


def test_what_the_office_records_makes_nobody_a_party(city, rectified):
    found(rectified, city.dispatcher, "true")
    assert city.dispatcher.pk not in read_facts([rectified])[rectified.pk].workers


# -- repeats -----------------------------------------------------------------------------------------------------------


def test_a_repeat_of_a_repeat_points_to_the_first_of_the_row(city):
    first = complain(city)
    second = complain(city, repeat_of=first.number)
    third = complain(city, repeat_of=second.number)
    assert second.petition.repeat_of == third.petition.repeat_of == first.petition


def test_a_petition_of_another_office_is_not_to_be_found(city):
    first = complain(city)
    WorkItem.objects.filter(pk=first.pk).update(office=city.water)
    assert list(refusal_of(complain, city, repeat_of=first.number).errors) == ["repeat_of"]


def alike(city: City, **given: Any) -> list[WorkItem]:
    usual = {"title": "养殖场异味扰民", "description": "城关镇河东村养殖场夜间排放粪污，异味严重扰民。"}
    return likely_duplicates(city.office.pk, **usual | given)


def test_what_says_nearly_the_same_is_found_and_how_alike_it_is(city):
    first = complain(city, title="河东村养殖场污染", description=TEXT)
    complain(city, title="工地噪声", description="夜间混凝土浇筑噪声。")
    (hit,) = alike(city)
    assert hit == first
    assert 0.3 < hit.similarity <= 1


def test_of_another_region_and_place_it_is_another_matter(city):
    complain(city, title="养殖场", description=TEXT, regions=(city.tongbai.region,), place="城关镇河东村")
    assert alike(city, regions={city.xixia.region}) == []
    assert len(alike(city, regions={city.xixia.region}, place="城关镇河东村三组")) == 1
    assert len(alike(city, regions={city.tongbai.region})) == 1


def test_only_petitions_that_the_office_keeps_are_proposed(city):
    complain(city, title="养殖场", description=TEXT)
    register(city, procedure="own-finding", title="养殖场", description=TEXT)
    assert len(alike(city)) == 1
    assert likely_duplicates(city.water.pk, title="养殖场", description=TEXT) == []


def test_a_void_petition_is_proposed_too(city):
    item = void(city, complain(city, title="养殖场", description=TEXT))
    assert alike(city) == [item]


def test_the_threshold_of_others_is_left_as_it_was(city):
    complain(city, title="养殖场", description=TEXT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', '0.7', true)")
        assert len(alike(city)) == 1
        cursor.execute("SELECT current_setting('pg_trgm.similarity_threshold')")
        assert cursor.fetchone() == ("0.7",)

"""What was entered of an item is corrected: a new version, and the history keeps what stood there before."""

from typing import Any

import pytest

from accounts.models import Region
from notifications.models import Message
from tests import complaints, walking
from tests.people import City
from tests.walking import walk
from tests.workflow.asking import refusal_of
from tests.workflow.fingerprint import fingerprint
from workflow.lifecycle import State
from workflow.models import Event, Timer, WorkItem
from workflow.refusal import RefusalKind
from workflow.services import decline, decompose
from workflow.services.decomposition import Part
from workflow.services.revising import revise

OPEN = (State.DRAFT, State.ASSIGNED, State.RECTIFYING, State.SUSPENDED)
SEALED = (State.VERIFYING, State.PUBLICIZING, State.APPROVING, State.CLOSED, State.VOID)
ELSEWHERE = {"title": "白河垃圾", "description": "两处堆放。", "external_ref": "甲7号"}


def corrected(city: City, item: WorkItem, **given: Any) -> WorkItem:
    return revise(item, **{"by": city.dispatcher, **given})


@pytest.mark.parametrize("state", OPEN)
def test_until_it_is_judged_the_office_corrects(city: City, state: State) -> None:
    before = walk(city, state, procedure="campaign")
    after = corrected(city, before, region=Region.objects.get(name="桐柏县"), **ELSEWHERE)
    after.refresh_from_db()
    assert {name: getattr(after, name) for name in ELSEWHERE} == ELSEWHERE
    assert after.region.name == "桐柏县"
    assert (after.state, after.turn_department, after.version) == (state, before.turn_department, before.version + 1)
    assert after.updated_at > before.updated_at and after.entered_at == before.entered_at


def test_the_history_keeps_both_words(city: City) -> None:
    item = walk(city, State.RECTIFYING)
    corrected(city, item, title="白河垃圾", region=Region.objects.get(name="桐柏县"), note="录入有误。")
    event = item.events.latest("pk")
    assert (event.action, event.actor, event.department) == (Event.REVISE, city.dispatcher, city.office)
    assert (event.from_state, event.to_state, event.version) == ("rectifying", "rectifying", item.version + 1)
    assert event.note == "录入有误。"
    assert event.data == {"changed": {"title": [item.title, "白河垃圾"], "region": ["", "桐柏县"]}}


def test_clocks_and_deadlines_run_on(city: City) -> None:
    item = walk(city, State.RECTIFYING)
    before = list(Timer.objects.filter(item=item).order_by("pk").values())
    after = corrected(city, item, **ELSEWHERE)
    assert list(Timer.objects.filter(item=item).order_by("pk").values()) == before
    assert (after.due_on, after.original_due_on) == (item.due_on, item.original_due_on)


def test_the_lead_department_hears_of_it_with_both_words(city: City) -> None:
    item = walk(city, State.RECTIFYING)
    Message.objects.all().delete()
    corrected(city, item, title="白河垃圾", description="两处堆放。")
    told = Message.objects.get(recipient=city.environment_clerk)
    assert told.subject == f"【{item.number}】更正登记内容：白河垃圾"
    assert f"标题：{item.title} → 白河垃圾" in told.body
    assert "两处堆放" not in told.body
    assert not Message.objects.filter(recipient=city.water_clerk).exists()


@pytest.mark.parametrize("was_declined", [False, True])
def test_what_lies_with_the_office_is_told_nobody(city: City, was_declined: bool) -> None:
    item = walk(city, State.ASSIGNED if was_declined else State.DRAFT)
    if was_declined:
        item = decline(item, by=city.environment_clerk, reason="不属本局职责。")
    Message.objects.all().delete()
    corrected(city, item, title="白河垃圾")
    assert not Message.objects.exists()


def test_a_region_can_be_taken_away(city: City) -> None:
    item = walking.register(city, procedure="campaign", region=city.tongbai.region)
    assert corrected(city, item, region=None).region is None
    assert item.events.latest("pk").data["changed"] == {"region": ["桐柏县", ""]}


def test_the_region_of_a_petition_is_among_its_regions_and_the_wrong_one_is_not(city: City) -> None:
    item = walking.register(city, region=city.tongbai.region)
    corrected(city, item, region=city.xixia.region)
    assert [region.name for region in item.petition.regions.all()] == ["西峡县"]


def test_the_kind_of_deadline_is_corrected_before_assigning(city: City) -> None:
    assert corrected(city, walk(city, State.DRAFT), deadline_kind="staged").deadline_kind == "staged"


def test_a_part_is_corrected_by_itself(city: City) -> None:
    whole = walk(city, State.RECTIFYING)
    decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai)])
    part = whole.children.get()
    corrected(city, part, title="桐柏县的部分")
    whole.refresh_from_db()
    assert (part.events.latest("pk").action, whole.title) == (Event.REVISE, WorkItem.objects.get(pk=whole.pk).title)
    assert not whole.events.filter(action=Event.REVISE).exists()


# -- no ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{}, {"title": "  {} "}, {"external_ref": ""}, {"region": None}], ids=str)
@pytest.mark.parametrize("state", [State.DRAFT, State.APPROVING, State.CLOSED])
def test_where_nothing_differs_nothing_happens(city: City, given: dict[str, Any], state: State) -> None:
    item = walk(city, state, procedure="campaign")
    given = {name: word and word.format(item.title) for name, word in given.items()}
    before = fingerprint()
    assert corrected(city, item, **given).version == item.version
    assert fingerprint() == before


@pytest.mark.parametrize("state", SEALED)
def test_what_is_judged_stays_and_the_sentence_says_when(city: City, state: State) -> None:
    item = walk(city, state)
    before = fingerprint()
    refusal = refusal_of(corrected, city, item, title="白河垃圾")
    assert (refusal.kind, refusal.code) == (RefusalKind.CONFLICT, "not-in-this-state")
    assert "以验收时的内容为准" in str(refusal)
    assert fingerprint() == before


def test_what_one_stage_has_passed_stays_while_a_supplement_is_asked_for(city: City) -> None:
    item = walking.verify(city, walk(city, State.VERIFYING, procedure="central-inspection"))
    item = walking.verify(city, item, conclusion="supplement", opinion="缺监测报告。")
    assert item.state == State.RECTIFYING
    refusal = refusal_of(corrected, city, item, title="白河垃圾")
    assert (refusal.kind, refusal.code) == (RefusalKind.CONFLICT, "supplement-asked")
    assert walking.submit(city, item).stage == 2


@pytest.mark.parametrize(
    "name",
    ["environment_clerk", "environment_head", "verifier", "supervisor", "auditor", "system_admin", "city_leader"],
)
def test_nobody_but_a_dispatcher_of_the_office_corrects(city: City, name: str) -> None:
    item = walk(city, State.RECTIFYING)
    refusal = refusal_of(revise, item, by=getattr(city, name), title="白河垃圾")
    assert (refusal.kind, refusal.code) == (RefusalKind.FORBIDDEN, "not-the-office")
    assert refusal_of(revise, item, by=getattr(city, name)).code == "not-the-office"


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RECTIFYING, State.SUSPENDED])
def test_the_kind_of_deadline_stands_once_it_is_assigned(city: City, state: State) -> None:
    item = walk(city, state)
    refusal = refusal_of(corrected, city, item, title="白河垃圾", deadline_kind="long_term")
    assert (refusal.kind, refusal.code) == (RefusalKind.CONFLICT, "deadline-kind-stands")
    assert list(refusal.errors) == ["deadline_kind"]
    item.refresh_from_db()
    assert item.title != "白河垃圾"


@pytest.mark.parametrize("name", ["title", "description"])
def test_nothing_that_is_needed_is_emptied(city: City, name: str) -> None:
    refusal = refusal_of(corrected, city, walk(city, State.DRAFT), **{name: " \n"})
    assert (refusal.code, list(refusal.errors)) == ("required", [name])


def test_who_saw_an_older_version_is_refused(city: City) -> None:
    item = walk(city, State.DRAFT)
    corrected(city, item, version=item.version, title="白河垃圾")
    assert refusal_of(corrected, city, item, version=item.version, title="唐河垃圾").kind == RefusalKind.STALE


def test_a_petitions_number_stands_once_but_may_be_said_again(city: City) -> None:
    first, second = (complaints.complain(city, external_ref=number) for number in ("D2HA001", "D2HA002"))
    refusal = refusal_of(corrected, city, second, external_ref="D2HA001")
    assert (refusal.code, list(refusal.errors)) == ("petition-number", ["external_ref"])
    assert first.number in str(refusal)
    assert corrected(city, second, external_ref="D2HA002", title="白河垃圾").title == "白河垃圾"


@pytest.mark.parametrize("name", ["due_on", "state", "lead", "measures", "office", "number"])
def test_the_verb_takes_nothing_else(city: City, name: str) -> None:
    item = walk(city, State.DRAFT)
    with pytest.raises(TypeError, match=name):
        corrected(city, item, **{name: None})

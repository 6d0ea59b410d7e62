"""A central-inspection issue through the pages: three counties, a failed verification, an extension, an objection
upheld, a close-out, a rebound, a second close-out. People at their desks move it, and the days that pass."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, User
from accounts.roles import Role
from tests.journeys.conftest import Calendar
from tests.journeys.people_at_work import Person, text_of
from tests.people import City, hire
from tests.walking import ALL_MET
from workflow.models import Procedure, Source, WorkItem

TITLE = "三条河流沿线雨污混接，汛期污水直排"
DAY_ONE = date(2025, 3, 3)
DEADLINE, LATER = date(2025, 8, 29), date(2025, 10, 31)
APPROVAL = "豫环督改函〔2025〕18号"
COUNTIES = ("tongbai_clerk", "xixia_clerk", "neixiang_clerk")


class Case:
    """The issue, and everybody who has to do with it."""

    def __init__(self, city: City, calendar: Calendar) -> None:
        self.city, self.calendar = city, calendar
        self.neixiang = Department.objects.get(name="内乡县")
        hire("neixiang_clerk", Role.CLERK, self.neixiang)
        self.pk = 0

    def at(self, name: str) -> Person:
        """He signs in anew: days pass between two visits."""
        return Person(User.objects.get(username=name))

    @property
    def item(self) -> WorkItem:
        return WorkItem.objects.get(pk=self.pk)

    def part_of(self, clerk: str) -> WorkItem:
        return self.item.children.get(lead=self.at(clerk).user.memberships.get().department)

    def page(self, name: str, item: WorkItem | None = None) -> str:
        return self.at(name).opens(reverse("workflow:item", args=[(item or self.item).number]))

    # -- what happens more than once -------------------------------------------------------------------------------

    def hands_in(self, clerk: str, item: WorkItem, summary: str) -> None:
        person = self.at(clerk)
        person.uploads_photo(item, "after_photo")
        page = person.submits(item, summary)
        item.refresh_from_db()
        assert item.state == "verifying", page

    def passes(self, item: WorkItem) -> None:
        """The supervising department on site, then the committee office on paper."""
        site = {"method": "site", "visited_on": self.calendar.today.isoformat(), "team": "市水利局核查组"}
        self.at("water_verifier").does(item, "verify", conclusion="pass", opinion="现场属实。", **site, **ALL_MET)
        self.at("verifier").does(item, "verify", conclusion="pass", opinion="材料齐全。", **ALL_MET)
        item.refresh_from_db()
        assert item.state == "publicizing"

    def waits_for_the_notice(self, item: WorkItem) -> None:
        self.calendar.turn_to(item.publicities.get(ended_at=None).ends_on + timedelta(days=1))
        item.refresh_from_db()
        assert item.state == "approving"

    def closes(self, item: WorkItem) -> None:
        page = self.at("supervisor").does(item, "approve", outcome="rectified", opinion="同意销号。")
        item.refresh_from_db()
        assert item.state == "closed", page


@pytest.fixture
def case(committed_city: City, calendar: Calendar, demo_mail: None) -> Case:
    """Registered and assigned: the environment bureau leads, the water bureau supervises and so verifies first."""
    calendar.turn_to(DAY_ONE)
    case = Case(committed_city, calendar)
    dispatcher = case.at("dispatcher")
    dispatcher.client.post(reverse("workflow:source-new"), {"kind": "central", "title": "中央生态环境保护督察反馈问题"})
    issue = {"source": Source.objects.get().pk, "title": TITLE, "description": "汛期三个雨水口溢流。"}
    dispatcher.client.post(reverse("workflow:register"), issue | {"deadline_kind": "fixed"})
    case.pk = WorkItem.objects.get().pk
    elements = {"lead": committed_city.environment.pk, "due_on": DEADLINE.isoformat(), "measures": "改造管网。"}
    page = dispatcher.does(case.item, "assign", **elements, standard="晴天无溢流。")
    assert "督导单位" in page, "a central issue is not handed out without somebody who verifies first"
    dispatcher.does(case.item, "assign", **elements, standard="晴天无溢流。", supervise=[committed_city.water.pk])
    case.at("environment_clerk").does(case.item, "accept")
    return case


def test_an_issue_of_three_counties_closes_rebounds_and_closes_again(case: Case) -> None:
    the_counties_do_their_parts(case)
    the_higher_level_grants_more_time(case)
    an_objection_is_upheld(case)
    it_is_closed_and_filed(case)
    the_look_back_finds_a_rebound(case)
    it_is_closed_again(case)


def the_counties_do_their_parts(case: Case) -> None:
    dispatcher, city = case.at("dispatcher"), case.city
    chosen = [city.tongbai.pk, city.xixia.pk, case.neixiang.pk]
    late = {f"due_on_{city.xixia.pk}": LATER.isoformat()}
    assert "不得晚于" in dispatcher.does(case.item, "decompose", departments=chosen, **late)
    assert not case.item.children.exists()
    early = {f"due_on_{city.xixia.pk}": "2025-06-30"}
    dispatcher.does(case.item, "decompose", departments=chosen, **early)
    assert case.part_of("xixia_clerk").due_on == date(2025, 6, 30)
    case.calendar.turn(1)
    for clerk in COUNTIES:
        assert case.part_of(clerk).number in case.at(clerk).inbox()
        case.at(clerk).does(case.part_of(clerk), "accept")
        case.hands_in(clerk, case.part_of(clerk), "本县管网改造完成。")
    assert "尚未" in case.at("environment_clerk").submits(case.item, "三县已完成。")
    failed = case.part_of("tongbai_clerk")
    case.at("water_verifier").does(failed, "verify", conclusion="fail", opinion="仍有两处混接。")
    failed.refresh_from_db()
    assert (failed.state, failed.return_count) == ("rectifying", 1)
    assert "仍有两处混接" in case.page("tongbai_clerk", failed)
    case.hands_in("tongbai_clerk", failed, "两处混接已改造。")
    for clerk in COUNTIES:
        case.passes(case.part_of(clerk))
    for clerk in COUNTIES:
        part = case.part_of(clerk)
        if part.state == "publicizing":
            case.waits_for_the_notice(part)
        case.closes(part)
    assert case.item.percent == 100


def the_higher_level_grants_more_time(case: Case) -> None:
    clerk, dispatcher = case.at("environment_clerk"), case.at("dispatcher")
    clerk.does(case.item, "request-extension", due_on=LATER.isoformat(), reason="汛期无法施工。")
    assert case.item.due_on == DEADLINE, "only the higher level changes the deadline of a central issue"
    dispatcher.uploads(case.item, "批复.pdf")
    scan = case.item.evidence.get(name="批复.pdf").pk
    page = dispatcher.does(case.item, "decide-extension", due_on=LATER.isoformat(), reason="上级批准。", scan=scan)
    assert case.item.due_on == DEADLINE, "no approval without its number"
    answer = {"due_on": LATER.isoformat(), "reason": "上级批准延期。", "document_number": APPROVAL, "scan": scan}
    page = dispatcher.does(case.item, "decide-extension", **answer)
    assert (case.item.due_on, case.item.original_due_on) == (LATER, DEADLINE), page
    assert APPROVAL in case.page("environment_clerk")


def an_objection_is_upheld(case: Case) -> None:
    case.hands_in("environment_clerk", case.item, "三县均已整改。")
    case.passes(case.item)
    notice = reverse("workflow:public-notice", args=[case.item.publicities.get(ended_at=None).pk])
    passer_by = Client()
    public = text_of(passer_by.get(notice).content.decode())
    assert TITLE in public
    assert case.at("environment_clerk").user.name not in public
    complaint = {"text": "东关雨水口昨夜仍在溢流。", "name": "居民", "contact": "13800001234"}
    passer_by.post(f"{notice}objection/", complaint)
    assert case.item.number in case.at("dispatcher").inbox()
    assert "13800001234" in case.page("dispatcher")
    assert "13800001234" not in case.page("environment_clerk")
    case.calendar.turn(20)
    assert case.item.state == "publicizing", "an open objection stops the close-out"
    objection = case.item.objections.get().pk
    answer = {"objection": objection, "upheld": "yes", "opinion": "现场属实，退回整改。"}
    case.at("dispatcher").does(case.item, "resolve-objection", **answer)
    assert (case.item.state, case.item.return_count) == ("rectifying", 1)


def it_is_closed_and_filed(case: Case) -> None:
    case.hands_in("environment_clerk", case.item, "东关雨水口已封堵。")
    case.passes(case.item)
    page = case.at("supervisor").does(case.item, "approve", outcome="rectified", opinion="同意。")
    assert case.item.state == "publicizing", page
    case.waits_for_the_notice(case.item)
    case.closes(case.item)
    assert case.item.number in case.at("dispatcher").inbox(), "it is to be filed with the higher level"
    case.at("dispatcher").does(case.item, "file", document_number="宛环委备〔2025〕7号")
    assert "宛环委备〔2025〕7号" in case.page("environment_clerk")
    assert list(case.item.look_backs.values_list("number", flat=True)) == [1, 2, 3]


def the_look_back_finds_a_rebound(case: Case) -> None:
    case.calendar.turn(31)
    inspector = case.at("second_verifier")
    assert case.item.number in inspector.inbox()
    inspector.uploads_photo(case.item, "after_photo")
    photo = case.item.evidence.latest("pk").pk
    answer = {"finding": "rebounded", "opinion": "东关雨水口再次溢流。", "evidence": [photo]}
    page = inspector.does(case.item, "look-back", **answer)
    assert (case.item.state, case.item.cycle) == ("rectifying", 2), page
    assert case.item.closures.count() == 1
    assert case.item.number in case.at("environment_clerk").inbox()
    assert f"【{case.item.number}】" in case.at("environment_head").mail()


def it_is_closed_again(case: Case) -> None:
    case.calendar.turn(10)
    case.hands_in("environment_clerk", case.item, "泵站投运，连续十日无溢流。")
    case.passes(case.item)
    case.waits_for_the_notice(case.item)
    case.closes(case.item)
    numbers = list(case.item.closures.order_by("cycle").values_list("document_number", flat=True))
    assert len(numbers) == len(set(numbers)) == 2
    page = case.page("dispatcher")
    assert all(number in page for number in numbers)
    assert case.item.procedure == Procedure.objects.get(code="central-inspection")

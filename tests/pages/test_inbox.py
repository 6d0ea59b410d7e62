"""The inbox: whose turn, what to do, how long is left."""

from datetime import timedelta

from django.utils import timezone

from tests import walking
from tests.pages.reading import queries, text_of
from tests.walking import walk
from workflow.lifecycle import State


def test_items_stand_under_what_the_person_has_to_do(city, signed_in):
    walk(city, State.DRAFT)
    page = text_of(signed_in(city.dispatcher).get("/"))
    assert "待交办 1 项" in page


def test_each_person_finds_his_own_turn(city, signed_in):
    for state, person, heading in (
        (State.ASSIGNED, city.environment_clerk, "待签收"),
        (State.RECTIFYING, city.water_clerk, "To rectify"),
        (State.VERIFYING, city.verifier, "待验收"),
        (State.APPROVING, city.supervisor, "待销号审批"),
    ):
        item = walk(city, state, lead=city.water if person == city.water_clerk else city.environment)
        page = text_of(signed_in(person).get("/"))
        assert heading in page
        assert item.number in page


def test_an_item_that_is_somebody_elses_turn_is_not_there(city, signed_in):
    item = walk(city, State.ASSIGNED)
    assert item.number not in text_of(signed_in(city.dispatcher).get("/"))
    assert item.number not in text_of(signed_in(city.water_clerk).get("/"))


def test_an_open_objection_is_the_offices_to_decide(city, signed_in):
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    browser = signed_in(city.dispatcher)
    assert item.number not in text_of(browser.get("/"))
    browser.post(f"/items/{item.number}/actions/object/", {"version": item.version, "text": "仍有异味"})
    assert "待裁定异议 1 项" in text_of(browser.get("/"))


def test_nothing_to_do_is_said_in_a_sentence(city, signed_in):
    assert "现在没有需要您办理的事项" in text_of(signed_in(city.auditor).get("/"))


def test_overdue_is_said_in_words_and_in_days(city, signed_in):
    start = timezone.now() - timedelta(days=20)
    item = walk(city, State.DRAFT, now=start)
    item = walking.assign(city, item, now=start, due_on=walking.day_of(start) + timedelta(days=17))
    walking.accept(city, item, now=start)
    assert "超期 3 天" in text_of(signed_in(city.environment_clerk).get("/"))


def test_time_left_is_said_in_working_days(city, signed_in):
    item = walk(city, State.DRAFT, now=timezone.now())
    walking.assign(city, item, due_on=walking.day_of(None) + timedelta(days=90))
    page = text_of(signed_in(city.environment_clerk).get("/"))
    assert "剩余 2 个工作日" in page
    assert "签收期限：" in page


def test_the_nearest_time_limit_comes_first(city, signed_in):
    later, sooner = (walk(city, State.RECTIFYING, now=timezone.now() - timedelta(days=days)) for days in (1, 9))
    page = text_of(signed_in(city.environment_clerk).get("/"))
    assert page.index(sooner.number) < page.index(later.number)


def test_a_declined_item_is_marked(city, signed_in):
    item = walk(city, State.ASSIGNED)
    walking.services.decline(item, by=city.environment_clerk, reason="不属于职责范围")
    assert "已退单" in text_of(signed_in(city.dispatcher).get("/"))


def test_htmx_gets_the_groups_and_the_counter_alone(city, signed_in):
    walk(city, State.DRAFT)
    answer = signed_in(city.dispatcher).get("/", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b'id="inbox-count" hx-swap-oob="true">1<' in answer.content


def test_the_inbox_costs_the_same_however_many_items(city, signed_in):
    browser = signed_in(city.environment_clerk)

    def both() -> None:
        for state in (State.ASSIGNED, State.RECTIFYING):
            walk(city, state)

    both()
    few = queries(lambda: browser.get("/"))
    for _more in range(4):
        both()
    assert queries(lambda: browser.get("/")) == few <= 14


def test_what_comes_after_closing_stands_under_headings_of_its_own(city, signed_in):
    filing = walk(city, State.CLOSED, procedure="central-inspection")
    looked_at = walk(city, State.CLOSED, procedure="plan-task")
    office, verifier = (text_of(signed_in(person).get("/")) for person in (city.dispatcher, city.verifier))
    assert "待备案 1 项" in office and filing.number in office and looked_at.number not in office
    assert "待回头看 1 项" in verifier and looked_at.number in verifier and filing.number not in verifier


def test_suspended_items_lie_with_the_supervisors(city, signed_in):
    item = walk(city, State.SUSPENDED)
    page = text_of(signed_in(city.supervisor).get("/"))
    assert "已中止 1 项" in page
    assert item.number in page
    assert item.number in text_of(signed_in(city.dispatcher).get("/items/?state=suspended"))

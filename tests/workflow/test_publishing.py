"""The office records where else a notice was put up: its days count from there."""

from datetime import date, timedelta

import pytest

from tests.people import City
from tests.walking import day_of, shanghai, walk
from tests.workflow.asking import refusal_of
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import WorkItem

START = shanghai(2025, 1, 3)  # a Friday; a petition is shown for five working days
NEXT_DAY = shanghai(2025, 1, 4)


@pytest.fixture
def shown(city: City) -> WorkItem:
    return walk(city, State.PUBLICIZING, now=START)


def publish(city: City, item: WorkItem, starts_on: date = date(2025, 1, 6), **given: object) -> WorkItem:
    return services.publish(item, by=city.dispatcher, starts_on=starts_on, **{"now": NEXT_DAY} | given)


def days(item: WorkItem) -> list[tuple[date, date]]:
    return list(item.publicities.values_list("starts_on", "ends_on"))


def test_a_new_row_takes_over_and_the_old_one_ends(city, shown):
    item = publish(city, shown, place="南阳日报第 3 版")
    old, new = item.publicities.order_by("pk")
    assert days(item) == [(date(2025, 1, 3), date(2025, 1, 9)), (date(2025, 1, 6), date(2025, 1, 10))]
    assert (old.ended_at, new.ended_at, new.replaces) == (NEXT_DAY, None, old)
    assert (new.place, new.published_by, new.days, new.unit) == ("南阳日报第 3 版", city.dispatcher, 5, "working")


def test_the_text_is_the_same_but_for_its_days(city, shown):
    old, new = publish(city, shown).publicities.order_by("pk")
    changed = [field["label"] for field, other in zip(old.notice, new.notice, strict=True) if field != other]
    assert changed == ["period"]
    assert {"label": "period", "text": "2025年1月6日至2025年1月10日（5 个工作日）"} in new.notice


def test_the_clock_ends_the_notice_on_its_new_last_day(city, shown):
    item = publish(city, shown)
    deadline_scan.scan(shanghai(2025, 1, 10, 23, 59))
    item.refresh_from_db()
    assert item.state == State.PUBLICIZING
    deadline_scan.scan(shanghai(2025, 1, 11, 0, 0))
    item.refresh_from_db()
    assert item.state == State.APPROVING


def test_a_notice_may_be_put_up_again_and_again(city, shown):
    item = publish(city, publish(city, shown), date(2025, 1, 7))
    assert item.publicities.filter(ended_at=None).get().ends_on == date(2025, 1, 13)


def test_what_is_stated_rightly_is_taken(city, shown):
    item = publish(city, shown, ends_on=date(2025, 1, 10), days=5)
    assert item.publicities.count() == 2


@pytest.mark.parametrize(
    ("stated", "fields"),
    [
        ({"ends_on": date(2025, 1, 13)}, ["ends_on"]),
        ({"ends_on": date(2025, 1, 11)}, ["ends_on"]),  # five working days, but the weekend is none of them
        ({"ends_on": date(2025, 1, 1)}, ["ends_on"]),
        ({"days": 7}, ["days"]),
        ({"ends_on": date(2025, 1, 14), "days": 7}, ["ends_on", "days"]),
    ],
)
def test_what_is_stated_wrongly_is_refused_with_the_right_end(city, shown, stated, fields):
    refusal = refusal_of(publish, city, shown, **stated)
    assert (refusal.code, list(refusal.errors)) == ("publicity-period", fields)
    assert "2025-01-10" in str(refusal)
    assert shown.publicities.count() == 1


@pytest.mark.parametrize("starts_on", [date(2025, 1, 2), date(2025, 2, 4)])
def test_a_notice_begins_neither_before_the_verification_nor_far_ahead(city, shown, starts_on):
    refusal = refusal_of(publish, city, shown, starts_on)
    assert (refusal.code, list(refusal.errors)) == ("publicity-start", ["starts_on"])


@pytest.mark.parametrize("starts_on", [date(2025, 1, 3), date(2025, 2, 3)])
def test_but_on_the_day_of_the_verification_and_thirty_days_ahead(city, shown, starts_on):
    assert publish(city, shown, starts_on).state == State.PUBLICIZING


def test_once_the_notice_is_over_nothing_is_put_up(city, shown):
    assert refusal_of(publish, city, shown, now=shanghai(2025, 1, 10)).code == "no-publicity"


def test_a_late_objection_does_not_bring_a_notice_back(city):
    item = services.object_to(walk(city, State.APPROVING), by=city.dispatcher, text="还在冒烟。")
    starts_on = day_of(None) + timedelta(days=1)
    assert refusal_of(services.publish, item, by=city.dispatcher, starts_on=starts_on).code == "no-publicity"


def test_while_an_objection_is_open_the_clock_stays_stopped(city, shown):
    item = publish(city, services.object_to(shown, by=city.dispatcher, text="仍有垃圾。", now=NEXT_DAY))
    assert [timer.clock for timer in item.timers.filter(ended_at=None)] == ["objection"]
    assert item.turn_party == "office"


def test_only_the_office_puts_up_notices(city, shown):
    starts_on = date(2025, 1, 6)
    refusal = refusal_of(services.publish, shown, by=city.environment_clerk, starts_on=starts_on, now=NEXT_DAY)
    assert refusal.code == "not-the-office"


def test_the_event_says_from_when_to_when_and_where(city, shown):
    event = publish(city, shown, place="市政府网站").events.get(action="publish")
    assert event.data == {"publicity": {"from": "2025-01-06", "to": "2025-01-10"}, "place": "市政府网站"}

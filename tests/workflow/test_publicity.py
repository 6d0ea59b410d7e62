"""Publicity and objections: ended by the clock alone, stopped by what somebody objects."""

from datetime import date, timedelta

import pytest

from tests.people import City
from tests.walking import after_publicity, register, shanghai, submit, verify, walk
from tests.workflow.asking import refusal_of
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import Objection, Publicity, WorkItem
from workflow.services.publicity import end_publicity

START = shanghai(2025, 1, 3)  # a Friday; a petition is shown for five working days


@pytest.fixture
def shown(city: City) -> WorkItem:
    return walk(city, State.PUBLICIZING, now=START)


@pytest.fixture
def objected(city: City, shown: WorkItem) -> WorkItem:
    return services.object_to(shown, by=city.dispatcher, text="仍有垃圾。", now=START)


def resolve(city: City, item: WorkItem, upheld: bool, **given: object) -> WorkItem:
    return services.resolve_objection(item, by=city.dispatcher, upheld=upheld, opinion="已现场核查。", **given)


@pytest.mark.parametrize(
    ("procedure", "start", "ends_on"),
    [
        ("petition", shanghai(2025, 1, 3), date(2025, 1, 9)),
        ("central-inspection", shanghai(2025, 1, 21), date(2025, 2, 8)),
        ("central-inspection", shanghai(2023, 7, 27), date(2023, 8, 9)),
        ("plan-task", shanghai(2025, 1, 24), date(2025, 1, 30)),
    ],
)
def test_publicity_lasts_as_long_as_the_procedure_says(city, procedure, start, ends_on):
    item = walk(city, State.PUBLICIZING, procedure=procedure, now=start)
    publicity = item.publicities.get()
    assert (publicity.starts_on, publicity.ends_on) == (start.date(), ends_on)


def test_publicity_begun_after_midnight_in_shanghai_begins_that_day(city):
    item = walk(city, State.PUBLICIZING, now=shanghai(2025, 1, 3, 0, 30))
    assert item.publicities.get().starts_on == date(2025, 1, 3)


def test_publicity_is_the_turn_of_the_clock(shown):
    assert (shown.turn_party, shown.turn_department) == ("clock", None)


def test_publicity_does_not_end_on_its_last_day(shown):
    deadline_scan.scan(shanghai(2025, 1, 9, 23, 59))
    shown.refresh_from_db()
    assert shown.state == State.PUBLICIZING


def test_publicity_ends_with_the_first_scan_after_its_last_day(shown):
    deadline_scan.scan(shanghai(2025, 1, 10, 0, 0))
    shown.refresh_from_db()
    assert (shown.state, shown.turn_party) == (State.APPROVING, "approver")


def test_the_end_of_publicity_has_no_actor(shown):
    deadline_scan.scan(shanghai(2025, 1, 10, 0, 0))
    event = shown.events.get(action="end-publicity")
    assert (event.actor, event.department) == (None, None)


def test_the_clock_itself_is_refused_before_the_day(shown):
    assert refusal_of(end_publicity, shown, now=shanghai(2025, 1, 9, 23, 59)).code == "in-publicity"


def test_nobody_approves_while_the_notice_hangs(city, shown):
    assert refusal_of(services.approve, shown, by=city.supervisor, opinion="同意。").code == "not-in-this-state"


def test_a_publicity_that_has_ended_keeps_its_days(shown):
    deadline_scan.scan(shanghai(2025, 1, 10, 0, 0))
    publicity = Publicity.objects.get(item=shown)
    assert (publicity.ends_on, publicity.ended_at) == (date(2025, 1, 9), shanghai(2025, 1, 10, 0, 0))


# -- objections --------------------------------------------------------------------------------------------------------


def test_an_objection_makes_it_the_turn_of_the_office(city, objected):
    assert (objected.state, objected.turn_party, objected.turn_department) == (State.PUBLICIZING, "office", city.office)


def test_an_objection_stops_the_clock(objected):
    deadline_scan.scan(shanghai(2025, 3, 1))
    objected.refresh_from_db()
    assert objected.state == State.PUBLICIZING


def test_the_clock_itself_is_refused_while_an_objection_is_open(objected):
    assert refusal_of(end_publicity, objected, now=shanghai(2025, 3, 1)).code == "open-objection"


def test_an_objection_needs_words(city, shown):
    assert list(refusal_of(services.object_to, shown, by=city.dispatcher, text=" ").errors) == ["text"]


def test_a_decision_needs_an_opinion(city, objected):
    refusal = refusal_of(services.resolve_objection, objected, by=city.dispatcher, upheld=True, opinion="")
    assert list(refusal.errors) == ["opinion"]


def test_an_objection_upheld_sends_the_item_back_and_counts(city, objected):
    item = resolve(city, objected, upheld=True)
    assert (item.state, item.return_count, item.submitted_at) == (State.RECTIFYING, 1, None)
    assert not item.publicities.filter(ended_at__isnull=True).exists()


def test_an_objection_not_upheld_lets_publicity_go_on(city, objected):
    item = resolve(city, objected, upheld=False, now=START)
    assert (item.state, item.turn_party, item.return_count) == (State.PUBLICIZING, "clock", 0)
    deadline_scan.scan(shanghai(2025, 1, 10, 0, 0))
    item.refresh_from_db()
    assert item.state == State.APPROVING


def test_an_objection_decided_after_the_last_day_ends_publicity_with_the_next_scan(city, objected):
    resolve(city, objected, upheld=False, now=shanghai(2025, 1, 20))
    deadline_scan.scan(shanghai(2025, 1, 20, 9, 1))
    objected.refresh_from_db()
    assert objected.state == State.APPROVING


def test_the_decision_is_kept_with_who_and_when(city, objected):
    resolve(city, objected, upheld=False, now=START)
    kept = Objection.objects.get(item=objected)
    assert (kept.upheld, kept.opinion, kept.decided_by) == (False, "已现场核查。", city.dispatcher)
    assert kept.decided_at == START


def test_a_decided_objection_is_not_decided_again(city, objected):
    item = resolve(city, objected, upheld=False)
    assert refusal_of(resolve, city, item, True).code == "no-objection"


def test_the_oldest_objection_is_decided_first(city, objected):
    item = services.object_to(objected, by=city.dispatcher, text="另一条。")
    resolve(city, item, upheld=False)
    assert item.objections.get(upheld__isnull=True).text == "另一条。"


def test_a_named_objection_is_decided(city, objected):
    item = services.object_to(objected, by=city.dispatcher, text="另一条。")
    resolve(city, item, upheld=False, objection=item.objections.get(text="另一条。").pk)
    assert item.objections.get(upheld__isnull=True).text == "仍有垃圾。"


def test_while_one_of_two_objections_is_open_the_office_stays_at_turn(city, objected):
    item = services.object_to(objected, by=city.dispatcher, text="另一条。")
    item = resolve(city, item, upheld=False)
    assert item.turn_party == "office"
    assert [timer.clock for timer in item.timers.filter(ended_at__isnull=True)] == ["objection"]


def test_an_objection_of_another_item_is_refused(city, objected):
    stranger = services.object_to(walk(city, State.PUBLICIZING), by=city.dispatcher, text="别处。").objections.get()
    refusal = refusal_of(resolve, city, objected, True, objection=stranger.pk)
    assert list(refusal.errors) == ["objection"]


@pytest.mark.parametrize("procedure", ["petition", "own-finding"])
def test_an_objection_that_comes_late_stops_the_approval(city, procedure):
    item = services.object_to(walk(city, State.APPROVING, procedure=procedure), by=city.dispatcher, text="还在冒烟。")
    assert refusal_of(services.approve, item, by=city.supervisor, opinion="同意。").code == "not-in-this-state"


@pytest.mark.parametrize("procedure", ["petition", "own-finding"])
def test_a_late_objection_not_upheld_leads_back_to_the_supervisor(city, procedure):
    item = services.object_to(walk(city, State.APPROVING, procedure=procedure), by=city.dispatcher, text="还在冒烟。")
    resolve(city, item, upheld=False)
    deadline_scan.scan()
    item.refresh_from_db()
    assert (item.state, item.turn_party) == (State.APPROVING, "approver")


@pytest.mark.parametrize("procedure", ["petition", "own-finding"])
def test_of_two_late_objections_both_are_decided_before_the_supervisor_is_asked(city, procedure):
    item = walk(city, State.APPROVING, procedure=procedure)
    for text in ("还在冒烟。", "还有臭味。"):
        item = services.object_to(item, by=city.dispatcher, text=text)
    item = resolve(city, item, upheld=False)
    assert (item.state, item.turn_party) == (State.PUBLICIZING, "office")
    resolve(city, item, upheld=False)
    deadline_scan.scan()
    item.refresh_from_db()
    assert item.state == State.APPROVING


def test_an_upheld_objection_does_not_leave_another_one_behind_unanswered(city):
    item = walk(city, State.APPROVING, procedure="own-finding")
    for text in ("还在冒烟。", "还有臭味。"):
        item = services.object_to(item, by=city.dispatcher, text=text)
    item = verify(city, submit(city, resolve(city, item, upheld=True)))
    assert item.state == State.PUBLICIZING or not item.objections.filter(upheld__isnull=True).exists()


def test_a_second_publicity_after_a_return_has_its_own_days(city, objected):
    back = resolve(city, objected, upheld=True, now=START)
    again = START + timedelta(days=40)
    item = verify(city, submit(city, back, now=again), now=again)
    assert item.publicities.count() == 2
    assert after_publicity(item) > again


def test_a_draft_is_not_objected_to(city):
    assert refusal_of(services.object_to, register(city), by=city.dispatcher, text="否").code == "not-in-this-state"

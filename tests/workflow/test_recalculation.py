"""A calendar that changes: what moves, what stays, who hears of it, and that nothing is moved twice or lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from notifications.models import Alarm, Message
from tests import walking
from tests.people import City
from tests.walking import shanghai, walk
from workflow import working_calendar
from workflow.lifecycle import State
from workflow.models import CalendarDay, CalendarYear, Event, Timer, WorkItem
from workflow.refusal import Refused
from workflow.services import timers
from workflow.services.calendar_coverage import calendar_coverage, watch_the_calendar
from workflow.services.moves import all_moves, calendars_of
from workflow.services.recalculation import finish_recalculations, recalculate
from workflow.services.working_years import discard, keep_reading, put_in_force

YEAR = working_calendar.LAST_YEAR + 1  # 2027: not published
EVE = shanghai(YEAR - 1, 12, 31)  # a Thursday
NEW_YEAR = date(YEAR, 1, 1)  # a Friday
BRIDGE = {NEW_YEAR: (False, "元旦"), date(YEAR, 1, 4): (False, "元旦"), date(YEAR, 1, 9): (True, "元旦")}
ALWAYS = {date(YEAR, 5, 1): (False, "劳动节"), **{date(YEAR, 10, n): (False, "国庆节") for n in (1, 2, 3)}}


def read(
    city: City, named: dict | None = None, number: str = "国办发明电〔2026〕9号", year: int = YEAR
) -> CalendarYear:
    terms = {"year": year, "named": BRIDGE | ALWAYS if named is None else named, "origin": "notice", "title": "通知"}
    return keep_reading(**terms, document_number=number, by=city.dispatcher)


def in_force(city: City, **given) -> CalendarYear:
    return put_in_force(read(city, **given), by=city.dispatcher, reason="国务院办公厅已公布。")


def running(item: WorkItem, clock: str) -> Timer:
    return item.timers.get(clock=clock, ended_at=None)


def moves_of(item: WorkItem) -> list[Event]:
    return list(item.events.filter(action=Event.RECALCULATE))


@pytest.fixture
def assigned(city: City) -> WorkItem:
    """Two working days to accept over an unpublished New Year: by Tuesday, 5 January."""
    return walk(city, State.ASSIGNED, now=EVE)


def test_the_preview_counts_and_changes_nothing(city, assigned):
    row = read(city)
    found = [(move.timer.clock, move.timer.due_on, move.due_on) for move in all_moves(calendars_of(row))]
    assert found == [("accept", date(YEAR, 1, 5), date(YEAR, 1, 6))]
    assert running(assigned, "accept").due_on == date(YEAR, 1, 5)
    assert working_calendar.load().is_provisional(NEW_YEAR)


def test_a_short_limit_moves_with_a_new_generation_an_event_and_a_notice(city, assigned):
    before = running(assigned, "accept")
    assert recalculate(in_force(city)) == 1
    assigned.refresh_from_db()
    after = running(assigned, "accept")
    assert (assigned.accept_by, after.due_on) == (date(YEAR, 1, 6), date(YEAR, 1, 6))
    assert after.generation == before.generation + 1
    assert Timer.objects.get(pk=before.pk).ended_at is not None
    (event,) = moves_of(assigned)
    assert (event.actor, event.note) == (city.dispatcher, "国务院办公厅已公布。")
    assert event.data["moved"] == [{"clock": "accept", "from": f"{YEAR}-01-05", "to": f"{YEAR}-01-06"}]
    assert event.data["document_number"] == "国办发明电〔2026〕9号"
    told = Message.objects.filter(kind=Event.RECALCULATE)
    assert city.environment_clerk.pk in told.values_list("recipient", flat=True)
    assert "国办发明电〔2026〕9号" in told.get(recipient=city.environment_clerk).body


def test_an_agreed_deadline_never_moves(city, assigned):
    due_on, timer = assigned.due_on, running(assigned, "deadline")
    recalculate(in_force(city))
    assigned.refresh_from_db()
    assert (assigned.due_on, running(assigned, "deadline").pk) == (due_on, timer.pk)


def test_moving_again_moves_nothing(city, assigned):
    row = in_force(city)
    assert [recalculate(row), recalculate(row), finish_recalculations()] == [1, 0, 0]
    assert len(moves_of(assigned)) == 1
    assert CalendarYear.objects.get(pk=row.pk).recalculated_at is not None


def test_what_was_handed_out_after_it_came_into_force_is_left_alone(city):
    row = in_force(city)
    item = walk(city, State.ASSIGNED, now=EVE)
    assert item.accept_by == date(YEAR, 1, 6)
    assert recalculate(row) == 0


def test_the_days_of_judging_move(city):
    item = walk(city, State.VERIFYING, now=EVE)
    before = running(item, "verification").due_on
    recalculate(in_force(city))
    assert running(item, "verification").due_on == before + timedelta(days=1)  # 9 January is worked instead
    assert len(moves_of(item)) == 1


def test_a_notice_contains_its_working_days_so_it_ends_later(city):
    item = walk(city, State.PUBLICIZING, now=EVE)
    old = item.publicities.get(ended_at=None)
    recalculate(in_force(city))
    notice = item.publicities.get(ended_at=None)
    assert (notice.replaces, notice.starts_on) == (old, old.starts_on)
    assert notice.ends_on > old.ends_on
    assert working_calendar.load().working_days_between(notice.starts_on, notice.ends_on) == notice.days
    assert running(item, "publicity").due_on == notice.ends_on
    assert f"{YEAR}年1月{notice.ends_on.day}日" in str(notice.notice)


def test_a_published_notice_never_becomes_shorter(city):
    named = {NEW_YEAR: (False, "元旦"), date(YEAR, 1, 2): (True, "元旦"), date(YEAR, 1, 3): (True, "元旦")} | ALWAYS
    item = walk(city, State.PUBLICIZING, now=EVE)
    before = running(item, "publicity").due_on
    assert recalculate(in_force(city, named=named)) == 0
    assert (running(item, "publicity").due_on, moves_of(item)) == (before, [])


def test_a_supplement_with_a_day_of_its_own_stays(city):
    item = walk(city, State.VERIFYING, now=EVE)
    item = walking.verify(city, item, conclusion="supplement", due_on=date(YEAR, 1, 20), now=EVE)
    recalculate(in_force(city))
    item.refresh_from_db()
    assert item.supplement_by == date(YEAR, 1, 20)


def test_what_was_left_after_a_suspension_is_counted_anew(city, assigned):
    paused = walking.suspend(city, assigned, now=EVE + timedelta(days=1))
    item = walking.resume(city, paused, now=shanghai(YEAR, 1, 2))
    before = item.accept_by
    recalculate(in_force(city))
    item.refresh_from_db()
    assert item.accept_by == before + timedelta(days=1)


def test_the_day_to_decide_an_objection_moves(city):
    item = walk(city, State.PUBLICIZING, now=EVE)
    item = walking.services.object_to(item, by=city.dispatcher, text="仍有异味", now=EVE)
    before = item.objections.get().decide_by
    recalculate(in_force(city))
    assert item.objections.get().decide_by == running(item, "objection").due_on > before


def test_a_correction_is_a_revision_and_what_was_stays_on_record(city, assigned):
    first = in_force(city)
    recalculate(first)
    corrected = in_force(city, named={NEW_YEAR: (False, "元旦")} | ALWAYS, number="更正〔2027〕1号")
    assert recalculate(corrected) == 1
    assigned.refresh_from_db()
    first.refresh_from_db()
    assert assigned.accept_by == date(YEAR, 1, 5)
    assert (corrected.revision, first.revision, first.superseded_at is None) == (2, 1, False)
    assert first.exceptions[date(YEAR, 1, 4)] is False
    assert CalendarDay.objects.get(day=date(YEAR, 1, 4)).arrangement == corrected


@pytest.mark.parametrize("who", ["environment_clerk", "system_admin", "auditor", "verifier"])
def test_others_may_not(city, who):
    row = read(city)
    with pytest.raises(Refused) as refused:
        put_in_force(row, by=getattr(city, who), reason="理由")
    assert refused.value.refusal.code == "not-the-office"


def test_nothing_comes_into_force_without_a_reason(city):
    with pytest.raises(Refused) as refused:
        put_in_force(read(city), by=city.dispatcher, reason="  ")
    assert refused.value.refusal.code == "required"


def test_the_second_to_confirm_is_told(city):
    row = read(city)
    put_in_force(row, by=city.dispatcher, reason="理由")
    for late in (
        lambda: put_in_force(row, by=city.supervisor, reason="理由"),
        lambda: discard(row, by=city.supervisor),
    ):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.refusal.code == "stale"


def test_the_same_arrangement_again_is_refused(city):
    recalculate(in_force(city))
    with pytest.raises(Refused) as refused:
        read(city)
    assert refused.value.refusal.code == "unchanged"


def test_the_database_refuses_a_year_with_a_hole(city):
    in_force(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarDay.objects.filter(day=NEW_YEAR).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("change", [{"reason": "anders"}, {"days": []}, {"document_number": "x"}])
def test_the_database_refuses_to_rewrite_what_is_in_force(city, change):
    row = in_force(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarYear.objects.filter(pk=row.pk).update(**change)


def test_the_database_keeps_what_was_in_force(city):
    row = in_force(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarYear.objects.filter(pk=row.pk)._raw_delete("default")


def test_an_item_that_fails_stops_no_other_and_is_tried_again(city, assigned, monkeypatch):
    other = walk(city, State.ASSIGNED, now=EVE)
    row = in_force(city)
    real = timers.rearm

    def broken(item: WorkItem, *arguments: object, **options: object) -> None:
        if item.pk == assigned.pk:
            raise RuntimeError
        real(item, *arguments, **options)

    monkeypatch.setattr(timers, "rearm", broken)
    assert recalculate(row) == 1
    assigned.refresh_from_db()
    assert (len(moves_of(other)), moves_of(assigned), assigned.accept_by) == (1, [], date(YEAR, 1, 5))
    assert Alarm.objects.filter(key=f"unmoved:{YEAR}", cleared_at=None).exists()
    with pytest.raises(Refused) as refused:
        in_force(city, named=ALWAYS | {NEW_YEAR: (False, "元旦")}, number="更正")
    assert refused.value.refusal.code == "recalculating"
    monkeypatch.setattr(timers, "rearm", real)
    assert finish_recalculations() == 1
    assert not Alarm.objects.filter(key=f"unmoved:{YEAR}", cleared_at=None).exists()


def test_an_item_that_somebody_holds_is_moved_by_the_next_run(committed_city):
    item = walk(committed_city, State.ASSIGNED, now=EVE)
    row = in_force(committed_city)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        WorkItem.objects.select_for_update().get(pk=item.pk)
        assert pool.submit(elsewhere, row).result() == 0
    row.refresh_from_db()
    assert row.recalculated_at is None
    assert finish_recalculations() == 1


def elsewhere(row: CalendarYear) -> int:
    """On a connection of its own."""
    try:
        return recalculate(row)
    finally:
        connection.close()


def test_a_reminder_in_working_days_is_displaced_alone(city):
    """An extension asked for late: the days before its last day stay, the overdue notice lies behind a new holiday."""
    item = walk(city, State.VERIFYING, now=shanghai(YEAR - 1, 12, 17))
    timer = running(item, "verification")
    assert timer.due_on == date(YEAR - 1, 12, 24)
    Timer.objects.filter(pk=timer.pk).update(**_overdue(item, timer))
    named = {NEW_YEAR: (False, "元旦"), date(YEAR, 1, 4): (False, "元旦")} | ALWAYS
    recalculate(in_force(city, named=named))
    after = running(item, "verification")
    assert (after.pk, after.generation, after.due_on) == (timer.pk, timer.generation, timer.due_on)
    assert moves_of(item) == []


def _overdue(item: WorkItem, timer: Timer) -> dict[str, object]:
    """Waiting for the notice after the last day."""
    rung = item.procedure.rungs.get(clock="verification", offset_days=1)
    return {"rung": rung, "fire_at": shanghai(YEAR - 1, 12, 25, 8, 30)}


# -- years that are missing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "missing"), [((10, 31), []), ((11, 1), [YEAR]), ((12, 31), [YEAR])])
def test_the_next_year_is_missed_from_november_on(city, day, missing):
    assert list(calendar_coverage(date(YEAR - 1, *day))) == missing


def test_a_clock_that_reaches_into_a_year_misses_it_before(city, assigned):
    assert list(calendar_coverage(date(YEAR - 1, 6, 1))) == [YEAR]


def test_an_agreed_deadline_in_a_far_year_misses_nothing(city):
    walking.assign(city, walking.register(city), due_on=date(2031, 3, 5), now=shanghai(YEAR - 1, 3, 2))
    assert list(calendar_coverage(date(YEAR - 1, 6, 1))) == []


def test_the_alarm_stands_until_the_year_is_in_force(city):
    watch_the_calendar(shanghai(YEAR - 1, 11, 1))
    watch_the_calendar(shanghai(YEAR - 1, 11, 2))
    alarm = Alarm.objects.get(key=f"calendar:{YEAR}", cleared_at=None)
    assert (alarm.count, str(YEAR) in alarm.text) == (2, True)
    put_in_force(read(city), by=city.dispatcher, reason="理由", now=shanghai(YEAR - 1, 11, 5))
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None

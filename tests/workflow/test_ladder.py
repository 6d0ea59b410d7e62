"""The ladder: when each rung is due, where a clock begins, what one scan fires after an outage."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from tests.walking import shanghai
from workflow.deadlines import Firing, WorkingCalendar, end_of, first_firing, ladder, step

CALENDAR = WorkingCalendar()
HALF_PAST_EIGHT = time(8, 30)
DUE = date(2025, 6, 30)


@dataclass(frozen=True)
class Rung:
    pk: int
    offset_days: int
    repeat_days: int | None = None
    unit: str = "calendar"

    @property
    def kind(self) -> str:
        return "overdue" if self.offset_days > 0 else "reminder"


RUNGS = [Rung(1, -7), Rung(2, -1), Rung(3, 1, repeat_days=7)]


def climb(rungs: list[Rung] | None = None, due_on: date = DUE):
    return ladder(RUNGS if rungs is None else rungs, due_on, HALF_PAST_EIGHT, CALENDAR)


def first(now: datetime, due_on: date = DUE) -> Firing | None:
    return first_firing(climb(due_on=due_on), now)


def names(firings: list[Firing]) -> list[tuple[int, int]]:
    return [(firing.rung.pk, firing.repetition) for firing in firings]


def test_rungs_come_in_the_order_of_time():
    shuffled = [RUNGS[2], RUNGS[0], RUNGS[1]]
    assert names(list(islice(climb(shuffled), 3))) == [(1, 0), (2, 0), (3, 0)]


def test_rungs_are_due_at_the_hour_of_the_procedure_in_shanghai():
    firing = next(climb())
    assert firing.at == shanghai(2025, 6, 23, 8, 30)
    assert firing.at.astimezone(ZoneInfo("UTC")).hour == 0


def test_the_last_rung_repeats_for_ever():
    firings = list(islice(climb(), 2, 60))
    assert [firing.at for firing in firings] == [shanghai(2025, 7, 1, 8, 30) + timedelta(days=7 * n) for n in range(58)]
    assert [firing.repetition for firing in firings] == list(range(58))


def test_a_ladder_without_a_repeating_rung_ends():
    assert len(list(climb(RUNGS[:2]))) == 2


def test_an_empty_ladder_fires_nothing():
    assert list(climb([])) == []
    assert first_firing(climb([]), shanghai(2025, 1, 1)) is None


def test_a_rung_in_working_days_leaps_over_the_weekend():
    friday = date(2025, 6, 27)
    firings = list(climb([Rung(1, -2, unit="working"), Rung(2, 1, unit="working")], friday))
    assert [firing.at.date() for firing in firings] == [date(2025, 6, 25), date(2025, 6, 30)]


def test_the_first_moment_after_a_day_is_midnight_in_shanghai():
    assert end_of(date(2025, 12, 31)) == shanghai(2026, 1, 1, 0, 0)


# -- where a clock begins ----------------------------------------------------------------------------------------------


def test_a_clock_armed_early_waits_for_the_first_rung():
    assert first(shanghai(2025, 1, 1)) == Firing(RUNGS[0], 0, shanghai(2025, 6, 23, 8, 30))


def test_a_reminder_that_has_passed_is_left_out():
    assert first(shanghai(2025, 6, 25)).rung.pk == 2


@pytest.mark.parametrize(("minute", "rung"), [(29, 1), (30, 2), (31, 2)])
def test_a_reminder_due_this_very_minute_has_passed(minute, rung):
    assert first(shanghai(2025, 6, 23, 8, minute)).rung.pk == rung


def test_a_deadline_that_has_passed_is_said_at_once():
    now = shanghai(2025, 7, 3)
    assert first(now) == Firing(RUNGS[2], 0, now)


def test_a_deadline_that_passed_long_ago_is_said_once_with_its_latest_repetition():
    now = shanghai(2025, 8, 1)
    assert first(now) == Firing(RUNGS[2], 4, now)


def test_when_only_reminders_were_there_and_all_have_passed_nothing_is_left():
    assert first_firing(climb(RUNGS[:2]), shanghai(2025, 7, 3)) is None


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (shanghai(2025, 12, 31, 23, 30), date(2026, 1, 1)),
        (shanghai(2026, 1, 1, 0, 30), date(2026, 1, 1)),
        (shanghai(2026, 1, 1, 8, 30), date(2026, 1, 2)),
    ],
)
def test_a_clock_armed_around_new_year_counts_in_days_of_shanghai(now, day):
    rungs = [Rung(1, 0), Rung(2, 1)]
    assert first_firing(climb(rungs, date(2026, 1, 1)), now).at.date() == day


@pytest.mark.parametrize("hour", [0, 23])
def test_the_hour_of_the_night_moves_no_rung_to_another_day(hour):
    at_midnight = first(shanghai(2025, 6, 20, hour, 30))
    assert at_midnight.at == shanghai(2025, 6, 23, 8, 30)


# -- what a scan does --------------------------------------------------------------------------------------------------


def test_a_scan_in_time_fires_the_rung_that_waits():
    done = step(climb(), 1, 0, shanghai(2025, 6, 23, 8, 30))
    assert (done.fire.rung.pk, done.superseded, done.next.rung.pk) == (1, [], 2)


def test_after_an_outage_only_the_highest_rung_fires():
    done = step(climb(), 1, 0, shanghai(2025, 7, 2))
    assert (done.fire.rung.pk, names(done.superseded)) == (3, [(1, 0), (2, 0)])
    assert names([done.next]) == [(3, 1)]


def test_after_a_long_outage_the_missed_repetitions_are_superseded():
    done = step(climb(), 3, 0, shanghai(2025, 7, 22, 9))
    assert names([*done.superseded, done.fire, done.next]) == [(3, 0), (3, 1), (3, 2), (3, 3), (3, 4)]


def test_what_fired_before_is_not_fired_again():
    done = step(climb(), 3, 2, shanghai(2025, 7, 15, 8, 30))
    assert (names([done.fire]), done.superseded) == ([(3, 2)], [])


def test_the_last_rung_of_a_ladder_that_ends_waits_for_nothing():
    assert step(climb(RUNGS[:2]), 2, 0, shanghai(2025, 7, 3)).next is None


@pytest.mark.parametrize("rungs", [RUNGS, RUNGS[:2], []])
def test_a_rung_that_is_not_on_the_ladder_is_an_error_and_no_endless_search(rungs):
    with pytest.raises(LookupError):
        step(climb(rungs), 99, 0, shanghai(2025, 7, 3))


def test_a_late_scan_on_new_years_eve_fires_each_rung_on_its_own_side():
    rungs = [Rung(1, 0), Rung(2, 1)]
    done = step(climb(rungs, date(2025, 12, 31)), 1, 0, shanghai(2026, 1, 1, 0, 30))
    assert (done.fire.rung.pk, done.next.at) == (1, shanghai(2026, 1, 1, 8, 30))


@pytest.mark.parametrize("hours", range(0, 24 * 60, 17))
def test_however_often_one_looks_every_rung_is_passed_exactly_once(hours):
    """Scans at odd hours together fire or supersede what one scan at the end would."""
    end, seen, waiting = shanghai(2025, 8, 15), [], first(shanghai(2025, 6, 1))
    now = shanghai(2025, 6, 1) + timedelta(hours=hours)
    while now <= end:
        if waiting.at <= now:
            done = step(climb(), waiting.rung.pk, waiting.repetition, now)
            seen += names([*done.superseded, done.fire])
            waiting = done.next
        now += timedelta(hours=hours + 1)
    assert seen == names(list(islice(climb(), len(seen))))

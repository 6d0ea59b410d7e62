"""However often an item is suspended and resumed, as much time is left as if the suspended days had never been."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.walking import accept, assign, register, resume, shanghai, suspend, verify, walk
from workflow import working_calendar
from workflow.deadlines import WorkingCalendar
from workflow.lifecycle import State
from workflow.models import WorkItem

START = shanghai(2025, 1, 6)  # Spring Festival, May Day and National Day lie ahead
CALENDAR = WorkingCalendar()
days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
# (days that pass at work, days suspended), one after the other
PAUSES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), min_size=1, max_size=4)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_working_day(day: date) -> date:
    return CALENDAR.add_working_days(day, 1)


@given(today=days, left=st.integers(-80, 80), other=days)
def test_working_days_left_are_the_same_on_whatever_day_the_clock_goes_on(today, left, other):
    last = CALENDAR.with_days_left(today, left)
    assert CALENDAR.days_left(today, last) == left
    moved = CALENDAR.with_days_left(other, left)
    assert CALENDAR.days_left(other, moved) == left


@given(today=days, last=days.map(a_working_day))
def test_going_on_the_same_day_changes_nothing(today, last):
    assert CALENDAR.with_days_left(today, CALENDAR.days_left(today, last)) == last


def rectifying(city) -> WorkItem:
    item = register(city, now=START)
    item.milestones.create(position=1, text="阶段", due_on=date(2025, 3, 20))
    return accept(city, assign(city, item, now=START), now=START)


def to_supplement(city) -> WorkItem:
    item = walk(city, State.VERIFYING, now=START)
    return verify(city, item, conclusion="supplement", now=START)


PLACES = {
    "assigned": lambda city: walk(city, State.ASSIGNED, now=START),
    "rectifying": rectifying,
    "to supplement": to_supplement,
}


def left(item: WorkItem, on: date, calendar: WorkingCalendar) -> tuple:
    """Calendar days to the deadline and the milestones, working days to the short limits."""
    milestones = [(row.due_on - on).days for row in item.milestones.all()]
    short = [last and calendar.days_left(on, last) for last in (item.accept_by, item.supplement_by)]
    return (item.due_on - on).days, milestones, short


@few
@given(pauses=PAUSES)
@pytest.mark.parametrize("place", PLACES)
def test_any_row_of_suspensions_conserves_the_time_that_is_left(city, place, pauses):
    with transaction.atomic():
        item, now = PLACES[place](city), START
        calendar, original = working_calendar.load(), item.original_due_on
        for at_work, suspended in pauses:
            now += timedelta(days=at_work)
            before = left(item, now.date(), calendar)
            item = suspend(city, item, now=now)
            now += timedelta(days=suspended)
            item = resume(city, item, now=now)
            assert left(item, now.date(), calendar) == before
            assert item.original_due_on == original
        transaction.set_rollback(True)

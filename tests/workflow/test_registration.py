"""How items come into being: numbers, the first event, who may."""

import pytest

from tests.walking import register, shanghai, source
from tests.workflow.asking import refusal_of
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.services.numbering import next_numbers
from workflow.services.registration import register_issue


def test_a_new_issue_is_a_draft_of_the_office(city):
    item = register(city)
    assert (item.state, item.turn_party, item.turn_department) == (State.DRAFT, "office", city.office)


def test_a_new_issue_has_one_event_with_its_author(city):
    event = register(city).events.get()
    assert (event.action, event.actor, event.version) == ("create", city.dispatcher, 1)


def test_a_new_issue_runs_no_clock(city):
    assert not register(city).timers.exists()


@pytest.mark.parametrize(
    ("procedure", "prefix"), [("petition", "XF"), ("plan-task", "RW"), ("central-inspection", "WT"), ("campaign", "WT")]
)
def test_the_number_says_the_kind_of_source_and_the_year(city, procedure, prefix):
    item = register(city, procedure=procedure, now=shanghai(2031, 5, 5))
    assert item.number == f"{prefix}2031-0001"


def test_the_year_of_a_number_begins_at_midnight_in_shanghai(city):
    assert register(city, now=shanghai(2032, 1, 1, 0, 30)).number.startswith("XF2032-")
    assert register(city, now=shanghai(2031, 12, 31, 23, 30)).number.startswith("XF2031-")


def test_numbers_of_a_series_have_no_gap_and_no_twin(city):
    batch = source(city, "plan-task")
    assert next_numbers(batch, 2033, 2) + next_numbers(batch, 2033) == [f"RW2033-000{n}" for n in (1, 2, 3)]


def test_numbers_grow_beyond_four_digits(city):
    assert next_numbers(source(city), 2033, 10_000)[-1] == "XF2033-10000"


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_issue_without_title_or_description_is_not_registered(city, field, text):
    refusal = refusal_of(register, city, **{field: text})
    assert (refusal.code, list(refusal.errors)) == ("required", [field])


def test_a_refused_registration_leaves_nothing_behind(city):
    refusal_of(register, city, title="")
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize("name", ["environment_clerk", "verifier", "supervisor", "auditor", "system_admin"])
def test_nobody_but_a_dispatcher_registers(city, name):
    refusal = refusal_of(register_issue, source(city), by=getattr(city, name), title="问题", description="垃圾")
    assert refusal.code == "not-the-office"

"""Filing a close-out with the higher level: whose turn, which clock, which days."""

from datetime import date, timedelta

import pytest

from tests.people import City
from tests.walking import day_of, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Filing, Procedure, WorkItem


@pytest.fixture
def closed(city: City) -> WorkItem:
    """Of a central inspection: to be filed."""
    return walk(city, State.CLOSED, procedure="central-inspection")


def file(city: City, item: WorkItem, **given: object) -> WorkItem:
    return services.file_closure(item, **{"by": city.dispatcher, "document_number": "宛环委办〔2026〕9号"} | given)


def clocks(item: WorkItem) -> list[str]:
    return [timer.clock for timer in item.timers.filter(ended_at=None)]


def test_a_close_out_that_is_to_be_filed_lies_with_the_office(city, closed):
    assert (closed.turn_party, closed.turn_department) == ("office", city.office)
    assert "filing" in clocks(closed)


def test_filing_is_recorded_with_whom_the_procedure_names(city, closed):
    filing = Filing.objects.get(closure=file(city, closed).closures.get())
    assert (filing.filed_with, filing.document_number) == ("省督察整改工作领导小组办公室", "宛环委办〔2026〕9号")
    assert (filing.filed_on, filing.by) == (day_of(None), city.dispatcher)


def test_once_filed_the_clock_stops_and_the_item_stays_closed(city, closed):
    item = file(city, closed)
    assert item.state == State.CLOSED
    assert "filing" not in clocks(item)
    assert item.turn_party != "office"


def test_the_event_says_where_and_under_which_number(city, closed):
    event = file(city, closed, filed_with="生态环境部").events.get(action="file")
    assert event.data == {
        "document_number": "宛环委办〔2026〕9号",
        "filed_with": "生态环境部",
        "filed_on": day_of(None).isoformat(),
    }


def test_filing_without_a_number_is_refused(city, closed):
    assert list(refusal_of(file, city, closed, document_number=" ").errors) == ["document_number"]


def test_a_close_out_is_not_filed_before_it_was_signed(city, closed):
    signed = closed.closures.get().signed_on
    refusal = refusal_of(file, city, closed, filed_on=signed - timedelta(days=1))
    assert (refusal.code, list(refusal.errors)) == ("filed-on", ["filed_on"])
    assert file(city, closed, filed_on=signed).state == State.CLOSED


def test_nor_in_the_future(city, closed):
    tomorrow = day_of(None) + timedelta(days=1)
    assert refusal_of(file, city, closed, filed_on=tomorrow).code == "filed-on"


def test_nothing_is_filed_twice(city, closed):
    assert refusal_of(file, city, file(city, closed)).code == "nothing-to-file"


def test_where_the_procedure_files_nothing_there_is_nothing_to_file(city):
    item = walk(city, State.CLOSED)
    assert refusal_of(file, city, item).code == "nothing-to-file"
    assert "filing" not in clocks(item)


def test_only_the_office_files(city, closed):
    assert refusal_of(file, city, closed, by=city.environment_clerk).code == "not-the-office"


def test_an_open_item_is_not_filed(city):
    item = walk(city, State.APPROVING, procedure="central-inspection")
    assert refusal_of(file, city, item).code == "not-in-this-state"


def test_the_clock_runs_as_long_as_the_procedure_gives(city):
    Procedure.objects.filter(code="central-inspection").update(filing_days=0)
    item = walk(city, State.CLOSED, procedure="central-inspection")
    assert item.timers.get(clock="filing", ended_at=None).due_on == day_of(item.closed_at)


def test_filed_on_a_day_is_kept_as_that_day(city, closed):
    day: date = closed.closures.get().signed_on
    assert Filing.objects.get(closure__item=file(city, closed, filed_on=day)).filed_on == day

"""What was approved is what was seen: whatever changes after a pass is looked at again."""

import pytest

from tests.people import City
from tests.walking import add_evidence, after_publicity, approve, verify, verify_all, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Evidence, WorkItem
from workflow.services.publicity import end_publicity


@pytest.fixture
def passed(city: City) -> WorkItem:
    """Two stages have passed it; a supervisor has it now."""
    return walk(city, State.APPROVING, procedure="central-inspection")


def rejected(city: City, item: WorkItem) -> WorkItem:
    return services.reject(item, by=city.supervisor, reason="材料有变。")


def test_new_evidence_after_the_pass_stops_the_approval(city, passed):
    add_evidence(passed, city.environment_clerk)
    assert refusal_of(approve, city, passed).code == "stale-pass"


def test_a_newer_version_of_a_file_stops_the_approval(city, passed):
    old = passed.evidence.get()
    add_evidence(passed, city.environment_clerk, replaces=old.pk)
    assert refusal_of(approve, city, passed).code == "stale-pass"


def test_a_screenshot_of_the_notice_stops_nothing(city, passed):
    add_evidence(passed, city.dispatcher, kind=Evidence.Kind.PUBLICITY)
    assert approve(city, passed).state == State.CLOSED


def test_what_changed_goes_back_to_be_verified_and_nobody_has_failed(city, passed):
    add_evidence(passed, city.environment_clerk)
    submitted_at = passed.submitted_at
    item = rejected(city, passed)
    assert (item.state, item.stage, item.turn_department) == (State.VERIFYING, 1, city.water)
    assert (item.return_count, item.submitted_at) == (0, submitted_at)


def test_verified_again_it_is_approved(city, passed):
    add_evidence(passed, city.environment_clerk)
    item = verify_all(city, rejected(city, passed))
    over = after_publicity(item)
    assert approve(city, end_publicity(item, now=over), now=over).state == State.CLOSED


def test_what_nobody_changed_goes_back_to_the_departments(city, passed):
    item = rejected(city, passed)
    assert (item.state, item.return_count, item.submitted_at) == (State.RECTIFYING, 1, None)


def test_a_rejection_of_what_changed_needs_its_reason_too(city, passed):
    add_evidence(passed, city.environment_clerk)
    assert list(refusal_of(services.reject, passed, by=city.supervisor, reason=" ").errors) == ["reason"]


def test_a_pass_of_the_second_stage_leads_back_to_a_first_that_saw_less(city):
    item = verify(city, walk(city, State.VERIFYING, procedure="central-inspection"))
    add_evidence(item, city.environment_clerk)
    item = verify(city, item)
    assert (item.state, item.stage) == (State.VERIFYING, 1)
    assert verify(city, item).state == State.PUBLICIZING


def test_evidence_of_the_second_stage_counts_for_it_at_once(city):
    item = walk(city, State.VERIFYING)
    add_evidence(item, city.environment_clerk)
    item = verify(city, item)
    assert item.state == State.PUBLICIZING

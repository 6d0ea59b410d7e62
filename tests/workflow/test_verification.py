"""Checking: stages, conclusions, who must not be the judge."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from tests.people import City, appoint
from tests.walking import after_publicity, day_of, shanghai, submit, verify, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Verification, WorkItem
from workflow.refusal import RefusalKind
from workflow.services.publicity import end_publicity

START = shanghai(2025, 3, 3)


@pytest.fixture
def two_stages(city: City) -> WorkItem:
    """An inspection issue that the water bureau checks before the office does."""
    return walk(city, State.VERIFYING, procedure="central-inspection", departments=[("supervise", city.water)])


@pytest.fixture
def all_in_one(city: City) -> City:
    """The environment bureau's clerk works for the office too, as verifier and as supervisor."""
    appoint(city.environment_clerk, Role.VERIFIER, city.office)
    city.environment_clerk = appoint(city.environment_clerk, Role.SUPERVISOR, city.office)
    return city


def test_the_first_stage_belongs_to_the_supervising_department(city, two_stages):
    assert (two_stages.stage, two_stages.turn_department) == (1, city.water)
    assert refusal_of(verify, city, two_stages, by=city.verifier).code == "not-the-verifier"


def test_a_passed_stage_hands_over_to_the_next(city, two_stages):
    item = verify(city, two_stages)
    assert (item.state, item.stage, item.turn_department) == (State.VERIFYING, 2, city.office)


def test_who_verified_the_first_stage_does_not_verify_the_second(city, two_stages):
    assert refusal_of(verify, city, verify(city, two_stages), by=city.water_verifier).code == "not-the-verifier"


def test_the_last_stage_passed_begins_publicity(city, two_stages):
    assert verify(city, verify(city, two_stages)).state == State.PUBLICIZING


def test_an_item_without_publicity_goes_straight_to_the_supervisor(city):
    item = verify(city, walk(city, State.VERIFYING, procedure="own-finding"))
    assert (item.state, item.turn_party, item.turn_department) == (State.APPROVING, "approver", city.office)


@pytest.mark.parametrize(("conclusion", "count"), [("supplement", 0), ("fail", 1)])
def test_only_a_failure_counts_as_a_return(city, conclusion, count):
    item = verify(city, walk(city, State.VERIFYING), conclusion=conclusion)
    assert (item.state, item.return_count, item.submitted_at) == (State.RECTIFYING, count, None)


def test_returning_for_rework_counts_and_concludes_nothing(city):
    item = services.return_for_rework(walk(city, State.VERIFYING), by=city.verifier, reason="缺少照片。")
    assert (item.state, item.return_count) == (State.RECTIFYING, 1)
    assert not Verification.objects.filter(item=item).exists()


def test_every_failure_is_counted(city):
    item = walk(city, State.VERIFYING)
    for _ in range(3):
        item = submit(city, verify(city, item, conclusion="fail"))
    assert item.return_count == 3


def test_after_a_return_the_stages_begin_anew(city, two_stages):
    item = verify(city, verify(city, two_stages), conclusion="fail")
    item = submit(city, item)
    assert (item.stage, item.turn_department) == (1, city.water)


def test_a_verification_is_kept_with_what_was_seen(city):
    item = walk(city, State.VERIFYING, now=START)
    item = verify(city, item, visited_on=day_of(START), team="张工", checklist={"measures": True}, now=START)
    kept = item.verifications.get()
    assert (kept.stage, kept.conclusion, kept.method, kept.visited_on) == (1, "pass", "site", day_of(START))
    assert (kept.by, kept.submitted_by, kept.department) == (city.verifier, city.environment_clerk, city.office)
    assert (kept.team, kept.checklist) == ("张工", {"measures": {"met": True, "note": ""}})


def test_a_visit_in_the_future_is_refused(city):
    item = walk(city, State.VERIFYING, now=START)
    refusal = refusal_of(verify, city, item, visited_on=day_of(START) + timedelta(days=1), now=START)
    assert list(refusal.errors) == ["visited_on"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"method": "site"}, "visited_on"),
        ({"method": "paper", "visited_on": day_of(START)}, "visited_on"),
        ({"method": "paper", "team": "张工"}, "team"),
        ({"team": "张工"}, "team"),
        ({"method": "video"}, "method"),
        ({"visited_on": day_of(START), "team": "张" * 201}, "team"),
        ({"due_on": day_of(START)}, "due_on"),  # only a supplement has one
    ],
)
def test_paper_site_day_and_team_agree(city, given, field):
    item = walk(city, State.VERIFYING, now=START)
    assert list(refusal_of(verify, city, item, now=START, **given).errors) == [field]
    assert not item.verifications.exists()


@pytest.mark.parametrize(
    "line", [False, {"met": False}, {"met": False, "note": " "}, {"met": True, "note": "长" * 501}]
)
def test_a_standard_that_is_not_met_needs_a_short_note_to_pass(city, line):
    refusal = refusal_of(verify, city, walk(city, State.VERIFYING), checklist={"measures": True, "effect": line})
    assert (refusal.code, list(refusal.errors)) == ("checklist", ["checklist"])
    assert "法律" in str(refusal) or "effect" in str(refusal)


def test_what_fails_needs_no_note_on_each_standard(city):
    item = verify(city, walk(city, State.VERIFYING), conclusion="fail", checklist={"effect": False})
    assert item.verifications.get().checklist == {"effect": {"met": False, "note": ""}}


def test_an_unknown_standard_is_refused(city):
    assert refusal_of(verify, city, walk(city, State.VERIFYING), checklist={"beauty": True}).code == "checklist"


@pytest.mark.parametrize("conclusion", ["", "PASS", "approve", "unknown"])
def test_an_unknown_conclusion_is_refused(city, conclusion):
    refusal = refusal_of(verify, city, walk(city, State.VERIFYING), conclusion=conclusion)
    assert list(refusal.errors) == ["conclusion"]


@pytest.mark.parametrize("conclusion", ["pass", "supplement", "fail"])
def test_a_conclusion_without_opinion_is_refused(city, conclusion):
    refusal = refusal_of(verify, city, walk(city, State.VERIFYING), conclusion=conclusion, opinion=" ")
    assert list(refusal.errors) == ["opinion"]


def test_a_return_without_reason_is_refused(city):
    refusal = refusal_of(services.return_for_rework, walk(city, State.VERIFYING), by=city.verifier, reason="")
    assert list(refusal.errors) == ["reason"]


def test_a_refused_conclusion_leaves_no_verification(city):
    item = walk(city, State.VERIFYING)
    refusal_of(verify, city, item, conclusion="unknown")
    assert not item.verifications.exists()


# -- nobody judges his own work ----------------------------------------------------------------------------------------


def test_nobody_verifies_what_he_submitted(all_in_one):
    item = walk(all_in_one, State.VERIFYING)
    refusal = refusal_of(verify, all_in_one, item, by=all_in_one.environment_clerk)
    assert (refusal.kind, refusal.code) == (RefusalKind.FORBIDDEN, "submitter")


def test_nobody_returns_what_he_submitted(all_in_one):
    item = walk(all_in_one, State.VERIFYING)
    refusal = refusal_of(services.return_for_rework, item, by=all_in_one.environment_clerk, reason="缺照片。")
    assert refusal.code == "submitter"


def test_nobody_verifies_what_he_submitted_before_a_colleague_submitted_it_again(all_in_one):
    item = verify(all_in_one, walk(all_in_one, State.VERIFYING), conclusion="fail")
    item = submit(all_in_one, item, by=all_in_one.environment_head)
    assert refusal_of(verify, all_in_one, item, by=all_in_one.environment_clerk).code == "submitter"


def test_somebody_of_the_same_department_who_did_not_submit_may_verify(city):
    judge = appoint(city.environment_head, Role.VERIFIER, city.office)
    assert verify(city, walk(city, State.VERIFYING), by=judge).state == State.PUBLICIZING


def test_nobody_approves_what_he_submitted(all_in_one):
    item = walk(all_in_one, State.APPROVING)
    refusal = refusal_of(services.approve, item, by=all_in_one.environment_clerk, opinion="同意。")
    assert refusal.code == "submitter"


def test_nobody_approves_what_he_verified(city):
    judge = appoint(city.second_verifier, Role.SUPERVISOR, city.office)
    item = verify(city, walk(city, State.VERIFYING, procedure="own-finding"), by=judge)
    assert refusal_of(services.approve, item, by=judge, opinion="同意。").code == "verifier"


def test_nobody_rejects_what_he_verified(city):
    judge = appoint(city.second_verifier, Role.SUPERVISOR, city.office)
    item = verify(city, walk(city, State.VERIFYING, procedure="own-finding"), by=judge)
    assert refusal_of(services.reject, item, by=judge, reason="不同意。").code == "verifier"


def test_who_verified_an_earlier_stage_does_not_approve_either(city, two_stages):
    judge = appoint(city.water_verifier, Role.SUPERVISOR, city.office)
    item = verify(city, verify(city, two_stages, by=judge))
    item = end_publicity(item, now=after_publicity(item))
    assert refusal_of(services.approve, item, by=judge, opinion="同意。").code == "verifier"


def test_a_new_cycle_forgets_who_submitted_and_verified_the_last_one(city):
    judge = appoint(city.environment_clerk, Role.VERIFIER, city.office)
    item = services.reopen(walk(city, State.CLOSED), by=city.dispatcher, reason="反弹。")
    item = submit(city, item, by=city.environment_head)
    assert verify(city, item, by=judge).state == State.PUBLICIZING


def test_who_added_evidence_judges_nothing_though_a_colleague_submitted(city):
    item = walk(city, State.RECTIFYING)
    both = appoint(city.environment_clerk, Role.VERIFIER, city.office)
    services.report(item, by=both, text="已清运。")
    item = submit(city, item, by=city.environment_head)
    assert refusal_of(verify, city, item, by=both).code == "submitter"


def test_who_returned_it_does_not_close_it_out(city):
    item = walk(city, State.VERIFYING)
    both = appoint(city.verifier, Role.SUPERVISOR, city.office)
    services.return_for_rework(item, by=both, reason="材料不全。")
    item = verify(city, submit(city, item), by=city.second_verifier)
    item = end_publicity(item, now=after_publicity(item))
    assert refusal_of(services.approve, item, by=both, opinion="同意。").code == "verifier"

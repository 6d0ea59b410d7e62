"""The ways round rules 2 and 3, each by page, API and bulk: refused with the same code, and not one row differs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.bypass.doors import DOORS, Attempt
from tests.people import City, appoint
from tests.walking import ALL_MET, accept, add_evidence, approve, submit, verify, walk
from tests.workflow.fingerprint import fingerprint
from workflow import services
from workflow.lifecycle import Action, State
from workflow.models import Procedure, WorkItem
from workflow.services.decomposition import Part

PASS = {"conclusion": "pass", "opinion": "属实。"}
CLOSE = {"opinion": "同意销号。", "outcome": "rectified"}


def both(city: City, user: User, role: Role) -> User:
    """Somebody of a department who has an office hat as well."""
    return appoint(user, role, city.office)


def verifying_what_he_submitted(city: City) -> Attempt:
    clerk = both(city, city.environment_clerk, Role.VERIFIER)
    return Attempt(clerk, submit(city, walk(city, State.RECTIFYING), by=clerk), Action.VERIFY, PASS, ALL_MET)


def verifying_what_he_only_helped_with(city: City) -> Attempt:
    """A photograph is enough: he took part."""
    head = both(city, city.environment_head, Role.VERIFIER)
    item = walk(city, State.RECTIFYING)
    add_evidence(item, head)
    return Attempt(head, submit(city, item), Action.VERIFY, PASS, ALL_MET)


def verifying_what_he_submitted_in_the_round_before(city: City) -> Attempt:
    clerk = both(city, city.environment_clerk, Role.VERIFIER)
    item = services.return_for_rework(
        submit(city, walk(city, State.RECTIFYING), by=clerk), by=city.verifier, reason="否"
    )
    return Attempt(clerk, submit(city, item, by=city.environment_head), Action.VERIFY, PASS, ALL_MET)


def verifying_two_stages(city: City) -> Attempt:
    verifier = both(city, city.water_verifier, Role.VERIFIER)
    item = walk(city, State.VERIFYING, procedure="central-inspection", departments=[("supervise", city.water)])
    return Attempt(verifier, verify(city, item, by=verifier), Action.VERIFY, PASS, ALL_MET)


def verifying_a_central_item_of_his_own_department(city: City) -> Attempt:
    """He did nothing for it and verifies for the office, but he works in the lead department."""
    head = both(city, city.environment_head, Role.VERIFIER)
    item = walk(city, State.VERIFYING, procedure="central-inspection", departments=[("supervise", city.water)])
    return Attempt(head, verify(city, item), Action.VERIFY, PASS, ALL_MET)


def closing_what_he_verified(city: City) -> Attempt:
    supervisor = both(city, city.supervisor, Role.VERIFIER)
    item = verify(city, walk(city, State.VERIFYING, procedure="own-finding"), by=supervisor)
    return Attempt(supervisor, item, Action.APPROVE, CLOSE)


def closing_what_he_submitted(city: City) -> Attempt:
    clerk = both(city, city.environment_clerk, Role.SUPERVISOR)
    return Attempt(clerk, walk(city, State.APPROVING), Action.APPROVE, CLOSE)


def rejecting_what_he_submitted(city: City) -> Attempt:
    clerk = both(city, city.environment_clerk, Role.SUPERVISOR)
    return Attempt(clerk, walk(city, State.APPROVING), Action.REJECT, {"reason": "否"})


def closing_with_a_stale_pass(city: City) -> Attempt:
    item = walk(city, State.APPROVING)
    add_evidence(item, city.environment_clerk)
    return Attempt(city.supervisor, item, Action.APPROVE, CLOSE)


def closing_without_the_paper_that_is_asked_for(city: City) -> Attempt:
    Procedure.objects.filter(code="own-finding").update(closing_evidence=["penalty_decision"])
    return Attempt(city.supervisor, walk(city, State.APPROVING, procedure="own-finding"), Action.APPROVE, CLOSE)


def closing_with_an_open_objection(city: City) -> Attempt:
    """It brings the item back into publicity, whenever it comes."""
    item = services.object_to(walk(city, State.APPROVING), by=city.dispatcher, text="仍有垃圾。")
    return Attempt(city.supervisor, item, Action.APPROVE, CLOSE)


def closing_before_publicity_is_over(city: City) -> Attempt:
    item = walk(city, State.PUBLICIZING, now=timezone.now() - timedelta(days=1))
    return Attempt(city.supervisor, item, Action.APPROVE, CLOSE)


def closing_without_verification(city: City) -> Attempt:
    return Attempt(city.supervisor, walk(city, State.VERIFYING), Action.APPROVE, CLOSE)


def _with_an_open_part(city: City) -> WorkItem:
    item = services.decompose(walk(city, State.RECTIFYING), by=city.dispatcher, parts=[Part(city.tongbai)])
    add_evidence(item, city.environment_clerk)
    return item


def submitting_with_an_open_part(city: City) -> Attempt:
    item = _with_an_open_part(city)
    ticked = {"evidence": [item.evidence.get().pk]}
    return Attempt(city.environment_clerk, item, Action.SUBMIT, {"summary": "完成。"}, ticked)


def voiding_with_an_open_part(city: City) -> Attempt:
    return Attempt(city.dispatcher, _with_an_open_part(city), Action.VOID, {"reason": "重复。"})


def closing_with_an_open_part(city: City) -> Attempt:
    return Attempt(city.supervisor, _with_an_open_part(city), Action.APPROVE, CLOSE)


def reopening_a_part_of_what_was_submitted(city: City) -> Attempt:
    """Else what is being judged would get an open part behind its verifiers' backs."""
    whole = walk(city, State.RECTIFYING, procedure="own-finding")
    whole = services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai)])
    part = approve(city, verify(city, submit(city, accept(city, whole.children.get()))))
    submit(city, whole)
    return Attempt(city.dispatcher, part, Action.REOPEN, {"reason": "反弹。"})


BYPASSES: dict[Callable[[City], Attempt], str] = {
    verifying_what_he_submitted: "submitter",
    verifying_what_he_only_helped_with: "submitter",
    verifying_what_he_submitted_in_the_round_before: "submitter",
    verifying_two_stages: "another-stage",
    verifying_a_central_item_of_his_own_department: "same-department",
    closing_what_he_verified: "verifier",
    closing_what_he_submitted: "submitter",
    rejecting_what_he_submitted: "submitter",
    closing_with_a_stale_pass: "stale-pass",
    closing_without_the_paper_that_is_asked_for: "evidence-missing",
    closing_with_an_open_objection: "not-in-this-state",
    closing_before_publicity_is_over: "not-in-this-state",
    closing_without_verification: "not-in-this-state",
    submitting_with_an_open_part: "open-children",
    voiding_with_an_open_part: "open-children",
    closing_with_an_open_part: "not-in-this-state",
    reopening_a_part_of_what_was_submitted: "parent-submitted",
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("bypass", BYPASSES, ids=lambda bypass: bypass.__name__)
def test_no_way_leads_round_the_rules(city, bypass, door):
    attempt = bypass(city)
    assert attempt.refusal().code == BYPASSES[bypass]
    go = DOORS[door](attempt)
    before = fingerprint()
    go()
    assert fingerprint() == before

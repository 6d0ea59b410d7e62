"""Procedures are revised by their office; what runs already keeps the rules that it began with."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Department
from tests import walking
from tests.people import City
from tests.walking import walk
from tests.workflow.asking import refusal_of
from tests.workflow.fingerprint import fingerprint
from workflow.forms.procedures import SECTIONS
from workflow.lifecycle import State
from workflow.models import Procedure, Rung, Stage, Timer
from workflow.refusal import RefusalKind
from workflow.services.procedure_terms import LIMITS, RungTerms, StageTerms
from workflow.services.procedures import PARAMETERS, revise, rungs_of, stages_of
from workflow.services.sources import choose_procedure


def shipped(code: str = "petition") -> Procedure:
    return Procedure.objects.get(code=code, office=None)


def revised(city: City, procedure: Procedure | None = None, **given: Any) -> Procedure:
    procedure = procedure or shipped()
    usual = {
        "office": city.office,
        "by": city.dispatcher,
        "reason": "市里有新规定。",
        "seen_revision": procedure.revision,
    }
    return revise(procedure, **{**usual, **given})


def in_force(office: Department | None, code: str = "petition") -> Procedure:
    return Procedure.objects.current(office).get(code=code)


# -- a revision --------------------------------------------------------------------------------------------------------


def test_a_revision_is_the_offices_own_and_the_shipped_one_stays_for_others(city):
    made = revised(city, accept_days=3)
    assert (made.office, made.revision, made.accept_days) == (city.office, 2, 3)
    assert (made.created_by, made.reason) == (city.dispatcher, "市里有新规定。")
    assert in_force(city.office) == made
    assert in_force(None) == shipped() != made
    assert shipped().accept_days == 2


def test_what_is_not_named_stays_as_it_was(city):
    old = shipped()
    made = revised(city, accept_days=3)
    assert all(getattr(made, name) == getattr(old, name) for name in PARAMETERS if name != "accept_days")
    assert stages_of(made) == stages_of(old)
    assert rungs_of(made) == rungs_of(old) != []


def test_stages_and_rungs_are_replaced_as_a_whole(city):
    chain = [StageTerms("department", 7, city.water), StageTerms("office", 4)]
    ladder = [
        RungTerms("deadline", -5, ["turn"], "working"),
        RungTerms("deadline", 2, ["head", "office"], repeat_days=3),
    ]
    made = revised(city, stages=chain, rungs=ladder)
    assert stages_of(made) == chain
    assert rungs_of(made) == [step.named() for step in ladder]
    assert [row.kind for row in made.rungs.all()] == ["reminder", "overdue"]


def test_the_next_revision_takes_the_place_of_the_one_before(city):
    first = revised(city, accept_days=3)
    second = revised(city, first, accept_days=4, by=city.supervisor)
    first.refresh_from_db()
    assert (first.is_current, second.is_current, second.revision) == (False, True, 3)
    assert in_force(city.office) == second


def test_the_offices_sources_go_by_it_from_now_on(city):
    source, other = walking.source(city), walking.source(city, "campaign")
    made = revised(city, accept_days=3)
    source.refresh_from_db()
    other.refresh_from_db()
    assert (source.procedure, other.procedure.code) == (made, "campaign")


def test_what_runs_already_keeps_the_rules_that_it_began_with(city):
    item = walk(city, State.ASSIGNED, now=timezone.now())
    clocks = list(Timer.objects.filter(item=item).values_list("clock", "due_on"))
    made = revised(city, accept_days=9, stages=[StageTerms("department", 3, city.water)])
    item.refresh_from_db()
    assert item.procedure == shipped() != made
    assert list(Timer.objects.filter(item=item).values_list("clock", "due_on")) == clocks
    walking.accept(city, item)
    assert walking.submit(city, item).turn_department == city.office


def test_a_new_item_of_the_same_source_begins_by_the_new_rules(city):
    source = walking.source(city)
    made = revised(city, stages=[StageTerms("department", 3, city.water)])
    source.refresh_from_db()
    item = walking.register_issue(source, by=city.dispatcher, title="河道垃圾", description="有垃圾。")
    item = walking.assign(city, item)
    assert item.procedure == made
    assert walking.submit(city, walking.accept(city, item)).turn_department == city.water


# -- who, when ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["verifier", "auditor", "environment_head", "environment_clerk", "system_admin"])
def test_nobody_but_dispatchers_and_supervisors_revise(city, name):
    before = fingerprint()
    assert refusal_of(revised, city, by=getattr(city, name), accept_days=3).code == "not-the-office"
    assert fingerprint() == before


def test_nor_for_another_office(city):
    elsewhere = Department.objects.create(name="邻市环委办", kind="office", region=city.office.region)
    assert refusal_of(revised, city, office=elsewhere, accept_days=3).code == "not-the-office"


def test_a_revision_has_its_reason(city):
    assert list(refusal_of(revised, city, reason=" ", accept_days=3).errors) == ["reason"]


def test_who_did_not_see_the_latest_revision_is_told(city):
    seen = shipped()
    revised(city, accept_days=3)
    refusal = refusal_of(revised, city, seen, approval_days=9)
    assert (refusal.kind, refusal.code) == (RefusalKind.STALE, "stale")
    assert in_force(city.office).approval_days == 3


def test_a_revision_that_changes_nothing_is_none(city):
    assert refusal_of(revised, city).code == "unchanged"


def test_an_unknown_parameter_is_a_mistake_of_the_program(city):
    with pytest.raises(TypeError):
        revised(city, is_current=False)


# -- what may stand in it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIMITS)
def test_every_number_has_its_limits(city, name):
    least, most = LIMITS[name]
    assert list(refusal_of(revised, city, **{name: most + 1}).errors) == [name]
    if least:
        assert list(refusal_of(revised, city, **{name: least - 1}).errors) == [name]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"closure_prefix": ""}, "closure_prefix"),
        ({"files_to": "省" * 81}, "files_to"),
        ({"report_every": "week", "report_day": 8}, "report_day"),
        ({"report_every": "month", "report_day": 0}, "report_day"),
        ({"look_back_days": [30, 30]}, "look_back_days"),
        ({"look_back_days": [90, 30]}, "look_back_days"),
        ({"look_back_days": [0]}, "look_back_days"),
        ({"look_back_days": list(range(1, 12))}, "look_back_days"),
        ({"extension_is_recorded": True}, "extension_deciders"),
        ({"extension_deciders": ["office"] * 4}, "extension_deciders"),
        ({"stages": []}, "stages"),
        ({"stages": [StageTerms("office", 3)] * 6}, "stages"),
        ({"stages": [StageTerms("office", 0)]}, "stages.0.days"),
        ({"stages": [StageTerms("office", 3), StageTerms("department", 3)]}, "stages.1.department"),
        ({"verifier_is_not_lead": True, "stages": [StageTerms("lead", 3)]}, "stages.0.party"),
        ({"rungs": [RungTerms("deadline", 0, [])]}, "rungs.0.audience"),
        ({"rungs": [RungTerms("deadline", -3, ["turn"]), RungTerms("deadline", -3, ["head"])]}, "rungs.0.offset_days"),
        ({"rungs": [RungTerms("deadline", 400, ["turn"])]}, "rungs.0.offset_days"),
        ({"rungs": [RungTerms("deadline", -3, ["turn"], repeat_days=2)]}, "rungs.0.repeat_days"),
        ({"rungs": [RungTerms("deadline", 3, ["turn"], repeat_days=0)]}, "rungs.0.repeat_days"),
        ({"rungs": [RungTerms("publicity", -1, ["turn"])]}, "rungs.0.clock"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(city, given, field):
    before = fingerprint()
    refusal = refusal_of(revised, city, **given)
    assert refusal.code == "procedure"
    assert field in refusal.errors
    assert fingerprint() == before


def test_only_the_last_step_of_a_clock_repeats(city):
    ladder = [RungTerms("deadline", day, ["turn"], repeat_days=7) for day in (1, 5)] + [
        RungTerms("accept", 1, ["turn"], repeat_days=7)
    ]
    assert list(refusal_of(revised, city, rungs=ladder).errors) == ["rungs.0.repeat_days"]


def test_everything_wrong_is_named_in_one_go(city):
    given = {
        "accept_days": 0,
        "look_back_days": [5, 4],
        "stages": [],
        "rungs": [RungTerms("deadline", 1, [], repeat_days=7)],
    }
    found = set(refusal_of(revised, city, **given).errors)
    assert found == {"accept_days", "look_back_days", "stages", "rungs.0.audience"}


@pytest.mark.parametrize("party", ["office", "lead", "supervise"])
def test_a_department_stands_only_where_it_verifies(city, party):
    assert list(refusal_of(revised, city, stages=[StageTerms(party, 3, city.water)]).errors) == ["stages.0.department"]


def test_departments_of_other_cities_neither_verify_nor_close_out(city):
    foreign = Department.objects.create(name="邻市水利局", kind="municipal", region=city.office.region)
    given = {"stages": [StageTerms("department", 3, foreign)], "approving_department": foreign}
    assert set(refusal_of(revised, city, **given).errors) == {"stages.0.department", "approving_department"}


def test_the_page_shows_every_parameter_there_is():
    assert {name for _heading, names in SECTIONS for name in names} == set(PARAMETERS)


# -- sources -----------------------------------------------------------------------------------------------------------


def test_a_source_may_go_by_another_procedure_later(city):
    item = walk(city, State.ASSIGNED)
    choose_procedure(item.source, by=city.dispatcher, procedure=in_force(city.office, "campaign"))
    later = walking.register_issue(item.source, by=city.dispatcher, title="夜查", description="夜间排放。")
    item.refresh_from_db()
    assert (item.procedure.code, later.procedure.code) == ("petition", "campaign")


def test_but_not_by_one_that_is_not_in_force(city):
    revised(city, accept_days=3)
    refusal = refusal_of(choose_procedure, walking.source(city, "campaign"), by=city.dispatcher, procedure=shipped())
    assert (refusal.code, list(refusal.errors)) == ("not-in-force", ["procedure"])


@pytest.mark.parametrize("name", ["supervisor", "auditor", "environment_clerk"])
def test_nobody_but_a_dispatcher_chooses_it(city, name):
    given = {"by": getattr(city, name), "procedure": in_force(city.office, "campaign")}
    assert refusal_of(choose_procedure, walking.source(city), **given).code == "not-the-office"


# -- the last line -----------------------------------------------------------------------------------------------------


def sql(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


STAGE = "INSERT INTO workflow_stage (procedure_id, position, party, days) VALUES ({0}, 9, 'office', 3)"
RUNG = (
    "INSERT INTO workflow_rung (procedure_id, clock, kind, offset_days, unit, audience, measure)"
    " VALUES ({0}, 'deadline', 'overdue', 99, 'calendar', '{{turn}}', 'warning')"
)
ATTACKS = [
    "UPDATE workflow_procedure SET publicity_days = 0 WHERE id = {0}",
    "UPDATE workflow_procedure SET look_back_days = '{{}}' WHERE id = {0}",
    "UPDATE workflow_procedure SET is_current = false, name = '别名' WHERE id = {0}",
    "UPDATE workflow_stage SET days = 99 WHERE procedure_id = {0}",
    "DELETE FROM workflow_stage WHERE procedure_id = {0}",
    STAGE,
    "UPDATE workflow_rung SET repeat_days = NULL WHERE procedure_id = {0}",
    "DELETE FROM workflow_rung WHERE procedure_id = {0} AND clock = 'extension'",
    RUNG,
    "UPDATE workflow_stage SET procedure_id = {0}, position = 8 WHERE procedure_id = {1}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_procedure_by_which_an_item_goes_stands(city, attack):
    item = walking.register(city)
    with pytest.raises(IntegrityError, match="a procedure in use stands"):
        sql(attack.format(item.procedure_id, shipped("campaign").pk))


@pytest.mark.parametrize("attack", ATTACKS)
def test_one_that_no_item_uses_may_still_be_mended(city, attack):
    assert sql(attack.format(shipped().pk, shipped("campaign").pk)) >= 1


def test_a_procedure_in_use_may_go_out_of_force(city):
    item = walking.register(city)
    assert sql(f"UPDATE workflow_procedure SET is_current = false WHERE id = {item.procedure_id}") == 1


def test_also_a_replication_role_changes_nothing(city):
    item = walking.register(city)
    sql("SET LOCAL session_replication_role = 'replica'")
    for model in (Stage, Rung):
        with pytest.raises(IntegrityError, match="a procedure in use stands"):
            sql(f"DELETE FROM {model._meta.db_table} WHERE procedure_id = {item.procedure_id}")

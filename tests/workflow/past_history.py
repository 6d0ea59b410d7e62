"""Was the history of these items one that the rules allow? DOMAIN rules 1 to 7, read from the rows alone."""

from itertools import pairwise

from workflow.lifecycle import BY_THE_CLOCK, FINISHED, Action, State, leads_to
from workflow.models import Event, WorkItem
from workflow.models.events import WITH_REASON

ON_ROAD_WITHOUT_ACTOR = {Action.END_PUBLICITY, Action.OBJECT_PUBLICLY}
BEGIN_A_CYCLE = {Action.REOPEN, Action.LOOK_BACK}


def check_history(numbers: list[str]) -> None:
    """Raises AssertionError with the rule that was broken."""
    for item in WorkItem.objects.filter(number__in=numbers).select_related("procedure"):
        events = list(item.events.order_by("id"))
        _every_change_has_its_event(item, events)
        _only_people_move_items_but_for_the_end_of_publicity(events)
        _nobody_judges_himself(item)
        _was_closed_in_order(item, events)
        if item.state not in (State.DRAFT, State.VOID):
            assert item.measures and item.standard and item.lead_id and item.due_on, "rule 1: four elements"
        if item.state in FINISHED:
            open_parts = item.children.exclude(state__in=FINISHED)
            assert not open_parts.exists(), "rule 3: a finished item has an open part"


def _every_change_has_its_event(item: WorkItem, events: list[Event]) -> None:
    steps = [event for event in events if event.version is not None]
    assert [event.version for event in steps] == list(range(1, item.version + 1)), "rule 7: one event a version"
    assert steps[-1].to_state == item.state, "rule 7: the state comes from the last event"
    for before, after in pairwise(steps):
        assert after.from_state == before.to_state, "rule 7: history is one road"
        assert after.to_state in leads_to(Action(after.action), State(after.from_state)), "no such step on the road"
        is_next = after.cycle == before.cycle + 1
        assert is_next or after.cycle == before.cycle, "rule 6: cycles follow each other"
        assert not is_next or (after.action in BEGIN_A_CYCLE and after.from_state == State.CLOSED), "rule 6: reopening"
    for event in events:
        assert event.note or event.action not in WITH_REASON, "rule 7: a reason where one is asked"


def _only_people_move_items_but_for_the_end_of_publicity(events: list[Event]) -> None:
    for event in events:
        if event.from_state and event.from_state != event.to_state and event.actor_id is None:
            assert event.action in ON_ROAD_WITHOUT_ACTOR, "rule 5: nothing else happens by the passing of time"
        if event.actor_id is None:
            assert event.action in {*BY_THE_CLOCK, Action.OBJECT_PUBLICLY}, "rule 7: somebody did it"


def _nobody_judges_himself(item: WorkItem) -> None:
    for row in item.verifications.all():
        submitted = item.submissions.filter(cycle=row.cycle, by=row.by_id, pk__lte=row.submission_id)
        assert not submitted.exists(), "rule 2: the verifier submitted"
        if item.procedure.verifier_is_not_lead:
            assert row.department_id != item.lead_id, "rule 2: the lead department verified"
    for row in item.closures.all():
        judged = item.verifications.filter(cycle=row.cycle, by=row.by_id)
        submitted = item.submissions.filter(cycle=row.cycle, by=row.by_id)
        assert not judged.exists() and not submitted.exists(), "rule 2: the approver took part"


def _was_closed_in_order(item: WorkItem, events: list[Event]) -> None:
    approvals = [event for event in events if event.action == Action.APPROVE]
    closures = list(item.closures.order_by("cycle"))
    assert [event.cycle for event in approvals] == [row.cycle for row in closures], "rule 6: every closure is kept"
    stages = set(item.assignments.filter(role="verify").values_list("stage", flat=True))
    for row in closures:
        passes = list(item.verifications.filter(cycle=row.cycle, conclusion="pass").order_by("id"))
        assert row.digest == passes[-1].digest, "rule 3: closed is what was passed"
        is_present = row.cycle == item.cycle
        assert not is_present or {one.stage for one in passes} >= stages, "rule 3: every stage passed"
        if item.procedure.publicity_days:
            notice = item.publicities.filter(cycle=row.cycle).latest("id")
            assert not notice.was_stopped and notice.ended_at <= row.at, "rule 3: publicity was over"
        late = item.objections.filter(at__lt=row.at).exclude(decided_at__lte=row.at)
        assert not late.exists(), "rule 3: an objection was open"

"""Two people act on one item at the same moment: one wins, the other reads why not.

Both verbs are inside their transactions before either takes the item's lock, so each round is a real race.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests import walking
from tests.complaints import found, in_work
from tests.concurrency.racing import race
from tests.people import City
from tests.walking import accept, add_evidence, approve, assign, register, submit, verify, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import Closure, Event, Procedure, Source, Timer, Verification, WorkItem
from workflow.refusal import RefusalKind, Refused
from workflow.services import procedures
from workflow.services.decomposition import Part
from workflow.services.revising import revise
from workflow.services.sources import choose_procedure

MANY, FEW = 20, 5  # rounds
Runner = Callable[[], WorkItem]
Pair = Callable[[City, WorkItem], tuple[Runner, Runner]]


def verify_twice(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    said = {"opinion": "已核实。"}
    return (
        lambda: services.verify(item, by=city.verifier, conclusion="pass", **said),
        lambda: services.verify(item, by=city.second_verifier, conclusion="fail", **said),
    )


def accept_or_decline(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    return (
        lambda: services.accept(item, by=city.environment_clerk),
        lambda: services.decline(item, by=city.environment_head, reason="不属本局。"),
    )


def submit_or_void(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    seen = item.version
    return (
        lambda: services.submit(item, by=city.environment_clerk, summary="完成。", version=seen),
        lambda: services.void(item, by=city.dispatcher, reason="重复。", version=seen),
    )


def approve_or_object(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    return (
        lambda: services.approve(item, by=city.supervisor, opinion="同意。"),
        lambda: services.object_to(item, by=city.dispatcher, text="还在冒烟。"),
    )


def approve_twice(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    return (
        lambda: services.approve(item, by=city.supervisor, opinion="同意。"),
        lambda: services.approve(item, by=city.second_supervisor, opinion="同意。"),
    )


def assign_twice(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    return (
        lambda: assign(city, item, by=city.dispatcher, lead=city.environment),
        lambda: assign(city, item, by=city.second_dispatcher, lead=city.water),
    )


def reopen_twice(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    return (
        lambda: services.reopen(item, by=city.dispatcher, reason="反弹。"),
        lambda: services.reopen(item, by=city.second_dispatcher, reason="反弹。"),
    )


def the_same_person_twice(city: City, item: WorkItem) -> tuple[Runner, Runner]:
    def submit() -> WorkItem:
        return services.submit(item, by=city.environment_clerk, summary="完成。")

    return submit, submit


PAIRS: list[tuple[State, Pair, int]] = [
    (State.DRAFT, assign_twice, FEW),
    (State.ASSIGNED, accept_or_decline, MANY),
    (State.RECTIFYING, submit_or_void, MANY),
    (State.RECTIFYING, the_same_person_twice, FEW),
    (State.VERIFYING, verify_twice, MANY),
    (State.APPROVING, approve_or_object, MANY),
    (State.APPROVING, approve_twice, FEW),
    (State.CLOSED, reopen_twice, FEW),
]


def ready(city: City, state: State) -> WorkItem:
    item = walk(city, state, procedure="own-finding")
    if state == State.RECTIFYING:
        add_evidence(item, city.environment_clerk)
    return item


@pytest.mark.parametrize(("state", "pair", "rounds"), PAIRS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_of_two_people_one_wins_and_the_other_reads_why(committed_city, meeting, state, pair, rounds):
    items = [ready(committed_city, state) for _ in range(rounds)]
    before = Event.objects.count()
    met = meeting()
    raced = [race(pair(committed_city, item)) for item in items]
    assert met == [item.number for item in items for _ in range(2)], "a round was no race"
    for results in raced:
        assert sorted(map(type, results), key=str) == sorted([WorkItem, Refused], key=str), results
        (loser,) = (result for result in results if isinstance(result, Refused))
        assert loser.refusal.kind in (RefusalKind.CONFLICT, RefusalKind.STALE, RefusalKind.FORBIDDEN)
        assert len(str(loser.refusal)) > 10
    assert Event.objects.count() == before + rounds
    assert Timer.objects.filter(ended_at__isnull=True).values("item", "clock").count() == _running_clocks()


def _running_clocks() -> int:
    """As many as there would be if nobody had raced: one deadline or verification, objection, approval for each."""
    per_state = {"assigned": 2, "rectifying": 1, "verifying": 1, "publicizing": 1, "approving": 1}
    return sum(per_state.get(state, 0) for state in WorkItem.objects.values_list("state", flat=True))


def test_two_objections_at_once_are_both_kept(committed_city, meeting):
    item = walk(committed_city, State.PUBLICIZING)
    meeting()
    results = race(
        [
            lambda: services.object_to(item, by=committed_city.dispatcher, text="一。"),
            lambda: services.object_to(item, by=committed_city.second_dispatcher, text="二。"),
        ]
    )
    assert [type(result) for result in results] == [WorkItem, WorkItem]
    assert item.objections.count() == 2


def test_two_decompositions_at_once_make_one_part_for_a_department(committed_city, meeting):
    whole = walk(committed_city, State.RECTIFYING)
    people = (committed_city.dispatcher, committed_city.second_dispatcher)
    results = race(
        lambda by=by: services.decompose(whole, by=by, parts=[Part(committed_city.tongbai)]) for by in people
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert whole.children.count() == 1


def test_a_part_reopened_while_the_whole_is_closed_leaves_no_open_part_behind(committed_city, meeting):
    """Either the whole waits for its part again, or the part stays closed."""
    city = committed_city
    families = [family_at_the_end(city) for _ in range(FEW)]
    meeting()
    for whole, part in families:
        race(
            [
                lambda whole=whole: services.approve(whole, by=city.supervisor, opinion="同意。"),
                lambda part=part: services.reopen(part, by=city.dispatcher, reason="反弹。"),
            ]
        )
        states = WorkItem.objects.in_bulk([whole.pk, part.pk])
        assert (states[whole.pk].state, states[part.pk].state) in [("closed", "closed"), ("approving", "rectifying")]


def family_at_the_end(city: City) -> tuple[WorkItem, WorkItem]:
    """A whole that waits for its supervisor, and its only part, closed."""
    whole = walk(city, State.RECTIFYING, procedure="own-finding")
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai)])
    part = approve(city, verify(city, submit(city, accept(city, whole.children.get()))))
    return verify(city, submit(city, whole)), part


def test_verbs_on_a_whole_and_its_parts_never_deadlock(committed_city):
    city = committed_city
    whole = walk(city, State.RECTIFYING)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai), Part(city.xixia)])
    first, second = whole.children.order_by("number")

    def report(item: WorkItem, by: object) -> Runner:
        return lambda: [services.report(item, by=by, text="进展") for _ in range(10)]

    services.accept(first, by=city.tongbai_clerk)
    services.accept(second, by=city.xixia_clerk)
    runners = [(whole, city.environment_clerk), (first, city.tongbai_clerk), (second, city.xixia_clerk)] * 2
    results = race(report(item, by) for item, by in runners)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Event.objects.filter(action="report").count() == 60


def test_somebody_who_waits_too_long_reads_that_the_item_is_busy(committed_city, settings):
    item = walk(committed_city, State.ASSIGNED)

    def hurried() -> WorkItem:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        return services.accept(item, by=committed_city.environment_clerk)

    with services.perform.transaction.atomic():
        WorkItem.objects.select_for_update().get(pk=item.pk)
        (result,) = race([hurried])
    assert result.refusal.code == "busy"


def test_eight_dispatchers_registering_at_once_get_numbers_without_gap_or_twin(committed_city):
    register(committed_city)  # the source is there

    def register_ten() -> list[str]:
        return [register(committed_city).number for _ in range(10)]

    results = race([register_ten] * 8)
    numbers = sorted(number for found in results for number in found)
    assert [int(number[-4:]) for number in numbers] == list(range(2, 82))


def test_races_leave_no_second_verification_or_closure(committed_city, meeting):
    items = [walk(committed_city, State.VERIFYING, procedure="own-finding") for _ in range(5)]
    meeting()
    for item in items:
        race(verify_twice(committed_city, item))
    assert Verification.objects.count() == 5
    assert not Closure.objects.exists()


@pytest.mark.parametrize("slower", ["revise", "found"])
def test_changes_of_one_item_are_dated_in_their_order(committed_city, meeting, slower):
    """Who asks for what changed since the last change that he saw misses nothing that waited for a lock."""
    city = committed_city
    items = [in_work(city) for _ in range(MANY)]
    meeting()
    for item in items:
        others = {
            "revise": lambda item=item: revise(item, by=city.dispatcher, title="河东村养殖场异味"),
            "found": lambda item=item: found(item, city.environment_clerk, "true", "true", "true", finding="true"),
        }
        race([lambda item=item: services.report(item, by=city.environment_clerk, text="已动工。"), others[slower]])
        moments = list(Event.objects.filter(item=item).order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments)
        assert WorkItem.objects.get(pk=item.pk).updated_at == moments[-1]


def test_a_source_goes_by_the_revision_in_force_even_if_that_is_made_at_the_same_moment(committed_city, monkeypatch):
    city = committed_city
    source = walking.source(city, "campaign")
    own = Procedure.objects.current(city.office).get(code="petition")
    new = {"office": city.office, "by": city.second_dispatcher, "reason": "调整", "accept_days": 3}
    threads: list[threading.Thread] = []
    save = Source.save

    def revised() -> None:
        procedures.revise(own, seen_revision=own.revision, **new)
        connection.close()

    def save_late(self: Source, **given: Any) -> None:
        threads.append(threading.Thread(target=revised))
        threads[0].start()
        threads[0].join(1)  # it has revised by then, or waits for this transaction
        save(self, **given)

    monkeypatch.setattr(Source, "save", save_late)
    choose_procedure(source, by=city.dispatcher, procedure=own)
    threads[0].join()
    source.refresh_from_db()
    assert source.procedure == Procedure.objects.current(city.office).get(code="petition") != own

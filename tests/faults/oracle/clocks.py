"""I4: the clocks: whatever is due was said once, in time, and nothing after its clock had ended."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import F

from tests.faults.oracle.scene import Scene
from workflow import database_clock
from workflow.lifecycle import Action, State
from workflow.models import Event, RungFiring, Timer, WorkItem

ALWAYS_UNDER_A_CLOCK = [State.ASSIGNED, State.RECTIFYING, State.VERIFYING, State.PUBLICIZING, State.APPROVING]
OF_THE_CLOCK = [Action.REMIND, Action.ESCALATE]


def every_rung_once_and_in_time(scene: Scene) -> Iterator[str]:
    """I4."""
    yield from _late(scene)
    yield from _said_twice()
    yield from _said_in_vain()
    yield from _without_a_clock()


def _late(scene: Scene) -> Iterator[str]:
    overdue = Timer.objects.filter(ended_at=None, fire_at__lt=database_clock.now() - scene.lateness)
    for number, clock in overdue.values_list("item__number", "clock"):
        yield f"{number}: the clock {clock} should have spoken"


def _said_twice() -> Iterator[str]:
    told = RungFiring.objects.filter(superseded=False)
    by_rung = Counter(told.values_list("timer__item__number", "timer", "rung", "repetition"))
    for (number, _timer, _rung, _repetition), times in by_rung.items():
        if times > 1:
            yield f"{number}: a rung was fired {times} times"
    events = Counter(told.values_list("event", "timer__item__number"))
    for (_event, number), times in events.items():
        if times > 1:
            yield f"{number}: one event stands for {times} rungs"
    for number in told.filter(fired_at__lt=F("due_at")).values_list("timer__item__number", flat=True):
        yield f"{number}: a rung was fired before its time"


def _said_in_vain() -> Iterator[str]:
    after = RungFiring.objects.filter(superseded=False, timer__ended_at__lt=F("fired_at"))
    for number in after.values_list("timer__item__number", flat=True):
        yield f"{number}: a clock spoke after it had ended"
    for number in Event.objects.filter(action__in=OF_THE_CLOCK, rungfiring=None).values_list("item__number", flat=True):
        yield f"{number}: the clock spoke without a rung"


def _without_a_clock() -> Iterator[str]:
    running = Timer.objects.filter(ended_at=None).values("item")
    standing = WorkItem.objects.filter(state__in=ALWAYS_UNDER_A_CLOCK, deadline_kind=WorkItem.DeadlineKind.FIXED)
    for number in standing.exclude(pk__in=running).values_list("number", flat=True):
        yield f"{number}: is open and no clock runs"

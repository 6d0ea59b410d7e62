"""Who hears of a step: by the posts, the climb, the proposals and the folding of the clock itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from workflow.audiences import Audience, Place, Posts, Seat, told_by
from workflow.folding import fold
from workflow.models.procedures import Measure
from workflow.rehearsal.ladders import Step
from workflow.rehearsal.standings import Family, Standing
from workflow.services.proposals import is_new


class Reader(NamedTuple):
    """The department in which a person is told, and the level as which."""

    department: int
    level: str


class Hearing(NamedTuple):
    """People by id; posts that are vacant; how many groups reach nobody."""

    people: dict[int, Reader]
    vacant: frozenset[Seat]
    lost: int


@dataclass
class Telling:
    """A step, and whom it reaches; `item` and `whole` name what is told at one moment to those who fold it."""

    at: datetime
    rung: Any
    hearing: Hearing
    people: dict[int, Reader]
    item: datetime | None = None
    whole: datetime | None = None

    @property
    def severity(self) -> int:
        return Measure(self.rung.measure).severity


class Readers:
    """Resolves steps of items to people. `steps`: what the clocks of an item say."""

    def __init__(self, posts: Posts, steps: Callable[[Standing], list[Step]]) -> None:
        self._posts, self._steps = posts, steps
        self._hear, self._tellings = cache(self._heard), cache(self._told)

    def of(self, family: Family) -> list[Telling]:
        """What an item tells. What a person hears of the whole at the same moment tells him of its part as well."""
        own = self._tellings(family.item)
        if family.whole is None:
            return own
        parts = [replace(telling, people=dict(telling.people), whole=telling.at) for telling in own]
        above = [replace(telling, item=telling.at) for telling in self._tellings(family.whole)]
        for _part, _whole, _person in fold([*parts, *above]):
            pass  # taken from the people of the part
        return parts

    def _told(self, standing: Standing) -> list[Telling]:
        return list(self._walk(standing))

    def _walk(self, standing: Standing) -> Iterator[Telling]:
        said = {(speaker, measure) for speaker, clock in enumerate(standing.clocks) for measure in clock.said}
        waiting = {(0, measure) for measure in standing.waiting}
        for step in self._steps(standing):
            measure = Measure(step.rung.measure)
            proposes = measure.is_proposed and is_new(step.speaker, 0, measure.value, said, waiting)
            hearing = self._hear(told_by(step.rung, proposes), step.running.place)
            yield Telling(step.at, step.rung, hearing, hearing.people)

    def _heard(self, audiences: tuple[Audience, ...], place: Place) -> Hearing:
        people: dict[int, Reader] = {}
        climbs = [self._posts.climb(audience, place) for audience in audiences]
        for climb in climbs:
            for user in climb.people:
                people.setdefault(user.pk, Reader(climb.seat.department_id, climb.level.value))
        vacant = frozenset(seat for climb in climbs for seat in climb.vacant)
        return Hearing(people, vacant, sum(not climb.people for climb in climbs))

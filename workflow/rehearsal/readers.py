"""Who is told on a day: the posts that an audience means, and who holds them today. Two queries for any number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import NamedTuple

from accounts.hierarchy import holders
from accounts.models import Department
from accounts.roles import Permission, Role, roles_with
from workflow.lifecycle import PARTY_PERMISSION, Party
from workflow.models import Rung
from workflow.rehearsal.tally import Rehearsal, Told


class Place(NamedTuple):
    """What of an item decides who is told."""

    turn_party: str
    turn_department: int | None
    office: int


class Step(NamedTuple):
    """A day, what is told on it to which audiences, and of items at which place."""

    day: date
    measure: str
    audience: tuple[str, ...]
    place: Place


def count(steps: Counter[Step], result: Rehearsal, on: date) -> None:
    """Add to the result what these steps tell to the people of that day."""
    readers = _Readers((step.place for step in steps), on)
    for step, number in steps.items():
        result.fired[step.day, step.measure] += number
        for department, level in readers.vacant(step.audience, step.place):
            result.vacant[department, level] += number
        for user, (department, level) in readers.of(step.audience, step.place).items():
            result.told[Told(step.day, department, step.measure, level)] += number
            result.per_reader[step.day, user] += number
    result.departments = _names({told.department for told in result.told} | {pk for pk, _level in result.vacant})


def _posts(level: str, place: Place) -> list[tuple[int, Role]]:
    """Department and role of those whom an audience means."""
    department, roles = place.turn_department, [Role.HEAD]
    match level:
        case Rung.Audience.TURN:
            permission = PARTY_PERMISSION.get(Party(place.turn_party))
            roles = roles_with(permission) if permission else []
        case Rung.Audience.OFFICE:
            department, roles = place.office, roles_with(Permission.DISPATCH)
    return [(department, role) for role in roles if department is not None]


class _Readers:
    def __init__(self, places: Iterable[Place], on: date) -> None:
        departments = {pk for place in set(places) for pk in (place.turn_department, place.office) if pk}
        self._holders = holders(departments, list(Role), on)
        self.of, self.vacant = cache(self._of), cache(self._vacant)

    def _of(self, audience: tuple[str, ...], place: Place) -> dict[int, tuple[int, str]]:
        """User → department and audience as which he is told; who is in several is told once."""
        found: dict[int, tuple[int, str]] = {}
        for level in audience:
            for department, role in _posts(level, place):
                for user in self._holders.get((department, role), []):
                    found.setdefault(user.pk, (department, level))
        return found

    def _vacant(self, audience: tuple[str, ...], place: Place) -> list[tuple[int, str]]:
        """Department and audience where nobody holds a post that is meant."""
        meant = [(posts[0][0], level, posts) for level in audience if (posts := _posts(level, place))]
        return [(department, level) for department, level, posts in meant if not self._holders.keys() & set(posts)]


def _names(departments: set[int]) -> dict[int, str]:
    return dict(Department.objects.filter(pk__in=departments).values_list("pk", "name"))

"""Who hears of the whole hears of its parts in the same notice. Pure: the clock tells and a rehearsal counts by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Protocol, TypeVar


class Telling(Protocol):
    """What a clock of an item tells, at one moment with others; `people`: by id those whom it reaches."""

    people: dict[int, Any]

    @property
    def item(self) -> Hashable: ...

    @property
    def whole(self) -> Hashable: ...  # the item of which it is a part; None: of none

    @property
    def severity(self) -> int: ...


T = TypeVar("T", bound=Telling)


def fold(tellings: Iterable[T]) -> Iterator[tuple[T, T, int]]:
    """(part, whole, person) for each notice of a part that the one of the whole tells as well; the part loses him.

    A part whose measure is the harder one is told by itself. Parts have no parts.
    """
    tellings = sorted(tellings, key=lambda telling: -telling.severity)
    of_item: defaultdict[Hashable, list[T]] = defaultdict(list)
    for telling in tellings:
        of_item[telling.item].append(telling)
    for part in (telling for telling in tellings if telling.whole is not None):
        for whole in of_item.get(part.whole, ()):
            if whole.severity >= part.severity:
                yield from ((part, whole, pk) for pk in _taken(part, whole))


def _taken(part: Telling, whole: Telling) -> Iterator[int]:
    for pk in part.people.keys() & whole.people.keys():
        del part.people[pk]
        yield pk

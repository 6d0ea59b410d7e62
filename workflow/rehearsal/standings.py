"""How items stand now: their running clocks and open proposals, alike ones grouped by PostgreSQL, in one query."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from workflow.audiences import Place
from workflow.models import Proposal, Timer, WorkItem


class Scope(NamedTuple):
    """Whose clocks: of one procedure in all its revisions, of one committee office; None: of all."""

    code: str | None = None
    office: int | None = None


class Clock(NamedTuple):
    """A running clock; `rung` and `moment` are None where it is armed anew by a changed ladder."""

    procedure: int
    clock: str
    due_on: date
    moment: datetime | None = None
    rung: int | None = None
    repetition: int = 0


class Running(NamedTuple):
    """A clock, where it speaks, and the measures that it has proposed already."""

    clock: Clock
    place: Place
    said: tuple[str, ...]


class Standing(NamedTuple):
    """The clocks of an item in the order of their ids, and the measures that wait for a signature on it."""

    clocks: tuple[Running, ...]
    waiting: tuple[str, ...]


class Family(NamedTuple):
    """An item, and the whole of which it is a part."""

    item: Standing
    whole: Standing | None


_OF_PLACE = ("turn_party", "turn_department", "office", "office__superior", "procedure__approving_department")
_OF_ITEM = ("procedure", *_OF_PLACE)
_OF_WHOLE = tuple(f"parent__{name}" for name in _OF_ITEM)


def running(scope: Scope) -> QuerySet[Timer]:
    found = Timer.objects.filter(ended_at__isnull=True).order_by()
    if scope.code is not None:
        found = found.filter(item__procedure__code=scope.code)
    if scope.office is not None:
        found = found.filter(item__office=scope.office)
    return found


def families(scope: Scope, *, anew: bool) -> Counter[Family]:
    """How many items stand alike. `anew`: where a clock waits on its ladder does not matter."""
    items = WorkItem.objects.filter(Exists(running(scope).filter(item=OuterRef("pk")))).order_by()
    columns = {
        "clocks": _clocks("pk", anew),
        "waiting": _waiting("pk"),
        "clocks_above": _clocks("parent", anew),
        "waiting_above": _waiting("parent"),
    }
    rows = items.annotate(**columns).values_list(*_OF_ITEM, "clocks", "waiting", *_OF_WHOLE, *list(columns)[2:])
    found: Counter[Family] = Counter()
    for *row, number in rows.annotate(n=Count("pk")):
        half = len(row) // 2
        found[Family(_standing(*row[:half]), _standing(*row[half:]) if row[-2] else None)] += number
    return found


def _clocks(item: str, anew: bool) -> ArraySubquery:
    said = Proposal.objects.filter(timer=OuterRef("pk")).order_by("measure").values("measure")
    told = {"clock": "clock", "due_on": "due_on", "answering": "paper__department", "said": ArraySubquery(said)}
    waits = {} if anew else {"moment": "fire_at", "rung": "rung", "repetition": "repetition"}
    timers = Timer.objects.filter(item=OuterRef(item), ended_at__isnull=True)
    if not anew:
        timers = timers.filter(fire_at__isnull=False)
    return ArraySubquery(timers.order_by("pk").values(told=JSONObject(**told, **waits)))


def _waiting(item: str) -> ArraySubquery:
    waiting = Proposal.objects.filter(item=OuterRef(item), status=Proposal.Status.OPEN)
    return ArraySubquery(waiting.order_by("measure").values("measure"))


def _standing(procedure: int, *row: Any) -> Standing:
    party, turn, office, government, approver, clocks, waiting = row
    place = Place(party, turn, office, government, approver or office)
    return Standing(tuple(_running(procedure, place, **clock) for clock in clocks), tuple(waiting))


def _running(procedure: int, place: Place, answering: int | None, said: list[str], **clock: Any) -> Running:
    clock["due_on"] = date.fromisoformat(clock["due_on"])
    if "moment" in clock:
        clock["moment"] = datetime.fromisoformat(clock["moment"])
    return Running(Clock(procedure, **clock), place._replace(answering=answering), tuple(said))

"""Who is meant by each group of people relative to an item: posts, and who holds them today.

The ladder climbs: a post that is vacant when a rung fires leaves its notice to the next level, never to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import NamedTuple

from accounts.hierarchy import holders
from accounts.models import User
from accounts.roles import Permission, Role, roles_with
from workflow.lifecycle import PARTY_PERMISSION, DepartmentRole, Party
from workflow.models import Assignment, Event, Paper, Rung, RungFiring, WorkItem


class Audience(StrEnum):
    """Groups of people relative to an item."""

    TURN = "turn"  # those whose turn it is after the event
    LEAD = "lead"
    RESPONSIBLE = "responsible"  # every department with a part in the work, the lead included
    OFFICE = "office"
    FORMER_LEAD = "former_lead"  # that passed the item on, or from which it was taken
    HEAD = "head"  # of the department whose turn it is
    LEADER = "leader"  # of the city whose office keeps the item
    SUPERIOR = "superior"  # the heads of the department above the lead
    APPROVER = "approver"
    DECIDER = "decider"  # the office or the approver, as the event says
    ADDRESSEE = "addressee"  # of a paper


LADDER = (Audience.TURN, Audience.HEAD, Audience.OFFICE, Audience.LEADER)  # level by level
_NAMED_BY_EVENT = {Audience.FORMER_LEAD: "former_lead", Audience.ADDRESSEE: "addressee"}  # → key of its data


class Seat(NamedTuple):
    """A post: any of these roles in this department."""

    department_id: int | None
    roles: tuple[Role, ...]


class Place(NamedTuple):
    """What of an item decides whom the ladder reaches; many items stand at one place."""

    turn_party: str
    turn_department: int | None
    office: int
    government: int | None  # above the office
    approver: int  # whose supervisors close the item out and sign its papers
    answering: int | None = None  # that has to answer the paper whose clock speaks

    @property
    def departments(self) -> set[int | None]:
        """All in which somebody may be told."""
        return {self.turn_department, self.office, self.government, self.approver, self.answering}


def approving_department(item: WorkItem) -> int:
    """Whose supervisors close the item out and sign its papers."""
    return item.procedure.approving_department_id or item.office_id


def place_of(item: WorkItem, paper: Paper | None = None) -> Place:
    """Where an item stands, or a paper of it that waits for an answer."""
    turn = (item.turn_party, item.turn_department_id)
    answering = paper.department_id if paper else None
    return Place(*turn, item.office_id, item.office.superior_id, approving_department(item), answering)


def seat_at(level: Audience, place: Place) -> Seat:
    """The post that a level is; where a paper waits for its answer, the turn is the department's that has to answer."""
    acting = place.answering or place.turn_department
    match level:
        case Audience.TURN:
            permission = Permission.HANDLE if place.answering else PARTY_PERMISSION.get(Party(place.turn_party))
            return Seat(acting, tuple(roles_with(permission)) if permission else ())
        case Audience.HEAD:
            return Seat(acting, (Role.SUPERVISOR if acting == place.office else Role.HEAD,))
        case Audience.OFFICE:
            return Seat(place.office, tuple(roles_with(Permission.DISPATCH)))
        case Audience.LEADER:
            return Seat(place.government, (Role.CITY_LEADER,))
        case Audience.APPROVER:
            return Seat(place.approver, tuple(roles_with(Permission.APPROVE)))
    return Seat(None, ())


def seat_of(audience: Audience, item: WorkItem) -> Seat:
    """The post that a group is."""
    match audience:
        case Audience.LEAD:
            return Seat(item.lead_id, tuple(roles_with(Permission.HANDLE)))
        case Audience.SUPERIOR:
            return Seat(item.lead.superior_id if item.lead else None, (Role.HEAD,))
    return seat_at(audience, place_of(item))


def levels_from(audience: Audience) -> tuple[Audience, ...]:
    """A level and those above it; above the city leader the office's own supervisors answer."""
    above = LADDER[LADDER.index(audience) :] if audience in LADDER else ()
    return (*above, Audience.APPROVER)


def told_by(rung: Rung, proposes: bool) -> tuple[Audience, ...]:
    """To whom a rung speaks; a measure that is proposed is told to those as well who may take it."""
    return (*map(Audience, rung.audience), *[Audience.APPROVER] * proposes)


def was_told(user: User, item: WorkItem, firing: RungFiring) -> bool:
    """Does this person hold a post to which this rung spoke, or one above it?"""
    lowest = min(firing.rung.audience, key=lambda name: LADDER.index(Audience(name)))
    own = {(row.department_id, Role(row.role)) for row in user.memberships_today} if user.is_active else set()
    place = place_of(item, firing.timer.paper)
    seats = [seat_at(level, place) for level in levels_from(Audience(lowest))]
    return any((seat.department_id, role) in own for seat in seats for role in seat.roles)


class Climb(NamedTuple):
    """Where a notice for a level arrives: at the first post that is held, past the vacant ones; else with nobody."""

    people: list[User]
    level: Audience | None
    seat: Seat | None
    vacant: list[Seat]


class Posts:
    """Who holds which post on a day: one query for any number of departments."""

    def __init__(self, departments: Iterable[int | None], on: date) -> None:
        self._holders = holders(set(departments) - {None}, list(Role), on)
        self.climb = cache(self._climb)

    def holding(self, seat: Seat) -> list[User]:
        return [user for role in seat.roles for user in self._holders.get((seat.department_id, role), [])]

    def _climb(self, audience: Audience, place: Place) -> Climb:
        """Those of this level; where nobody holds the post, those of the first level above that is held."""
        vacant: list[Seat] = []
        for level in levels_from(audience):
            seat = seat_at(level, place)
            if people := self.holding(seat):
                return Climb(people, level, seat, vacant)
            if seat.department_id is not None and seat.roles:
                vacant.append(seat)
        return Climb([], None, None, vacant)


@dataclass(frozen=True)
class Told:
    """What an event tells of; `paper`: the one that waits for an answer, where its clock speaks. `climbs`: past vacant
    posts."""

    event: Event
    item: WorkItem
    paper: Paper | None
    climbs: bool

    @cached_property
    def place(self) -> Place:
        return place_of(self.item, self.paper)


def _responsible(batch: Iterable[Told]) -> dict[int, set[int]]:
    """Departments by item. What was never handed out is the office's own: its parties may not see it."""
    found: dict[int, set[int]] = {told.item.pk: set() for told in batch}
    handed_out = [told.item.pk for told in batch if told.item.assigned_at]
    if handed_out:
        rows = Assignment.objects.filter(item__in=handed_out)
        rows = rows.exclude(role__in=[DepartmentRole.VERIFY, DepartmentRole.SUPERVISE]).order_by()
        for item_id, department_id in rows.values_list("item_id", "department_id"):
            found[item_id].add(department_id)
    return found


def _decided(audience: Audience, told: Told) -> Audience:
    """Who decides on an extension is said by its event."""
    is_open = audience == Audience.DECIDER and "decider" in told.event.data
    return Audience(told.event.data["decider"]) if is_open else audience


class Audiences:
    """The people of the groups wanted for a batch of events: two queries, however many."""

    def __init__(self, batch: Iterable[Told], on: date, wanted: Collection[Audience]) -> None:
        batch = list(batch)
        self._departments = _responsible(batch if Audience.RESPONSIBLE in wanted else ())
        named = {told.event.data.get(key) for told in batch for key in _NAMED_BY_EVENT.values()}
        places = {told.place for told in batch if told.climbs}
        seated = set(wanted) - {Audience.RESPONSIBLE, *_NAMED_BY_EVENT}
        others = {seat_of(_decided(name, told), told.item).department_id for told in batch for name in seated}
        whole = (named | others).union(*self._departments.values(), *(place.departments for place in places))
        self.concerned = whole - {None}  # departments
        self._posts = Posts(self.concerned, on)
        self.climb = cache(self._climb)
        self.vacant: set[Seat] = set()  # posts that a notice found empty
        self.filled: set[Seat] = set()

    def of(self, audience: Audience, told: Told) -> list[User]:
        audience = _decided(audience, told)
        handling = tuple(roles_with(Permission.HANDLE))
        if (key := _NAMED_BY_EVENT.get(audience)) is not None:
            return self._posts.holding(Seat(told.event.data.get(key), handling))
        if audience == Audience.RESPONSIBLE:
            return [user for pk in self._departments[told.item.pk] for user in self._posts.holding(Seat(pk, handling))]
        return self._posts.holding(seat_of(audience, told.item))

    def departments(self, audience: Audience, told: Told) -> set[int]:
        """Those that are meant as a whole; of a group of single persons none."""
        if audience == Audience.RESPONSIBLE:
            return self._departments[told.item.pk]
        if audience == Audience.ADDRESSEE:
            return {told.event.data[_NAMED_BY_EVENT[audience]]}
        if audience not in (Audience.TURN, Audience.HEAD, Audience.LEAD, Audience.OFFICE):
            return set()
        seat = seat_of(audience, told.item) if audience == Audience.LEAD else seat_at(audience, told.place)
        return {seat.department_id} - {None}

    def _climb(self, levels: tuple[Audience, ...], place: Place) -> Mapping[int, User]:
        """By id those of these levels; where nobody holds a post today, those of the first level above that is held."""
        people: dict[int, User] = {}
        for level in levels:
            found = self._posts.climb(level, place)
            people |= {user.id: user for user in found.people}
            self.vacant.update(found.vacant)
            self.filled.update([found.seat] if found.seat else [])
        return people

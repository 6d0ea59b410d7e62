"""Who is meant by each group of people relative to an item: posts, and who holds them today.

The ladder climbs: a post that is vacant when a rung fires leaves its notice to the next level, never to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from accounts.hierarchy import holders
from accounts.models import User
from accounts.roles import Permission, Role, roles_with
from workflow.lifecycle import PARTY_PERMISSION, DepartmentRole, Party
from workflow.models import Assignment, Event, Paper, RungFiring, WorkItem


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


def approving_department(item: WorkItem) -> int:
    """Whose supervisors close the item out and sign its papers."""
    return item.procedure.approving_department_id or item.office_id


def seat_of(audience: Audience, item: WorkItem, paper: Paper | None = None) -> Seat:
    """The post that a level is; where a paper waits for its answer, the turn is the department's that has to answer."""
    acting = paper.department_id if paper else item.turn_department_id
    match audience:
        case Audience.TURN:
            permission = Permission.HANDLE if paper else PARTY_PERMISSION.get(Party(item.turn_party))
            return Seat(acting, tuple(roles_with(permission)) if permission else ())
        case Audience.HEAD:
            return Seat(acting, (Role.SUPERVISOR if acting == item.office_id else Role.HEAD,))
        case Audience.OFFICE:
            return Seat(item.office_id, tuple(roles_with(Permission.DISPATCH)))
        case Audience.LEADER:
            return Seat(item.office.superior_id, (Role.CITY_LEADER,))
        case Audience.APPROVER:
            return Seat(approving_department(item), tuple(roles_with(Permission.APPROVE)))
        case Audience.LEAD:
            return Seat(item.lead_id, tuple(roles_with(Permission.HANDLE)))
        case Audience.SUPERIOR:
            return Seat(item.lead.superior_id if item.lead else None, (Role.HEAD,))
    return Seat(None, ())


def levels_from(audience: Audience) -> tuple[Audience, ...]:
    """A level and those above it; above the city leader the office's own supervisors answer."""
    above = LADDER[LADDER.index(audience) :] if audience in LADDER else ()
    return (*above, Audience.APPROVER)


def was_told(user: User, item: WorkItem, firing: RungFiring) -> bool:
    """Does this person hold a post to which this rung spoke, or one above it?"""
    lowest = min(firing.rung.audience, key=lambda name: LADDER.index(Audience(name)))
    own = {(row.department_id, Role(row.role)) for row in user.memberships_today} if user.is_active else set()
    seats = [seat_of(level, item, firing.timer.paper) for level in levels_from(Audience(lowest))]
    return any((seat.department_id, role) in own for seat in seats for role in seat.roles)


class Told(NamedTuple):
    """What an event tells of; `paper`: the one that waits for an answer, where its clock speaks."""

    event: Event
    item: WorkItem
    paper: Paper | None


class Audiences:
    """The people of each group for a batch of events: two queries, however many."""

    def __init__(self, batch: Iterable[Told], on: date) -> None:
        batch = list(batch)
        self._departments: dict[int, set[int]] = {told.item.pk: set() for told in batch}
        # what was never handed out is the office's own; its parties are proposals and may not see it
        handed_out = [told.item.pk for told in batch if told.item.assigned_at]
        responsible = Assignment.objects.filter(item__in=handed_out).exclude(
            role__in=[DepartmentRole.VERIFY, DepartmentRole.SUPERVISE]
        )
        for item_id, department_id in responsible.values_list("item_id", "department_id").order_by():
            self._departments[item_id].add(department_id)
        named = {told.event.data.get(key) for told in batch for key in _NAMED_BY_EVENT.values()}
        seats = {seat_of(name, told.item, told.paper).department_id for told in batch for name in Audience}
        everybody = (named | seats).union(*self._departments.values()) - {None}
        self._holders = holders(everybody, list(Role), on)
        self.vacant: set[Seat] = set()  # posts that a notice found empty
        self.filled: set[Seat] = set()

    def of(self, audience: Audience, told: Told) -> list[User]:
        if audience == Audience.DECIDER:  # of an extension
            audience = Audience(told.event.data["decider"])
        handling = tuple(roles_with(Permission.HANDLE))
        if (key := _NAMED_BY_EVENT.get(audience)) is not None:
            return self._in(Seat(told.event.data.get(key), handling))
        if audience == Audience.RESPONSIBLE:
            return [user for pk in self._departments[told.item.pk] for user in self._in(Seat(pk, handling))]
        return self._in(seat_of(audience, told.item, told.paper))

    def climb(self, audience: Audience, told: Told) -> list[User]:
        """Those of this level; where nobody holds the post today, those of the first level above that is held."""
        for level in levels_from(audience):
            seat = seat_of(level, told.item, told.paper)
            if people := self._in(seat):
                self.filled.add(seat)
                return people
            if seat.department_id is not None and seat.roles:
                self.vacant.add(seat)
        return []

    def _in(self, seat: Seat) -> list[User]:
        return [user for role in seat.roles for user in self._holders.get((seat.department_id, role), [])]

"""For each event: who is told, in which words. Calls notifications.services.notify inside the verb's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.hierarchy import holders
from accounts.models import User, today
from accounts.roles import Permission, Role, roles_with
from notifications.services import Draft, notify
from workflow.lifecycle import PARTY_PERMISSION, Action, DepartmentRole, Party
from workflow.models import Assignment, Event, LookBack, Verification, WorkItem
from workflow.models.procedures import Clock


class Audience(StrEnum):
    """Groups of people relative to an item."""

    TURN = "turn"  # those whose turn it is after the event
    LEAD = "lead"
    RESPONSIBLE = "responsible"  # every department with a part in the work, the lead included
    OFFICE = "office"
    FORMER_LEAD = "former_lead"  # that passed the item on, or from which it was taken
    HEAD = "head"  # of the department whose turn it is
    SUPERIOR = "superior"  # the heads of the department above the lead
    APPROVER = "approver"
    DECIDER = "decider"  # the office or the approver, as the event says


@dataclass(frozen=True)
class Notice:
    audiences: tuple[Audience, ...]
    sentence: object  # lazy text: what happened


_A = Audience
NOTICES: dict[str, Notice] = {
    Action.ASSIGN: Notice((_A.TURN, _A.RESPONSIBLE), lazy("A work item was assigned to your department.")),
    Action.ACCEPT: Notice((_A.OFFICE,), lazy("The lead department has accepted the item.")),
    Action.DECLINE: Notice((_A.TURN,), lazy("The lead department has declined the item.")),
    Action.TRANSFER: Notice(
        (_A.TURN, _A.FORMER_LEAD, _A.OFFICE, _A.RESPONSIBLE), lazy("Another department leads the item from now on.")
    ),
    Action.ACKNOWLEDGE: Notice((_A.LEAD,), lazy("A cooperating department knows of its part in the item.")),
    Action.REQUEST_EXTENSION: Notice((_A.DECIDER,), lazy("The lead department asks for an extension.")),
    Action.DECIDE_EXTENSION: Notice((_A.LEAD, _A.RESPONSIBLE), lazy("The extension was decided.")),
    Action.SUBMIT: Notice((_A.TURN, _A.OFFICE), lazy("A rectification was submitted for verification.")),
    Action.VERIFY: Notice((_A.TURN, _A.LEAD), lazy("The rectification was verified.")),
    Action.RETURN: Notice((_A.LEAD,), lazy("The rectification was returned for rework.")),
    Action.PUBLISH: Notice((_A.LEAD,), lazy("The public notice was put up.")),
    Action.OBJECT: Notice((_A.OFFICE, _A.LEAD), lazy("An objection was raised during publicity.")),
    Action.OBJECT_PUBLICLY: Notice((_A.OFFICE, _A.LEAD), lazy("Somebody objected on the public page.")),
    Action.RESOLVE_OBJECTION: Notice((_A.TURN, _A.LEAD), lazy("The objection was decided.")),
    Action.END_PUBLICITY: Notice((_A.TURN,), lazy("Publicity is over; the item waits to be closed out.")),
    Action.APPROVE: Notice((_A.RESPONSIBLE, _A.OFFICE), lazy("The item was closed out.")),
    Action.REJECT: Notice((_A.TURN, _A.LEAD, _A.OFFICE), lazy("The close-out was rejected.")),
    Action.FILE: Notice((_A.LEAD,), lazy("The close-out was filed with the higher level.")),
    Action.LOOK_BACK: Notice((_A.LEAD, _A.OFFICE), lazy("The item was looked back at.")),
    Action.REOPEN: Notice((_A.RESPONSIBLE, _A.HEAD, _A.SUPERIOR), lazy("The item was reopened: the problem is back.")),
    Action.SUSPEND: Notice((_A.RESPONSIBLE, _A.OFFICE), lazy("The item was suspended; its time limits stand still.")),
    Action.RESUME: Notice((_A.TURN, _A.RESPONSIBLE, _A.OFFICE), lazy("The item goes on; its time limits run again.")),
    Action.VOID: Notice((_A.RESPONSIBLE,), lazy("The item was declared void.")),
    Event.RECALCULATE: Notice(
        (_A.TURN, _A.LEAD, _A.OFFICE), lazy("Time limits in working days were recalculated: the calendar has changed.")
    ),
    Action.REMIND: Notice((), lazy("A time limit is near.")),  # audiences come from the rung
    Action.ESCALATE: Notice((), lazy("A time limit has passed.")),
}

# What a rung says about its clock, by Clock value.
_CLOCKS = {
    "accept": lazy("To be accepted by"),
    "deadline": lazy("To be rectified by"),
    "milestone": lazy("Milestone due on"),
    "report": lazy("Progress to be reported by"),
    "supplement": lazy("To be supplemented by"),
    "extension": lazy("Extension to be decided by"),
    "verification": lazy("To be verified by"),
    "objection": lazy("Objection to be decided by"),
    "approval": lazy("To be closed out by"),
    "filing": lazy("To be filed by"),
    "look_back": lazy("To be looked back at by"),
}


@dataclass(frozen=True)
class Announcement:
    """An event of an item, and the groups that hear of it."""

    event: Event
    item: WorkItem
    audiences: tuple[Audience, ...]


def announce(event: Event, item: WorkItem) -> None:
    """Tell everybody concerned of one event; must run inside the transaction that stores it."""
    if notice := _notice_of(event):
        announce_all([Announcement(event, item, notice.audiences)])


def _notice_of(event: Event) -> Notice | None:
    """That of its action; a look-back that reopens the item is a reopening."""
    is_back = event.action == Action.LOOK_BACK and event.to_state != event.from_state
    return NOTICES.get(Action.REOPEN if is_back else event.action)


def announce_all(announcements: list[Announcement]) -> None:
    """Tell of many events with a constant number of queries."""
    former = {entry.event.data.get("former_lead") for entry in announcements} - {None}
    audiences = _Audiences([entry.item for entry in announcements], today(), former)
    notify(draft for entry in announcements for draft in _drafts(entry, audiences))


_LEFT = (Audience.FORMER_LEAD,)  # may see the item no longer


def _drafts(entry: Announcement, audiences: _Audiences) -> Iterator[Draft]:
    people = {user.pk: user for name in entry.audiences for user in audiences.of(name, entry)}
    seeing = {user.pk for name in entry.audiences if name not in _LEFT for user in audiences.of(name, entry)}
    people.pop(entry.event.actor_id, None)
    for user in people.values():
        with translation.override(user.language):
            yield Draft(
                recipient_id=user.pk,
                kind=entry.event.action,
                subject=_subject(entry),
                body=_body(entry),
                url=item_path(entry.item) if user.pk in seeing else "",
                dedup_key=f"event:{entry.event.pk}:{user.pk}",
            )


def item_path(item: WorkItem) -> str:
    """The item's page, relative to the site."""
    return reverse("workflow:item", args=[item.number])


def _subject(entry: Announcement) -> str:
    return _("[%(number)s] %(action)s: %(title)s") % {
        "number": entry.item.number,
        "action": entry.event.label,
        "title": entry.item.title,
    }


def _body(entry: Announcement) -> str:
    return "\n".join(_lines(entry))  # the link is added by the channel that needs one


def _lines(entry: Announcement) -> Iterator[str]:
    item, event = entry.item, entry.event
    yield str(_notice_of(event).sentence)
    yield _("Item: %(item)s") % {"item": item}
    yield _("Now: %(state)s") % {"state": item.get_state_display()}
    if "clock" in event.data:
        due_on = date.fromisoformat(event.data["due_on"])
        yield f"{_CLOCKS[event.data['clock']]}：{formats.date_format(due_on)}"
    elif item.due_on and not item.supplement_by:
        yield _("Deadline: %(day)s") % {"day": formats.date_format(item.due_on)}
    yield from _result(event)
    if event.actor:
        yield _("By: %(name)s") % {"name": event.actor.name}
    if event.note:
        yield _("Note: %(note)s") % {"note": event.note}


def _result(event: Event) -> Iterator[str]:
    """What an event decided, so that nobody has to open the item to learn it."""
    data = event.data
    if "former_lead" in data:
        yield _("Passed on: %(before)s → %(lead)s") % {"before": data["from"], "lead": data["lead"]}
    if "conclusion" in data:
        yield _("Conclusion: %(conclusion)s") % {"conclusion": Verification.Conclusion(data["conclusion"]).label}
    if "supplement_by" in data:
        day = formats.date_format(date.fromisoformat(data["supplement_by"]))
        yield _("To be supplemented by %(day)s") % {"day": day}
    if "upheld" in data:
        yield _("The objection was upheld.") if data["upheld"] else _("The objection was not upheld.")
    if "publicity" in data:
        first, last = (formats.date_format(date.fromisoformat(data["publicity"][end])) for end in ("from", "to"))
        yield _("In publicity from %(first)s to %(last)s.") % {"first": first, "last": last}
    if data.get("decide_by"):
        yield _("To be decided by %(day)s.") % {"day": formats.date_format(date.fromisoformat(data["decide_by"]))}
    if event.action == Action.REQUEST_EXTENSION:
        yield _("Asked for: %(day)s") % {"day": formats.date_format(date.fromisoformat(data["due_on"]))}
    for move in data.get("moved", ()):
        before, after = (formats.date_format(date.fromisoformat(move[end])) for end in ("from", "to"))
        yield f"{Clock(move['clock']).label}：{before} → {after}"
    if "approved" in data:
        yield _("The extension was granted.") if data["approved"] else _("The extension was not granted.")
    if data.get("finding"):
        yield _("Finding: %(finding)s") % {"finding": LookBack.Finding(data["finding"]).label}
    if data.get("outcome"):
        yield _("Outcome: %(outcome)s") % {"outcome": WorkItem.Outcome(data["outcome"]).label}
    if data.get("merged_into"):
        yield _("Merged into %(number)s") % {"number": data["merged_into"]}
    if data.get("document_number"):
        yield _("Document number: %(number)s") % {"number": data["document_number"]}


def approving_department(item: WorkItem) -> int:
    """Whose supervisors close the item out."""
    return item.procedure.approving_department_id or item.office_id


def _departments_of(item: WorkItem) -> tuple[int | None, ...]:
    """Those that an audience may be in, besides the responsible ones."""
    superior = item.lead.superior_id if item.lead else None
    return item.office_id, item.turn_department_id, approving_department(item), superior


class _Audiences:
    """The people of each group for a batch of items: two queries, however many items."""

    def __init__(self, items: Iterable[WorkItem], on: date, former: set[int]) -> None:
        items = list(items)
        self._departments: dict[int, set[int]] = {item.pk: set() for item in items}
        # what was never handed out is the office's own; its parties are proposals and may not see it
        handed_out = [item.pk for item in items if item.assigned_at]
        responsible = Assignment.objects.filter(item__in=handed_out).exclude(
            role__in=[DepartmentRole.VERIFY, DepartmentRole.SUPERVISE]
        )
        for item_id, department_id in responsible.values_list("item_id", "department_id").order_by():
            self._departments[item_id].add(department_id)
        everybody = former.union(*self._departments.values())
        everybody |= {pk for item in items for pk in _departments_of(item) if pk}
        self._holders = holders(everybody, list(Role), on)

    def of(self, audience: Audience, entry: Announcement) -> list[User]:
        item = entry.item
        if audience == Audience.DECIDER:  # of an extension
            audience = Audience(entry.event.data["decider"])
        match audience:
            case Audience.TURN if (permission := PARTY_PERMISSION.get(Party(item.turn_party))) is not None:
                return self._with(permission, [item.turn_department_id])
            case Audience.LEAD:
                return self._with(Permission.HANDLE, [item.lead_id])
            case Audience.RESPONSIBLE:
                return self._with(Permission.HANDLE, self._departments[item.pk])
            case Audience.OFFICE:
                return self._with(Permission.DISPATCH, [item.office_id])
            case Audience.APPROVER:
                return self._with(Permission.APPROVE, [approving_department(item)])
            case Audience.SUPERIOR:
                return self._holders.get((item.lead.superior_id, Role.HEAD), []) if item.lead else []
            case Audience.FORMER_LEAD:
                return self._with(Permission.HANDLE, [entry.event.data.get("former_lead")])
            case Audience.HEAD:
                return self._holders.get((item.turn_department_id, Role.HEAD), [])
        return []

    def _with(self, permission: Permission, departments: Iterable[int | None]) -> list[User]:
        keys = [(pk, role) for pk in departments for role in roles_with(permission)]
        return [user for key in keys for user in self._holders.get(key, [])]

"""For each event: who is told, how much it matters. Calls notifications.services.notify in the verb's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Department, User, today
from notifications.alarms import clear_alarm, raise_alarm
from notifications.models import Alarm, Endpoint, NoticeClass
from notifications.services import Draft, notify, robots_of
from workflow import wording
from workflow.audiences import Audience, Audiences, Seat, Told
from workflow.deadlines import business_day
from workflow.folding import fold
from workflow.lifecycle import Action, State
from workflow.models import Event, Paper, WorkItem
from workflow.models.procedures import Measure

MANDATORY, DIGESTIBLE, OPTIONAL = NoticeClass.MANDATORY, NoticeClass.DIGESTIBLE, NoticeClass.OPTIONAL
URGENT = (Measure.SUPERVISION_ORDER, Measure.INTERVIEW, Measure.REFERRAL)  # go out in quiet hours too


@dataclass(frozen=True)
class Notice:
    audiences: tuple[Audience, ...]
    sentence: object  # lazy text: what happened
    weight: NoticeClass = DIGESTIBLE


_A = Audience
NOTICES: dict[str, Notice] = {
    Action.ASSIGN: Notice((_A.TURN, _A.RESPONSIBLE), lazy("A work item was assigned to your department."), MANDATORY),
    Action.ACCEPT: Notice((_A.OFFICE,), lazy("The lead department has accepted the item."), OPTIONAL),
    Action.DECLINE: Notice((_A.TURN,), lazy("The lead department has declined the item.")),
    Action.TRANSFER: Notice(
        (_A.TURN, _A.FORMER_LEAD, _A.OFFICE, _A.RESPONSIBLE),
        lazy("Another department leads the item from now on."),
        MANDATORY,
    ),
    Action.ACKNOWLEDGE: Notice((_A.LEAD,), lazy("A cooperating department knows of its part in the item."), OPTIONAL),
    Action.REQUEST_EXTENSION: Notice((_A.DECIDER,), lazy("The lead department asks for an extension.")),
    Action.DECIDE_EXTENSION: Notice((_A.LEAD, _A.RESPONSIBLE), lazy("The extension was decided.")),
    Action.SUBMIT: Notice((_A.TURN, _A.OFFICE), lazy("A rectification was submitted for verification.")),
    Action.VERIFY: Notice((_A.TURN, _A.LEAD), lazy("The rectification was verified.")),
    Action.RETURN: Notice((_A.LEAD,), lazy("The rectification was returned for rework."), MANDATORY),
    Action.PUBLISH: Notice((_A.LEAD,), lazy("The public notice was put up."), OPTIONAL),
    Action.OBJECT: Notice((_A.OFFICE, _A.LEAD), lazy("An objection was raised during publicity.")),
    Action.OBJECT_PUBLICLY: Notice((_A.OFFICE, _A.LEAD), lazy("Somebody objected on the public page.")),
    Action.RESOLVE_OBJECTION: Notice((_A.TURN, _A.LEAD), lazy("The objection was decided.")),
    Action.END_PUBLICITY: Notice((_A.TURN,), lazy("Publicity is over; the item waits to be closed out.")),
    Action.APPROVE: Notice((_A.RESPONSIBLE, _A.OFFICE), lazy("The item was closed out.")),
    Action.REJECT: Notice((_A.TURN, _A.LEAD, _A.OFFICE), lazy("The close-out was rejected."), MANDATORY),
    Action.FILE: Notice((_A.LEAD,), lazy("The close-out was filed with the higher level."), OPTIONAL),
    Action.LOOK_BACK: Notice((_A.LEAD, _A.OFFICE), lazy("The item was looked back at.")),
    Action.REOPEN: Notice(
        (_A.RESPONSIBLE, _A.HEAD, _A.SUPERIOR), lazy("The item was reopened: the problem is back."), MANDATORY
    ),
    Action.SUSPEND: Notice((_A.RESPONSIBLE, _A.OFFICE), lazy("The item was suspended; its time limits stand still.")),
    Action.RESUME: Notice((_A.TURN, _A.RESPONSIBLE, _A.OFFICE), lazy("The item goes on; its time limits run again.")),
    Action.VOID: Notice((_A.RESPONSIBLE,), lazy("The item was declared void.")),
    Action.NUDGE: Notice(
        (_A.TURN, _A.HEAD), lazy("The committee office asks you to get on with this item."), MANDATORY
    ),
    Action.SIGN_PAPER: Notice(
        (_A.ADDRESSEE, _A.LEAD, _A.OFFICE),
        lazy("A paper was signed; please see whether it wants an answer."),
        MANDATORY,
    ),
    Action.DISMISS_PROPOSAL: Notice((_A.OFFICE,), lazy("A measure that was proposed is not taken."), OPTIONAL),
    Action.REPLY: Notice((_A.APPROVER, _A.OFFICE), lazy("A paper was answered.")),
    Event.RECALCULATE: Notice(
        (_A.TURN, _A.LEAD, _A.OFFICE), lazy("Time limits in working days were recalculated: the calendar has changed.")
    ),
    Event.REVISE: Notice((_A.LEAD,), lazy("What was entered of the item was corrected.")),
    Action.REMIND: Notice((), lazy("A time limit is near.")),  # audiences come from the rung
    Action.ESCALATE: Notice((), lazy("A time limit has passed."), MANDATORY),
}


@dataclass(frozen=True)
class Announcement:
    """An event of an item, and the groups that hear of it. `timer`: the clock that speaks; of a paper, or none."""

    event: Event
    item: WorkItem
    audiences: tuple[Audience, ...]
    timer: int | None = None
    paper: Paper | None = None

    @cached_property
    def told(self) -> Told:
        return Told(self.event, self.item, self.paper, climbs=self.timer is not None)

    @cached_property
    def measure(self) -> Measure | None:
        return Measure(self.event.data["measure"]) if self.timer else None


@dataclass
class _Telling:
    """Whom an announcement reaches; `parts`: by person, what he hears of parts of the item in the same breath."""

    entry: Announcement
    people: dict[int, User]
    seeing: Collection[int]
    parts: defaultdict[int, list[Announcement]] = field(default_factory=lambda: defaultdict(list))

    @property
    def item(self) -> int:
        return self.entry.item.pk

    @property
    def whole(self) -> int | None:
        return self.entry.item.parent_id

    @property
    def severity(self) -> int:
        return self.entry.measure.severity


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
    wanted = {name for entry in announcements for name in entry.audiences}
    audiences = Audiences([entry.told for entry in announcements], today(), wanted)
    tellings = [_telling(entry, audiences) for entry in announcements]
    _fold_parts(tellings)
    notify(_drafts(tellings) + _drafts_for_groups(announcements, audiences))
    if any(entry.timer for entry in announcements):
        _watch_posts(audiences)


_LEFT = (Audience.FORMER_LEAD,)  # may see the item no longer


def _telling(entry: Announcement, audiences: Audiences) -> _Telling:
    if entry.timer:
        people = audiences.climb(entry.audiences, entry.told.place)
        return _Telling(entry, dict(people), people.keys())
    found = {name: audiences.of(name, entry.told) for name in entry.audiences}
    people = {user.id: user for users in found.values() for user in users}
    people.pop(entry.event.actor_id, None)
    return _Telling(entry, people, {user.id for name, users in found.items() if name not in _LEFT for user in users})


def _fold_parts(tellings: Iterable[_Telling]) -> None:
    for part, whole, pk in fold(telling for telling in tellings if telling.entry.timer):
        whole.parts[pk].append(part.entry)


def _drafts(tellings: list[_Telling]) -> list[Draft]:
    """Language by language: switching it costs more than a text."""
    drafts: list[Draft] = []
    for language in {user.language for telling in tellings for user in telling.people.values()}:
        with translation.override(language):
            for telling in tellings:
                drafts += _drafts_for([user for user in telling.people.values() if user.language == language], telling)
    return drafts


def _drafts_for(readers: list[User], telling: _Telling) -> Iterator[Draft]:
    """In the active language; the same words for all who hear of the same parts."""
    if not readers:
        return
    entry, words = telling.entry, {}
    common, place = _common(entry), _place(entry.item)
    for user in readers:
        parts = telling.parts.get(user.id, ())
        key = tuple(part.event.pk for part in parts)
        if key not in words:
            words[key] = _words(entry, parts)
        own = {"recipient_id": user.id, "dedup_key": f"event:{entry.event.pk}:{user.id}"}
        where = place if user.id in telling.seeing else place | {"url": ""}
        yield Draft(**words[key], **own, **where, **common)


def _drafts_for_groups(announcements: list[Announcement], audiences: Audiences) -> list[Draft]:
    """For the robots of the departments meant; not of what a person might do without. One query."""
    endpoints: defaultdict[int, list[Endpoint]] = defaultdict(list)
    for endpoint in robots_of(audiences.concerned):
        endpoints[endpoint.department_id].append(endpoint)
    if not endpoints:
        return []
    with translation.override(settings.LANGUAGE_CODE):
        return [
            _draft_for_group(entry, endpoint)
            for entry in announcements
            if _weight(entry.event) != OPTIONAL
            for department in _departments(entry, audiences) & endpoints.keys()
            for endpoint in endpoints[department]
        ]


def _departments(entry: Announcement, audiences: Audiences) -> set[int]:
    return set().union(*(audiences.departments(name, entry.told) for name in entry.audiences))


def _draft_for_group(entry: Announcement, endpoint: Endpoint) -> Draft:
    return Draft(
        recipient_id=None,
        endpoint_id=endpoint.pk,
        dedup_key=f"event:{entry.event.pk}:endpoint:{endpoint.pk}",
        **_words(entry, ()),
        **_place(entry.item),
        **_common(entry),
    )


def _place(item: WorkItem) -> dict[str, str]:
    return {"url": item_path(item), "about": f"item:{item.pk}"}


def _words(entry: Announcement, parts: Iterable[Announcement]) -> dict[str, str]:
    event, item = entry.event, entry.item
    told = [(part.event, part.item) for part in parts]
    body = wording.body(event, item, _notice_of(event).sentence, told)
    return {"subject": wording.subject(event, item), "body": body}


def _common(entry: Announcement) -> dict[str, Any]:
    """What is the same whoever reads it."""
    return {
        "kind": entry.event.action,
        "number": entry.item.number,
        "occasion": f"clock:{business_day(entry.event.at)}" if entry.timer else "",
        "holds_while": f"timer:{entry.timer}" if entry.timer else "",
        "notice_class": _weight(entry.event),
        "is_urgent": entry.measure in URGENT or bool(entry.event.data.get("is_urgent")),
    }


def _weight(event: Event) -> str:
    """That of its action; a verification that sends the work back weighs as much as a return."""
    is_return = event.action == Action.VERIFY and event.to_state == State.RECTIFYING
    return str((NOTICES[Action.RETURN] if is_return else _notice_of(event)).weight)


def item_path(item: WorkItem) -> str:
    """The item's page, relative to the site. Thousands in a batch, so the route is looked up once."""
    before, after = _route(get_script_prefix())
    return f"{before}{quote(item.number)}{after}"


@cache
def _route(prefix: str) -> list[str]:
    return reverse("workflow:item", args=["@"]).split("@")


# -- vacant posts ------------------------------------------------------------------------------------------------------


def _watch_posts(audiences: Audiences) -> None:
    """Raise an alarm for each post that a notice found empty; clear those of posts that are held again."""
    names = Department.objects.in_bulk({seat.department_id for seat in audiences.vacant})
    for seat in sorted(audiences.vacant):
        told = {"department": names[seat.department_id].name, "role": seat.roles[0].label}
        raise_alarm(
            _key(seat), _("%(department)s: nobody holds the post “%(role)s”, so notices go one level up.") % told
        )
    filled = {_key(seat) for seat in audiences.filled}
    for key in Alarm.objects.filter(kind="vacant", cleared_at=None, key__in=filled).values_list("key", flat=True):
        clear_alarm(key)


def _key(seat: Seat) -> str:
    return f"vacant:{seat.department_id}:{seat.roles[0].value}"

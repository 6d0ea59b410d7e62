"""The history of an item in words: what the data of each event says besides its note."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import TextChoices
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from workflow import wording
from workflow.lifecycle import Action
from workflow.models import Event, Evidence, LookBack, Objection, Petition, Verification, WorkItem
from workflow.models.petitions import Finding
from workflow.models.procedures import Clock, Measure

AT_FIRST = 100  # events; an old overdue item has hundreds of notices


@dataclass
class Entry:
    """An event; for notices of the clock that follow each other the newest, with the moments of those before it."""

    event: Event
    details: list[str]
    earlier: list[datetime] = field(default_factory=list)


def timeline(item: WorkItem, is_whole: bool) -> dict[str, Any]:
    """The newest events, or all of them."""
    events = item.events.select_related("actor", "department").order_by("-id")
    found = list(events if is_whole else events[: AT_FIRST + 1])
    shown = found if is_whole else found[:AT_FIRST]
    return {"timeline": list(_entries(shown)), "is_cut": len(found) > len(shown)}


def _entries(events: list[Event]) -> Iterator[Entry]:
    for _key, run in groupby(events, key=_notice):
        first, *rest = run
        yield Entry(first, list(details(first)), [event.at for event in rest])


def _notice(event: Event) -> tuple[object, ...]:
    """The same for notices that say the same; every other event stands alone."""
    is_notice = event.action in (Action.REMIND, Action.ESCALATE)
    said = (event.data.get(name) for name in ("clock", "due_on", "measure", "proposed"))
    return (event.action, *said) if is_notice else (event.pk,)


def details(event: Event) -> Iterator[str]:
    """Sentences out of the event's data; an action without any says enough by its label and note."""
    if (tell := _DETAILS.get(event.action)) is not None:
        yield from tell(event.data)


def _day(value: str) -> str:
    return formats.date_format(date.fromisoformat(value))


def _assigned(data: dict[str, Any]) -> Iterator[str]:
    yield _("Lead: %(department)s") % {"department": data["lead"]}
    if data.get("due_on"):
        yield _("Deadline: %(day)s") % {"day": _day(data["due_on"])}


def _declined(data: dict[str, Any]) -> Iterator[str]:
    if data.get("times", 1) > 1:
        yield ngettext("declined %(n)s time", "declined %(n)s times", data["times"]) % {"n": data["times"]}


def _transferred(data: dict[str, Any]) -> Iterator[str]:
    yield f"{data['from']} → {data['lead']}"
    if data.get("due_on"):
        yield _("Deadline: %(day)s") % {"day": _day(data["due_on"])}


def _acknowledged(data: dict[str, Any]) -> Iterator[str]:
    if len(data["departments"]) > 1:  # one alone stands beside the event
        yield "、".join(data["departments"])


def _decomposed(data: dict[str, Any]) -> Iterator[str]:
    yield "、".join(f"{part['number']} {part['department']}" for part in data["parts"])
    yield from left_out(data)


def left_out(data: dict[str, Any]) -> Iterator[str]:
    """Who was named when an item was split, and got nothing."""
    if data.get("left_out"):
        yield _("Left out, because they have a part already: %(names)s") % {"names": "、".join(data["left_out"])}


def _reported(data: dict[str, Any]) -> Iterator[str]:
    if data.get("percent") is not None:
        yield _("Progress: %(percent)s%%") % {"percent": data["percent"]}
    if data.get("milestones"):
        yield _("Milestones reached: %(numbers)s") % {"numbers": "、".join(map(str, data["milestones"]))}


def _submitted(data: dict[str, Any]) -> Iterator[str]:
    if data.get("supplement"):
        yield _("Supplement")
    if data.get("late"):
        yield _("Submitted after the deadline")


def _verified(data: dict[str, Any]) -> Iterator[str]:
    conclusion = Verification.Conclusion(data["conclusion"]).label
    yield _("Stage %(stage)s: %(conclusion)s") % {"stage": data["stage"], "conclusion": conclusion}
    if visited_on := data.get("visited_on"):
        yield _("Site visit on %(day)s") % {"day": _day(visited_on)}
    if supplement_by := data.get("supplement_by"):
        yield _("To be supplemented by %(day)s") % {"day": _day(supplement_by)}
    if publicity := data.get("publicity"):
        yield _("Publicity from %(first)s to %(last)s") % {
            "first": _day(publicity["from"]),
            "last": _day(publicity["to"]),
        }


def _decided(data: dict[str, Any]) -> Iterator[str]:
    yield _("Upheld") if data["upheld"] else _("Not upheld")


def _published(data: dict[str, Any]) -> Iterator[str]:
    first, last = (_day(data["publicity"][end]) for end in ("from", "to"))
    yield _("Publicity from %(first)s to %(last)s") % {"first": first, "last": last}
    if data.get("place"):
        yield data["place"]


def _objected(data: dict[str, Any]) -> Iterator[str]:
    if data.get("channel"):
        yield str(Objection.Channel(data["channel"]).label)
    if data.get("decide_by"):
        yield _("To be decided by %(day)s") % {"day": _day(data["decide_by"])}


def _rejected(data: dict[str, Any]) -> Iterator[str]:
    if stage := data.get("stage"):
        yield _("Changed since it was verified: back to stage %(stage)s") % {"stage": stage}


def _closed(data: dict[str, Any]) -> Iterator[str]:
    yield from _fate(data)
    if data.get("document_number"):
        yield data["document_number"]
    if data.get("signed_on"):
        yield _("Signed on %(day)s") % {"day": _day(data["signed_on"])}
    if data.get("late"):
        yield _("Done after the deadline")
    if data.get("look_backs"):
        yield _("To be looked back at on %(days)s") % {"days": "、".join(_day(day) for day in data["look_backs"])}
    elif "look_backs" in data:
        yield _("Not drawn for a look-back (%(share)s%%)") % {"share": data["look_back_share"]}


def _looked_back(data: dict[str, Any]) -> Iterator[str]:
    yield _("Look-back %(n)s: %(finding)s") % {
        "n": data["look_back"],
        "finding": LookBack.Finding(data["finding"]).label,
    }
    if data.get("due_on"):
        yield from _reopened(data)


def _fate(data: dict[str, Any]) -> Iterator[str]:
    if data.get("outcome"):
        yield str(WorkItem.Outcome(data["outcome"]).label)
    if data.get("merged_into"):
        yield _("Merged into %(number)s") % {"number": data["merged_into"]}


def _filed(data: dict[str, Any]) -> Iterator[str]:
    yield f"{data['filed_with']} {data['document_number']}"
    yield _("Filed on %(day)s") % {"day": _day(data["filed_on"])}


def _reopened(data: dict[str, Any]) -> Iterator[str]:
    yield _("New deadline: %(day)s") % {"day": _day(data["due_on"])}


def _asked_for_time(data: dict[str, Any]) -> Iterator[str]:
    yield _("Asked for: %(day)s") % {"day": _day(data["due_on"])}


def _decided_on_time(data: dict[str, Any]) -> Iterator[str]:
    yield _("Granted") if data["approved"] else _("Not granted")
    if data["approved"]:
        yield from _reopened(data)
    if data.get("document_number"):
        yield data["document_number"]


def _resumed(data: dict[str, Any]) -> Iterator[str]:
    yield ngettext("suspended for %(n)s day", "suspended for %(n)s days", data["days"]) % {"n": data["days"]}
    if data["days"] and data["due_on"]:
        yield _("New deadline: %(day)s") % {"day": _day(data["due_on"])}


_FOUND: dict[str, tuple[object, type[TextChoices] | None]] = {
    "finding": (lazy("Overall finding"), Finding),
    "investigation": (lazy("Course of the investigation"), None),
    "completion": (lazy("Completion"), Petition.Completion),
    "explanation": (lazy("Explanation"), None),
}


def _found(data: dict[str, Any]) -> Iterator[str]:
    """What was changed: words and figures as they were and are, long texts by their name alone."""
    for name, (before, after) in data["changed"].items():
        _group, _dot, matter = name.partition(".")
        position, _dot, part = matter.partition(".")
        label, choices = _FOUND.get(part or name) or (Petition._meta.get_field(name).verbose_name, str)
        shown = _("Matter %(n)s") % {"n": position} if part else str(label)
        if choices is None:
            yield f"{shown}：{_('changed')}"
            continue
        was, now = (
            str(choices(word).label) if choices is not str and word else word or "—" for word in (before, after)
        )
        yield f"{shown}：{was} → {now}"


def _uploaded(data: dict[str, Any]) -> Iterator[str]:
    yield f"{Evidence.Kind(data['kind']).label}：{data['name']}"


def _rung(data: dict[str, Any]) -> Iterator[str]:
    yield f"{Clock(data['clock']).label}：{_day(data['due_on'])}"
    if data.get("paper"):
        yield data["paper"]
    if data.get("measure") and data["measure"] != Measure.REMINDER:
        label = str(Measure(data["measure"]).label)
        yield _("%(measure)s proposed") % {"measure": label} if data.get("proposed") else label


def _nudged(data: dict[str, Any]) -> Iterator[str]:
    if data.get("is_urgent"):
        yield _("Urgent")


def _noted(data: dict[str, Any]) -> Iterator[str]:
    for alert in data["alerts"]:
        yield f"{Measure(alert['measure']).label}：{Clock(alert['clock']).label} {_day(alert['due_on'])}"
    if days := data.get("put_off_by"):
        sentence = ngettext("The repetition is put off by %(n)s day", "The repetition is put off by %(n)s days", days)
        yield sentence % {"n": days}


def _paper(data: dict[str, Any]) -> Iterator[str]:
    yield " ".join(filter(None, [str(Measure(data["measure"]).label), data.get("document_number")]))
    if data.get("to"):
        yield _("Addressed to: %(department)s") % {"department": data["to"]}
    if data.get("reply_by"):
        yield _("To be answered by %(day)s") % {"day": _day(data["reply_by"])}


def _recalculated(data: dict[str, Any]) -> Iterator[str]:
    yield _("Calendar of %(year)s: %(number)s") % {"year": data["year"], "number": data["document_number"]}
    for move in data["moved"]:
        yield f"{Clock(move['clock']).label}：{_day(move['from'])} → {_day(move['to'])}"


def _rearmed(data: dict[str, Any]) -> Iterator[str]:
    for clock in data["clocks"]:
        yield from _rung(clock)


def _revised(data: dict[str, Any]) -> Iterator[str]:
    yield from wording.corrected(data["changed"])


_DETAILS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    Action.ASSIGN: _assigned,
    Action.DECLINE: _declined,
    Action.TRANSFER: _transferred,
    Action.ACKNOWLEDGE: _acknowledged,
    Action.DECOMPOSE: _decomposed,
    Action.REPORT: _reported,
    Action.REQUEST_EXTENSION: _asked_for_time,
    Action.DECIDE_EXTENSION: _decided_on_time,
    Action.SUBMIT: _submitted,
    Action.VERIFY: _verified,
    Action.PUBLISH: _published,
    Action.OBJECT: _objected,
    Action.OBJECT_PUBLICLY: _objected,
    Action.RESOLVE_OBJECTION: _decided,
    Action.APPROVE: _closed,
    Action.FILE: _filed,
    Action.VOID: _fate,
    Action.REJECT: _rejected,
    Action.LOOK_BACK: _looked_back,
    Action.REOPEN: _reopened,
    Action.RESUME: _resumed,
    Action.NUDGE: _nudged,
    Action.NOTE_ALERT: _noted,
    Action.SIGN_PAPER: _paper,
    Action.DISMISS_PROPOSAL: _paper,
    Action.REPLY: _paper,
    Action.REMIND: _rung,
    Action.ESCALATE: _rung,
    Event.EVIDENCE: _uploaded,
    Event.FINDINGS: _found,
    Event.RECALCULATE: _recalculated,
    Event.REARM: _rearmed,
    Event.REVISE: _revised,
}

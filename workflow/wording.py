"""The words of a notice, from an event and its item, in the language that is active. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from workflow.lifecycle import Action, State
from workflow.models import Event, LookBack, Verification, WorkItem
from workflow.models.procedures import Clock, Measure

MOST_PARTS = 10  # that a notice of the whole names

# What a rung says about its clock, by Clock value.
CLOCKS = {
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
    "reply": lazy("Paper to be answered by"),
}


# What was entered of an item and may be corrected, by the names of its fields.
ENTERED = {
    "title": lazy("Title"),
    "description": lazy("The problem"),
    "region": lazy("Region"),
    "external_ref": lazy("Number at the source"),
    "deadline_kind": lazy("Kind of deadline"),
}


def day(iso: str) -> str:
    return formats.date_format(date.fromisoformat(iso))


def subject(event: Event, item: WorkItem) -> str:
    told = {"number": item.number, "action": what_happened(event), "title": item.title}
    return _("[%(number)s] %(action)s: %(title)s") % told


def what_happened(event: Event) -> str:
    """The action; a notice of the clock is called by its measure, one that is only proposed says so."""
    if "clock" not in event.data or "measure" not in event.data:
        return event.label
    return _called(get_language(), event.data["measure"], bool(event.data.get("proposed")))


# Thousands of clocks end on one day and are told in the same words; so these are kept, language by language.


@lru_cache(maxsize=64)
def _called(language: str, measure: str, is_proposed: bool) -> str:
    label = str(Measure(measure).label)
    return _("%(measure)s proposed") % {"measure": label} if is_proposed else label


@lru_cache(maxsize=1024)
def _where_it_stands(language: str, state: str, clock: str, due_on: str, paper: str | None) -> str:
    lines = [_now(state), f"{CLOCKS[clock]}：{day(due_on)}"]
    if paper:
        lines.append(_("Paper: %(number)s") % {"number": paper})
    return "\n".join(lines)


@lru_cache(maxsize=64)
def _is_proposed(language: str, measure: str) -> str:
    sentence = _("%(measure)s is proposed. It is not taken unless a supervisor signs the paper.")
    return sentence % {"measure": Measure(measure).label}


def _now(state: str) -> str:
    return _("Now: %(state)s") % {"state": State(state).label}


def body(event: Event, item: WorkItem, sentence: object, parts: Sequence[tuple[Event, WorkItem]] = ()) -> str:
    """`parts`: what is told of parts of the item in the same breath. A channel that needs a link adds it."""
    return "\n".join(_lines(event, item, sentence, parts))


def _lines(event: Event, item: WorkItem, sentence: object, parts: Sequence[tuple[Event, WorkItem]]) -> Iterator[str]:
    yield str(sentence)
    yield _("Item: %(item)s") % {"item": item}
    yield from _of_the_clock(event, item) if "clock" in event.data else _of_the_item(item)
    yield from _result(event)
    if parts:
        yield _parts(parts)
    if event.actor_id:
        yield _("By: %(name)s") % {"name": event.actor.name}
    if event.note:
        yield _("Note: %(note)s") % {"note": event.note}


def _of_the_clock(event: Event, item: WorkItem) -> Iterator[str]:
    language, data = get_language(), event.data
    yield _where_it_stands(language, item.state, data["clock"], data["due_on"], data.get("paper"))
    if data.get("proposed"):
        yield _is_proposed(language, data["measure"])


def _of_the_item(item: WorkItem) -> Iterator[str]:
    yield _now(item.state)
    if item.due_on and not item.supplement_by:
        yield _("Deadline: %(day)s") % {"day": formats.date_format(item.due_on)}


def _parts(parts: Sequence[tuple[Event, WorkItem]]) -> str:
    named = "、".join(
        f"{item.number}（{CLOCKS[event.data['clock']]}{day(event.data['due_on'])}）"
        for event, item in parts[:MOST_PARTS]
    )
    sentence = ngettext("With %(n)s part: %(parts)s", "With %(n)s parts: %(parts)s", len(parts))
    return sentence % {"n": len(parts), "parts": f"{named}…" if len(parts) > MOST_PARTS else named}


def _result(event: Event) -> Iterator[str]:
    """What an event decided, so that nobody has to open the item to learn it."""
    data = event.data
    if "former_lead" in data:
        yield _("Passed on: %(before)s → %(lead)s") % {"before": data["from"], "lead": data["lead"]}
    if "conclusion" in data:
        yield _("Conclusion: %(conclusion)s") % {"conclusion": Verification.Conclusion(data["conclusion"]).label}
    if "supplement_by" in data:
        yield _("To be supplemented by %(day)s") % {"day": day(data["supplement_by"])}
    if "upheld" in data:
        yield _("The objection was upheld.") if data["upheld"] else _("The objection was not upheld.")
    if "publicity" in data:
        first, last = (day(data["publicity"][end]) for end in ("from", "to"))
        yield _("In publicity from %(first)s to %(last)s.") % {"first": first, "last": last}
    if data.get("decide_by"):
        yield _("To be decided by %(day)s.") % {"day": day(data["decide_by"])}
    if event.action == Action.REQUEST_EXTENSION:
        yield _("Asked for: %(day)s") % {"day": day(data["due_on"])}
    for move in data.get("moved", ()):
        yield f"{Clock(move['clock']).label}：{day(move['from'])} → {day(move['to'])}"
    if "approved" in data:
        yield _("The extension was granted.") if data["approved"] else _("The extension was not granted.")
    if event.action == Event.REVISE:
        yield from corrected(data["changed"])
    yield from _decided(event)


def corrected(changed: dict[str, list[str]]) -> Iterator[str]:
    """What stands there now, and in place of what; of a long text only that it is another one."""
    for name, pair in changed.items():
        before, after = (_entered(name, word) for word in pair)
        yield f"{ENTERED[name]}：{_('changed') if name == 'description' else f'{before} → {after}'}"


def _entered(name: str, word: str) -> str:
    return str(WorkItem.DeadlineKind(word).label) if name == "deadline_kind" else word or "—"


def _decided(event: Event) -> Iterator[str]:
    data = event.data
    if data.get("finding"):
        yield _("Finding: %(finding)s") % {"finding": LookBack.Finding(data["finding"]).label}
    if data.get("outcome"):
        yield _("Outcome: %(outcome)s") % {"outcome": WorkItem.Outcome(data["outcome"]).label}
    if data.get("merged_into"):
        yield _("Merged into %(number)s") % {"number": data["merged_into"]}
    if data.get("document_number"):
        yield _("Document number: %(number)s") % {"number": data["document_number"]}
    if event.action in (Action.SIGN_PAPER, Action.DISMISS_PROPOSAL):
        yield str(Measure(data["measure"]).label)
    if data.get("reply_by"):
        yield _("To be answered by %(day)s") % {"day": day(data["reply_by"])}

"""What can be seen of an item from outside: its row, whose turn it is, which clocks run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workflow.lifecycle import GOING_ON, IN_WORK, TURN, Party, State

if TYPE_CHECKING:
    from tests.workflow.road_model import Item

P, S = Party, State
SEEN = (
    "number",
    "state",
    "stage",
    "cycle",
    "version",
    "return_count",
    "lead_id",
    "due_on",
    "original_due_on",
    "accept_by",
    "supplement_by",
    "turn_party",
    "turn_department_id",
)


def as_seen(item: Item) -> dict[str, Any]:
    party, place = turn_of(item)
    return {
        "number": item.number,
        "state": item.state,
        "stage": item.stage,
        "cycle": item.cycle,
        "version": item.version,
        "return_count": item.returns,
        "lead_id": item.lead or None,
        "due_on": item.due_on,
        "original_due_on": item.original,
        "accept_by": item.accept_by,
        "supplement_by": item.supplement_by,
        "turn_party": party,
        "turn_department_id": place,
    }


def turn_of(item: Item) -> tuple[Party, str | None]:
    party = TURN[item.state]
    if item.state == S.PUBLICIZING and item.objections:
        party = P.OFFICE
    if item.state == S.CLOSED:
        party = P.OFFICE if item.to_file else P.INSPECTOR if item.look_backs else P.NOBODY
    match party:
        case P.LEAD:
            return party, item.lead
        case P.VERIFIER:
            return party, item.chain[item.stage - 1]
        case P.CLOCK | P.NOBODY:
            return party, None
    return party, "office"


def clocks_of(item: Item) -> set[str]:
    return set(_clocks(item))


def _clocks(item: Item) -> Iterator[str]:
    if item.state in IN_WORK:
        yield "supplement" if item.supplement_by else "deadline"
    match item.state:
        case S.ASSIGNED:
            yield "accept"
        case S.RECTIFYING:
            yield from ["report"] * bool(item.rules.report_every) + ["extension"] * bool(item.request)
        case S.VERIFYING:
            yield "verification"
        case S.PUBLICIZING if item.notice_until and not item.objections:
            yield "publicity"
        case S.APPROVING:
            yield "approval"
        case S.CLOSED:
            yield from ["filing"] * item.to_file + ["look_back"] * bool(item.look_backs)
    if item.objections and item.state in (S.RECTIFYING, S.VERIFYING, S.PUBLICIZING):
        yield "objection"
    if item.papers and item.state in GOING_ON:
        yield "reply"

"""What must hold besides person and state, on the model: each need as the code of its refusal, or None."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from accounts.roles import PERMISSIONS, Permission, Role
from tests.workflow.road_days import working_day
from tests.workflow.road_seen import turn_of
from workflow.lifecycle import FINISHED, IN_WORK, PARTY_PERMISSION, Need, State

if TYPE_CHECKING:
    from tests.workflow.road_model import Alert, Item

People = dict[str, list[tuple[Role, str]]]  # username → what he is where
N, S = Need, State


def holds(roles: list[tuple[Role, str]], right: Permission, place: str) -> bool:
    return any(place == where and right in PERMISSIONS[role] for role, where in roles)


def places_of(who: str, people: People, right: Permission = Permission.SEE_DEPARTMENT) -> set[str]:
    return {where for role, where in people[who] if right in PERMISSIONS[role]}


def _extension(item: Item, who: str, people: People, today: date) -> str | None:
    if item.rules.extension_is_recorded:
        return "higher-level-decides"
    if item.request:
        return "extension-pending"
    if item.supplement_by:
        return "supplement"
    if item.granted >= len(item.rules.extension_deciders):
        return "extension-limit"
    return "extension-late" if today > working_day(item.due_on, -item.rules.extension_ask_days) else None


def _same_department(item: Item, who: str, people: People, today: date) -> str | None:
    place = item.chain[item.stage - 1]
    return (
        "same-department" if item.rules.verifier_is_not_lead and item.lead in places_of(who, people) | {place} else None
    )


def _another_stage(item: Item, who: str, people: People, today: date) -> str | None:
    round_ = item.chain_of_submissions()
    own = [row for row in item.judgements if row.by == who and row.submission in round_ and row.stage != item.stage]
    return "another-stage" if own else None


def _acknowledged(item: Item, who: str, people: People, today: date) -> str | None:
    waiting = {place for place, done in item.cooperating.items() if not done}
    return None if waiting & places_of(who, people, Permission.HANDLE) else "acknowledged"


def _parent_open(item: Item, who: str, people: People, today: date) -> str | None:
    if item.parent is None or item.parent.state in IN_WORK:
        return None
    if item.parent.state == S.SUSPENDED:
        return "whole-suspended"
    return "parent-closed" if item.parent.state in FINISHED else "parent-submitted"


def _alert(item: Item, who: str, people: People, today: date) -> str | None:
    return None if any(_was_told(item, alert, who, people) for alert in item.alerts) else "no-alert"


def _was_told(item: Item, alert: Alert, who: str, people: People) -> bool:
    """The people of the level that was told, and all above it; not once they have said that they know."""
    party, place = turn_of(item)
    acting = alert.answering or place
    turn = Permission.HANDLE if alert.answering else PARTY_PERMISSION.get(party)
    levels = {
        "turn": holds(people[who], turn, acting) if turn else False,
        "head": (Role.SUPERVISOR if acting == "office" else Role.HEAD, acting) in people[who],
        "office": holds(people[who], Permission.DISPATCH, "office"),
        "leader": (Role.CITY_LEADER, "government") in people[who],
        "approver": holds(people[who], Permission.APPROVE, "office"),
    }
    above = list(levels)[list(levels).index(alert.lowest) :]
    return who not in alert.noted and any(levels[level] for level in above)


NEEDS = {
    N.SOMEBODYS_TURN: lambda item, *_: None if turn_of(item)[1] else "nobodys-turn",
    N.NUDGE_LEFT: lambda item, who, people, today: (
        "nudge-limit" if item.nudges.count(today) >= item.rules.nudges_per_day else None
    ),
    N.ALERT_TO_NOTE: _alert,
    N.PROPOSAL_OPEN: lambda item, *_: None if item.proposals else "no-proposal",
    N.PAPER_TO_ANSWER: lambda item, *_: None if item.papers else "no-paper",
    N.NOT_ACKNOWLEDGED: _acknowledged,
    N.NOT_A_PART: lambda item, *_: item.parent and "is-a-part",
    N.EXTENSION_POSSIBLE: _extension,
    N.EXTENSION_TO_DECIDE: lambda item, *_: (
        None if item.request or item.rules.extension_is_recorded else "no-extension"
    ),
    N.NOT_THE_ASKER: lambda item, who, *_: "asker" if item.request and item.request.by == who else None,
    N.CHILDREN_CLOSED: lambda item, *_: item.open_parts and "open-children",
    N.EVIDENCE: lambda item, *_: None if item.files else "no-evidence",
    N.NOT_THE_SUBMITTER: lambda item, who, *_: "submitter" if who in item.workers else None,
    N.ANOTHER_DEPARTMENT: _same_department,
    N.NOT_ANOTHER_STAGE: _another_stage,
    N.PUBLICITY_RUNNING: lambda item, who, people, today: (
        None if item.notice_until and today <= item.notice_until else "no-publicity"
    ),
    N.NO_OPEN_OBJECTION: lambda item, *_: "open-objection" if item.objections else None,
    N.OPEN_OBJECTION: lambda item, *_: None if item.objections else "no-objection",
    N.PUBLICITY_OVER: lambda item, who, people, today: (
        "in-publicity" if item.notice_until and today <= item.notice_until else None
    ),
    N.NOT_THE_VERIFIER: lambda item, who, *_: "verifier" if who in item.judges else None,
    N.PASSES_FRESH: lambda item, *_: "stale-pass" if item.stage_to_pass() else None,
    N.FILING_PENDING: lambda item, *_: None if item.to_file else "nothing-to-file",
    N.LOOK_BACK_PENDING: lambda item, *_: None if item.look_backs else "no-look-back",
    N.PARENT_OPEN: _parent_open,
    N.WHOLE_SUSPENDED: lambda item, *_: "is-a-part" if item.parent and item.parent.state != S.SUSPENDED else None,
    N.WHOLE_RESUMED: lambda item, *_: "whole-suspended" if item.parent and item.parent.state == S.SUSPENDED else None,
}

"""The table: who gets through which operation of the API, on what. Written by hand, from the rules and not the code.

A cell is an operation × a caller × a relation. Who is nobody gets 401; whose token lacks the scope 403; who does not
see the thing 404; who sees it but may not do this 403; whoever is left gets through. An operation without a row here
fails the tests, and so does a row without an operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Names = frozenset[str]
READ, WRITE, ACT, UPLOAD, HISTORY, HOOKS = (
    "items:read",
    "items:write",
    "actions",
    "evidence:write",
    "events:read",
    "webhooks",
)
SCOPES = (READ, WRITE, ACT, UPLOAD, HISTORY, HOOKS)


def names(words: str) -> Names:
    return frozenset(words.split())


# -- callers -----------------------------------------------------------------------------------------------------------

NOBODY = names("anonymous disabled switched_off expired")  # the last two are machines
ONLY = {f"only_{scope.replace(':', '_')}": scope for scope in SCOPES}  # machines of the bureau with a single scope
HANDLING = names("clerk head machine") | frozenset(ONLY)  # who works for the environment bureau
BUREAU = HANDLING | names("verifier")
STRANGERS = names("foreign_clerk foreign_machine")  # of the forestry bureau
DISPATCHERS = names("dispatcher office_machine")
OFFICE = DISPATCHERS | names("supervisor auditor")
CHECKING = names("office_verifier")
LEADERS = names("city_leader")
ADMINISTRATORS = names("system_admin security_admin")
ELSEWHERE = names("elsewhere_dispatcher elsewhere_machine")  # the committee office of another city
ANYBODY = BUREAU | STRANGERS | OFFICE | CHECKING | LEADERS | ADMINISTRATORS | ELSEWHERE
EVERY_CALLER = NOBODY | ANYBODY
MACHINES = frozenset(name for name in ANYBODY if name.endswith("machine")) | frozenset(ONLY)
NONE: Names = frozenset()


def scopes_of(caller: str) -> tuple[str, ...] | None:
    """What the token of a machine carries; None for people."""
    if caller in ONLY:
        return (ONLY[caller],)
    return SCOPES if caller.endswith("machine") else None


# -- relations: what the environment bureau has to do with an item -----------------------------------------------------

RELATIONS = {
    "own": "it leads",
    "cooperating": "forestry leads, the bureau is jointly responsible",
    "part": "forestry leads it, a part of a whole that the bureau leads",
    "above": "it leads the whole, of which forestry leads a part",
    "whole": "forestry leads it, and the bureau leads one of its parts",
    "foreign": "forestry leads, the bureau has no part in it",
    "former": "the bureau led it until it was passed on to forestry",
    "closed": "forestry led it, it is closed",
    "draft": "nobody has got it yet",
    "elsewhere": "another city's office keeps it",
}
_CITY = OFFICE | LEADERS | CHECKING
SEEN: Mapping[str, Names] = {
    "own": _CITY | BUREAU,
    "cooperating": _CITY | BUREAU | STRANGERS,
    "part": _CITY | BUREAU | STRANGERS,
    "above": _CITY | BUREAU,
    "whole": _CITY | STRANGERS,
    "foreign": _CITY | STRANGERS,
    "former": _CITY | STRANGERS,
    "closed": _CITY | STRANGERS,
    "draft": OFFICE,
    "elsewhere": ELSEWHERE,
}
SOURCE_SEEN: Mapping[str, Names] = SEEN | {
    "above": SEEN["above"] | STRANGERS,  # by its part
    "whole": SEEN["whole"] | BUREAU,  # by its part
    "draft": SEEN["draft"] | LEADERS,
}

_SUSPENDED = names("own cooperating above whole foreign")  # for a while
_WORKED = _SUSPENDED | {"part", "former"}  # after a first submission that was sent back
PUT_DOWN: Mapping[str, Names] = {  # of which kind something was put down about which item
    "reports": _WORKED,
    "submissions": _WORKED | {"closed"},
    "verifications": _WORKED | {"closed"},
    "publicities": names("closed"),
    "objections": names("closed"),
    "extensions": _WORKED,
    "suspensions": _SUSPENDED,
    "papers": NONE,
    "closures": names("closed"),
    "look-backs": NONE,
}

# A part has no petition of its own.
PETITION_SEEN: Mapping[str, Names] = {relation: seen for relation, seen in SEEN.items() if relation != "part"}

# Whose a webhook is; nobody else's, whatever department or roles another has.
HOOK_SEEN: Mapping[str, Names] = {
    "own": names("machine"),
    "foreign": names("foreign_machine"),
    "elsewhere": names("elsewhere_machine"),
}


# An item's name that a client has given it is that client's own.
REFERENCE_SEEN: Mapping[str, Names] = {"own": names("office_machine"), "elsewhere": names("elsewhere_machine")}


# -- parties: who is what on it ----------------------------------------------------------------------------------------


def everywhere(office: Names, elsewhere: Names = NONE) -> Mapping[str, Names]:
    """What the office is, it is on all of its items."""
    return {relation: elsewhere if relation == "elsewhere" else office for relation in RELATIONS}


def united(*parties: Mapping[str, Names]) -> Mapping[str, Names]:
    return {relation: frozenset().union(*(party[relation] for party in parties)) for relation in RELATIONS}


LEAD = everywhere(STRANGERS) | {"own": HANDLING, "above": HANDLING, "draft": NONE}
COOPERATING = everywhere(NONE) | {"cooperating": HANDLING}
RESPONSIBLE = united(LEAD, COOPERATING)
DISPATCHING = everywhere(DISPATCHERS, ELSEWHERE)
APPROVING = everywhere(names("supervisor"))
VERIFYING = everywhere(CHECKING) | {"draft": NONE}
HOLDING = united(LEAD, DISPATCHING)
OVERSEEING = united(DISPATCHING, APPROVING)
INSPECTING = united(VERIFYING, DISPATCHING)
ALERTED = united(LEAD, OVERSEEING, everywhere(LEADERS) | {"draft": NONE}) | {
    "closed": OVERSEEING["closed"] | LEADERS  # it is nobody's turn
}


@dataclass(frozen=True)
class Row:
    """`through` says by relation who gets through; None: the address names nothing, everybody who is known does.

    `about` is what the address names, `seen` who sees that; where there is none, nobody does. `only` these callers may
    ask at all.
    """

    scope: str
    through: Mapping[str, Names] | None = None
    about: str = "item"
    only: Names = ANYBODY
    seen: Mapping[str, Names] = field(default_factory=lambda: SEEN)


def action(through: Mapping[str, Names]) -> Row:
    return Row(ACT, through)


ENOUGH = ("", "own", "foreign", "elsewhere")  # for whom one item is like another


def differ_by_relation(caller: str) -> bool:
    """The others stop before anything is looked at, see no item at all, or are like `machine`."""
    return caller not in NOBODY | frozenset(ONLY) | ADMINISTRATORS | ELSEWHERE


def cells(row: Row) -> Iterator[tuple[str, str]]:
    """Every caller × every relation; the relation is empty where the address names nothing."""
    for relation in row.through if row.through is not None else [""]:
        for caller in sorted(EVERY_CALLER):
            if relation in ENOUGH or differ_by_relation(caller):
                yield caller, relation


def expected(row: Row, caller: str, relation: str) -> int:
    """401, 403, 404; 200 stands for whatever comes behind the gates."""
    scopes = scopes_of(caller)
    if caller in NOBODY:
        return 401
    if scopes is not None and row.scope not in scopes:
        return 403
    if caller not in row.only:
        return 403
    if row.through is None:
        return 200
    if caller not in row.seen[relation] or relation not in PUT_DOWN.get(row.about, row.seen):
        return 404
    return 200 if caller in row.through[relation] else 403


def of_source(scope: str, through: Mapping[str, Names]) -> Row:
    return Row(scope, through, about="source", seen=SOURCE_SEEN)


def of_a_webhook() -> Row:
    """Its own client does with it whatever can be done."""
    return Row(HOOKS, HOOK_SEEN, about="webhook", only=MACHINES, seen=HOOK_SEEN)


REGISTER = Row(READ)
ACTIONS = "POST items/{number}/actions/"
MATRIX: dict[str, Row] = {
    "GET items/": Row(READ),
    "GET items/{number}/": Row(READ, SEEN),
    "GET items/{number}/events/": Row(HISTORY, SEEN),
    "GET items/{number}/evidence/": Row(READ, SEEN),
    "POST items/{number}/evidence/": Row(UPLOAD, united(RESPONSIBLE, INSPECTING)),
    "GET items/{number}/evidence/{id}/content/": Row(READ, SEEN, about="evidence"),
    **{f"GET items/{{number}}/{kind}/": Row(READ, SEEN) for kind in PUT_DOWN},
    **{f"GET items/{{number}}/{kind}/{{id}}/": Row(READ, SEEN, about=kind) for kind in PUT_DOWN},
    "POST items/bulk/": Row(ACT),
    "GET events/": Row(HISTORY),
    "POST items/": Row(WRITE, only=DISPATCHERS | ELSEWHERE),
    "PATCH items/{number}/": Row(WRITE, DISPATCHING),
    "GET items/external/{ref}/": Row(READ, REFERENCE_SEEN, about="reference", seen=REFERENCE_SEEN),
    "PUT items/external/{ref}/": Row(WRITE, about="reference", only=DISPATCHERS | ELSEWHERE),
    "GET departments/": REGISTER,
    "GET departments/{id}/": Row(READ, about="department"),
    "GET regions/": REGISTER,
    "GET regions/{id}/": Row(READ, about="region"),
    "GET sources/": REGISTER,
    "POST sources/": Row(WRITE, only=DISPATCHERS | ELSEWHERE),
    "GET sources/{id}/": of_source(READ, SOURCE_SEEN),
    "PATCH sources/{id}/": of_source(WRITE, DISPATCHING),
    "GET petitions/": REGISTER,
    "GET petitions/{number}/": Row(READ, PETITION_SEEN, about="petition", seen=PETITION_SEEN),
    "GET procedures/": REGISTER,
    "GET procedures/{code}/": Row(READ, about="procedure"),
    "GET notifications/": REGISTER,
    "POST notifications/mark-read/": Row(WRITE),
    "GET statistics/": REGISTER,
    "GET me/": REGISTER,
    "GET webhooks/": Row(HOOKS, only=MACHINES),
    "POST webhooks/": Row(HOOKS, only=MACHINES - names("only_webhooks")),  # what is pushed is the feed
    "GET webhooks/{id}/": of_a_webhook(),
    "PATCH webhooks/{id}/": of_a_webhook(),
    "DELETE webhooks/{id}/": of_a_webhook(),
    "POST webhooks/{id}/secrets/": of_a_webhook(),
    "POST webhooks/{id}/enable/": of_a_webhook(),
    "POST webhooks/{id}/test/": of_a_webhook(),
    "GET webhooks/{id}/deliveries/": of_a_webhook(),
    "POST webhooks/{id}/replay/": of_a_webhook(),
    f"{ACTIONS}assign/": action(DISPATCHING),
    f"{ACTIONS}accept/": action(LEAD),
    f"{ACTIONS}decline/": action(LEAD),
    f"{ACTIONS}transfer/": action(HOLDING),
    f"{ACTIONS}acknowledge/": action(COOPERATING),
    f"{ACTIONS}decompose/": action(DISPATCHING),
    f"{ACTIONS}report/": action(RESPONSIBLE),
    f"{ACTIONS}request-extension/": action(LEAD),
    f"{ACTIONS}decide-extension/": action(DISPATCHING),
    f"{ACTIONS}submit/": action(LEAD),
    f"{ACTIONS}verify/": action(VERIFYING),
    f"{ACTIONS}return/": action(VERIFYING),
    f"{ACTIONS}publish/": action(DISPATCHING),
    f"{ACTIONS}object/": action(DISPATCHING),
    f"{ACTIONS}resolve-objection/": action(DISPATCHING),
    f"{ACTIONS}approve/": action(APPROVING),
    f"{ACTIONS}reject/": action(APPROVING),
    f"{ACTIONS}file/": action(DISPATCHING),
    f"{ACTIONS}look-back/": action(INSPECTING),
    f"{ACTIONS}reopen/": action(DISPATCHING),
    f"{ACTIONS}suspend/": action(APPROVING),
    f"{ACTIONS}resume/": action(APPROVING),
    f"{ACTIONS}void/": action(DISPATCHING),
    f"{ACTIONS}nudge/": action(OVERSEEING),
    f"{ACTIONS}note-alert/": action(ALERTED),
    f"{ACTIONS}sign-paper/": action(APPROVING),
    f"{ACTIONS}dismiss-proposal/": action(APPROVING),
    f"{ACTIONS}reply/": action(LEAD),
}

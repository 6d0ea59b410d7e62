"""The whole road of an item on one screen. Imports no models; pages, API, diagram and tests are made from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Permission


class State(TextChoices):
    DRAFT = "draft", _("To be assigned")
    ASSIGNED = "assigned", _("To be accepted")
    RECTIFYING = "rectifying", _("Rectifying")
    VERIFYING = "verifying", _("To be verified")
    PUBLICIZING = "publicizing", _("In publicity")
    APPROVING = "approving", _("To be closed out")
    CLOSED = "closed", _("Closed out")
    VOID = "void", _("Void")


class Action(TextChoices):
    """The verbs. The last three are taken by the clock."""

    ASSIGN = "assign", _("Assign")
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("Decline")
    DECOMPOSE = "decompose", _("Decompose")
    REPORT = "report", _("Report progress")
    SUBMIT = "submit", _("Submit for verification")
    VERIFY = "verify", _("Verify")
    RETURN = "return", _("Return for rework")
    OBJECT = "object", _("Record an objection")
    RESOLVE_OBJECTION = "resolve-objection", _("Decide the objection")
    APPROVE = "approve", _("Approve the close-out")
    REJECT = "reject", _("Reject the close-out")
    REOPEN = "reopen", _("Reopen")
    VOID = "void", pgettext_lazy("verb", "Void")
    REMIND = "remind", _("Reminder")
    ESCALATE = "escalate", _("Overdue notice")
    END_PUBLICITY = "end-publicity", _("End of publicity")


class Party(TextChoices):
    """Who may act on an item, relative to the item."""

    OFFICE = "office", _("Committee office")
    LEAD = "lead", _("Lead department")
    RESPONSIBLE = "responsible", _("Departments responsible")
    VERIFIER = "verifier", _("Verifying department")
    APPROVER = "approver", _("Supervisor")
    CLOCK = "clock", _("The clock")
    NOBODY = "nobody", _("Nobody")


class DepartmentRole(TextChoices):
    """What a department is on an item."""

    LEAD = "lead", _("Lead")
    JOINT = "joint", _("Responsible by duty")
    COOPERATE = "cooperate", _("Cooperate")
    IMPLEMENT = "implement", _("Implement")
    SUPERVISE = "supervise", _("Supervise")
    VERIFY = "verify", pgettext_lazy("role", "Verify")


class Need(StrEnum):
    """What must hold besides state and party; permissions.py says each as a sentence."""

    FOUR_ELEMENTS = "four-elements"  # DOMAIN rule 1: measures, lead, time limit, standard
    CHILDREN_CLOSED = "children-closed"
    EVIDENCE = "evidence"
    NOT_THE_SUBMITTER = "not-the-submitter"
    NOT_THE_VERIFIER = "not-the-verifier"
    NO_OPEN_OBJECTION = "no-open-objection"
    OPEN_OBJECTION = "open-objection"
    PUBLICITY_OVER = "publicity-over"
    PARENT_OPEN = "parent-open"
    NOT_A_PART = "not-a-part"


@dataclass(frozen=True)
class Transition:
    """One row: this action leads from these states to that one (None: stays), if the party asks and the needs hold."""

    action: Action
    sources: tuple[State, ...]
    target: State | None
    party: Party
    needs: tuple[Need, ...] = ()
    when: str = ""  # for the diagram: which outcome of the action takes this row


S, A, P, N = State, Action, Party, Need
OPEN_STATES = (S.DRAFT, S.ASSIGNED, S.RECTIFYING, S.VERIFYING, S.PUBLICIZING, S.APPROVING)
IN_WORK = (S.ASSIGNED, S.RECTIFYING)  # the departments' side: the deadline runs
FINISHED = (S.CLOSED, S.VOID)
_VERIFIED_BY_ANOTHER = (N.NOT_THE_SUBMITTER,)
_CLOSE_OUT = (
    N.NOT_THE_SUBMITTER,
    N.NOT_THE_VERIFIER,
    N.CHILDREN_CLOSED,
    N.NO_OPEN_OBJECTION,
    N.PUBLICITY_OVER,
    N.EVIDENCE,
)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(A.ASSIGN, (S.DRAFT,), S.ASSIGNED, P.OFFICE, (N.FOUR_ELEMENTS,)),
    Transition(A.ACCEPT, (S.ASSIGNED,), S.RECTIFYING, P.LEAD),
    Transition(A.DECLINE, (S.ASSIGNED,), S.DRAFT, P.LEAD),
    Transition(A.DECOMPOSE, IN_WORK, None, P.OFFICE, (N.NOT_A_PART,)),
    Transition(A.REPORT, (S.RECTIFYING,), None, P.RESPONSIBLE),
    Transition(A.SUBMIT, (S.RECTIFYING,), S.VERIFYING, P.LEAD, (N.CHILDREN_CLOSED, N.EVIDENCE)),
    Transition(A.VERIFY, (S.VERIFYING,), S.VERIFYING, P.VERIFIER, _VERIFIED_BY_ANOTHER, "pass, next stage"),
    Transition(A.VERIFY, (S.VERIFYING,), S.PUBLICIZING, P.VERIFIER, _VERIFIED_BY_ANOTHER, "pass, publicity"),
    Transition(A.VERIFY, (S.VERIFYING,), S.APPROVING, P.VERIFIER, _VERIFIED_BY_ANOTHER, "pass, no publicity"),
    Transition(A.VERIFY, (S.VERIFYING,), S.RECTIFYING, P.VERIFIER, _VERIFIED_BY_ANOTHER, "supplement or fail"),
    Transition(A.RETURN, (S.VERIFYING,), S.RECTIFYING, P.VERIFIER, _VERIFIED_BY_ANOTHER),
    Transition(A.OBJECT, (S.PUBLICIZING, S.APPROVING), S.PUBLICIZING, P.OFFICE),
    Transition(A.RESOLVE_OBJECTION, (S.PUBLICIZING,), S.RECTIFYING, P.OFFICE, (N.OPEN_OBJECTION,), "upheld"),
    Transition(A.RESOLVE_OBJECTION, (S.PUBLICIZING,), S.PUBLICIZING, P.OFFICE, (N.OPEN_OBJECTION,), "not upheld"),
    Transition(
        A.RESOLVE_OBJECTION, (S.PUBLICIZING,), S.APPROVING, P.OFFICE, (N.OPEN_OBJECTION,), "not upheld, publicity over"
    ),
    Transition(A.END_PUBLICITY, (S.PUBLICIZING,), S.APPROVING, P.CLOCK, (N.NO_OPEN_OBJECTION, N.PUBLICITY_OVER)),
    Transition(A.APPROVE, (S.APPROVING,), S.CLOSED, P.APPROVER, _CLOSE_OUT),
    Transition(A.REJECT, (S.APPROVING,), S.RECTIFYING, P.APPROVER, (N.NOT_THE_SUBMITTER, N.NOT_THE_VERIFIER)),
    Transition(A.REOPEN, (S.CLOSED,), S.RECTIFYING, P.OFFICE, (N.PARENT_OPEN,)),
    Transition(A.VOID, OPEN_STATES, S.VOID, P.OFFICE, (N.CHILDREN_CLOSED,)),
    Transition(A.REMIND, OPEN_STATES, None, P.CLOCK),
    Transition(A.ESCALATE, OPEN_STATES, None, P.CLOCK),
)

TURN: dict[State, Party] = {
    S.DRAFT: P.OFFICE,
    S.ASSIGNED: P.LEAD,
    S.RECTIFYING: P.LEAD,
    S.VERIFYING: P.VERIFIER,
    S.PUBLICIZING: P.CLOCK,  # the office's while an objection is open
    S.APPROVING: P.APPROVER,
    S.CLOSED: P.NOBODY,
    S.VOID: P.NOBODY,
}

# The right that a person needs in the department that is the party.
PARTY_PERMISSION: dict[Party, Permission] = {
    P.OFFICE: Permission.DISPATCH,
    P.LEAD: Permission.HANDLE,
    P.RESPONSIBLE: Permission.HANDLE,
    P.VERIFIER: Permission.VERIFY,
    P.APPROVER: Permission.APPROVE,
}
BY_THE_CLOCK = tuple(dict.fromkeys(row.action for row in TRANSITIONS if row.party == P.CLOCK))
BY_PEOPLE = tuple(action for action in Action if action not in BY_THE_CLOCK)


def rows_of(action: Action) -> tuple[Transition, ...]:
    """All rows of an action; they share party and sources, and differ by outcome."""
    return tuple(row for row in TRANSITIONS if row.action == action)


def row_of(action: Action) -> Transition:
    """The first row of an action: enough to know party, sources and needs."""
    return rows_of(action)[0]


def leads_to(action: Action, source: State) -> frozenset[State]:
    """The states that an action may lead to from a state; empty if it is not on the road."""
    return frozenset(row.target or source for row in rows_of(action) if source in row.sources)


def as_mermaid() -> str:
    """The state diagram that README shows; a test compares the two."""
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *_edges(), "    closed --> [*]", "    void --> [*]"])


def _edges() -> Iterator[str]:
    for row in TRANSITIONS:
        label = f"{row.action.value} ({row.when})" if row.when else row.action.value
        for source in row.sources:
            if row.target is not None:
                yield f"    {source.value} --> {row.target.value} : {label}"

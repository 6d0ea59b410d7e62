"""The whole road of an item on one screen. Imports no models; pages, API, diagram and tests are made from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

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
    SUSPENDED = "suspended", _("Suspended")
    VOID = "void", _("Void")


class Action(TextChoices):
    """The verbs. The last ones are the public's and the clock's."""

    ASSIGN = "assign", _("Assign")
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("Decline")
    TRANSFER = "transfer", _("Pass on")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge the part in it")
    DECOMPOSE = "decompose", _("Decompose")
    REPORT = "report", _("Report progress")
    REQUEST_EXTENSION = "request-extension", _("Ask for an extension")
    DECIDE_EXTENSION = "decide-extension", _("Decide the extension")
    SUBMIT = "submit", _("Submit for verification")
    VERIFY = "verify", _("Verify")
    RETURN = "return", _("Return for rework")
    PUBLISH = "publish", _("Record the publication")
    OBJECT = "object", _("Record an objection")
    RESOLVE_OBJECTION = "resolve-objection", _("Decide the objection")
    APPROVE = "approve", _("Approve the close-out")
    REJECT = "reject", _("Reject the close-out")
    FILE = "file", _("Record the filing")
    LOOK_BACK = "look-back", _("Look back")
    REOPEN = "reopen", _("Reopen")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    VOID = "void", pgettext_lazy("verb", "Void")
    NUDGE = "nudge", _("Nudge")
    NOTE_ALERT = "note-alert", _("Acknowledge the alert")
    SIGN_PAPER = "sign-paper", _("Sign the paper")
    DISMISS_PROPOSAL = "dismiss-proposal", _("Dismiss the proposal")
    REPLY = "reply", _("Answer the paper")
    OBJECT_PUBLICLY = "public-objection", _("Objection from the public")
    REMIND = "remind", _("Reminder")
    ESCALATE = "escalate", _("Overdue notice")
    END_PUBLICITY = "end-publicity", _("End of publicity")


class Party(TextChoices):
    """Who may act on an item, relative to the item."""

    OFFICE = "office", _("Committee office")
    LEAD = "lead", _("Lead department")
    HOLDER = "holder", _("Lead department or committee office")
    COOPERATING = "cooperating", _("Cooperating departments")
    RESPONSIBLE = "responsible", _("Departments responsible")
    DECIDER = "decider", _("Who decides the extension")
    VERIFIER = "verifier", _("Verifying department")
    APPROVER = "approver", _("Supervisor")
    INSPECTOR = "inspector", _("Who looks back")
    OVERSEER = "overseer", _("Committee office or its supervisor")
    ALERTED = "alerted", _("Those who are told that a time limit has passed")
    ADDRESSEE = "addressee", _("Department that has to answer a paper")
    PUBLIC = "public", _("The public")
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


class EvidenceKind(TextChoices):
    """What a file shows."""

    BEFORE = "before_photo", _("Photo before")
    AFTER = "after_photo", _("Photo after")
    DOCUMENT = "document", _("Document")
    MONITORING = "monitoring_report", _("Monitoring report")
    PENALTY = "penalty_decision", _("Penalty decision")
    MEETING = "meeting_record", _("Meeting record")
    SELF_CHECK = "self_check_report", _("Self-check report")
    PUBLICITY = "publicity_screenshot", _("Publicity screenshot")


class Need(StrEnum):
    """What must hold besides state and party; needs.py says each as a sentence."""

    FOUR_ELEMENTS = "four-elements"  # DOMAIN rule 1: measures, lead, time limit, standard
    NOT_ACKNOWLEDGED = "not-acknowledged"
    NOT_A_PART = "not-a-part"
    EXTENSION_POSSIBLE = "extension-possible"
    EXTENSION_TO_DECIDE = "extension-to-decide"
    NOT_THE_ASKER = "not-the-asker"
    CHILDREN_CLOSED = "children-closed"
    EVIDENCE = "evidence"
    NOT_THE_SUBMITTER = "not-the-submitter"
    ANOTHER_DEPARTMENT = "another-department"
    NOT_ANOTHER_STAGE = "not-another-stage"
    PUBLICITY_RUNNING = "publicity-running"
    NO_OPEN_OBJECTION = "no-open-objection"
    OPEN_OBJECTION = "open-objection"
    PUBLICITY_OVER = "publicity-over"
    NOT_THE_VERIFIER = "not-the-verifier"
    PASSES_FRESH = "passes-fresh"
    CLOSING_EVIDENCE = "closing-evidence"
    FILING_PENDING = "filing-pending"
    LOOK_BACK_PENDING = "look-back-pending"
    PARENT_OPEN = "parent-open"
    WHOLE_SUSPENDED = "whole-suspended"  # a part pauses with the whole item
    WHOLE_RESUMED = "whole-resumed"
    SOMEBODYS_TURN = "somebodys-turn"
    NUDGE_LEFT = "nudge-left"  # of the procedure's number a day
    ALERT_TO_NOTE = "alert-to-note"
    PROPOSAL_OPEN = "proposal-open"
    PAPER_TO_ANSWER = "paper-to-answer"


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
IN_WORK = (S.ASSIGNED, S.RECTIFYING)  # the departments' side: the deadline runs
JUDGED = (S.VERIFYING, S.PUBLICIZING, S.APPROVING)
OPEN_STATES = (S.DRAFT, *IN_WORK, *JUDGED, S.SUSPENDED)
FINISHED = (S.CLOSED, S.VOID)
GOING_ON = (S.DRAFT, *IN_WORK, *JUDGED)  # papers are signed and answered, somebody can be chased
_VERIFY = (N.NOT_THE_SUBMITTER, N.ANOTHER_DEPARTMENT, N.NOT_ANOTHER_STAGE)
_CLOSE_OUT = (
    N.NOT_THE_SUBMITTER,
    N.NOT_THE_VERIFIER,
    N.CHILDREN_CLOSED,
    N.NO_OPEN_OBJECTION,
    N.PUBLICITY_OVER,
    N.PASSES_FRESH,
    N.EVIDENCE,
    N.CLOSING_EVIDENCE,
)
_REJECT = (N.NOT_THE_SUBMITTER, N.NOT_THE_VERIFIER)
_LOOK_BACK = (N.LOOK_BACK_PENDING, N.NOT_THE_SUBMITTER)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(A.ASSIGN, (S.DRAFT,), S.ASSIGNED, P.OFFICE, (N.FOUR_ELEMENTS,)),
    Transition(A.ACCEPT, (S.ASSIGNED,), S.RECTIFYING, P.LEAD),
    Transition(A.DECLINE, (S.ASSIGNED,), S.DRAFT, P.LEAD),
    Transition(A.TRANSFER, IN_WORK, S.ASSIGNED, P.HOLDER),
    Transition(A.ACKNOWLEDGE, IN_WORK, None, P.COOPERATING, (N.NOT_ACKNOWLEDGED,)),
    Transition(A.DECOMPOSE, IN_WORK, None, P.OFFICE, (N.NOT_A_PART,)),
    Transition(A.REPORT, (S.RECTIFYING,), None, P.RESPONSIBLE),
    Transition(A.REQUEST_EXTENSION, (S.RECTIFYING,), None, P.LEAD, (N.EXTENSION_POSSIBLE,)),
    Transition(A.DECIDE_EXTENSION, (S.RECTIFYING,), None, P.DECIDER, (N.EXTENSION_TO_DECIDE, N.NOT_THE_ASKER)),
    Transition(A.SUBMIT, (S.RECTIFYING,), S.VERIFYING, P.LEAD, (N.CHILDREN_CLOSED, N.EVIDENCE)),
    Transition(A.VERIFY, (S.VERIFYING,), S.VERIFYING, P.VERIFIER, _VERIFY, "pass, next stage"),
    Transition(A.VERIFY, (S.VERIFYING,), S.PUBLICIZING, P.VERIFIER, _VERIFY, "pass, publicity"),
    Transition(A.VERIFY, (S.VERIFYING,), S.APPROVING, P.VERIFIER, _VERIFY, "pass, no publicity"),
    Transition(A.VERIFY, (S.VERIFYING,), S.RECTIFYING, P.VERIFIER, _VERIFY, "supplement or fail"),
    Transition(A.RETURN, (S.VERIFYING,), S.RECTIFYING, P.VERIFIER, _VERIFY),
    Transition(A.PUBLISH, (S.PUBLICIZING,), None, P.OFFICE, (N.PUBLICITY_RUNNING,)),
    Transition(A.OBJECT, (S.PUBLICIZING, S.APPROVING), S.PUBLICIZING, P.OFFICE),
    Transition(A.OBJECT_PUBLICLY, (S.PUBLICIZING,), S.PUBLICIZING, P.PUBLIC, (N.PUBLICITY_RUNNING,)),
    Transition(A.RESOLVE_OBJECTION, (S.PUBLICIZING,), S.RECTIFYING, P.OFFICE, (N.OPEN_OBJECTION,), "upheld"),
    Transition(A.RESOLVE_OBJECTION, (S.PUBLICIZING,), S.PUBLICIZING, P.OFFICE, (N.OPEN_OBJECTION,), "not upheld"),
    Transition(
        A.RESOLVE_OBJECTION, (S.PUBLICIZING,), S.APPROVING, P.OFFICE, (N.OPEN_OBJECTION,), "not upheld, publicity over"
    ),
    Transition(
        A.RESOLVE_OBJECTION,
        (S.RECTIFYING, S.VERIFYING),
        None,
        P.OFFICE,
        (N.OPEN_OBJECTION,),
        "left from a notice before",
    ),
    Transition(A.RESOLVE_OBJECTION, (S.VERIFYING,), S.RECTIFYING, P.OFFICE, (N.OPEN_OBJECTION,), "upheld"),
    Transition(A.END_PUBLICITY, (S.PUBLICIZING,), S.APPROVING, P.CLOCK, (N.NO_OPEN_OBJECTION, N.PUBLICITY_OVER)),
    Transition(A.APPROVE, (S.APPROVING,), S.CLOSED, P.APPROVER, _CLOSE_OUT),
    Transition(A.REJECT, (S.APPROVING,), S.RECTIFYING, P.APPROVER, _REJECT),
    Transition(A.REJECT, (S.APPROVING,), S.VERIFYING, P.APPROVER, _REJECT, "changed since it was verified"),
    Transition(A.FILE, (S.CLOSED,), None, P.OFFICE, (N.FILING_PENDING,)),
    Transition(A.LOOK_BACK, (S.CLOSED,), None, P.INSPECTOR, _LOOK_BACK, "it holds"),
    Transition(A.LOOK_BACK, (S.CLOSED,), S.RECTIFYING, P.INSPECTOR, _LOOK_BACK, "the problem is back"),
    Transition(A.REOPEN, (S.CLOSED,), S.RECTIFYING, P.OFFICE, (N.PARENT_OPEN,)),
    Transition(A.SUSPEND, IN_WORK, S.SUSPENDED, P.APPROVER, (N.WHOLE_SUSPENDED,)),
    Transition(A.RESUME, (S.SUSPENDED,), S.ASSIGNED, P.APPROVER, (N.WHOLE_RESUMED,), "was to be accepted"),
    Transition(A.RESUME, (S.SUSPENDED,), S.RECTIFYING, P.APPROVER, (N.WHOLE_RESUMED,), "was being rectified"),
    Transition(A.VOID, OPEN_STATES, S.VOID, P.OFFICE, (N.CHILDREN_CLOSED,)),
    Transition(A.NUDGE, GOING_ON, None, P.OVERSEER, (N.SOMEBODYS_TURN, N.NUDGE_LEFT)),
    Transition(A.NOTE_ALERT, (*GOING_ON, S.CLOSED), None, P.ALERTED, (N.ALERT_TO_NOTE,)),
    Transition(A.SIGN_PAPER, GOING_ON, None, P.APPROVER, (N.PROPOSAL_OPEN,)),
    Transition(A.DISMISS_PROPOSAL, GOING_ON, None, P.APPROVER, (N.PROPOSAL_OPEN,)),
    Transition(A.REPLY, GOING_ON, None, P.ADDRESSEE, (N.PAPER_TO_ANSWER,)),
    Transition(A.REMIND, (*OPEN_STATES, S.CLOSED), None, P.CLOCK),
    Transition(A.ESCALATE, (*OPEN_STATES, S.CLOSED), None, P.CLOCK),
)

TURN: dict[State, Party] = {
    S.DRAFT: P.OFFICE,
    S.ASSIGNED: P.LEAD,
    S.RECTIFYING: P.LEAD,
    S.VERIFYING: P.VERIFIER,
    S.PUBLICIZING: P.CLOCK,  # the office's while an objection is open
    S.APPROVING: P.APPROVER,
    S.CLOSED: P.NOBODY,  # the office's while it is to be filed, then the inspector's while look-backs are planned
    S.SUSPENDED: P.APPROVER,
    S.VOID: P.NOBODY,
}

# The right that a person needs in the department that is the party; permissions.rights says the rest.
PARTY_PERMISSION: dict[Party, Permission] = {
    P.OFFICE: Permission.DISPATCH,
    P.LEAD: Permission.HANDLE,
    P.COOPERATING: Permission.HANDLE,
    P.RESPONSIBLE: Permission.HANDLE,
    P.VERIFIER: Permission.VERIFY,
    P.APPROVER: Permission.APPROVE,
    P.INSPECTOR: Permission.VERIFY,
}
BY_THE_CLOCK = tuple(dict.fromkeys(row.action for row in TRANSITIONS if row.party == P.CLOCK))
BY_PEOPLE = tuple(action for action in Action if action not in (*BY_THE_CLOCK, Action.OBJECT_PUBLICLY))


@cache
def rows_of(action: Action) -> tuple[Transition, ...]:
    """All rows of an action; they share party and needs, and differ by state and outcome."""
    return tuple(row for row in TRANSITIONS if row.action == action)


@cache
def row_of(action: Action) -> Transition:
    """The first row of an action: enough to know party and needs."""
    return rows_of(action)[0]


@cache
def sources_of(action: Action) -> tuple[State, ...]:
    """The states from which an action starts, in the order of the table."""
    return tuple(dict.fromkeys(state for row in rows_of(action) for state in row.sources))


@cache
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

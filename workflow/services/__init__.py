"""The verbs of an item's road, one module a noun of the office; all walk through perform.perform.

VERBS maps each action that people take to its function. Pages, API and demo call the same ones, with the same
keyword arguments: `by` (the person), `version` (what he saw; None: whatever is there), `now` (aware; None: the
present) and the action's own input. A verb returns the item as it is afterwards or raises refusal.Refused.
"""

from collections.abc import Callable

from workflow.lifecycle import Action
from workflow.models import WorkItem
from workflow.services.approval import approve, reject, void
from workflow.services.assignment import accept, acknowledge, assign, decline, transfer
from workflow.services.chasing import note_alert, nudge
from workflow.services.decomposition import decompose
from workflow.services.extensions import decide_extension, request_extension
from workflow.services.filing import file_closure
from workflow.services.look_backs import look_back
from workflow.services.objections import object_to, resolve_objection
from workflow.services.papers import dismiss_proposal, reply, sign_paper
from workflow.services.publicity import publish
from workflow.services.rectification import submit
from workflow.services.reopening import reopen
from workflow.services.reports import report
from workflow.services.suspensions import resume, suspend
from workflow.services.verification import return_for_rework, verify

VERBS: dict[Action, Callable[..., WorkItem]] = {
    Action.ASSIGN: assign,
    Action.ACCEPT: accept,
    Action.DECLINE: decline,
    Action.TRANSFER: transfer,
    Action.ACKNOWLEDGE: acknowledge,
    Action.DECOMPOSE: decompose,
    Action.REPORT: report,
    Action.REQUEST_EXTENSION: request_extension,
    Action.DECIDE_EXTENSION: decide_extension,
    Action.SUBMIT: submit,
    Action.VERIFY: verify,
    Action.RETURN: return_for_rework,
    Action.PUBLISH: publish,
    Action.OBJECT: object_to,
    Action.RESOLVE_OBJECTION: resolve_objection,
    Action.APPROVE: approve,
    Action.REJECT: reject,
    Action.FILE: file_closure,
    Action.LOOK_BACK: look_back,
    Action.REOPEN: reopen,
    Action.SUSPEND: suspend,
    Action.RESUME: resume,
    Action.VOID: void,
    Action.NUDGE: nudge,
    Action.NOTE_ALERT: note_alert,
    Action.SIGN_PAPER: sign_paper,
    Action.DISMISS_PROPOSAL: dismiss_proposal,
    Action.REPLY: reply,
}

__all__ = ["VERBS", *(verb.__name__ for verb in VERBS.values())]

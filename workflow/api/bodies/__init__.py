"""What each action takes, a module a noun as in services. These only read; the verbs decide."""

from workflow.api.bodies.assignment import AcceptBody, AcknowledgeBody, AssignBody, DecomposeBody, TransferBody
from workflow.api.bodies.closing import ApproveBody, FileBody, ReopenBody, VoidBody
from workflow.api.bodies.fields import ActionBody, ReasonBody
from workflow.api.bodies.ladder import DismissProposalBody, NoteAlertBody, NudgeBody, ReplyBody, SignPaperBody
from workflow.api.bodies.look_backs import LookBackBody
from workflow.api.bodies.publicity import ObjectBody, PublishBody, ResolveObjectionBody
from workflow.api.bodies.rectification import SubmitBody
from workflow.api.bodies.reports import ReportBody
from workflow.api.bodies.time import DecideExtensionBody, RequestExtensionBody, ResumeBody
from workflow.api.bodies.verification import VerifyBody
from workflow.lifecycle import Action

BODIES: dict[Action, type[ActionBody]] = {
    Action.ASSIGN: AssignBody,
    Action.ACCEPT: AcceptBody,
    Action.DECLINE: ReasonBody,
    Action.TRANSFER: TransferBody,
    Action.ACKNOWLEDGE: AcknowledgeBody,
    Action.DECOMPOSE: DecomposeBody,
    Action.REPORT: ReportBody,
    Action.REQUEST_EXTENSION: RequestExtensionBody,
    Action.DECIDE_EXTENSION: DecideExtensionBody,
    Action.SUBMIT: SubmitBody,
    Action.VERIFY: VerifyBody,
    Action.RETURN: ReasonBody,
    Action.PUBLISH: PublishBody,
    Action.OBJECT: ObjectBody,
    Action.RESOLVE_OBJECTION: ResolveObjectionBody,
    Action.APPROVE: ApproveBody,
    Action.REJECT: ReasonBody,
    Action.FILE: FileBody,
    Action.LOOK_BACK: LookBackBody,
    Action.REOPEN: ReopenBody,
    Action.SUSPEND: ReasonBody,
    Action.RESUME: ResumeBody,
    Action.VOID: VoidBody,
    Action.NUDGE: NudgeBody,
    Action.NOTE_ALERT: NoteAlertBody,
    Action.SIGN_PAPER: SignPaperBody,
    Action.DISMISS_PROPOSAL: DismissProposalBody,
    Action.REPLY: ReplyBody,
}

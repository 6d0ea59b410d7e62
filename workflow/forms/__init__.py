"""One form for each action that asks for input. They validate, never save; a module a noun, as in services.

Field names are the keyword arguments of the verbs in workflow.services; where a verb wants more than one field says,
`verb_input` puts it together and `spoken_by` tells which field shows the refusal.
"""

from workflow.forms.assignment import AssignForm, DecomposeForm, TransferForm
from workflow.forms.closing import ApproveForm, FileForm, ReopenForm, VoidForm
from workflow.forms.fields import ActionForm, ReasonForm
from workflow.forms.ladder import DismissProposalForm, NudgeForm, ReplyForm, SignPaperForm
from workflow.forms.look_backs import LookBackForm
from workflow.forms.publicity import ObjectForm, PublishForm, ResolveObjectionForm
from workflow.forms.rectification import SubmitForm
from workflow.forms.reports import ReportForm
from workflow.forms.time import DecideExtensionForm, RequestExtensionForm, ResumeForm
from workflow.forms.verification import VerifyForm
from workflow.lifecycle import Action

FORMS: dict[Action, type[ActionForm]] = {
    Action.ASSIGN: AssignForm,
    Action.DECLINE: ReasonForm,
    Action.TRANSFER: TransferForm,
    Action.DECOMPOSE: DecomposeForm,
    Action.REPORT: ReportForm,
    Action.REQUEST_EXTENSION: RequestExtensionForm,
    Action.DECIDE_EXTENSION: DecideExtensionForm,
    Action.SUBMIT: SubmitForm,
    Action.VERIFY: VerifyForm,
    Action.RETURN: ReasonForm,
    Action.PUBLISH: PublishForm,
    Action.OBJECT: ObjectForm,
    Action.RESOLVE_OBJECTION: ResolveObjectionForm,
    Action.APPROVE: ApproveForm,
    Action.REJECT: ReasonForm,
    Action.FILE: FileForm,
    Action.LOOK_BACK: LookBackForm,
    Action.REOPEN: ReopenForm,
    Action.SUSPEND: ReasonForm,
    Action.RESUME: ResumeForm,
    Action.VOID: VoidForm,
    Action.NUDGE: NudgeForm,
    Action.SIGN_PAPER: SignPaperForm,
    Action.DISMISS_PROPOSAL: DismissProposalForm,
    Action.REPLY: ReplyForm,
}
ASKS_FOR_DEPARTMENTS = (Action.ASSIGN, Action.TRANSFER, Action.DECOMPOSE)

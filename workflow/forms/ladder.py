"""Chasing by hand, papers and their answers."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import today
from workflow.forms.fields import ActionForm, Day, text
from workflow.lifecycle import DepartmentRole
from workflow.models import Proposal
from workflow.needs import COOPERATING
from workflow.services import paper_text

RESPONSIBLE = (DepartmentRole.LEAD, *COOPERATING)


class NudgeForm(ActionForm):
    text = text(_("What is asked for"), required=False, rows=2)
    is_urgent = forms.BooleanField(label=_("Urgent: also in quiet hours"), required=False)


class ProposalForm(ActionForm):
    """About the most severe measure that is proposed; when it is decided the next one is offered."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        if proposals := self.facts.open_proposals:
            self.fields["proposal"].initial = proposals[0].pk
            self.prefill(proposals[0])

    def prefill(self, proposal: Proposal) -> None:
        """Fill in what is usual."""


class SignPaperForm(ProposalForm):
    addressee = forms.TypedChoiceField(label=_("Addressed to"))
    reply_by = Day(label=_("To be answered by"), required=False)
    text = text(_("Text of the paper"), rows=8)

    def prepare(self) -> None:
        units = {row.department_id: row.department for row in self.facts.assignments if row.role in RESPONSIBLE}
        self.fields["addressee"].choices = [(str(pk), unit.name) for pk, unit in units.items()]
        self.fields["addressee"].coerce = lambda pk: units[int(pk)]
        super().prepare()

    def prefill(self, proposal: Proposal) -> None:
        late, day = proposal.timer.paper, self._reply_by(proposal)
        self.fields["text"].label = f"{proposal.get_measure_display()}：{self.fields['text'].label}"
        self.fields["addressee"].initial = str(late.department_id if late else self.item.lead_id)
        self.fields["reply_by"].initial = day
        self.fields["text"].initial = paper_text.compose(self.item, proposal, day, today())

    def _reply_by(self, proposal: Proposal) -> date | None:
        days = proposal.firing.rung.reply_days
        return self.facts.calendar.add_working_days(today(), days) if days else None


class DismissProposalForm(ProposalForm):
    reason = text(_("Reason"))

    def prefill(self, proposal: Proposal) -> None:
        self.fields["reason"].label = f"{proposal.get_measure_display()}：{self.fields['reason'].label}"


class ReplyForm(ActionForm):
    paper = forms.TypedChoiceField(label=_("Paper"), coerce=int)
    text = text(_("Answer"), rows=5)

    def prepare(self) -> None:
        waiting = self.facts.papers_to_answer
        self.fields["paper"].choices = [(row.pk, f"{row.number}（{row.department}）") for row in waiting]

"""The last word, and what comes after it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, one_of, text
from workflow.models import WorkItem


class ApproveForm(ActionForm):
    outcome = one_of(_("Outcome"), WorkItem.Outcome.choices)
    opinion = text(_("Opinion"))
    document_number = forms.CharField(label=_("Document number of the close-out"), required=False, max_length=80)

    def prepare(self) -> None:
        self.fields["outcome"].initial = WorkItem.Outcome.RECTIFIED


class ReopenForm(ActionForm):
    reason = text(_("Reason"))
    due_on = Day(label=_("New deadline"), required=False, help_text=_("Left empty: as the procedure says."))

"""The last word, and what comes after it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, ReasonForm, one_of, text
from workflow.models import WorkItem
from workflow.services.approval import VOID_AS


def _merged_into() -> forms.CharField:
    sentence = _("Only for what is merged: the number of the item in which it goes on.")
    return forms.CharField(label=_("Merged into"), required=False, max_length=24, help_text=sentence)


class ApproveForm(ActionForm):
    outcome = one_of(_("Outcome"), WorkItem.Outcome.choices)
    opinion = text(_("Opinion"))
    document_number = forms.CharField(
        label=_("Document number of the close-out"),
        required=False,
        max_length=80,
        help_text=_("Left empty: the next number of the office's series."),
    )
    signed_on = Day(label=_("Signed on"), required=False, help_text=_("Left empty: today."))
    merged_into = _merged_into()

    def prepare(self) -> None:
        self.fields["outcome"].initial = WorkItem.Outcome.RECTIFIED


class FileForm(ActionForm):
    document_number = forms.CharField(label=_("Document number of the filing"), max_length=80)
    filed_on = Day(label=_("Filed on"), required=False, help_text=_("Left empty: today."))
    filed_with = forms.CharField(label=_("Filed with"), required=False, max_length=80)

    def prepare(self) -> None:
        self.fields["filed_with"].initial = self.item.procedure.files_to


class VoidForm(ReasonForm):
    outcome = one_of(
        _("Why it is void"),
        [*((one.value, one.label) for one in VOID_AS), ("", _("Another reason"))],
        required=False,
    )
    merged_into = _merged_into()


class ReopenForm(ActionForm):
    reason = text(_("Reason"))
    due_on = Day(label=_("New deadline"), required=False, help_text=_("Left empty: as the procedure says."))

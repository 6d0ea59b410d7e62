"""Changes of time: extensions, suspensions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, one_of, text


class RequestExtensionForm(ActionForm):
    due_on = Day(label=_("Deadline asked for"))
    reason = text(_("Reason"))

    def prepare(self) -> None:
        if self.item.due_on:
            latest = self.item.due_on + timedelta(days=self.item.procedure.extension_max_days)
            sentence = _("After {present}, until {latest} at most.")
            days = {"present": f"{self.item.due_on:%Y-%m-%d}", "latest": f"{latest:%Y-%m-%d}"}
            self.fields["due_on"].help_text = format_lazy(sentence, **days)


class DecideExtensionForm(ActionForm):
    """The open request; or, where only the higher level extends, what it has approved."""

    extension = forms.IntegerField(required=False, widget=forms.HiddenInput)
    approved = one_of(
        _("Decision"), [("yes", _("Granted")), ("no", _("Not granted"))], coerce=lambda value: value == "yes"
    )
    due_on = Day(label=_("Deadline granted"), required=False)
    document_number = forms.CharField(label=_("Document number of the approval"), max_length=80)
    scan = forms.TypedChoiceField(
        label=_("Scan of the approval"), coerce=int, help_text=_("Add it below under “Evidence” first.")
    )
    reason = text(_("Opinion"))

    def prepare(self) -> None:
        if asked := self.facts.open_extension:
            self.fields["extension"].initial = asked.pk
            self.fields["due_on"].initial = asked.due_on
            self.fields["due_on"].help_text = _("Not later than was asked for.")
            del self.fields["document_number"], self.fields["scan"]
            return
        del self.fields["extension"], self.fields["approved"]
        self.fields["due_on"].required = True
        files = [(file.pk, f"{file.name}（{file.get_kind_display()}）") for file in self.facts.evidence]
        self.fields["scan"].choices = [("", "—"), *files]

    def verb_input(self) -> dict[str, Any]:
        return {"approved": True} | dict(self.cleaned_data)


class ResumeForm(ActionForm):
    reason = text(_("Reason"), required=False)

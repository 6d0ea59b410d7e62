"""The departments' work: submit, evidence."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, text
from workflow.lifecycle import EvidenceKind
from workflow.models import Evidence


class SubmitForm(ActionForm):
    summary = text(_("What was done and with which result"), rows=4)
    evidence = forms.TypedMultipleChoiceField(
        label=_("Evidence to be submitted"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        field = self.fields["evidence"]
        field.choices = [(file.pk, f"{file.name}（{file.get_kind_display()}）") for file in self.facts.evidence]
        field.initial = [str(pk) for pk, _name in field.choices]
        if wanted := self.item.procedure.submit_evidence:
            names = "、".join(str(EvidenceKind(kind).label) for kind in wanted)
            field.help_text = format_lazy(_("Required: {kinds}."), kinds=names)

    def clean_evidence(self) -> list[int]:
        """The verb takes nothing as everything; a person who ticks nothing means nothing."""
        if not self.cleaned_data["evidence"] and self.fields["evidence"].choices:
            raise forms.ValidationError(_("Tick at least one file."))
        return self.cleaned_data["evidence"]


class EvidenceForm(forms.Form):
    file = forms.FileField(label=_("File"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Evidence.Kind.choices, initial=Evidence.Kind.AFTER)
    taken_at = forms.DateTimeField(
        label=_("Taken at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
    replaces = forms.TypedChoiceField(label=_("New version of"), coerce=int, empty_value=None, required=False)

    def __init__(self, *arguments: Any, replaceable: Iterable[Evidence], **options: Any) -> None:
        super().__init__(*arguments, auto_id="evidence_%s", **options)
        offered = [(file.pk, f"{file.name}（{file.get_kind_display()}）") for file in replaceable]
        self.fields["replaces"].choices = [("", _("None: a further file")), *offered]
        if not offered:
            self.fields["replaces"].widget = forms.HiddenInput()

"""Judging what was submitted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, one_of, text
from workflow.models import Verification
from workflow.models.closing import Standard


class VerifyForm(ActionForm):
    conclusion = one_of(_("Conclusion"), Verification.Conclusion.choices)
    checklist = forms.MultipleChoiceField(
        label=_("Standards that are met"),
        choices=Standard.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opinion = text(_("Opinion"))
    visited_on = Day(label=_("Site visit on"), required=False, help_text=_("Left empty: checked on paper."))

    def verb_input(self) -> dict[str, Any]:
        met = self.cleaned_data["checklist"]
        return dict(self.cleaned_data) | {"checklist": {name: name in met for name in Standard.values}}

"""Judging what was submitted."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, one_of, text
from workflow.models import Verification
from workflow.models.closing import Standard
from workflow.services.checklist import LONGEST_NOTE, unexplained

Lines = dict[str, dict[str, Any]]


class ChecklistLines(forms.Widget):
    """A line for each standard: a tick and a note."""

    template_name = "workflow/parts/checklist.html"
    use_fieldset = True

    def get_context(self, name: str, value: Lines | None, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = value or {}
        context["lines"] = [
            {"name": f"{name}_{standard.value}", "label": standard.label, **given.get(standard.value, {})}
            for standard in Standard
        ]
        return context | {"longest_note": LONGEST_NOTE}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Lines:
        return {
            key: {"met": f"{name}_{key}" in data, "note": data.get(f"{name}_{key}_note", "").strip()}
            for key in Standard.values
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False  # boxes that are not ticked are not sent


class VerifyForm(ActionForm):
    conclusion = one_of(_("Conclusion"), Verification.Conclusion.choices)
    checklist = forms.Field(
        label=_("Standards that are met"),
        required=False,
        widget=ChecklistLines,
        help_text=_("To pass, a standard that is not met needs a note."),
    )
    opinion = text(_("Opinion"))
    method = forms.ChoiceField(
        label=_("How it was checked"),
        choices=Verification.Method.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    visited_on = Day(label=_("Site visit on"), required=False, help_text=_("Left empty: checked on paper."))
    team = forms.CharField(label=_("Who was there"), required=False, max_length=200)
    due_on = Day(label=_("To be supplemented by"), required=False)

    def prepare(self) -> None:
        days = self.item.procedure.supplement_days
        sentence = _("Only for a supplement. Left empty: {days} working days from today.")
        self.fields["due_on"].help_text = format_lazy(sentence, days=days)

    def clean(self) -> dict[str, Any]:
        """All standards that are not explained are said at once, at their lines' field."""
        given = super().clean()
        is_pass = given.get("conclusion") == Verification.Conclusion.PASS
        for name in unexplained(given.get("checklist") or {}) if is_pass else []:
            sentence = _("“%(standard)s”: please tick it, or write a note.")
            error = forms.ValidationError(sentence, params={"standard": Standard(name).label})
            self.add_error("checklist", error)
        return given

"""What the forms are made of: days, departments, long texts, and the form of an action itself."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.facts import Facts
from workflow.lifecycle import Action
from workflow.refusal import Refusal

LONG_TEXT = 20_000  # characters


class FoldedChoices(forms.CheckboxSelectMultiple):
    """A long list of boxes that stays folded; what is ticked is named beside its label."""


class Day(forms.DateField):
    """A day as 2026-03-05, as browsers send it in every language."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats: ClassVar[list[str]] = ["%Y-%m-%d"]


class Departments(forms.TypedMultipleChoiceField):
    """Some of the departments that `offer` names; nothing is read from the database."""

    widget = FoldedChoices

    def offer(self, units: Iterable[Department]) -> None:
        found = {str(unit.pk): unit for unit in units}
        self.choices = [(key, unit.name) for key, unit in found.items()]
        self.coerce = found.__getitem__


def text(label: Any, required: bool = True, rows: int = 3, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=LONG_TEXT, widget=area, help_text=help_text)


def one_of(label: Any, choices: Any, coerce: Any = str, required: bool = True) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=coerce, required=required, widget=forms.RadioSelect
    )


class ActionForm(forms.Form):
    """Of an action that asks for nothing but carries the version that the person saw."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    spoken_by: ClassVar[dict[str, str]] = {}
    layout = "workflow/parts/form.html"  # how its fields stand

    def __init__(
        self, data: Any = None, *, action: Action, facts: Facts, units: Iterable[Department] = (), **options: Any
    ) -> None:
        self.item, self.facts, self.units = facts.item, facts, list(units)
        super().__init__(data, auto_id=f"{action}_%s", **options)
        self.fields["version"].initial = self.item.version
        self.prepare()

    def prepare(self) -> None:
        """Offer the choices and prefill what is known."""

    def verb_input(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def take(self, refusal: Refusal, version: int) -> None:
        """Show why the verb refused, and carry the version of today, so that the text can be sent again."""
        for name, sentence in refusal.errors.items():
            field = self.spoken_by.get(name, name)
            self.add_error(field if field in self.fields else None, str(sentence))
        self.data = self.data.copy()
        self.data["version"] = version


class ReasonForm(ActionForm):
    """Decline, return, reject, void."""

    reason = text(_("Reason"))

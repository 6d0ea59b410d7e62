"""What a person corrects in a reading before it is confirmed: forms in, the same JSON out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.importing.reading import OpenGroup
from workflow.lifecycle import DepartmentRole
from workflow.models import Milestone

ALL_JURISDICTIONS = OpenGroup.ALL_JURISDICTIONS.value
COMPARATORS = [("", "—"), *((sign, sign) for sign in (">=", ">", "=", "<", "<="))]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DocumentForm(forms.Form):
    """The facts about the document itself."""

    title = forms.CharField(label=_("Title"), max_length=200)
    document_number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=DayInput)
    period_from = forms.DateField(label=_("Period from"), required=False, widget=DayInput)
    period_to = forms.DateField(label=_("Period to"), required=False, widget=DayInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("period_from"), values.get("period_to")
        if bool(first) != bool(last):
            self.add_error("period_to", _("A period has a first and a last day."))
        elif first and last and first > last:
            self.add_error("period_to", _("The period ends before it begins."))
        return values

    @classmethod
    def of(cls, reading: dict[str, Any], data: Any = None) -> DocumentForm:
        period = reading.get("period") or {}
        return cls(data, initial=reading | {"period_from": period.get("from"), "period_to": period.get("to")})

    def apply_to(self, reading: dict[str, Any]) -> None:
        values = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in self._given()}
        period = {"from": values.pop("period_from"), "to": values.pop("period_to")}
        reading.update(values, period=period if period["from"] else None)

    def _given(self):
        return ((name, value or None) for name, value in self.cleaned_data.items())


class TaskForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 6}))
    settled = forms.MultipleChoiceField(
        label=_("Questions that are settled"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, questions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["settled"].choices = [(question, question) for question in questions]


class PartyForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=DepartmentRole.choices)
    who = forms.ChoiceField(label=_("Department"), required=False)
    printed = forms.CharField(label=_("As printed"), required=False, disabled=True)

    def __init__(self, *args: Any, departments: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = (ALL_JURISDICTIONS, _("All counties and management committees"))
        self.fields["who"].choices = [("", _("— not known —")), group, *((name, name) for name in departments)]


class MilestoneForm(forms.Form):
    text = forms.CharField(label=_("Milestone"))
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput)


class TargetForm(forms.Form):
    text = forms.CharField(label=_("Target"))
    comparator = forms.ChoiceField(label=_("Comparison"), choices=COMPARATORS, required=False)
    value = forms.DecimalField(label=_("Value"), required=False, max_digits=18, decimal_places=4)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=20)


PartyFormSet = formset_factory(PartyForm, extra=2, can_delete=True)
MilestoneFormSet = formset_factory(MilestoneForm, extra=1, can_delete=True)
TargetFormSet = formset_factory(TargetForm, extra=1, can_delete=True)


class TaskCorrection:
    """The forms of one task together; each row that is left empty or ticked for deletion falls away."""

    def __init__(self, task: dict[str, Any], units: list[Department], data: Any = None) -> None:
        self.task = task
        self.jurisdictions = [unit.name for unit in units if unit.is_jurisdiction]
        names = {"departments": [unit.name for unit in units]}
        self.form = TaskForm(data, initial=task, questions=task["questions"])
        self.parties = PartyFormSet(data, prefix="party", initial=self._shown_parties(), form_kwargs=names)
        self.milestones = MilestoneFormSet(data, prefix="milestone", initial=task["milestones"])
        self.targets = TargetFormSet(data, prefix="target", initial=task["targets"])

    def is_valid(self) -> bool:
        valid = [part.is_valid() for part in (self.form, self.parties, self.milestones, self.targets)]
        return all(valid)  # every part is asked, so that all errors come back together

    def _shown_parties(self) -> list[dict[str, Any]]:
        return [
            {
                "role": row["role"],
                "who": ALL_JURISDICTIONS if row.get("group") == ALL_JURISDICTIONS else row.get("department"),
                "printed": row.get("name") or row.get("text"),
            }
            for row in self.task["responsibilities"]
        ]

    def apply_to(self, reading: dict[str, Any]) -> None:
        """Write the corrected values into this task of a reading, and into nothing else of it."""
        task = next(row for row in reading["tasks"] if row["number"] == self.task["number"])
        settled = set(self.form.cleaned_data["settled"])
        task.update(
            title=self.form.cleaned_data["title"],
            text=self.form.cleaned_data["text"],
            questions=[question for question in self.task["questions"] if question not in settled],
            responsibilities=self._corrected_parties(),
            milestones=[self._milestone(row) for row in _kept(self.milestones)],
            targets=[row | {"value": _number(row["value"])} for row in _kept(self.targets)],
        )

    def _corrected_parties(self) -> list[dict[str, Any]]:
        old = self.task["responsibilities"]
        rows = []
        for index, form in enumerate(self.parties.forms):
            values = form.cleaned_data
            before = old[index] if index < len(old) else None
            if values.get("DELETE") or not (before or values.get("who")):
                continue
            rows.append(self._party(values, before))
        return rows

    def _party(self, values: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
        role, who = values["role"], values["who"]
        if who == ALL_JURISDICTIONS:
            known = before or {}  # who belonged to the group when the document was issued stays in it
            departments = known.get("departments") or self.jurisdictions
            return {"role": role, "group": who, "text": known.get("text", ""), "departments": departments}
        if who:
            return {"role": role, "name": (before or {}).get("name") or who, "department": who}
        return before | {"role": role, **({"department": None} if "name" in before else {})}

    def _milestone(self, row: dict[str, Any]) -> dict[str, Any]:
        """A date that a person has looked at and kept or set is as good as stated."""
        due_on = row["due_on"].isoformat() if row["due_on"] else None
        confidence = Milestone.Confidence.STATED if due_on else Milestone.Confidence.AMBIGUOUS
        return {"text": row["text"], "due_on": due_on, "confidence": confidence.value}


def _kept(forms_in: BaseFormSet) -> list[dict[str, Any]]:
    rows = [form.cleaned_data for form in forms_in.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return [{name: value for name, value in row.items() if name != "DELETE"} for row in rows]


def _number(value: Any) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)

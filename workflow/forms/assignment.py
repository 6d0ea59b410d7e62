"""Handing out: assign, pass on, decompose."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.forms.fields import ActionForm, Day, Departments, text
from workflow.lifecycle import DepartmentRole, State
from workflow.models import WorkItem
from workflow.refusal import Refusal
from workflow.services.decomposition import Part


class AssignForm(ActionForm):
    """The four elements and the parties; prefilled with what the plan or an earlier assignment says."""

    lead = forms.TypedChoiceField(label=DepartmentRole.LEAD.label, coerce=int, empty_value=None)
    due_on = Day(label=_("Deadline"), required=False)
    measures = text(_("Measures"))
    standard = text(_("Standard"))
    target = text(_("Target"), required=False, rows=2)
    co_lead = Departments(label=_("Further lead departments"), required=False)
    joint = Departments(label=DepartmentRole.JOINT.label, required=False)
    cooperate = Departments(label=DepartmentRole.COOPERATE.label, required=False)
    implement = Departments(label=DepartmentRole.IMPLEMENT.label, required=False)
    supervise = Departments(label=DepartmentRole.SUPERVISE.label, required=False)
    verify = Departments(
        label=DepartmentRole.VERIFY.label,
        required=False,
        help_text=_("Stage by stage in this order, the committee office last. Nobody ticked: as the procedure says."),
    )
    spoken_by: ClassVar[dict[str, str]] = {"departments": "verify"}
    ROLES: ClassVar[dict[str, str]] = {"co_lead": DepartmentRole.LEAD.value}  # where it is not the field's name
    OTHERS = ("co_lead", "joint", "cooperate", "implement", "supervise", "verify")

    def prepare(self) -> None:
        self.fields["lead"].choices = [("", "—"), *_by_kind(self.units)]
        self.fields["due_on"].required = self.item.deadline_kind != WorkItem.DeadlineKind.LONG_TERM
        for name in ("due_on", "measures", "standard", "target"):
            self.fields[name].initial = getattr(self.item, name)
        self.fields["lead"].initial = self.item.lead_id
        for role in self.OTHERS:
            chosen = [row.department_id for row in self.facts.assignments if row.role == self.ROLES.get(role, role)]
            chosen = [pk for pk in chosen if role != "co_lead" or pk != self.item.lead_id]
            self.fields[role].offer(sorted(self.units, key=lambda unit, first=chosen: _place(unit, first)))
            self.fields[role].initial = [str(pk) for pk in chosen]

    def verb_input(self) -> dict[str, Any]:
        given = self.cleaned_data
        units = {unit.pk: unit for unit in self.units}
        plain = {name: given[name] for name in ("version", "due_on", "measures", "standard", "target")}
        given["verify"] = sorted(given["verify"], key=lambda unit: unit.pk == self.item.office_id)
        departments = [
            (DepartmentRole(self.ROLES.get(role, role)), unit) for role in self.OTHERS for unit in given[role]
        ]
        return plain | {"lead": units[given["lead"]], "departments": departments}


def _place(unit: Department, first: list[int]) -> int:
    """Those chosen already come first, in their order."""
    return first.index(unit.pk) if unit.pk in first else len(first)


def _by_kind(units: list[Department]) -> list[tuple[Any, list[tuple[int, str]]]]:
    """Choices of a select, grouped by kind of department."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for unit in units:
        groups.setdefault(unit.kind, []).append((unit.pk, unit.name))
    return [(Department.Kind(kind).label, rows) for kind, rows in groups.items()]


class TransferForm(ActionForm):
    department = forms.TypedChoiceField(label=_("New lead department"), coerce=int)
    reason = text(_("Reason"))

    def prepare(self) -> None:
        others = [unit for unit in self.units if unit.pk != self.item.lead_id]
        self.fields["department"].choices = [("", "—"), *_by_kind(others)]

    def verb_input(self) -> dict[str, Any]:
        units = {unit.pk: unit for unit in self.units}
        return self.cleaned_data | {"department": units[self.cleaned_data["department"]]}


class DecomposeForm(ActionForm):
    """Parts for single departments, or one for every jurisdiction; each may have its own deadline."""

    all_jurisdictions = forms.BooleanField(label=_("All counties, districts and zones"), required=False)
    due_on = Day(
        label=_("Deadline of the parts"), required=False, help_text=_("Left empty: the deadline of the whole item.")
    )
    departments = Departments(label=_("Single departments, or deadlines of their own"), required=False)
    spoken_by: ClassVar[dict[str, str]] = {"parts": "departments"}
    layout = "workflow/item/decompose.html"

    def prepare(self) -> None:
        present = set(self.item.children.exclude(state=State.VOID).values_list("lead_id", flat=True))
        units = [unit for unit in self.units if unit.pk != self.item.lead_id]
        self.fields["departments"].offer(units)
        self.fields["departments"].choices = [(str(unit.pk), _named(unit, unit.pk in present)) for unit in units]
        for unit in units:
            label = format_lazy(_("Deadline of {name}"), name=unit.name)
            self.fields[f"due_on_{unit.pk}"] = Day(label=label, required=False)

    def rows(self) -> Iterator[tuple[Any, forms.BoundField]]:
        """Each department's box with the field of its own deadline."""
        for choice in self["departments"].subwidgets:
            yield choice, self[f"due_on_{choice.data['value']}"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        chosen = {unit.pk for unit in self._chosen()}
        for name in [name for name in given if name.startswith("due_on_") and given[name]]:
            if int(name.removeprefix("due_on_")) not in chosen:
                self.add_error(name, _("Tick the department as well, or take the day away."))
        return given

    def _chosen(self) -> list[Department]:
        units = self.cleaned_data.get("departments", [])
        if self.cleaned_data.get("all_jurisdictions"):
            every = (unit for unit in self.units if unit.is_jurisdiction and unit.pk != self.item.lead_id)
            units = [*units, *(unit for unit in every if unit not in units)]
        return units

    def verb_input(self) -> dict[str, Any]:
        given = self.cleaned_data
        parts = [Part(unit, due_on=given[f"due_on_{unit.pk}"]) for unit in self._chosen()]
        return {"version": given["version"], "parts": parts, "due_on": given["due_on"]}

    def take(self, refusal: Refusal, version: int) -> None:
        own = {f"parts.{place}.due_on": f"due_on_{unit.pk}" for place, unit in enumerate(self._chosen())}
        self.spoken_by = type(self).spoken_by | own
        super().take(refusal, version)


def _named(unit: Department, has_a_part: bool) -> Any:
    return format_lazy(_("{name} (has a part)"), name=unit.name) if has_a_part else unit.name

"""One form for each action that asks for input, and for searching, registering, uploading. They validate, never save.

Field names are the keyword arguments of the verbs in workflow.services; where a verb wants more than one field says,
`verb_input` puts it together and `spoken_by` tells which field shows the refusal.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, Region
from workflow.facts import Facts
from workflow.filters import ORDERINGS
from workflow.lifecycle import Action, DepartmentRole, State
from workflow.models import Evidence, Objection, Procedure, Source, Verification, WorkItem
from workflow.models.closing import Standard
from workflow.refusal import Refusal
from workflow.services.decomposition import Part

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


# -- handing out -------------------------------------------------------------------------------------------------------


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


class DecomposeForm(ActionForm):
    """Parts for single departments, or one for every jurisdiction."""

    all_jurisdictions = forms.BooleanField(label=_("All counties, districts and zones"), required=False)
    departments = Departments(label=_("Single departments"), required=False)
    due_on = Day(
        label=_("Deadline of the parts"), required=False, help_text=_("Left empty: the deadline of the whole item.")
    )
    spoken_by: ClassVar[dict[str, str]] = {"parts": "departments"}

    def prepare(self) -> None:
        self.fields["departments"].offer(self.units)

    def verb_input(self) -> dict[str, Any]:
        given = self.cleaned_data
        units = given["departments"]
        if given["all_jurisdictions"]:
            units = [*units, *(unit for unit in self.units if unit.is_jurisdiction and unit not in units)]
        parts = [Part(unit, due_on=given["due_on"]) for unit in units if unit.pk != self.item.lead_id]
        return {"version": given["version"], "parts": parts}


class ReasonForm(ActionForm):
    """Decline, return, reject, void."""

    reason = text(_("Reason"))


# -- the departments' work ---------------------------------------------------------------------------------------------


class ReportForm(ActionForm):
    text = text(_("What was done"))
    percent = forms.IntegerField(
        label=_("Progress in percent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("The lead department's figure is the item's."),
    )


class SubmitForm(ActionForm):
    summary = text(_("What was done and with which result"), rows=4)
    evidence = forms.TypedMultipleChoiceField(
        label=_("Evidence to be submitted"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        files = Evidence.objects.filter(item=self.item, cycle=self.item.cycle)
        self.fields["evidence"].choices = [(file.pk, f"{file.name}（{file.get_kind_display()}）") for file in files]
        self.fields["evidence"].initial = [str(pk) for pk, _name in self.fields["evidence"].choices]

    def clean_evidence(self) -> list[int]:
        """The verb takes nothing as everything; a person who ticks nothing means nothing."""
        if not self.cleaned_data["evidence"] and self.fields["evidence"].choices:
            raise forms.ValidationError(_("Tick at least one file."))
        return self.cleaned_data["evidence"]


# -- judging -----------------------------------------------------------------------------------------------------------


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


class ObjectForm(ActionForm):
    text = text(_("Who objects, and to what"))


class ResolveObjectionForm(ActionForm):
    objection = one_of(_("Objection"), (), coerce=int)
    upheld = one_of(
        _("Decision"),
        [("no", _("Not upheld: publicity goes on")), ("yes", _("Upheld: back to rectifying"))],
        coerce=lambda value: value == "yes",
    )
    opinion = text(_("Opinion"))

    def prepare(self) -> None:
        rows: list[Objection] = self.facts.open_objections
        self.fields["objection"].choices = [(row.pk, Truncator(row.text).chars(80)) for row in rows]
        self.fields["objection"].initial = min((row.pk for row in rows), default=None)


class ApproveForm(ActionForm):
    outcome = one_of(_("Outcome"), WorkItem.Outcome.choices)
    opinion = text(_("Opinion"))
    document_number = forms.CharField(label=_("Document number of the close-out"), required=False, max_length=80)

    def prepare(self) -> None:
        self.fields["outcome"].initial = WorkItem.Outcome.RECTIFIED


class ReopenForm(ActionForm):
    reason = text(_("Reason"))
    due_on = Day(label=_("New deadline"), required=False, help_text=_("Left empty: as the procedure says."))


FORMS: dict[Action, type[ActionForm]] = {
    Action.ASSIGN: AssignForm,
    Action.DECLINE: ReasonForm,
    Action.DECOMPOSE: DecomposeForm,
    Action.REPORT: ReportForm,
    Action.SUBMIT: SubmitForm,
    Action.VERIFY: VerifyForm,
    Action.RETURN: ReasonForm,
    Action.OBJECT: ObjectForm,
    Action.RESOLVE_OBJECTION: ResolveObjectionForm,
    Action.APPROVE: ApproveForm,
    Action.REJECT: ReasonForm,
    Action.REOPEN: ReopenForm,
    Action.VOID: ReasonForm,
}
ASKS_FOR_DEPARTMENTS = (Action.ASSIGN, Action.DECOMPOSE)


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

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, auto_id="evidence_%s", **options)


# -- bringing in -------------------------------------------------------------------------------------------------------


class RegisterForm(forms.Form):
    """An issue or a petition; plan tasks come in by the import."""

    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), empty_label="—")
    title = forms.CharField(label=_("Title"), max_length=200)
    description = text(_("The problem"), rows=5)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), required=False, empty_label="—")
    external_ref = forms.CharField(
        label=_("Number at the source"), required=False, max_length=80, help_text=_("E.g. the number of the petition.")
    )
    deadline_kind = forms.ChoiceField(
        label=_("Kind of deadline"), choices=WorkItem.DeadlineKind.choices, initial=WorkItem.DeadlineKind.FIXED
    )

    def __init__(self, *arguments: Any, sources: QuerySet, regions: QuerySet, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["source"].queryset, self.fields["region"].queryset = sources, regions


class SourceForm(forms.Form):
    """A new source other than a plan."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[choice for choice in Source.Kind.choices if choice[0] != Source.Kind.PLAN]
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    document_number = forms.CharField(label=_("Document number"), required=False, max_length=80)
    issued_on = Day(label=_("Issued or handed over on"), required=False)
    procedure = forms.ModelChoiceField(
        Procedure.objects.all(), label=_("Procedure"), required=False, empty_label=_("The usual one of this kind")
    )


# -- searching ---------------------------------------------------------------------------------------------------------


class ItemSearchForm(forms.Form):
    """What the list page offers of filters.ItemFilter, with the same names."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=200, widget=forms.SearchInput)
    state = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)
    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False)
    overdue = forms.ChoiceField(label=_("Deadline"), required=False)
    ordering = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, *arguments: Any, sources: QuerySet, **options: Any) -> None:
        super().__init__(*arguments, auto_id="filter_%s", **options)
        everything = pgettext_lazy("filter", "All")
        self.fields["state"].choices = [("", everything), *State.choices]
        self.fields["kind"].choices = [("", everything), *WorkItem.Kind.choices]
        self.fields["overdue"].choices = [("", everything), ("true", _("Overdue")), ("false", _("Not overdue"))]
        self.fields["ordering"].choices = [("", _("Newest first")), *_orderings()]
        self.fields["department"].empty_label = self.fields["source"].empty_label = everything
        self.fields["source"].queryset = sources


def _orderings() -> list[tuple[str, Any]]:
    first = [("due_on", _("Deadline, nearest first")), ("-updated_at", _("Last change first"))]
    return [*first, ("number", ORDERINGS["number"])]

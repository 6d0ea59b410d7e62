"""Revising a procedure: its parameters by section, the acceptance chain and the ladder as rows."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow.forms.fields import text
from workflow.lifecycle import EvidenceKind, Party
from workflow.models import Procedure, Rung, Stage
from workflow.models.procedures import Clock, DayUnit, Measure
from workflow.refusal import Refusal
from workflow.services.procedure_terms import MOST_EXTENSIONS, MOST_RUNGS, MOST_STAGES, RungTerms, StageTerms

EMPTY_RUNGS = 4  # rows to fill in; saving offers more

# The parameters in the order of the road, as form and page show them.
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("In general"), ("name", "notice_at", "nudges_per_day", "acknowledgement_pauses_days")),
    (_("Handing out"), ("accept_days", "departments_may_transfer", "transfer_min_days")),
    (
        _("While it is rectified"),
        (
            "report_every",
            "report_day",
            "extension_deciders",
            "extension_ask_days",
            "extension_max_days",
            "extension_is_recorded",
            "submit_evidence",
        ),
    ),
    (_("Judging"), ("verifier_is_not_lead", "supplement_days", "decision_days")),
    (_("Publicity"), ("publicity_days", "publicity_unit", "objections_to")),
    (
        _("Closing out"),
        ("approving_department", "approval_days", "closing_evidence", "closure_prefix", "files_to", "filing_days"),
    ),
    (_("Afterwards"), ("look_back_days", "look_back_share", "reopen_days")),
)
_OF_THE_MODEL = (
    "name",
    "accept_days",
    "departments_may_transfer",
    "transfer_min_days",
    "report_every",
    "report_day",
    "extension_ask_days",
    "extension_max_days",
    "extension_is_recorded",
    "verifier_is_not_lead",
    "supplement_days",
    "decision_days",
    "publicity_days",
    "publicity_unit",
    "approval_days",
    "closure_prefix",
    "files_to",
    "filing_days",
    "look_back_share",
    "reopen_days",
    "nudges_per_day",
    "acknowledgement_pauses_days",
)
_DECIDERS = tuple(f"decider_{place}" for place in range(1, MOST_EXTENSIONS + 1))
_SEPARATORS = re.compile(r"[,，、;；\s]+")


class LookBackDays(forms.CharField):
    """Whole numbers with commas between them, also Chinese ones."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        parts = [part for part in _SEPARATORS.split(super().clean(value)) if part]
        if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
            raise forms.ValidationError(_("Whole numbers with commas between them, please: 30, 90, 180."))
        return [int(part) for part in parts]


def as_typed(form: forms.Form) -> dict[str, Any]:
    """What somebody typed into the fields of a form, as initial values of another."""
    return {name: form[name].data for name in form.fields}


def _label(name: str) -> str:
    label = Procedure._meta.get_field(name).verbose_name
    return str(label)[:1].upper() + str(label)[1:]


def _kinds_of_evidence(name: str) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=_label(name), choices=EvidenceKind.choices, required=False, widget=widget)


class ProcedureForm(forms.Form):
    """Limits are the verb's; here a number is a number."""

    seen_revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = text(_("Reason for the change"), rows=2)

    def __init__(
        self,
        data: Any = None,
        *,
        procedure: Procedure,
        departments: QuerySet[Department],
        typed: ProcedureForm | None = None,
    ) -> None:
        """`typed`: filled in as that one was, not judged."""
        initial = as_typed(typed) if typed else self._initial(procedure)
        super().__init__(data, auto_id="procedure_%s", initial=initial)
        for name in _OF_THE_MODEL:
            field = Procedure._meta.get_field(name).formfield()
            field.validators = [check for check in field.validators if not hasattr(check, "limit_value")]
            self.fields[name] = field
        self.fields["notice_at"] = forms.TimeField(
            label=_label("notice_at"),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            input_formats=["%H:%M", "%H:%M:%S"],
        )
        self.fields["objections_to"] = text(_label("objections_to"), required=False, rows=2)
        self.fields["look_back_days"] = LookBackDays(label=_label("look_back_days"), required=False)
        self.fields["submit_evidence"] = _kinds_of_evidence("submit_evidence")
        self.fields["closing_evidence"] = _kinds_of_evidence("closing_evidence")
        self.fields["approving_department"] = forms.ModelChoiceField(
            departments, label=_label("approving_department"), required=False, empty_label=Party.OFFICE.label
        )
        for place, name in enumerate(_DECIDERS, 1):
            self.fields[name] = _decider(place)

    @staticmethod
    def _initial(procedure: Procedure) -> dict[str, Any]:
        names = [name for _heading, section in SECTIONS for name in section]
        given = {name: getattr(procedure, name) for name in names}
        given["approving_department"] = procedure.approving_department_id
        deciders = dict(zip(_DECIDERS, procedure.extension_deciders, strict=False))
        return given | deciders | {"seen_revision": procedure.revision}

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Headings with the fields below them."""
        return [
            (
                heading,
                [self[part] for name in names for part in (_DECIDERS if name == "extension_deciders" else [name])],
            )
            for heading, names in SECTIONS
        ]

    def parameters(self) -> dict[str, Any]:
        """Keyword arguments of the verb."""
        given = dict(self.cleaned_data)
        deciders = [given.pop(name) for name in _DECIDERS]
        return given | {"extension_deciders": [name for name in deciders if name]}

    def take(self, refusal: Refusal, revision: int) -> None:
        """Show why the verb refused; carry the revision of today, so that what was typed can be sent again."""
        for name, sentence in refusal.errors.items():
            field = _DECIDERS[0] if name == "extension_deciders" else name
            if "." not in name:
                self.add_error(field if field in self.fields else None, str(sentence))
        self.data = self.data.copy()
        self.data["seen_revision"] = revision


def _decider(place: int) -> forms.ChoiceField:
    labels = (_("First extension decided by"), _("Second extension decided by"), _("Third extension decided by"))
    choices = [
        ("", _("no such extension")),
        (Party.OFFICE.value, Party.OFFICE.label),
        (Party.APPROVER.value, Party.APPROVER.label),
    ]
    return forms.ChoiceField(label=labels[place - 1], choices=choices, required=False)


# -- rows --------------------------------------------------------------------------------------------------------------


class StageForm(forms.Form):
    """A stage; a row without a party is none."""

    party = forms.ChoiceField(label=_("Verified by"), choices=[("", "—"), *Stage.By.choices], required=False)
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, empty_label="—"
    )
    days = forms.IntegerField(label=_("Working days"), required=False)

    def __init__(self, *arguments: Any, departments: QuerySet[Department], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["department"].queryset = departments

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("party") and given.get("days") is None and "days" not in self.errors:
            self.add_error("days", _("This field is required."))
        if not given.get("party") and (given.get("department") or given.get("days") is not None):
            self.add_error("party", _("Who verifies?"))
        return given

    def terms(self) -> StageTerms | None:
        given = self.cleaned_data
        return StageTerms(given["party"], given["days"], given["department"]) if given.get("party") else None


class RungForm(forms.Form):
    """A step of the ladder; a row without a time limit is none."""

    says = ("clock", "offset_days", "repeat_days", "audience")  # a row in which all are empty says nothing

    clock = forms.ChoiceField(
        label=_("Time limit"),
        choices=[("", "—"), *((clock.value, clock.label) for clock in Clock if clock != Clock.PUBLICITY)],
        required=False,
    )
    kind = forms.ChoiceField(label=_("When"), choices=Rung.Kind.choices, required=False)
    offset_days = forms.IntegerField(label=_("Days"), required=False, min_value=0)
    unit = forms.ChoiceField(label=_("Counted in"), choices=DayUnit.choices, required=False, initial=DayUnit.CALENDAR)
    repeat_days = forms.IntegerField(label=_("Again every … days"), required=False)
    measure = forms.ChoiceField(label=_("Measure"), choices=[("", "—"), *Measure.choices], required=False)
    reply_days = forms.IntegerField(label=_("Answer within"), required=False)
    audience = forms.MultipleChoiceField(
        label=_("Who is told"), choices=Rung.Audience.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        days = given.get("offset_days")
        if given.get("clock") and "offset_days" not in self.errors:
            if days is None:
                self.add_error("offset_days", _("This field is required."))
            elif days == 0 and given.get("kind") == Rung.Kind.OVERDUE:
                self.add_error("offset_days", _("Overdue begins with the first day after."))
        if not given.get("clock") and (days is not None or given.get("audience")):
            self.add_error("clock", _("Which time limit?"))
        return given

    def terms(self) -> RungTerms | None:
        given = self.cleaned_data
        if not given.get("clock"):
            return None
        days = given["offset_days"] if given["kind"] == Rung.Kind.OVERDUE else -given["offset_days"]
        unit = given["unit"] or DayUnit.CALENDAR.value
        rest = {name: given[name] for name in ("repeat_days", "measure", "reply_days")}
        return RungTerms(given["clock"], days, given["audience"], unit, **rest).named()


class Rows(BaseFormSet):
    """Rows that become terms; `prefix` is the verb's argument."""

    def kept(self) -> list[tuple[forms.Form, Any]]:
        """The rows that say something, with their terms."""
        found = [(form, form.terms()) for form in self.forms if not form.cleaned_data.get("DELETE")]
        return [(form, terms) for form, terms in found if terms is not None]

    def terms(self) -> list[Any]:
        return [terms for _form, terms in self.kept()]

    def as_typed(self) -> Rows:
        """The same rows again as they were typed, not judged; where rows are added, the empty ones are left out."""
        typed = [as_typed(form) for form in self.forms]
        rows = [row for row in typed if not self.extra or any(row.get(name) for name in self.form.says)]
        return type(self)(prefix=self.prefix, initial=rows, form_kwargs=self.form_kwargs)

    def take(self, refusal: Refusal) -> None:
        """Show at its row what the verb refused."""
        rows = [form for form, _terms in self.kept()]
        for name, sentence in refusal.errors.items():
            group, _dot, rest = name.partition(".")
            if group == self.prefix and rest:
                place, _dot, field = rest.partition(".")
                rows[int(place)].add_error(field, str(sentence))


_StageRows = forms.formset_factory(StageForm, formset=Rows, extra=0, max_num=MOST_STAGES, absolute_max=MOST_STAGES)
_RungRows = forms.formset_factory(
    RungForm,
    formset=Rows,
    extra=EMPTY_RUNGS,
    can_delete=True,
    max_num=MOST_RUNGS + EMPTY_RUNGS,
    absolute_max=MOST_RUNGS + 2 * EMPTY_RUNGS,
)


def stage_rows(data: Any, procedure: Procedure, departments: QuerySet[Department]) -> Rows:
    """As many rows as there may be stages."""
    rows = [{"party": row.party, "department": row.department_id, "days": row.days} for row in procedure.stages.all()]
    rows += [{}] * (MOST_STAGES - len(rows))
    return _StageRows(data, prefix="stages", initial=rows, form_kwargs={"departments": departments})


def rung_rows(data: Any, procedure: Procedure) -> Rows:
    """The steps of the ladder in the order of the clocks, and some empty rows."""
    order = [clock.value for clock in Clock]
    rungs = sorted(procedure.rungs.all(), key=lambda rung: (order.index(rung.clock), rung.offset_days))
    names = ("clock", "kind", "unit", "repeat_days", "measure", "reply_days", "audience")
    rows = [{name: getattr(rung, name) for name in names} | {"offset_days": abs(rung.offset_days)} for rung in rungs]
    return _RungRows(data, prefix="rungs", initial=rows)

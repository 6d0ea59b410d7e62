"""What was found of a petition."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import text
from workflow.models import Petition
from workflow.models.petitions import COUNTS, Finding
from workflow.refusal import Refusal
from workflow.services.petitions import LARGEST, SubFinding, fingerprint

_FINDINGS = [("", "—"), *Finding.choices]


class FindingsForm(forms.Form):
    """Prefilled with what is on record; each matter has two fields of its own."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    finding = forms.ChoiceField(label=_("Overall finding"), choices=_FINDINGS, required=False)
    investigation = text(_("Course of the investigation"), required=False, rows=4)
    completion = forms.ChoiceField(
        label=_("Completion"), choices=[("", "—"), *Petition.Completion.choices], required=False
    )

    def __init__(self, data: Any = None, *, petition: Petition) -> None:
        super().__init__(data, auto_id="findings_%s")
        self.matters = list(petition.sub_issues.all())
        for row in self.matters:
            label = format_lazy("{}. {}", row.position, Truncator(row.text).chars(60))
            own = forms.ChoiceField(label=label, choices=_FINDINGS, required=False, initial=row.finding)
            self.fields[f"finding_{row.position}"] = own
            said = text(_("Explanation"), required=False, rows=2)
            said.initial = row.explanation
            self.fields[f"explanation_{row.position}"] = said
        for name in COUNTS:
            self.fields[name] = _count(name)
        for name in ("finding", "investigation", "completion", *COUNTS):
            self.fields[name].initial = getattr(petition, name)
        self.fields["seen"].initial = fingerprint(petition)
        matters = [f"{part}_{row.position}" for row in self.matters for part in ("finding", "explanation")]
        self.order_fields(["seen", *matters])

    def verb_input(self) -> dict[str, Any]:
        given = self.cleaned_data
        plain = {name: given[name] for name in ("seen", "finding", "investigation", "completion")}
        counts = {name: given[name] for name in COUNTS if given[name] is not None}
        return plain | {"counts": counts, "sub_issues": list(self._sub_findings())}

    def _sub_findings(self) -> Iterator[SubFinding]:
        for row in self.matters:
            said = {name: self.cleaned_data[f"{name}_{row.position}"] for name in ("finding", "explanation")}
            yield SubFinding(row.position, **said)

    def take(self, refusal: Refusal) -> None:
        """Show why it was refused, at the field it is about."""
        own = {f"sub_issues.{row.position}.finding": f"finding_{row.position}" for row in self.matters}
        for name, sentence in refusal.errors.items():
            field = own.get(name, name)
            self.add_error(field if field in self.fields else None, str(sentence))


def _count(name: str) -> forms.Field:
    label = Petition._meta.get_field(name).verbose_name
    if name == "fined":
        return forms.DecimalField(
            label=label, required=False, min_value=0, max_value=LARGEST[name], max_digits=12, decimal_places=4
        )
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=10**9)

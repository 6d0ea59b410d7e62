"""Correcting what was entered of an item."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Region
from workflow.forms.fields import text
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.refusal import Refusal
from workflow.services.revising import Corrections


class RevisionForm(forms.Form):
    """Prefilled with what is on record; the kind of deadline only before the item is assigned."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200)
    description = text(_("The problem"), rows=5)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), required=False, empty_label="—")
    external_ref = forms.CharField(label=_("Number at the source"), required=False, max_length=80)
    deadline_kind = forms.ChoiceField(label=_("Kind of deadline"), choices=WorkItem.DeadlineKind.choices)
    note = text(_("Why it is corrected"), required=False, rows=2)

    def __init__(self, data: Any = None, *, item: WorkItem, regions: QuerySet[Region]) -> None:
        self.item = item
        present = {name: getattr(item, name) for name in ("version", *Corrections.__annotations__)}
        super().__init__(data, auto_id="revision_%s", initial=present)
        self.fields["region"].queryset = regions
        if item.state != State.DRAFT:
            del self.fields["deadline_kind"]
        self.fields["description"].required = bool(item.description)  # the plan says nothing more of some tasks

    def verb_input(self) -> dict[str, Any]:
        """Browsers send other line breaks than they were given; that alone is no correction."""
        given = dict(self.cleaned_data)
        if given["description"].splitlines() == self.item.description.splitlines():
            del given["description"]
        return given

    def take(self, refusal: Refusal, version: int) -> None:
        """Show why it was refused, and carry the version of today, so that the text can be sent again."""
        for name, sentence in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(sentence))
        self.data = self.data.copy()
        self.data["version"] = version

"""What the list page offers of filters.ItemFilter."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department
from workflow.filters import ORDERINGS
from workflow.lifecycle import State
from workflow.models import Source, WorkItem


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

"""Bringing in: issues, petitions, sources."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Region
from workflow.forms.fields import Day, text
from workflow.models import Procedure, Source, WorkItem


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
        Procedure.objects.none(), label=_("Procedure"), required=False, empty_label=_("The usual one of this kind")
    )

    def __init__(self, *arguments: Any, procedures: QuerySet, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["procedure"].queryset = procedures


class SourceProcedureForm(forms.Form):
    """Another procedure for the items still to come."""

    procedure = forms.ModelChoiceField(Procedure.objects.none(), label=_("Procedure"), empty_label=None)

    def __init__(self, *arguments: Any, procedures: QuerySet, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["procedure"].queryset = procedures

"""Bringing in: issues, petitions, sources."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Region
from workflow.forms.fields import Day, FoldedChoices, text
from workflow.models import Petition, Procedure, Source, WorkItem
from workflow.services.petitions import Complaint


class RegisterForm(forms.Form):
    """An issue or a petition; plan tasks come in by the import. A petition says more, see PETITION."""

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

    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "—"), *Petition.Channel.choices], required=False)
    batch = forms.CharField(label=_("Batch"), required=False, max_length=40)
    received_on = Day(label=_("Received on"), required=False)
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    regions = forms.ModelMultipleChoiceField(
        Region.objects.none(), label=_("Further regions"), required=False, widget=FoldedChoices
    )
    sub_issues = text(_("Matters complained of"), required=False, rows=4, help_text=_("One on each line."))
    repeat_of = forms.CharField(label=_("Is it a repeat?"), required=False, max_length=24, widget=forms.HiddenInput)

    PETITION = ("channel", "batch", "received_on", "place", "regions", "sub_issues")
    NEW = "new"  # said of a petition: it is no repeat

    def __init__(self, *arguments: Any, sources: QuerySet, regions: QuerySet, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["source"].queryset = sources
        self.fields["region"].queryset = self.fields["regions"].queryset = regions

    @property
    def general_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.PETITION]

    @property
    def petition_fields(self) -> list[forms.BoundField]:
        """Nothing, where another kind of source was chosen beforehand."""
        is_wrong = any(name in self.errors for name in self.PETITION)
        return [self[name] for name in self.PETITION] if is_wrong or self.shows_petition is not False else []

    @property
    def shows_petition(self) -> bool | None:
        """Is a source of petitions chosen? None while no source is."""
        chosen = self["source"].value()
        if not chosen or not str(chosen).isascii() or not str(chosen).isdecimal() or len(str(chosen)) > 18:
            return None
        kinds = self.fields["source"].queryset.filter(pk=int(chosen)).values_list("kind", flat=True)
        kind = next(iter(kinds), None)
        return None if kind is None else kind == Source.Kind.PETITION

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        source = given.get("source")
        if source and source.kind != Source.Kind.PETITION:
            for name in self.PETITION:
                if given.get(name):
                    self.add_error(name, _("Only petitions have this."))
        return given

    @property
    def is_decided(self) -> bool:
        """Nothing to look for: it is no petition, or the person has said whether it is a repeat."""
        return self.cleaned_data["source"].kind != Source.Kind.PETITION or bool(self.cleaned_data["repeat_of"])

    def propose(self, numbers: list[str]) -> None:
        """Ask whether it is one of these; nothing that was typed is lost."""
        same = [(number, format_lazy(_("It is a repeat of {number}"), number=number)) for number in numbers]
        choices = [*same, (self.NEW, _("None of these: register it as new"))]
        self.fields["repeat_of"].widget = forms.RadioSelect(choices=choices)
        self.order_fields(["repeat_of"])

    def verb_input(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        own = {name: given.pop(name) for name in (*self.PETITION, "repeat_of")}
        if given["source"].kind == Source.Kind.PETITION:
            given["complaint"] = Complaint(
                channel=own["channel"] or Petition.Channel.OTHER,
                batch=own["batch"],
                received_on=own["received_on"],
                place=own["place"],
                regions=tuple(own["regions"]),
                sub_issues=tuple(own["sub_issues"].splitlines()),
                repeat_of="" if own["repeat_of"] == self.NEW else own["repeat_of"],
            )
        return given


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

"""Looking back at what was closed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, one_of, text
from workflow.models import LookBack
from workflow.services.look_backs import fresh_files


class LookBackForm(ActionForm):
    """Of the nearest look-back that is planned."""

    finding = one_of(_("Finding"), LookBack.Finding.choices)
    opinion = text(_("What was found on the spot"))
    visited_on = Day(label=_("Site visit on"), required=False)
    evidence = forms.TypedMultipleChoiceField(
        label=_("Photographs and other evidence of this look-back"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least one photograph; add it below under “Evidence” first."),
    )
    due_on = Day(
        label=_("New deadline"), required=False, help_text=_("If it is reopened. Left empty: as the procedure says.")
    )

    def prepare(self) -> None:
        files = [(file.pk, f"{file.name}（{file.get_kind_display()}）") for file in fresh_files(self.item)]
        self.fields["evidence"].choices = files
        self.fields["evidence"].initial = [str(pk) for pk, _name in files]

    def clean_evidence(self) -> list[int]:
        """The verb takes nothing as everything; a person who ticks nothing means nothing."""
        if not self.cleaned_data["evidence"]:
            raise forms.ValidationError(_("Tick at least one photograph."))
        return self.cleaned_data["evidence"]

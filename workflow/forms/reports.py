"""Reporting progress: in words, in percent, by milestones and by what was measured."""

from typing import Any

from django import forms
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, text
from workflow.models import Target
from workflow.models.progress import latest_measurements
from workflow.services.reports import MOST
from workflow.services.roll_up import counts_its_parts

SHOWN = 60  # characters of a milestone or a target


class ReportForm(ActionForm):
    """A box for each milestone that is not reached, a field for each target."""

    text = text(_("What was done"))
    percent = forms.IntegerField(
        label=_("Progress in percent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("The lead department's figure is the item's."),
    )
    milestones = forms.TypedMultipleChoiceField(
        label=_("Milestones reached"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("To be ticked by the lead department."),
    )

    def prepare(self) -> None:
        if counts_its_parts(self.item):
            self.fields["percent"].help_text = _(
                "The figure of this item is the mean of its parts, whatever stands here."
            )
        pending = self.item.milestones.filter(reached_on=None)
        self.fields["milestones"].choices = [(row.pk, _milestone(row)) for row in pending]
        if not self.fields["milestones"].choices:
            del self.fields["milestones"]
        for target in self.item.targets.prefetch_related(latest_measurements()):
            self.fields[_field(target)] = _measured(target)

    def verb_input(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        fields = [name for name in given if name.startswith("target_")]
        values = {name.removeprefix("target_"): given.pop(name) for name in fields}
        return given | {"values": {key: value for key, value in values.items() if value is not None}}


def _field(target: Target) -> str:
    return f"target_{target.pk}"


def _milestone(row: Any) -> str:
    words = Truncator(row.text).chars(SHOWN)
    return f"{row.due_on:%Y-%m-%d} {words}" if row.due_on else words


def _measured(target: Target) -> forms.DecimalField:
    words = Truncator(target.text).chars(SHOWN)
    last = target.measured
    return forms.DecimalField(
        label=format_lazy("{}：{}", _("Measured"), f"{words}（{target.unit}）" if target.unit else words),
        required=False,
        min_value=-MOST,
        max_value=MOST,
        decimal_places=4,
        help_text=format_lazy(_("Last value: {value}"), value=last) if last else "",
    )

"""The public notice and what is held against it."""

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, Day, one_of, text
from workflow.lifecycle import IN_WORK, State
from workflow.models import Objection
from workflow.services.objections import LONGEST, RECEIVED


class PublishForm(ActionForm):
    starts_on = Day(label=_("First day of the notice"))
    ends_on = Day(label=_("Last day as printed"), required=False, help_text=_("Left empty: it is computed."))
    days = forms.IntegerField(
        label=_("Number of days as printed"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=_("Left empty: as the procedure says."),
    )
    place = forms.CharField(
        label=_("Published at"), required=False, max_length=300, help_text=_("Newspaper, web address, notice board.")
    )


class ObjectForm(ActionForm):
    """Who it was is kept apart from what he says, so that the departments read only the latter."""

    text = text(_("What is objected"), help_text=_("Without names and numbers; they belong into the fields below."))
    name = forms.CharField(label=_("Name"), required=False, max_length=60)
    contact = forms.CharField(label=_("Telephone or e-mail"), required=False, max_length=100)
    channel = one_of(_("Received"), [(way.value, way.label) for way in RECEIVED], required=False)


class ResolveObjectionForm(ActionForm):
    objection = one_of(_("Objection"), (), coerce=int)
    upheld = one_of(
        _("Decision"),
        [("no", _("Not upheld: publicity goes on")), ("yes", _("Upheld: back to rectifying"))],
        coerce=lambda value: value == "yes",
    )
    opinion = text(_("Opinion"))

    def prepare(self) -> None:
        if self.item.state in IN_WORK:  # left from a notice before
            self.fields["upheld"].choices = [("no", _("Not upheld")), ("yes", _("Upheld: rectifying goes on"))]
        elif self.item.state == State.VERIFYING:
            self.fields["upheld"].choices = [("no", _("Not upheld")), ("yes", _("Upheld: back to rectifying"))]
        rows: list[Objection] = self.facts.open_objections
        self.fields["objection"].choices = [(row.pk, Truncator(row.text).chars(80)) for row in rows]
        self.fields["objection"].initial = min((row.pk for row in rows), default=None)


class PublicObjectionForm(forms.Form):
    """What anybody may write under a notice. People leave the last field alone; machines fill it in."""

    text = forms.CharField(
        label=_("Your objection"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST})
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=60)
    contact = forms.CharField(
        label=_("Telephone or e-mail"),
        required=False,
        max_length=100,
        help_text=_("Optional. Please leave one way to reach you if you want an answer; only the office sees it."),
    )
    website = forms.CharField(
        label=_("Please leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def is_from_a_machine(self) -> bool:
        return bool(self.data.get("website"))

    def verb_input(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("text", "name", "contact")}

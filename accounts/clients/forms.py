"""Forms of the pages about clients: what is typed becomes what the verbs take; nothing is saved here."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.clients.records import ClientRefused
from accounts.clients.registry import A_YEAR, checked_terms
from accounts.models import Department, MachineClient, today
from accounts.models.clients import LONGEST_LIFE
from accounts.roles import PERMISSIONS, Permission, Role

KEEP_THE_HOUSE = {Permission.MANAGE_PEOPLE, Permission.MANAGE_SECURITY}
ROLES = [(role.value, role.label) for role in Role if not KEEP_THE_HOUSE & PERMISSIONS[role]]  # a machine keeps nothing


def scope_choices() -> list[tuple[str, str]]:
    """With the code, which is what the other system's programmer asks for."""
    return [(code, f"{sentence} ({code})") for code, sentence in settings.OAUTH2_PROVIDER["SCOPES"].items()]


class TermsForm(forms.Form):
    """Scopes, networks and end."""

    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=scope_choices, widget=forms.CheckboxSelectMultiple)
    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("From where it may call, one a line, e.g. 10.20.0.0/16; empty: from anywhere."),
    )
    expires_on = forms.DateField(
        label=_("Last day of use"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("At most a year ahead; afterwards it gets no token and its signatures do not count."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].widget.attrs["max"] = (today() + LONGEST_LIFE).isoformat()

    def clean_networks(self) -> list[str]:
        return [text for text in re.split(r"[\s,，;；、]+", self.cleaned_data["networks"]) if text]

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                checked_terms(*self._terms(), keeps=self.initial.get("expires_on"))
            except ClientRefused as refused:
                self.add_error(refused.field, str(refused))
        return self.cleaned_data

    def _terms(self) -> list[Any]:
        return [self.cleaned_data[name] for name in ("scopes", "networks", "expires_on")]


class ChangeForm(TermsForm):
    """Of one client as it is now."""

    def __init__(self, data: object = None, *, client: MachineClient) -> None:
        networks = "\n".join(map(str, client.networks))
        now = {"scopes": client.scopes, "networks": networks, "expires_on": client.expires_on}
        super().__init__(data, initial=now)


class NewClientForm(TermsForm):
    """A new client; another one of the same name would be taken for it."""

    name = forms.CharField(label=_("Name of the system"), max_length=50)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It sees and does what a person with these roles in this department does, within its scopes."),
    )
    field_order = ("name", "department", "roles", "scopes", "networks", "expires_on")

    def __init__(self, data: object = None) -> None:
        super().__init__(data, initial={"expires_on": today() + A_YEAR})
        self.fields["department"].queryset = Department.objects.valid_on(today())

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if MachineClient.objects.filter(application__name=name, revoked_at__isnull=True).exists():
            raise forms.ValidationError(_("There is a client of this name already."))
        return name

"""Forms of the pages about clients: what is typed becomes what the verbs take; nothing is saved here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.clients.records import ClientRefused
from accounts.clients.registry import a_year_after, checked_end, checked_networks
from accounts.models import Department, MachineClient, refuse_role, today
from accounts.models.networks import Network
from accounts.roles import PERMISSIONS, Permission, Role

PUSHING, READING_THE_FEED = "webhooks", "events:read"
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
        help_text=_("At most the same day a year ahead; afterwards it gets no token and its signatures do not count."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].widget.attrs["max"] = a_year_after(today()).isoformat()

    def clean_scopes(self) -> list[str]:
        scopes = self.cleaned_data["scopes"]
        if PUSHING in scopes and READING_THE_FEED not in scopes:
            raise forms.ValidationError(
                _("“{pushing}” needs “{reading}” too: nobody is sent what he may not read.").format(
                    pushing=PUSHING, reading=READING_THE_FEED
                )
            )
        return scopes

    def clean_networks(self) -> list[Network]:
        given = re.split(r"[\s,，;；、]+", self.cleaned_data["networks"])
        return _as_error(checked_networks, filter(None, given))

    def clean_expires_on(self) -> date:
        return _as_error(checked_end, self.cleaned_data["expires_on"], self.initial.get("expires_on"))


def _as_error(check: Callable[..., Any], *given: Any) -> Any:
    try:
        return check(*given)
    except ClientRefused as refused:
        raise forms.ValidationError(str(refused)) from refused


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
        super().__init__(data, initial={"expires_on": a_year_after(today())})
        self.fields["department"].queryset = Department.objects.valid_on(today())

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if MachineClient.objects.filter(application__name=name, revoked_at__isnull=True).exists():
            raise forms.ValidationError(_("There is a client of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if {"department", "roles"} <= given.keys():
            refused = filter(None, (refuse_role(role, given["department"]) for role in given["roles"]))
            for sentence in list(refused):
                self.add_error("roles", sentence)
        return given

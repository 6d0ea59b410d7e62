"""The record of a client in words: who did what to it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import ClientEvent, MachineClient, User
from accounts.roles import Role


@dataclass(frozen=True)
class Entry:
    """One line: what was done, by whom (None: when the installation was set up), and the values concerned."""

    at: datetime
    by: User | None
    what: str
    details: list[str]


def history_of(client: MachineClient) -> list[Entry]:
    """Newest first."""
    return [_entry(event) for event in client.events.select_related("by")]


def _entry(event: ClientEvent) -> Entry:
    what = event.get_action_display()
    if event.kind:
        what = _("{kind}: {action}").format(kind=event.get_kind_display(), action=what)
    told = _change if event.action == ClientEvent.Action.CHANGE else _value
    details = [
        _("{label}: {text}").format(label=label, text=told(name, event.data[name]))
        for name, label in _labels()
        if name in event.data
    ]
    return Entry(event.at, event.by, what, details)


def _labels() -> list[tuple[str, str]]:
    return [
        ("name", _("Name of the system")),
        ("roles", _("Roles")),
        ("scopes", _("Scopes")),
        ("networks", _("Networks")),
        ("expires_on", _("Last day of use")),
    ]


def _change(name: str, pair: list[Any]) -> str:
    before, after = pair
    return f"{_value(name, before)} → {_value(name, after)}"


def _value(name: str, value: Any) -> str:
    match name:
        case "roles":
            return " · ".join(str(Role(role).label) for role in value)
        case "scopes":
            return in_words(value)
        case "networks":
            return " · ".join(value) or _("from anywhere")
        case "expires_on" if day := parse_date(value):
            return date_format(day, "DATE_FORMAT")
    return str(value)


def in_words(scopes: list[str]) -> str:
    """Scopes as the form calls them, without their codes; one that is no longer offered by its code."""
    offered = settings.OAUTH2_PROVIDER["SCOPES"]
    return " · ".join(str(offered.get(code, code)) for code in scopes) or "—"

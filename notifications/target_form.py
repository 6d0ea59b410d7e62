"""The form by which a target is allowed: what is typed becomes a host, a port and networks, or a sentence why not."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.addresses import NEVER, Network, is_own, is_port_of_web, is_this_machine, refused

_NAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
WIDEST = {4: 16, 6: 48}  # bits; a whole 10.0.0.0/8 would be no decision


class TargetForm(forms.Form):
    host = forms.CharField(
        label=_("Host"),
        max_length=253,
        help_text=_("A name such as data.city.example, all under one such as *.city.example, or an IP address."),
    )
    port = forms.IntegerField(label=_("Port"), initial=443, min_value=1, max_value=65535)
    networks = forms.CharField(
        label=_("Internal networks"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Into which the host may lead, one a line, e.g. 10.20.30.0/24; empty: to public addresses only."),
    )
    allows_http = forms.BooleanField(
        label=_("Also without encryption (http)"), required=False, help_text=_("Within internal networks only.")
    )
    note = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Which system it is, and who asked for it; stays on record.")
    )

    def clean_host(self) -> str:
        host = self.cleaned_data["host"].strip().lower().strip("[]").rstrip(".")
        ip = _ip(host)
        if ip is None and not (_NAME.fullmatch(host) and not host.replace(".", "").isdecimal()):
            raise forms.ValidationError(_("This is neither the name of a host nor an IP address."))
        if host.startswith("*.") and host.count(".") < 3:
            raise forms.ValidationError(_("That is too much at once; name at least city.example after the asterisk."))
        if ip is not None:
            _refuse_never(ip)
        if is_own(host) or (ip is not None and is_this_machine(ip.network_address)):
            raise refused("own-host")
        return str(ip.network_address) if ip else host

    def clean_port(self) -> int:
        port = self.cleaned_data["port"]
        if not is_port_of_web(port):
            raise forms.ValidationError(_("A web address does not use this port: 80, 443 or from 1024 on."))
        return port

    def clean_networks(self) -> list[Network]:
        found = [text for text in re.split(r"[\s,，;；、]+", self.cleaned_data["networks"]) if text]
        return [_network(text) for text in dict.fromkeys(found)]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        ip = _ip(given["host"])
        if ip is not None and not given["networks"] and not ip.is_global:
            given["networks"] = [ip]  # whoever names an internal address means it
        if given["allows_http"] and not given["networks"]:
            self.add_error("allows_http", _("Without encryption only into internal networks; name them."))
        return given


def _ip(host: str) -> Network | None:
    try:
        return ip_network(ip_address(host))
    except ValueError:
        return None


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        sentence = _("“{given}” is not a network; one looks like 10.20.30.0/24 or fd12:3456:789a::/48.")
        raise forms.ValidationError(sentence.format(given=text)) from error
    if network.prefixlen < WIDEST[network.version]:
        raise forms.ValidationError(_("“{given}” is too wide; /16 (IPv6: /48) at most.").format(given=text))
    _refuse_never(network)
    return network


def _refuse_never(network: Network) -> None:
    if any(network.version == other.version and network.overlaps(other) for other in NEVER):
        sentence = _("“{given}” can never be allowed: this machine, link-local addresses, or what hands out keys.")
        raise forms.ValidationError(sentence.format(given=network))

"""Where an endpoint's address may lead: out of the house, never into our own network."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def check_url(url: str) -> None:
    """Raises ValidationError, with a code, unless the address is https and every IP it resolves to is public.

    Hosts in settings.WEBHOOK_ALLOWED_HOSTS ("host" or "host:port") are taken as they are: a robot inside the
    government's own network, a gateway of the tests.
    """
    parts = _split(url)
    if _is_allowed(parts.hostname, parts.port):
        return
    if parts.scheme != "https":
        raise ValidationError(_("The address must begin with https://."), code="not-https")
    if parts.port not in (None, 443, 8443):
        raise ValidationError(_("Only the ports 443 and 8443 are allowed."), code="port-refused")
    addresses_of(parts.hostname, parts.port)


def addresses_of(host: str, port: int | None, *, is_trusted: bool = False) -> list[str]:
    """The IP addresses of a host. Raises ValidationError if one is internal and the host not allowed, nor trusted."""
    found = _resolve(host)
    if not (is_trusted or _is_allowed(host, port) or all(map(_is_public, found))):
        raise ValidationError(_("The address leads into an internal network."), code="internal-address")
    return found


def _is_allowed(host: str | None, port: int | None) -> bool:
    return bool({host, f"{host}:{port}"} & set(settings.WEBHOOK_ALLOWED_HOSTS))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _port = parts.port  # asking for it checks it
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValidationError(_("This is not a web address."), code="not-an-address")
    return parts


def _resolve(host: str) -> list[str]:
    try:
        return [found[4][0] for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise ValidationError(_("The host of this address is not known."), code="unknown-host") from None


def _is_public(address: str) -> bool:
    """Not for addresses that carry another one inside (NAT64, 6to4, mapped): those lead anywhere."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner or ip in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return ip.is_global and not ip.is_multicast

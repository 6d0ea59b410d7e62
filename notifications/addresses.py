"""Where a call may lead: out of the house, never into our own network unless somebody has answered for it."""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http.request import validate_host
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Nobody can open these: the machine itself, its neighbours on the wire, what hands out a cloud's keys, what is no
# single host, and the IPv6 addresses that carry another one inside and so lead anywhere.
NEVER: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "192.0.0.0/24", "192.88.99.0/24",
            "224.0.0.0/4", "240.0.0.0/4", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32",
            "2002::/16", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128",
        ),
    )
)  # fmt: skip
# Whatever listens there speaks no HTTP, and could be made to act by what looks like its own language.
OTHER_PROTOCOLS = frozenset({1433, 1521, 2049, 2375, 2376, 3306, 3389, 5432, 5672, 6379, 9092, 9200, 11211, 27017})
DEFAULT_PORTS = {"http": 80, "https": 443}
RESOLVING = 5.0  # seconds for a name; the system's own patience is longer, and it has no limit to set
_HOST = re.compile(r"[a-z0-9._:-]+", re.ASCII)


def is_port_of_web(port: int) -> bool:
    """May a web address name it at all?"""
    return port in (80, 443) or (1024 <= port <= 65535 and port not in OTHER_PROTOCOLS)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a call may go. Without `networks` to public addresses only; else to those and to nowhere else.

    `is_trusted`: the address stands in the settings of this installation, where its operator answers for it.
    """

    schemes: tuple[str, ...] = ("https",)
    ports: tuple[int, ...] = (443, 8443)
    networks: tuple[Network, ...] = ()
    is_trusted: bool = False
    refusal: str = ""  # code: nowhere at all

    def admits(self, address: str) -> bool:
        """This IP address. One with a zone (fe80::1%eth0) is never anybody's but a neighbour's."""
        ip = _ip(address)
        if self.is_trusted:
            return True
        if any(ip in network for network in NEVER) or is_this_machine(ip):
            return False
        if self.networks:
            return any(ip in network for network in self.networks)
        return ip.is_global and not ip.is_multicast


PUBLIC = Reach()
TRUSTED = Reach(schemes=("http", "https"), is_trusted=True)


def refused(code: str) -> ValidationError:
    """The sentence to a code."""
    sentences = {
        "not-an-address": _("This is not a web address."),
        "not-https": _("The address must begin with https://."),
        "port-refused": _("This port is not allowed."),
        "unknown-host": _("The host of this address is not known."),
        "internal-address": _("The address leads into an internal network."),
        "own-host": _("The address leads back to this system."),
        "target-not-allowed": _("The security administrator has not allowed this host and port."),
    }
    return ValidationError(sentences[code], code=code)


def check_url(url: str, reach: Reach = PUBLIC) -> None:
    """Raises ValidationError, with a code, unless a call may go there as far as can be known today."""
    parts = check_form(url, reach)
    if not within_settings(parts.hostname, port_of(parts)):
        addresses_of(str(parts.hostname), port_of(parts), reach)


def check_form(url: str, reach: Reach) -> SplitResult:
    """What can be said without asking for the name: scheme, port, credentials. Raises ValidationError."""
    parts = split(url)
    if within_settings(parts.hostname, port_of(parts)) or reach.is_trusted:
        return parts
    if reach.refusal:
        raise refused(reach.refusal)
    if parts.scheme not in reach.schemes:
        raise refused("not-https")
    if port_of(parts) not in reach.ports:
        raise refused("port-refused")
    return parts


def addresses_of(host: str, port: int, reach: Reach = PUBLIC) -> list[str]:
    """The IP addresses of a host, all of them within reach. Raises ValidationError."""
    found = _resolve(host)
    if not (within_settings(host, port) or all(map(reach.admits, found))):
        raise refused("own-host" if any(is_this_machine(_ip(one)) for one in found) else "internal-address")
    return found


def split(url: str) -> SplitResult:
    """The parts of a web address. Raises ValidationError: credentials, blanks, names that only look like others."""
    try:
        parts = urlsplit(url)
        _port = parts.port  # asking for it checks it
    except ValueError:
        raise refused("not-an-address") from None
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" \\#")
    is_web = parts.scheme in ("http", "https") and parts.username is None and parts.password is None
    if not (is_plain and is_web and _HOST.fullmatch(parts.hostname or "")):
        raise refused("not-an-address")
    return parts


def port_of(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def within_settings(host: str | None, port: int) -> bool:
    """Does the operator answer for it, in settings.WEBHOOK_ALLOWED_HOSTS ("host" or "host:port")?"""
    return bool({host, f"{host}:{port}"} & set(settings.WEBHOOK_ALLOWED_HOSTS))


def is_own(host: str) -> bool:
    """Is it one of the names of this site? What is told of an event there would come back for ever."""
    named = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    return host == urlsplit(settings.PUBLIC_URL).hostname or validate_host(host.rstrip("."), named)


def is_this_machine(ip: Address) -> bool:
    """Whoever calls himself calls from the address that he calls; nothing is sent to find that out."""
    with socket.socket(socket.AF_INET6 if ip.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(ip), 9))
        except OSError:
            return False  # there is no way there at all
        return _ip(probe.getsockname()[0]) == ip


def _ip(address: str) -> Address:
    """Without its zone."""
    return ipaddress.ip_address(address.partition("%")[0])


def _resolve(host: str) -> list[str]:
    """Raises ValidationError, also when no answer came in time; the thread that asks ends when the system gives up."""
    found: list[str] = []
    asking = Thread(target=_ask_for, args=(host, found), daemon=True)
    asking.start()
    asking.join(RESOLVING)
    if not found:
        raise refused("unknown-host")
    return list(found)


def _ask_for(host: str, found: list[str]) -> None:
    """All at once into `found`."""
    with suppress(OSError, UnicodeError):
        found += [str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]

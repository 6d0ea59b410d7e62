"""Where a request comes from: the address that the outermost proxy of ours saw, never one that a stranger claims."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings

Address = IPv4Address | IPv6Address


def caller_address(meta: Mapping[str, object]) -> Address | None:
    """The address of the caller by `request.META`; None where there is none (a socket, nonsense from a proxy).

    Of X-Forwarded-For only the last PROXY_COUNT entries were written by proxies of ours; what stands left of them the
    caller wrote himself.
    """
    proxies = settings.PROXY_COUNT
    forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", ""))
    if not proxies or not forwarded.strip():
        return as_address(str(meta.get("REMOTE_ADDR", "")))
    entries = forwarded.split(",")
    return as_address(entries[-min(proxies, len(entries))])


def as_address(text: str) -> Address | None:
    """Also with a port (`192.0.2.1:80`, `[2001:db8::1]:80`); an IPv4 address in IPv6 clothes is one of IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

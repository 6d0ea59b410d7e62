"""If-Match: whoever changes an item names the version that he has seen (RFC 9110, 428 by RFC 6585)."""

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from workflow.api.errors import Problem

_TAG = re.compile(r'"v([0-9]{1,9})"', re.ASCII)


def etag(version: int) -> str:
    return f'"v{version}"'


def required_version(request: Request) -> int:
    """The version that the request names. Raises 428 or 400."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        sentence = _("Name the version that you have seen: If-Match with the item's ETag, and not *.")
        raise Problem(428, "precondition-required", sentence)
    return _version_in(header)


def optional_version(request: Request, present: int | None) -> int | None:
    """The version that a PUT names, if it does. `present` is that of what is there, None where nothing is.

    Raises 412 where something is there that must not be, or nothing is there that must be; 400 for other values.
    """
    none_match, header = (request.headers.get(name, "").strip() for name in ("If-None-Match", "If-Match"))
    if none_match not in ("", "*"):
        raise Problem(400, "if-none-match", _("If-None-Match takes nothing but * here: create, change nothing."))
    if none_match and present is not None:
        raise Problem(412, "already-there", _("The item is there already."), headers={"ETag": etag(present)})
    if header and present is None:
        raise Problem(412, "not-there", _("There is no item under this reference yet."))
    return None if header in ("", "*") else _version_in(header)


def _version_in(header: str) -> int:
    """Raises 400, not 412, for what never was a tag of an item: looking again would help nobody. Weak tags are made on
    the road, by proxies that compress, and may never match (RFC 9110, 13.1.1)."""
    tag = _TAG.fullmatch(header)
    if tag is None:
        sentence = _(
            'If-Match takes one ETag of an item as it was given, such as "v3": with its quotation marks, no W/.'
        )
        raise Problem(400, "if-match", sentence)
    return int(tag[1])


def stale(version: int, detail: str) -> Problem:
    """412 with the tag of what is there now."""
    return Problem(412, "stale", detail, headers={"ETag": etag(version)})

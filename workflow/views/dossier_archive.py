"""The dossier as one archive: the page, an index and every file, written while it is sent."""

from __future__ import annotations

import csv
import hashlib
import io
import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflow.services.evidence import open_file
from workflow.views.access import item_or_404, signed_in
from workflow.views.whole_dossier import Exhibit, contents

INDEX, PAGE, STYLE = "目录.csv", "一事一档.html", "style.css"
CHUNK = 256 * 1024  # bytes in memory at a time
_STYLE_FILE = Path(__file__).resolve().parent.parent / "static/workflow/dossier.css"
_ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # a spreadsheet would calculate
log = logging.getLogger(__name__)


@signed_in
@never_cache
@require_safe
def archive(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """For whoever sees the item. What is gone from the disk is named in index and page; the rest comes."""
    item = item_or_404(request.user, number)
    told = contents(request.user, item)
    name = quote(f"{_('Dossier')}-{item.number}.zip", safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
    }
    chunks = _written(told, translation.get_language())
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)


class _Outlet(io.RawIOBase):
    """What the archive writes into; `taken` hands it on, so that nothing piles up."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _written(told: dict[str, Any], language: str) -> Iterator[bytes]:
    """The files first: only then is it known which are missing, and the page and the index say so."""
    outlet, now = _Outlet(), timezone.localtime()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as whole:
        for exhibit in told["exhibits"]:
            for _chunk in _copied(whole, exhibit):
                yield outlet.taken()
        with translation.override(language):
            last = {
                PAGE: render_to_string("workflow/dossier_file.html", {**told, "is_file": True, "now": now}).encode(),
                INDEX: index(told["exhibits"]),
                STYLE: _STYLE_FILE.read_bytes(),
            }
        for name, content in last.items():
            whole.writestr(_entry(name, now, len(content)), content)
            yield outlet.taken()
    yield outlet.taken()


def _copied(whole: zipfile.ZipFile, exhibit: Exhibit) -> Iterator[None]:
    """Write one file piece by piece; a file that cannot be read is marked, and left out."""
    try:
        stored = open_file(exhibit.file)
    except OSError:
        exhibit.trouble = "missing"
        return
    digest = hashlib.sha256()
    entry = _entry(exhibit.path, timezone.localtime(exhibit.file.at), exhibit.file.size)
    with stored, whole.open(entry, "w") as target:
        while chunk := stored.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
            yield
    if digest.hexdigest() != exhibit.file.sha256:
        log.error("evidence %s has other bytes than were taken in", exhibit.file.pk)
        exhibit.trouble = "altered"


def _entry(name: str, at: datetime, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.file_size = size
    return entry


# -- the index ---------------------------------------------------------------------------------------------------------


def index(exhibits: list[Exhibit]) -> bytes:
    """A table of the files for a spreadsheet: UTF-8 with its mark, no cell that would be calculated."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(
        [
            _("No."),
            _("File name"),
            _("Kind"),
            _("Where in the archive"),
            _("Size in bytes"),
            "SHA-256",
            _("Department"),
            _("Uploaded by"),
            _("Uploaded at"),
            _("Taken at"),
            _("Cycle"),
            _("Note"),
            _("State of the file"),
        ]
    )
    for exhibit in exhibits:
        table.writerow([harmless(cell) for cell in _row(exhibit)])
    return lines.getvalue().encode("utf-8-sig")


def _row(exhibit: Exhibit) -> list[Any]:
    file = exhibit.file
    states = {
        "": _("present"),
        "missing": _("the file is gone"),
        "altered": _("altered: its bytes are not those that were taken in"),
    }
    return [
        exhibit.number,
        file.name,
        file.get_kind_display(),
        "" if exhibit.trouble == "missing" else exhibit.path,
        file.size,
        file.sha256,
        file.department,
        file.by,
        _moment(file.at),
        _moment(file.taken_at),
        file.cycle,
        file.note,
        states[exhibit.trouble],
    ]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula begins with an apostrophe."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_ACTIVE) and not isinstance(cell, int) else text

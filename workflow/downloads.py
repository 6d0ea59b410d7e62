"""An evidence file on its way out: a download, or a picture inside a page; never a page of ours."""

from urllib.parse import quote

from django.http import FileResponse, Http404

from workflow.models import Evidence
from workflow.services.evidence import open_file

PICTURES = ("image/jpeg", "image/png", "image/webp")  # that every browser shows and that carry no script


def evidence_response(evidence: Evidence) -> FileResponse:
    """The file under the name it was given, with the type that was found in it. The caller has checked the rights.

    Raises Http404 if the file is gone from the disk.
    """
    return _response(evidence, "attachment", "private, no-store")


def picture_response(evidence: Evidence) -> FileResponse:
    """The same file for the page to show; kept by the person's own browser alone. Raises Http404 for what is none."""
    if evidence.content_type not in PICTURES:
        raise Http404
    return _response(evidence, "inline", "private, max-age=3600")


def _response(evidence: Evidence, disposition: str, caching: str) -> FileResponse:
    try:
        stored = open_file(evidence)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stored, content_type=evidence.content_type)
    headers = {
        "Content-Length": str(evidence.size),
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(evidence.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": caching,
    }
    for name, value in headers.items():
        response[name] = value
    return response

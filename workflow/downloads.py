"""An evidence file on its way out: always a download, never a page of ours."""

from urllib.parse import quote

from django.http import FileResponse, Http404

from workflow.models import Evidence
from workflow.services.evidence import open_file


def evidence_response(evidence: Evidence) -> FileResponse:
    """The file under the name it was given, with the type that was found in it. The caller has checked the rights.

    Raises Http404 if the file is gone from the disk.
    """
    try:
        stored = open_file(evidence)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stored, content_type=evidence.content_type)
    headers = {
        "Content-Length": str(evidence.size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(evidence.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    for name, value in headers.items():
        response[name] = value
    return response

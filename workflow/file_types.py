"""Which files may be evidence: the type is found from the content and must be one that offices exchange."""

import zipfile
from typing import BinaryIO

import puremagic
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.refusal import Refused, invalid

# Content type → endings it may carry. No SVG, HTML, scripts or .docm: they run where they are opened. Macros in the
# old formats cannot be told from the outside; all files are handed out as attachments.
ALLOWED: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/heic": ("heic", "heif"),
    "image/webp": ("webp",),
    "video/mp4": ("mp4",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/x-ole-storage": ("doc", "xls", "ppt", "wps", "et"),
}
_OFFICE_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_MACROS = ("vbaproject.bin", "embeddings/", "externallinks/")
_FTYP_BRANDS = dict.fromkeys((b"heic", b"heix", b"mif1", b"msf1"), "image/heic") | dict.fromkeys(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"qt  "), "video/mp4"
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_HEAD = 4096  # bytes that tell the type


def content_type_of(file: BinaryIO, name: str) -> str:
    """The type found in the bytes. Raises Refused if it is not allowed or if the name says something else."""
    found = _sniff(file)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if found is None:
        accepted = _("Accepted are PDF, photos (JPEG, PNG, HEIC, WebP), MP4, Word, Excel and PowerPoint files.")
        raise Refused(invalid("file-type", _("This kind of file is not accepted as evidence."), file=accepted))
    if ending not in ALLOWED[found]:
        named = _("By its content the name of this file should end in {endings}.")
        named = format_lazy(named, endings=" / ".join(f".{each}" for each in ALLOWED[found]))
        raise Refused(invalid("file-type", _("Name and content of the file do not fit together."), file=named))
    return found


def _sniff(file: BinaryIO) -> str | None:
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(_OLE):
        return "application/x-ole-storage"
    if head.startswith(_ZIP):
        return _office_type(file)
    if head[4:8] == b"ftyp":
        return _FTYP_BRANDS.get(head[8:12])
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return None
    return next((match.mime_type for match in matches if match.mime_type in ALLOWED), None)


def _office_type(file: BinaryIO) -> str | None:
    """Word, Excel or PowerPoint without macros, embedded objects or links to elsewhere; only the directory is read."""
    try:
        names = [name.lower() for name in zipfile.ZipFile(file).namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):  # the last: zipfile's word for an unknown kind
        return None
    finally:
        file.seek(0)
    if any(macro in name for name in names for macro in _MACROS):
        return None
    ending = next((_OFFICE_PARTS[name] for name in names if name in _OFFICE_PARTS), None)
    return next((kind for kind, endings in ALLOWED.items() if ending in endings), None)

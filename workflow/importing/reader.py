"""Files to numbered raw lines: .txt, .md and .docx; anything else is refused with one clear sentence."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

MAX_BYTES = 20 * 1024 * 1024
MAX_CHARACTERS = 200_000  # ten times the longest plan seen
MAX_LINES = 20_000  # empty ones count as well: each costs memory
TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".text"})
_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_OTHER_FORMATS = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
)


class UnreadableDocument(Exception):
    """The file cannot be read as a document; the message is one translated sentence for the person who sent it."""


@dataclass(frozen=True)
class RawLine:
    """One line of a text file, or one paragraph or table row of a Word file, counted from 1."""

    number: int
    text: str


def read_document(content: bytes, filename: str) -> list[RawLine]:
    """Returns the numbered lines of a file.

    Cells of a table row are separated by tabs. Raises UnreadableDocument for an empty, too large, encrypted,
    macro-carrying, renamed or otherwise unreadable file.
    """
    suffix = PurePath(filename).suffix.lower()
    if not content.strip():
        raise UnreadableDocument(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024 // 1024})
    if suffix == ".docx":
        from .word import read_word  # python-docx is only needed for Word files

        lines = read_word(content)
    elif suffix in TEXT_SUFFIXES:
        lines = _number(decode(content))
    else:
        raise UnreadableDocument(_("Only .txt, .md and .docx files can be read. Save the document as one of them."))
    if not any(line.text.strip() for line in lines):
        raise UnreadableDocument(_("The file contains no text."))
    return lines


def decode(content: bytes) -> str:
    """Returns the text of a file in UTF-8, UTF-16 or GB18030, with or without a byte order mark.

    Raises UnreadableDocument when it is none of them.
    """
    if content.startswith(_OTHER_FORMATS):
        raise UnreadableDocument(_("The content of the file does not fit its name: it is not a text file."))
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text.replace("\x0c", "").replace("\x0b", "")):
            return _limited(text.removeprefix("\ufeff"))
    raise UnreadableDocument(_("The file is not text in UTF-8, UTF-16 or GB18030."))


def _candidates(content: bytes) -> list[str]:
    if content.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if b"\x00" in content[:4096]:
        # Line feeds show the byte order: 0A 00 or 00 0A at an even place.
        little = content[: len(content) // 2 * 2][1::2].count(0)
        big = content[: len(content) // 2 * 2][::2].count(0)
        return ["utf-16-le", "utf-16-be"] if little >= big else ["utf-16-be", "utf-16-le"]
    return ["utf-8", "gb18030"]


def _limited(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise UnreadableDocument(_("The text is longer than %(limit)s characters.") % {"limit": MAX_CHARACTERS})
    return text


def _number(text: str) -> list[RawLine]:
    return numbered(_LINE_END.split(text))


def numbered(texts: Iterable[str]) -> list[RawLine]:
    """Returns the texts as lines; stops at the first one too many. Raises UnreadableDocument."""
    lines: list[RawLine] = []
    for number, text in enumerate(texts, start=1):
        if number > MAX_LINES:
            raise UnreadableDocument(_("The document has more than %(limit)s lines.") % {"limit": MAX_LINES})
        lines.append(RawLine(number, text))
    return lines

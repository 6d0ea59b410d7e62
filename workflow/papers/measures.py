"""A signed measure (督办函, 通报, 约谈通知, 移送函) as a Word file."""

from __future__ import annotations

import io

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from workflow.deadlines import business_day
from workflow.models import Paper

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT, TITLE_SIZE, SIZE = "仿宋", Pt(22), Pt(16)  # as official papers are set (GB/T 9704)


def as_word(paper: Paper) -> bytes:
    """Title, number, addressee, text, day of the answer, signature; in the language of the installation."""
    with translation.override(settings.LANGUAGE_CODE):
        document = _empty()
        _write(document, paper)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _empty() -> Doc:
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, SIZE
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    return document


def _write(document: Doc, paper: Paper) -> None:
    title = _line(document, str(paper.get_measure_display()), ALIGN.CENTER)
    title.runs[0].font.size, title.runs[0].bold = TITLE_SIZE, True
    _line(document, paper.number, ALIGN.CENTER)
    _line(document, f"{paper.addressee}：")
    for text in paper.text.splitlines():
        _line(document, text).paragraph_format.first_line_indent = SIZE * 2
    if paper.reply_by:
        _line(document, _("To be answered by %(day)s") % {"day": formats.date_format(paper.reply_by)})
    signed_on = business_day(paper.signed_at)
    _line(document, str(paper.office), ALIGN.RIGHT)
    _line(document, _("Signed by: %(name)s") % {"name": paper.signed_by}, ALIGN.RIGHT)
    _line(document, formats.date_format(signed_on), ALIGN.RIGHT)


def _line(document: Doc, text: str, alignment: ALIGN = ALIGN.LEFT) -> Paragraph:
    kept = "".join(char for char in text if char.isprintable())  # Word refuses a file with control characters
    line = document.add_paragraph(kept)
    line.alignment = alignment
    return line

"""Evidence of the demo: a small photograph-like picture and a short report, made on the spot."""

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

WIDTH, HEIGHT = 320, 200  # pixels


def picture(name: str, seed: int, is_bleak: bool = False) -> SimpleUploadedFile:
    """A PNG of sky over ground, green or bleak; the seed shifts its colours, so that no two are the same file."""
    ground = (128, 104 + seed % 20, 84) if is_bleak else (96 + seed % 40, 120 + seed % 60, 70)
    rows = bytearray()
    for y in range(HEIGHT):
        is_sky = y < HEIGHT * 0.45
        base = (120, 170, 215) if is_sky else ground
        rows += b"\0" + bytes(min(255, max(0, channel + (y * 3 + seed) % 23 - 11)) for channel in base) * WIDTH
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"tEXt", b"Comment\0%d" % seed), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return SimpleUploadedFile(f"{name}.png", b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def report(title: str, text: str) -> SimpleUploadedFile:
    """A Word document with a heading and a paragraph."""
    document = Document()
    document.add_heading(title, level=1)
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return SimpleUploadedFile(f"{title}.docx", out.getvalue())

"""What a photograph says about itself (EXIF): when and where it was shot. No pixel is ever decoded."""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from workflow.deadlines import BUSINESS_ZONE

# Whoever writes a file may lie in it; so much is read and no more.
MOST_BYTES = 64 * 1024  # of EXIF; a JPEG holds no more in a segment
MOST_TAGS = 256  # in a directory of EXIF: each may claim all of the bytes
MOST_BLOCKS = 1000  # of a file, on the way to its EXIF
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_TAG, _GPS = ExifTags.Base, ExifTags.GPS
# the moment of the shot and its zone, the moment of digitizing and its zone
_MOMENTS = (
    (_TAG.DateTimeOriginal, _TAG.OffsetTimeOriginal),
    (_TAG.DateTimeDigitized, _TAG.OffsetTimeDigitized),
)


@dataclass(frozen=True)
class Shot:
    """When and where, as far as the camera wrote it down."""

    at: datetime | None = None
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None


def shot_of(file: BinaryIO, content_type: str) -> Shot:
    """What a JPEG, PNG or WebP says; nothing for any other file, and for one whose EXIF is broken."""
    blocks = _BLOCKS.get(content_type)
    if blocks is None:
        return Shot()
    try:
        file.seek(0)
        data = next(blocks(file), b"").removeprefix(b"Exif\0\0")
        return _read(data) if data else Shot()
    except Exception:  # EXIF is written by anybody: whatever is wrong with it, the file itself is still evidence
        return Shot()
    finally:
        file.seek(0)


def _read(data: bytes) -> Shot:
    order = "<" if data.startswith(b"II") else ">"
    exif = Image.Exif()
    _check_directory(data, order, struct.unpack_from(f"{order}I", data, 4)[0])
    exif.load(data)
    moments, place = (_directory(exif, data, order, tag) for tag in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo))
    latitude, longitude = _place(place)
    return Shot(_moment(moments), latitude, longitude)


def _directory(exif: Image.Exif, data: bytes, order: str, tag: int) -> dict[int, Any]:
    offset = exif.get(tag)
    if offset is None:
        return {}
    _check_directory(data, order, offset)
    return exif.get_ifd(tag)


def _check_directory(data: bytes, order: str, offset: int) -> None:
    """Pillow copies what every tag claims: a few thousand tags over the same bytes would fill the memory."""
    if struct.unpack_from(f"{order}H", data, offset)[0] > MOST_TAGS:
        raise ValueError("too many tags")


def _moment(tags: dict[int, Any]) -> datetime | None:
    """Without a zone the clock showed the time of the city."""
    for moment, offset in _MOMENTS:
        text = str(tags.get(moment, "")).strip("\0 ")
        zone = str(tags.get(offset, "")).strip("\0 ")
        try:
            found = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=BUSINESS_ZONE)
            found = datetime.strptime(f"{text} {zone}", "%Y:%m:%d %H:%M:%S %z") if zone else found
        except ValueError:
            continue
        if EARLIEST <= found < LATEST:
            return found
    return None


def _place(tags: dict[int, Any]) -> tuple[float | None, float | None]:
    """Both or neither; a receiver without a fix writes 0, 0."""
    try:
        latitude = _degrees(tags[_GPS.GPSLatitude], str(tags[_GPS.GPSLatitudeRef]), "NS", 90)
        longitude = _degrees(tags[_GPS.GPSLongitude], str(tags[_GPS.GPSLongitudeRef]), "EW", 180)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None, None
    return (None, None) if latitude == longitude == 0 else (latitude, longitude)


def _degrees(parts: Any, side: str, sides: str, most: int) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    found = degrees + minutes / 60 + seconds / 3600
    if side[:1] not in sides or not math.isfinite(found) or not 0 <= found <= most:
        raise ValueError(f"{parts} {side} is no place on earth")
    return round(-found if side.startswith(sides[1]) else found, 6)


# -- where EXIF lies in a file -----------------------------------------------------------------------------------------


def _in_jpeg(file: BinaryIO) -> Iterator[bytes]:
    """The segments before the picture begins."""
    file.seek(2)
    for _number in range(MOST_BLOCKS):
        mark, kind, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF or kind in (0xDA, 0xD9) or length < 2:
            return
        here = file.tell()
        if kind == 0xE1 and (data := file.read(length - 2)).startswith(b"Exif\0\0"):
            yield data
        file.seek(here + length - 2)


def _in_png(file: BinaryIO) -> Iterator[bytes]:
    return _chunks(file, 8, ">I4s", b"eXIf", first_is_length=True)


def _in_webp(file: BinaryIO) -> Iterator[bytes]:
    return _chunks(file, 12, "<4sI", b"EXIF", first_is_length=False)


def _chunks(file: BinaryIO, start: int, layout: str, wanted: bytes, *, first_is_length: bool) -> Iterator[bytes]:
    """The chunks of a PNG (with a checksum behind) or a WebP (of even length) that hold EXIF."""
    file.seek(start)
    for _number in range(MOST_BLOCKS):
        first, second = struct.unpack(layout, file.read(8))
        name, length = (second, first) if first_is_length else (first, second)
        if name == wanted and length <= MOST_BYTES:
            yield file.read(length)
        file.seek(length + (4 if first_is_length else length % 2), 1)


_BLOCKS = {"image/jpeg": _in_jpeg, "image/png": _in_png, "image/webp": _in_webp}

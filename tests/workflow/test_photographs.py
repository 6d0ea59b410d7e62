"""What photographs say about themselves: read where it is there, never trusted, never in the way."""

import io
import struct
import time
import tracemalloc
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.people import City
from tests.walking import shanghai, walk
from workflow.lifecycle import State
from workflow.models import Evidence
from workflow.photographs import Shot, shot_of
from workflow.services.evidence import add_evidence

EXIF, GPS = 0x8769, 0x8825
MOMENT, ZONE, DIGITIZED = 0x9003, 0x9011, 0x9004
NORTH, EAST = (32.0, 59.0, 24.0), (112.0, 31.0, 48.0)  # 32.99, 112.53
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def picture(tags: dict[int, Any] | None = None, place: dict[int, Any] | None = None, kind: str = "JPEG") -> bytes:
    """A picture with EXIF, written by Pillow."""
    exif = Image.Exif()
    exif[0x010F] = "相机"
    exif.get_ifd(EXIF).update(tags or {})
    exif.get_ifd(GPS).update(place or {})
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, kind, exif=exif)
    return out.getvalue()


def somewhere(north: Any = NORTH, east: Any = EAST, sides: str = "NE") -> dict[int, Any]:
    return {1: sides[0], 2: north, 3: sides[1], 4: east}


def read(content: bytes, content_type: str = "image/jpeg") -> Shot:
    return shot_of(io.BytesIO(content), content_type)


@pytest.mark.parametrize("content_type", FORMATS)
def test_time_and_place_are_read_from_every_format(content_type: str) -> None:
    content = picture({MOMENT: "2025:06:01 09:30:00"}, somewhere(), FORMATS[content_type])
    assert read(content, content_type) == Shot(shanghai(2025, 6, 1, 9, 30), 32.99, 112.53)


@pytest.mark.parametrize(
    ("tags", "at"),
    [
        ({MOMENT: "2025:06:01 09:30:00", ZONE: "+00:00"}, shanghai(2025, 6, 1, 17, 30)),
        ({MOMENT: "2025:06:01 09:30:00", ZONE: "+08:00"}, shanghai(2025, 6, 1, 9, 30)),
        ({DIGITIZED: "2025:06:01 09:30:00"}, shanghai(2025, 6, 1, 9, 30)),
        ({MOMENT: "0000:00:00 00:00:00", DIGITIZED: "2025:06:01 09:30:00"}, shanghai(2025, 6, 1, 9, 30)),
        ({MOMENT: "1970:01:01 00:00:00"}, None),
        ({MOMENT: "2025:13:45 09:30:00"}, None),
        ({MOMENT: "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_moment_has_its_zone_or_that_of_the_city(tags: dict[int, Any], at: datetime | None) -> None:
    assert read(picture(tags)).at == at


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (somewhere(sides="SW"), (-32.99, -112.53)),
        (somewhere(north=(91.0, 0.0, 0.0)), (None, None)),
        (somewhere(east=(180.0, 1.0, 0.0)), (None, None)),
        (somewhere(north=(0.0, 0.0, 0.0), east=(0.0, 0.0, 0.0)), (None, None)),
        (somewhere(sides="XE"), (None, None)),
        ({1: "N", 2: NORTH}, (None, None)),
    ],
)
def test_a_place_lies_on_earth_or_is_none(place: dict[int, Any], expected: tuple[float | None, ...]) -> None:
    shot = read(picture(place=place))
    assert (shot.latitude, shot.longitude) == expected


@pytest.mark.parametrize("content_type", ["application/pdf", "image/heic", "video/mp4"])
def test_other_files_are_not_looked_into(content_type: str) -> None:
    assert read(picture({MOMENT: "2025:06:01 09:30:00"}), content_type) == Shot()


@given(data=st.data(), content_type=st.sampled_from(sorted(FORMATS)))
def test_broken_exif_is_never_in_the_way(data: st.DataObject, content_type: str) -> None:
    whole = bytearray(picture({MOMENT: "2025:06:01 09:30:00"}, somewhere(), FORMATS[content_type]))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(12, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    assert isinstance(read(bytes(whole[:cut]), content_type), Shot)
    assert isinstance(read(bytes(whole), content_type), Shot)


def segment(body: bytes) -> bytes:
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 8) + b"Exif\0\0" + body


def costs(content: bytes, content_type: str) -> tuple[float, int]:
    """Seconds and bytes of memory that reading takes."""
    file = io.BytesIO(content)
    tracemalloc.start()
    started = time.monotonic()
    assert shot_of(file, content_type) == Shot()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return time.monotonic() - started, peak


def test_tags_that_all_claim_the_same_bytes_do_not_fill_the_memory() -> None:
    count = 5000
    entries = b"".join(struct.pack("<HHII", tag, 7, 60000, 8) for tag in range(1, count + 1))
    _seconds, peak = costs(segment(b"II*\0\x08\0\0\0" + struct.pack("<H", count) + entries), "image/jpeg")
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + (struct.pack(">I4s", 0, b"tEXt") + bytes(4)) * 500_000, "image/png"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 2**31, b"eXIf") + bytes(100), "image/png"),
        (b"RIFF\0\0\0\0WEBP" + struct.pack("<4sI", b"EXIF", 2**32 - 1) + bytes(100), "image/webp"),
        (b"\xff\xd8" + b"\xff\xe1\0\0" * 500_000, "image/jpeg"),
    ],
    ids=["many chunks", "a chunk of 2 GB", "a chunk of 4 GB", "segments of no length"],
)
def test_a_bomb_costs_neither_time_nor_memory(content: bytes, content_type: str) -> None:
    seconds, peak = costs(content, content_type)
    assert seconds < 1
    assert peak < 1_000_000


def test_a_picture_of_a_million_megapixels_is_never_decoded(city: City, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    header = struct.pack(">IIBBBBB", 10**6, 10**6, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR") + header + bytes(4)
    file = SimpleUploadedFile("大图.png", bomb)
    item = walk(city, State.RECTIFYING)
    assert add_evidence(item, by=city.environment_clerk, file=file, kind=Evidence.Kind.AFTER).shot_at is None


def test_what_the_photograph_says_is_kept_and_the_file_is_whole(city: City, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    content = picture({MOMENT: "2025:06:01 09:30:00"}, somewhere())
    file = SimpleUploadedFile("照片.jpg", content)
    item = walk(city, State.RECTIFYING)
    kept = add_evidence(item, by=city.environment_clerk, file=file, kind=Evidence.Kind.AFTER)
    kept.refresh_from_db()
    assert (kept.shot_at, kept.latitude, kept.longitude) == (shanghai(2025, 6, 1, 9, 30), 32.99, 112.53)
    assert (settings.DATA_DIR / kept.path).read_bytes() == content

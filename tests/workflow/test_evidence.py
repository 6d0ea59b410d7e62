"""Evidence: what is taken in, what is refused, and that nothing is left of what was refused."""

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.people import City
from tests.walking import shanghai, walk
from workflow.lifecycle import State
from workflow.models import Event, Evidence, WorkItem
from workflow.refusal import Refused
from workflow.services.evidence import add_evidence, open_file

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def office_file(main_part: str, *further: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", main_part, *further):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def named(files: list[tuple]) -> dict[str, list]:
    """Parameters whose test ids are the file names alone, for bytes differ from run to run."""
    return {"argvalues": files, "ids": [file[0] for file in files]}


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def item(city: City) -> WorkItem:
    return walk(city, State.RECTIFYING)


def upload(item: WorkItem, by, name: str, content: bytes, kind: str = Evidence.Kind.DOCUMENT) -> Evidence:
    return add_evidence(item, by=by, file=SimpleUploadedFile(name, content), kind=kind)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_with_its_digest_size_and_type(item: WorkItem, city: City) -> None:
    evidence = upload(item, city.environment_clerk, "整改报告.pdf", PDF)
    assert evidence.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (evidence.size, evidence.content_type) == (len(PDF), "application/pdf")
    assert open_file(evidence).read() == PDF


def test_the_history_says_who_added_what(item: WorkItem, city: City) -> None:
    evidence = upload(item, city.environment_clerk, "整改报告.pdf", PDF)
    event = item.events.get(action=Event.EVIDENCE)
    assert (event.actor, event.data["sha256"], event.version) == (city.environment_clerk, evidence.sha256, None)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    **named(
        [
            ("照片.png", PNG, "image/png"),
            ("照片.JPG", JPEG, "image/jpeg"),
            ("报告.docx", office_file("word/document.xml"), "officedocument.wordprocessingml.document"),
            ("台账.xlsx", office_file("xl/workbook.xml"), "officedocument.spreadsheetml.sheet"),
            ("旧报告.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/x-ole-storage"),
            ("视频.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(50), "video/mp4"),
            ("手机照片.heic", b"\x00\x00\x00\x18ftypheic" + bytes(50), "image/heic"),
        ]
    ),
)
def test_what_offices_exchange_is_taken(
    item: WorkItem, city: City, name: str, content: bytes, content_type: str
) -> None:
    assert upload(item, city.environment_clerk, name, content).content_type.endswith(content_type)


@pytest.mark.parametrize(
    ("name", "content"),
    **named(
        [
            ("页面.jpg", b"<!DOCTYPE html><script>alert(1)</script>"),
            ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
            ("报告.pdf.exe", PDF),
            ("报告.png", PDF),
            ("没有后缀", PDF),
            ("程序.exe", b"MZ" + bytes(200)),
            ("宏.docx", office_file("word/document.xml", "word/vbaProject.bin")),
            ("嵌入.docx", office_file("word/document.xml", "word/embeddings/oleObject1.bin")),
            ("压缩包.zip", office_file("readme.txt")),
            ("坏的.docx", b"PK\x03\x04" + bytes(100)),
        ]
    ),
)
def test_what_runs_or_lies_about_itself_is_refused_and_leaves_nothing(
    item: WorkItem, city: City, data_dir: Path, name: str, content: bytes
) -> None:
    with pytest.raises(Refused) as refused:
        upload(item, city.environment_clerk, name, content)
    assert refused.value.refusal.code == "file-type"
    assert (Evidence.objects.count(), files_in(data_dir)) == (0, [])


def test_an_empty_file_is_refused(item: WorkItem, city: City) -> None:
    with pytest.raises(Refused) as refused:
        upload(item, city.environment_clerk, "空.pdf", b"")
    assert refused.value.refusal.code == "file-empty"


def test_a_file_above_the_limit_is_refused(item: WorkItem, city: City, settings) -> None:
    settings.EVIDENCE_MAX_BYTES = len(PDF) - 1
    with pytest.raises(Refused) as refused:
        upload(item, city.environment_clerk, "大.pdf", PDF)
    assert refused.value.refusal.errors.keys() == {"file"}


def test_the_same_file_twice_is_refused_and_the_first_stays(item: WorkItem, city: City, data_dir: Path) -> None:
    upload(item, city.environment_clerk, "一.pdf", PDF)
    with pytest.raises(Refused) as refused:
        upload(item, city.environment_clerk, "二.pdf", PDF)
    assert refused.value.refusal.code == "file-twice"
    assert len(files_in(data_dir)) == 1


def test_another_department_adds_nothing(item: WorkItem, city: City, data_dir: Path) -> None:
    with pytest.raises(Refused) as refused:
        upload(item, city.water_clerk, "报告.pdf", PDF)
    assert refused.value.refusal.code == "not-the-responsible"
    assert files_in(data_dir) == []


def test_nothing_is_added_after_submitting(city: City) -> None:
    item = walk(city, State.VERIFYING)
    with pytest.raises(Refused) as refused:
        upload(item, city.environment_clerk, "迟到.pdf", PDF)
    assert refused.value.refusal.code == "not-in-this-state"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/报告.pdf", "报告.pdf"),
        ("C:\\资料\\报告.pdf", "报告.pdf"),
        ("报告\r\nX-Evil: 1.pdf", "报告X-Evil: 1.pdf"),
        ("长" * 400 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_shown_and_never_used_as_a_path(
    item: WorkItem, city: City, data_dir: Path, given: str, shown: str
) -> None:
    file = SimpleUploadedFile("x.pdf", PDF)
    file._name = given  # as a hostile client might send it, past Django's own cleaning
    evidence = add_evidence(item, by=city.environment_clerk, file=file, kind=Evidence.Kind.DOCUMENT)
    assert evidence.name == shown
    assert files_in(data_dir) == [data_dir / evidence.path]


@pytest.mark.parametrize("taken_at", [shanghai(1, 1, 2), shanghai(1989, 12, 31), shanghai(9999, 12, 30)])
def test_a_photograph_was_taken_in_living_memory_and_not_in_the_future(
    item: WorkItem, city: City, data_dir: Path, taken_at: datetime
) -> None:
    file = SimpleUploadedFile("照片.png", PNG)
    with pytest.raises(Refused) as refused:
        add_evidence(item, by=city.environment_clerk, file=file, kind=Evidence.Kind.AFTER, taken_at=taken_at)
    assert refused.value.refusal.errors.keys() == {"taken_at"}
    assert files_in(data_dir) == []

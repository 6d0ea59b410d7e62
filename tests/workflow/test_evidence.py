"""Evidence: what is taken in, what is refused, and that nothing is left of what was refused."""

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from accounts.roles import Role
from tests.people import City, appoint
from tests.walking import accept, shanghai, submit, verify, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import OPEN_STATES, State
from workflow.models import Event, Evidence, LookBack, Procedure, WorkItem
from workflow.querysets import awaiting
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


@pytest.mark.parametrize(
    ("name", "content", "told"), [("报告.png", PDF, ".pdf"), ("图.gif", b"GIF89a" + bytes(99), "PDF")]
)
def test_a_wrong_ending_is_told_from_a_kind_that_is_not_taken(
    item: WorkItem, city: City, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(Refused) as refused:
        upload(item, city.environment_clerk, name, content)
    assert told in str(refused.value.refusal.errors["file"])


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


# Who adds evidence, and where on the road: everybody else and everywhere else it is refused.
SEATS = {
    "environment_clerk": (State.RECTIFYING, State.VERIFYING, State.PUBLICIZING, State.APPROVING),
    "dispatcher": OPEN_STATES,
    "verifier": (),  # once it is closed, if a look-back is planned
    "water_clerk": (),
}


@pytest.mark.parametrize("who", SEATS)
@pytest.mark.parametrize("state", [state for state in State if state != State.CLOSED])
def test_those_who_work_add_while_it_is_rectified_or_judged_the_office_while_it_is_open(
    city: City, state: State, who: str
) -> None:
    item, person = walk(city, state), getattr(city, who)
    if state in SEATS[who]:
        assert upload(item, person, "材料.pdf", PDF).item == item
    else:
        with pytest.raises(Refused) as refused:
            upload(item, person, "材料.pdf", PDF)
        assert refused.value.refusal.code in ("not-in-this-state", "not-the-responsible")


def test_nothing_is_added_to_a_closed_item_without_a_look_back(city: City) -> None:
    item = walk(city, State.CLOSED)
    LookBack.objects.filter(item=item).update(dropped_at=item.closed_at)
    for person in (city.environment_clerk, city.dispatcher, city.verifier):
        with pytest.raises(Refused):
            upload(item, person, "材料.pdf", PDF)


# -- the office files for others ---------------------------------------------------------------------------------------


def both(city: City) -> User:
    """Dispatches for the office and verifies there."""
    return appoint(city.dispatcher, Role.VERIFIER, city.office)


def test_who_files_a_paper_for_the_office_may_still_verify(city: City) -> None:
    item, person = walk(city, State.VERIFYING), both(city)
    add_evidence(item, by=person, file=SimpleUploadedFile("批文.pdf", PDF), kind=Evidence.Kind.DOCUMENT)
    assert awaiting(person).filter(pk=item.pk).exists()
    assert verify(city, item, by=person).state == State.PUBLICIZING


def test_who_adds_for_a_responsible_department_is_its_worker_also_if_he_dispatches(city: City) -> None:
    item, person = walk(city, State.RECTIFYING), appoint(both(city), Role.CLERK, city.environment)
    upload(item, person, "整改.pdf", PDF)
    item = submit(city, item, by=city.environment_head)
    assert not awaiting(person).filter(pk=item.pk).exists()
    assert refusal_of(verify, city, item, by=person).code == "submitter"


def test_a_worker_is_one_wherever_on_the_road_he_adds(city: City) -> None:
    item, person = walk(city, State.ASSIGNED), appoint(both(city), Role.CLERK, city.environment)
    upload(item, person, "现场.pdf", PDF)
    item = submit(city, accept(city, item), by=city.environment_head)
    assert refusal_of(verify, city, item, by=person).code == "submitter"


# -- versions ----------------------------------------------------------------------------------------------------------


def replacing(item: WorkItem, by: User, old: Evidence, content: bytes = PDF + b"2") -> Evidence:
    file = SimpleUploadedFile("新版.pdf", content)
    return add_evidence(item, by=by, file=file, kind=Evidence.Kind.DOCUMENT, replaces=old.pk)


def test_a_newer_version_stands_in_place_of_the_old_one_that_stays(item: WorkItem, city: City) -> None:
    old = upload(item, city.environment_clerk, "旧版.pdf", PDF)
    new = replacing(item, city.environment_clerk, old)
    assert new.replaces == old
    assert open_file(old).read() == PDF
    submitted = services.submit(item, by=city.environment_clerk, summary="完成。")
    assert list(submitted.submissions.get().evidence.all()) == [new]


def test_an_old_version_is_not_submitted(item: WorkItem, city: City) -> None:
    old = upload(item, city.environment_clerk, "旧版.pdf", PDF)
    replacing(item, city.environment_clerk, old)
    refusal = refusal_of(services.submit, item, by=city.environment_clerk, summary="完成。", evidence=[old.pk])
    assert refusal.code == "unknown-evidence"


def refused_replacement(item: WorkItem, by: User, old: Evidence) -> bool:
    refusal = refusal_of(replacing, item, by, old, PDF + b"3")
    return (refusal.code, list(refusal.errors)) == ("replaces", ["replaces"])


def test_a_version_is_replaced_once(item: WorkItem, city: City) -> None:
    old = upload(item, city.environment_clerk, "旧版.pdf", PDF)
    replacing(item, city.environment_clerk, old)
    assert refused_replacement(item, city.environment_clerk, old)


def test_a_file_of_another_item_is_not_replaced(item: WorkItem, city: City) -> None:
    stranger = upload(walk(city, State.RECTIFYING), city.environment_clerk, "别的.pdf", PDF)
    assert refused_replacement(item, city.environment_clerk, stranger)


def test_a_file_of_the_cycle_before_is_not_replaced(city: City) -> None:
    item = walk(city, State.CLOSED)
    old = item.evidence.get()
    item = services.reopen(item, by=city.dispatcher, reason="反弹。")
    assert refused_replacement(item, city.environment_clerk, old)


def test_nobody_replaces_what_another_department_added(item: WorkItem, city: City) -> None:
    old = upload(item, city.environment_clerk, "旧版.pdf", PDF)
    assert refused_replacement(item, city.dispatcher, old)


# -- which kinds the procedure wants -----------------------------------------------------------------------------------


def test_a_submission_holds_every_kind_that_the_procedure_wants(city: City) -> None:
    Procedure.objects.filter(code="petition").update(submit_evidence=["document", "after_photo"])
    item = walk(city, State.RECTIFYING)
    paper = upload(item, city.environment_clerk, "报告.pdf", PDF)
    assert refusal_of(services.submit, item, by=city.environment_clerk, summary="完成。").code == "evidence-missing"
    photo = upload(item, city.environment_clerk, "照片.png", PNG, Evidence.Kind.AFTER)
    refusal = refusal_of(services.submit, item, by=city.environment_clerk, summary="完成。", evidence=[paper.pk])
    assert (refusal.code, list(refusal.errors)) == ("evidence-missing", ["evidence"])
    named = [paper.pk, photo.pk]
    done = services.submit(item, by=city.environment_clerk, summary="完成。", evidence=named)
    assert done.state == State.VERIFYING


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

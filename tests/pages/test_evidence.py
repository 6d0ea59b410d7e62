"""Evidence on the page: adding it, fetching it, and who may do neither."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import walking
from tests.pages.reading import text_of
from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Evidence, WorkItem

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def upload(browser, item: WorkItem, content: bytes = PDF, name: str = "整改报告.pdf", **given: str):
    file = SimpleUploadedFile(name, content)
    return browser.post(f"/items/{item.number}/evidence/", {"file": file, "kind": "document", **given})


def test_a_file_is_added_and_can_be_fetched(city, signed_in):
    item, browser = walk(city, State.RECTIFYING), signed_in(city.environment_clerk)
    assert upload(browser, item, note="盖章件").status_code == 302
    evidence = item.evidence.get()
    page = text_of(browser.get(f"/items/{item.number}/"))
    assert "整改报告.pdf" in page
    assert "盖章件" in page
    answer = browser.get(f"/evidence/{evidence.pk}/")
    assert b"".join(answer) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_office_may_fetch_it_too(city, signed_in):
    item = walk(city, State.RECTIFYING)
    upload(signed_in(city.environment_clerk), item)
    assert signed_in(city.dispatcher).get(f"/evidence/{item.evidence.get().pk}/").status_code == 200


def test_evidence_of_another_department_does_not_exist(city, signed_in):
    item = walk(city, State.RECTIFYING)
    upload(signed_in(city.environment_clerk), item)
    assert signed_in(city.water_clerk).get(f"/evidence/{item.evidence.get().pk}/").status_code == 404


def test_evidence_that_nobody_gave_does_not_exist(city, signed_in):
    assert signed_in(city.dispatcher).get("/evidence/999999/").status_code == 404


def test_nothing_is_added_to_an_item_that_is_hidden(city, signed_in):
    item = walk(city, State.RECTIFYING)
    assert upload(signed_in(city.water_clerk), item).status_code == 404
    assert not Evidence.objects.exists()


def test_who_is_not_responsible_reads_why_he_adds_nothing(city, signed_in):
    item = walk(city, State.RECTIFYING)
    page = signed_in(city.dispatcher).get(f"/items/{item.number}/")
    assert "上传佐证材料：只有本事项的责任单位可以办理。" in text_of(page)
    assert upload(signed_in(city.dispatcher), item).status_code == 403


def test_after_submission_nothing_is_added(city, signed_in):
    item = walk(city, State.VERIFYING)
    page = upload(signed_in(city.environment_clerk), item)
    assert page.status_code == 409
    assert "只能在“整改中”上传佐证材料" in text_of(page)


def test_a_missing_file_is_said_at_its_field_and_the_note_is_kept(city, signed_in):
    item = walk(city, State.RECTIFYING)
    given = {"kind": "document", "note": "写好的备注"}
    page = signed_in(city.environment_clerk).post(f"/items/{item.number}/evidence/", given)
    assert page.status_code == 422
    assert 'value="写好的备注"' in page.content.decode()


def test_a_file_that_is_not_what_its_name_says_is_refused(city, signed_in):
    item = walk(city, State.RECTIFYING)
    page = upload(signed_in(city.environment_clerk), item, content=b"MZ\x90\x00 a program", name="报告.pdf")
    assert page.status_code == 422
    assert "不接受这种类型的文件" in text_of(page)
    assert not Evidence.objects.exists()


def test_a_kind_that_does_not_exist_is_refused(city, signed_in):
    item = walk(city, State.RECTIFYING)
    assert upload(signed_in(city.environment_clerk), item, kind="virus").status_code == 422


def test_a_file_whose_bytes_are_gone_is_not_found(city, signed_in, settings):
    item = walk(city, State.RECTIFYING)
    evidence = walking.add_evidence(item, city.environment_clerk)
    (settings.DATA_DIR / evidence.path).unlink()
    assert signed_in(city.environment_clerk).get(f"/evidence/{evidence.pk}/").status_code == 404


def test_fetching_by_post_is_no_way(city, signed_in):
    evidence = walking.add_evidence(walk(city, State.RECTIFYING), city.environment_clerk)
    assert signed_in(city.environment_clerk).post(f"/evidence/{evidence.pk}/").status_code == 405

"""Evidence on the page: adding it, fetching it, and who may do neither."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import walking
from tests.pages.reading import part, tags_of, text_of
from tests.walking import shanghai, walk
from tests.workflow.test_photographs import picture
from workflow.lifecycle import State
from workflow.models import Evidence, Procedure, WorkItem

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
    page = signed_in(city.supervisor).get(f"/items/{item.number}/")
    assert "上传佐证材料：佐证材料由责任单位、环委办和回头看人员上传。" in text_of(page)
    assert upload(signed_in(city.supervisor), item).status_code == 403


def test_who_comes_too_early_or_too_late_reads_when_he_may(city, signed_in):
    item = walk(city, State.ASSIGNED)
    page = upload(signed_in(city.environment_clerk), item)
    assert page.status_code == 409
    assert "当前状态为“待签收”，您只能在以下状态上传佐证材料：整改中、待验收、公示中、待销号。" in text_of(page)


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


# -- what the page shows of it -----------------------------------------------------------------------------------------


def page_of(browser, item: WorkItem):
    return browser.get(f"/items/{item.number}/")


def shot(moment: str) -> SimpleUploadedFile:
    """A photograph that says when it was shot."""
    return SimpleUploadedFile(
        "照片.jpg", picture({0x9003: moment}, {1: "N", 2: (33.0, 0.0, 0.0), 3: "E", 4: (112.5, 0.0, 0.0)})
    )


def test_photographs_before_and_after_stand_side_by_side(city, signed_in):
    item = walk(city, State.RECTIFYING)
    before = walking.add_evidence(item, city.environment_clerk, kind=Evidence.Kind.BEFORE)
    after = walking.add_evidence(item, city.environment_clerk)
    page = page_of(signed_in(city.verifier), item)
    pictures = [attrs for _tag, attrs in tags_of(page, "img")]
    assert [attrs["src"] for attrs in pictures] == [f"/evidence/{file.pk}/picture/" for file in (before, after)]
    assert {(attrs["loading"], attrs["alt"]) for attrs in pictures} == {("lazy", "整改后.jpg")}
    words = text_of(part(page, "before-after"))
    assert words.index("整改前照片") < words.index("整改后照片")


def test_what_no_browser_shows_stays_a_link(city, signed_in):
    item, browser = walk(city, State.RECTIFYING), signed_in(city.environment_clerk)
    heic = b"\x00\x00\x00\x18ftypheic" + bytes(50)
    upload(browser, item, heic, "手机照片.heic", kind="after_photo")
    page = page_of(browser, item)
    assert not list(tags_of(page, "img"))
    assert "手机照片.heic" in text_of(page)


def test_a_picture_comes_inline_for_those_who_see_the_item(city, signed_in):
    file = walking.add_evidence(walk(city, State.RECTIFYING), city.environment_clerk)
    url = f"/evidence/{file.pk}/picture/"
    answer = signed_in(city.verifier).get(url)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cache-Control"] == "private, max-age=3600"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(answer).startswith(b"\xff\xd8")
    assert signed_in(city.water_clerk).get(url).status_code == 404
    assert signed_in(city.verifier).post(url).status_code == 405


def test_what_is_no_picture_is_never_shown_inline(city, signed_in):
    item, browser = walk(city, State.RECTIFYING), signed_in(city.environment_clerk)
    upload(browser, item)
    assert browser.get(f"/evidence/{item.evidence.get().pk}/picture/").status_code == 404


def test_signed_out_no_picture_is_shown(city, client):
    file = walking.add_evidence(walk(city, State.RECTIFYING), city.environment_clerk)
    assert client.get(f"/evidence/{file.pk}/picture/").status_code == 302


def test_the_verifier_reads_when_and_where_a_photograph_was_shot(city, signed_in):
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 6, 1))
    walking.add_evidence(item, city.environment_clerk, file=shot("2025:06:03 10:00:00"))
    page = text_of(page_of(signed_in(city.verifier), item))
    assert "相机记录的拍摄时间 ：2025年6月3日" in page.replace("：", " ：").replace("  ", " ")
    assert "33.000000, 112.500000" in page
    assert "早于本轮" not in page


@pytest.mark.parametrize(
    ("moment", "given", "hint"),
    [
        ("2025:05:30 10:00:00", {}, "拍摄时间早于本轮整改开始时间。"),
        ("2025:06:03 10:00:00", {"taken_at": shanghai(2025, 6, 5)}, "照片拍摄时间与填报时间相差一天以上。"),
        ("2099:06:03 10:00:00", {}, "拍摄时间晚于上传时间，相机时钟有误。"),
        ("", {}, "照片本身没有拍摄时间。"),
    ],
)
def test_a_photograph_that_contradicts_its_story_is_marked(city, signed_in, moment, given, hint):
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 6, 1))
    walking.add_evidence(item, city.environment_clerk, file=shot(moment), **given)
    hints = ("早于本轮", "相差一天", "时钟有误", "没有拍摄时间")
    page = text_of(page_of(signed_in(city.verifier), item))
    assert [word for word in hints if word in page] == [word for word in hints if word in hint]


def test_a_photograph_before_was_shot_before(city, signed_in):
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 6, 1))
    file = shot("2025:05:30 10:00:00")
    walking.add_evidence(item, city.environment_clerk, file=file, kind=Evidence.Kind.BEFORE)
    assert "早于本轮" not in text_of(page_of(signed_in(city.verifier), item))


def test_a_newer_version_is_uploaded_and_the_old_one_marked(city, signed_in):
    item, browser = walk(city, State.RECTIFYING), signed_in(city.environment_clerk)
    upload(browser, item)
    old = item.evidence.get()
    assert upload(browser, item, PDF + b"2", "新报告.pdf", replaces=str(old.pk)).status_code == 302
    page = text_of(page_of(browser, item))
    assert "旧版本，已由新报告.pdf替换" in page
    assert "整改报告.pdf的新版本" in page
    assert browser.get(f"/evidence/{old.pk}/").status_code == 200


def test_a_foreign_file_is_not_offered_to_be_replaced(city, signed_in):
    item, browser = walk(city, State.RECTIFYING), signed_in(city.dispatcher)
    foreign = walking.add_evidence(item, city.environment_clerk)
    page = upload(browser, item, replaces=str(foreign.pk))
    assert page.status_code == 422
    assert page.context["evidence_form"].errors.keys() == {"replaces"}


def test_what_the_procedure_wants_is_listed_and_what_is_missing_is_said(city, signed_in):
    Procedure.objects.filter(code="petition").update(
        submit_evidence=["after_photo", "monitoring_report"], closing_evidence=["meeting_record"]
    )
    item = walk(city, State.RECTIFYING)
    walking.add_evidence(item, city.environment_clerk)
    page = page_of(signed_in(city.environment_clerk), item)
    words = text_of(part(page, 'id="evidence"'))
    assert "申请验收所需材料： ✓ 整改后照片 ✗ 监测报告（缺）" in words
    assert "销号所需材料： ✗ 会议纪要（缺）" in words
    assert "缺少佐证材料" in text_of(page)


def test_a_stale_pass_is_said_clearly(city, signed_in):
    item = walk(city, State.APPROVING)
    browser = signed_in(city.supervisor)
    assert "有变动" not in text_of(page_of(browser, item))
    walking.add_evidence(item, city.environment_clerk)
    page = text_of(page_of(browser, item))
    assert "第1阶段验收通过后，佐证材料或内容有变动，须在该阶段重新验收后方可销号。" in page

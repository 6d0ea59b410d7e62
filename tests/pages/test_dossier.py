"""The dossier: everything about an item on one page, and with its files in one archive."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import walking
from tests.complaints import complain, in_work
from tests.pages.reading import part, queries, tags_of, text_of
from tests.people import City
from tests.walking import walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import Petition, SubIssue, WorkItem
from workflow.views.dossier_archive import CHUNK, INDEX, PAGE, STYLE, harmless
from workflow.views.whole_dossier import safe_name


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def eventful(city: City) -> WorkItem:
    """Reported, suspended, extended, objected, returned, closed, reopened and closed once more."""
    now = timezone.now() - timedelta(days=120)
    item = walk(city, State.RECTIFYING, now=now, departments=[("joint", city.water)])
    services.report(item, by=city.environment_clerk, text="已清运一半。", percent=50, now=now)
    item = walking.suspend(city, item, reason="汛期停工。", now=now)
    item = walking.resume(city, item, now=now + timedelta(days=3))
    asked = {"due_on": item.due_on + timedelta(days=10), "reason": "设备未到。", "now": now + timedelta(days=4)}
    item = services.request_extension(item, by=city.environment_clerk, **asked)
    decided = {"approved": True, "reason": "同意延期。", "now": now + timedelta(days=5)}
    item = services.decide_extension(item, by=city.dispatcher, **decided)
    item = walking.submit(city, item, now=now + timedelta(days=6))
    item = walking.verify(city, item, conclusion="fail", opinion="仍有堆存。", now=now + timedelta(days=6))
    item = walking.submit(city, item, now=now + timedelta(days=7))
    item = walking.verify_all(city, item, now=now + timedelta(days=7))
    objection = {"text": "夜间仍在倾倒，电话 13800138000。", "name": "李某", "contact": "13800138000"}
    item = services.object_to(item, by=city.dispatcher, now=now + timedelta(days=8), **objection)
    item = services.resolve_objection(
        item, by=city.dispatcher, upheld=False, opinion="查无此事。", now=now + timedelta(days=8)
    )
    item = walking.end_publicity(item, now=walking.after_publicity(item))
    item = walking.approve(city, item, now=now + timedelta(days=40))
    return services.reopen(item, by=city.dispatcher, reason="问题反弹。", now=now + timedelta(days=50))


def archive(browser: Client, item: WorkItem) -> zipfile.ZipFile:
    answer = browser.get(f"/items/{item.number}/dossier.zip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def index(whole: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(whole.read(INDEX).decode("utf-8-sig"))))


def give(item: WorkItem, city: City, name: str, content: bytes, **given: str) -> None:
    file = SimpleUploadedFile(name, content)
    services.evidence.add_evidence(item, by=city.environment_clerk, file=file, **{"kind": "document", **given})


def test_an_earlier_petition_is_named_to_those_who_see_it(city, signed_in):
    first, item = complain(city), in_work(city)
    Petition.objects.filter(item=item).update(repeat_of=first.petition)
    for person, is_named in ((city.dispatcher, True), (city.environment_clerk, False)):
        page = text_of(signed_in(person).get(f"/items/{item.number}/dossier/"))
        assert (first.number in page) is is_named


# -- the page ----------------------------------------------------------------------------------------------------------


def test_everything_stands_on_one_page_in_the_order_of_the_road(city, signed_in):
    page = signed_in(city.dispatcher).get(f"/items/{eventful(city).number}/dossier/")
    text = text_of(page)
    told = [
        "清运垃圾。",
        "市水利局",
        "已清运一半。",
        "整改后.jpg",
        "仍有堆存。",
        "查无此事。",
        "设备未到。",
        "汛期停工。",
    ]
    told += ["同意销号。", "问题反弹。"]
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    assert "SHA-256" in text


def test_planned_look_backs_stand_in_it(city, signed_in):
    item = walk(city, State.CLOSED, procedure="plan-task")
    text = text_of(signed_in(city.dispatcher).get(f"/items/{item.number}/dossier/"))
    assert [f"第 {n} 次回头看" in text for n in (1, 2, 3)] == [True] * 3
    assert "待开展" in text


def test_the_contents_lead_to_every_chapter(city, signed_in):
    page = signed_in(city.dispatcher).get(f"/items/{eventful(city).number}/dossier/")
    anchors = [attrs["href"][1:] for _tag, attrs in tags_of(part(page, 'id="contents"', "</nav>"), "a")]
    assert anchors == [attrs["id"] for _tag, attrs in tags_of(page, "section") if "chapter" in attrs.get("class", "")]
    assert {"facts", "evidence", "judgements", "publicity", "extensions", "suspensions", "closures"} < set(anchors)


def test_what_never_happened_has_no_chapter(city, signed_in):
    page = signed_in(city.dispatcher).get(f"/items/{walk(city, State.DRAFT, procedure='campaign').number}/dossier/")
    chapters = [attrs["id"] for _tag, attrs in tags_of(page, "section") if "chapter" in attrs.get("class", "")]
    assert chapters == ["facts", "history"]


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "environment_clerk"])
def test_who_objected_stands_nowhere_in_it(city, signed_in, who):
    item, browser = eventful(city), signed_in(getattr(city, who))
    shown = browser.get(f"/items/{item.number}/dossier/").content.decode()
    stored = archive(browser, item).read(PAGE).decode()
    for page in (shown, stored):
        assert "夜间仍在倾倒" in page
        assert "李某" not in page
        assert "13800138000" not in page


def test_a_petition_is_told_with_its_matters(city, signed_in):
    item = walk(city, State.RECTIFYING)
    petition, _new = Petition.objects.get_or_create(item=item)
    Petition.objects.filter(pk=petition.pk).update(investigation="现场有垃圾。", finding="mostly", penalised=2)
    SubIssue.objects.create(petition=petition, position=9, text="河道倾倒垃圾", finding="true")
    text = text_of(signed_in(city.dispatcher).get(f"/items/{item.number}/dossier/"))
    for words in ("总体结论 基本属实", "现场有垃圾。", "立案处罚（家） 2", "河道倾倒垃圾 属实"):
        assert words in text


def test_parts_lead_to_their_own_dossiers(city, signed_in):
    whole = walk(city, State.RECTIFYING, now=timezone.now())
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    page = signed_in(city.dispatcher).get(f"/items/{whole.number}/dossier/").content.decode()
    assert f'href="/items/{whole.children.get().number}/dossier/"' in page


def test_the_page_of_an_item_leads_to_its_dossier(city, signed_in):
    item = walk(city, State.ASSIGNED)
    page = signed_in(city.environment_clerk).get(f"/items/{item.number}/").content.decode()
    assert f'href="/items/{item.number}/dossier/"' in page


@pytest.mark.parametrize("url", ["dossier/", "dossier.zip"])
def test_a_hidden_item_has_no_dossier(city, signed_in, url):
    item = walk(city, State.ASSIGNED)
    assert signed_in(city.water_clerk).get(f"/items/{item.number}/{url}").status_code == 404
    assert signed_in(city.system_admin).get(f"/items/{item.number}/{url}").status_code == 404
    assert Client().get(f"/items/{item.number}/{url}").headers["Location"].startswith("/sign-in/")
    assert signed_in(city.environment_clerk).post(f"/items/{item.number}/{url}").status_code == 405


def test_it_costs_the_same_however_much_happened(city, signed_in):
    item, browser = walk(city, State.RECTIFYING), signed_in(city.dispatcher)

    def happen(times: int) -> None:
        for _time in range(times):
            walking.verify(city, walking.submit(city, item), conclusion="fail")
            item.refresh_from_db()
            services.report(item, by=city.environment_clerk, text="继续清运。")

    happen(1)
    urls = [f"/items/{item.number}/dossier/", f"/items/{item.number}/dossier.zip"]
    few = [queries(lambda url=url: b"".join(browser.get(url))) for url in urls]
    happen(4)
    assert [queries(lambda url=url: b"".join(browser.get(url))) for url in urls] == few
    assert max(few) <= 40


# -- the archive -------------------------------------------------------------------------------------------------------


def test_the_archive_holds_page_index_style_and_every_file(city, signed_in):
    item = walk(city, State.RECTIFYING)
    give(item, city, "报告.pdf", b"%PDF-1.4 one")
    give(item, city, "报告.pdf", b"%PDF-1.4 two", note="第二份")
    whole = archive(signed_in(city.environment_clerk), item)
    assert whole.namelist() == ["佐证材料/001/报告.pdf", "佐证材料/002/报告.pdf", PAGE, INDEX, STYLE]
    assert whole.testzip() is None
    assert whole.read("佐证材料/002/报告.pdf") == b"%PDF-1.4 two"
    rows = index(whole)
    assert [row["包内路径"] for row in rows] == whole.namelist()[:2]
    assert (rows[1]["SHA-256"], rows[1]["备注"], rows[1]["文件状态"]) == (
        item.evidence.last().sha256,
        "第二份",
        "完好",
    )
    assert whole.read(INDEX).startswith(b"\xef\xbb\xbf")


def test_its_page_stands_alone(city, signed_in):
    item = eventful(city)
    page = archive(signed_in(city.dispatcher), item).read(PAGE).decode()
    tags = list(tags_of(page))
    outside = [
        attrs.get("href") or attrs.get("src")
        for _tag, attrs in tags
        if (attrs.get("href") or attrs.get("src") or "").startswith(("/", "http"))
    ]
    assert outside == []
    assert not [name for name, attrs in tags if name in ("script", "style") or "style" in attrs]
    assert item.title in page


def test_a_file_that_is_gone_is_named_and_the_rest_comes(city, signed_in, settings):
    item = walk(city, State.RECTIFYING)
    give(item, city, "在.pdf", b"%PDF-1.4 here")
    give(item, city, "失.pdf", b"%PDF-1.4 gone")
    (settings.DATA_DIR / item.evidence.last().path).unlink()
    whole = archive(signed_in(city.environment_clerk), item)
    assert whole.namelist()[0] == "佐证材料/001/在.pdf"
    assert len(whole.namelist()) == 4
    assert [(row["文件状态"], row["包内路径"]) for row in index(whole)] == [
        ("完好", "佐证材料/001/在.pdf"),
        ("文件缺失", ""),
    ]
    assert "失.pdf 文件缺失" in text_of(whole.read(PAGE).decode())


def test_a_file_whose_bytes_were_exchanged_is_named(city, signed_in, settings):
    item = walk(city, State.RECTIFYING)
    give(item, city, "报告.pdf", b"%PDF-1.4 true")
    (settings.DATA_DIR / item.evidence.get().path).write_bytes(b"%PDF-1.4 false")
    whole = archive(signed_in(city.environment_clerk), item)
    assert [row["文件状态"] for row in index(whole)] == ["文件内容与登记时不一致"]
    assert "文件内容与登记时不一致" in whole.read(PAGE).decode()


def test_large_files_come_piece_by_piece(city, signed_in, settings):
    item = walk(city, State.RECTIFYING)
    noise = b"%PDF-1.4 " + b"".join(f"{n * 7919 % 1000003:x}".encode() for n in range(400_000))
    give(item, city, "大.pdf", noise)
    answer = signed_in(city.environment_clerk).get(f"/items/{item.number}/dossier.zip")
    pieces = list(answer.streaming_content)
    assert max(map(len, pieces)) < 2 * CHUNK < len(noise)
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("佐证材料/001/大.pdf") == noise


def test_the_download_is_named_after_the_item(city, signed_in):
    item = walk(city, State.ASSIGNED)
    answer = signed_in(city.environment_clerk).get(f"/items/{item.number}/dossier.zip")
    assert answer["Content-Disposition"].endswith(f"-{item.number}.zip")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_index_never_calculates(city, signed_in):
    item = walk(city, State.RECTIFYING)
    give(item, city, "=cmd.pdf", b"%PDF-1.4", note='=HYPERLINK("http://x")')
    (row,) = index(archive(signed_in(city.environment_clerk), item))
    assert row["文件名"].startswith("'=")
    assert row["备注"].startswith("'=")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1"])
def test_a_cell_that_looks_like_a_formula_is_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["整改报告", "a=b", "", 17])
def test_any_other_cell_stays_as_it_is(cell):
    assert harmless(cell) == str(cell)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("整改后.jpg", "整改后.jpg"),
        ("../../etc/passwd", "....etcpasswd".strip(".")),
        ("a\\b:c*?.pdf", "abc.pdf"),
        ("..", "_"),
        ("", "_"),
        ("CON.txt", "_CON.txt"),
        (" 报告 .pdf", "报告.pdf"),
        ("长" * 200 + ".pdf", "长" * 38 + ".pdf"),
    ],
)
def test_names_suit_every_file_system(given, safe):
    assert safe_name(given) == safe

"""The pages without signing in: what they show, what they never show, and objecting to a notice."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.pages.reading import tags_of, text_of
from tests.people import City
from tests.walking import day_of, submit, verify_all, void, walk
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import Objection, Publicity, WorkItem


@pytest.fixture
def shown(city: City) -> WorkItem:
    """In publicity since today."""
    return walk(city, State.PUBLICIZING, now=timezone.now())


def url_of(item: WorkItem) -> str:
    return f"/public/{item.publicities.latest('pk').pk}/"


def send(client: Client, item: WorkItem, **given: object) -> HttpResponse:
    address = given.pop("REMOTE_ADDR", "192.0.2.7")
    return client.post(f"{url_of(item)}objection/", {"text": "仍有垃圾。"} | given, REMOTE_ADDR=address)


def english(page: HttpResponse) -> list[str]:
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\b[A-Z]{2}\d{4}-\d{4}\b", "", text_of(page)))
    return [word for word in words if word not in ("Bihuan", "English")]


# -- the list ----------------------------------------------------------------------------------------------------------


def test_running_notices_are_listed_newest_first(city, client, shown):
    older = walk(city, State.PUBLICIZING, now=timezone.now() - timedelta(days=1))
    text = text_of(client.get("/public/"))
    assert text.index(shown.title) < text.index(older.title)
    assert shown.number in text


def test_ended_notices_stand_on_their_own_tab_for_ninety_days(city, client):
    recent = walk(city, State.APPROVING)
    old = walk(city, State.APPROVING, now=timezone.now() - timedelta(days=120))
    assert recent.title not in text_of(client.get("/public/"))
    past = text_of(client.get("/public/?past=1"))
    assert recent.title in past
    assert old.title not in past
    assert client.get(url_of(recent)).status_code == 200
    assert client.get(url_of(old)).status_code == 404


def test_words_are_searched_in_the_published_text(client, city, shown):
    other = walk(city, State.PUBLICIZING, now=timezone.now())
    assert other.title not in text_of(client.get(f"/public/?q={shown.number} 建筑垃圾"))
    assert shown.title in text_of(client.get(f"/public/?q={shown.number} 建筑垃圾"))
    assert "没有找到" in text_of(client.get("/public/?q=不存在的词"))


@pytest.mark.parametrize("q", ["%", "_", "\0", "'", '"', "\\", "长" * 500])
def test_no_search_fails(client, shown, q):
    assert client.get("/public/", {"q": q}).status_code == 200


def test_what_was_masked_is_not_found_out_by_searching(city, client):
    item = walk(city, State.VERIFYING, now=timezone.now())
    back = services.return_for_rework(item, by=city.verifier, reason="补充。")
    item = verify_all(city, submit(city, back, summary="联系人 13812341234。"))
    assert item.number in text_of(client.get("/public/?q=联系人"))
    assert item.number not in text_of(client.get("/public/?q=13812341234"))


def test_an_empty_list_says_so(db, client):
    assert "目前没有正在进行的公示" in text_of(client.get("/public/"))
    assert "近 90 天没有结束的公示" in text_of(client.get("/public/?past=1"))


def test_a_long_list_is_paged_and_costs_the_same(city, client, monkeypatch):
    monkeypatch.setattr("workflow.views.paging.PAGE_SIZE", 2)
    walk(city, State.PUBLICIZING, now=timezone.now())
    with CaptureQueriesContext(connection) as few:
        client.get("/public/")
    for _number in range(2):
        walk(city, State.PUBLICIZING, now=timezone.now())
    with CaptureQueriesContext(connection) as many:
        page = client.get("/public/")
    assert len(many) == len(few)
    assert 'href="?page=2"' in page.content.decode()


# -- one notice --------------------------------------------------------------------------------------------------------


def test_a_notice_shows_its_fields_and_its_last_day(client, shown):
    text = text_of(client.get(url_of(shown)))
    for said in (
        shown.number,
        shown.title,
        "清运垃圾。",
        "垃圾已清运。",
        "市生态环境局",
        "公示截止日",
        "含今天还有5 个工作日",
    ):
        assert said in text


def test_a_notice_names_no_person_no_event_no_file(city, client, shown):
    services.object_to(shown, by=city.dispatcher, text="机密异议内容", name="张三")
    text = text_of(client.get(url_of(shown)))
    people = [person.name for person in city.everybody]
    assert [word for word in (*people, "机密异议内容", "张三", "整改后.jpg", "现场已核实") if word in text] == []


def test_nor_does_it_lead_into_the_system(client, shown):
    links = {attrs["href"] for _tag, attrs in tags_of(client.get(url_of(shown)), "a")}
    assert links == {"#main", "/public/", "/sign-in/"}


@pytest.mark.parametrize("pk", ["1", "0", "999999999999999999999999"])
def test_a_notice_that_is_not_there_is_404(db, client, pk):
    assert client.get(f"/public/{pk}/").status_code == 404
    assert client.post(f"/public/{pk}/objection/", {"text": "否"}).status_code == 404


def test_a_notice_that_begins_later_is_not_public_yet(city, client, shown):
    services.publish(shown, by=city.dispatcher, starts_on=day_of(None) + timedelta(days=3))
    assert client.get(url_of(shown)).status_code == 404
    assert send(client, shown).status_code == 404
    assert not Objection.objects.exists()


def test_one_from_before_notices_had_a_text_is_not_public(client, shown):
    Publicity.objects.create(
        item=shown, cycle=2, starts_on=day_of(None), ends_on=day_of(None), ended_at=timezone.now(), notice={}
    )
    assert client.get(url_of(shown)).status_code == 404


def test_a_notice_that_another_took_over_leads_there(city, client, shown):
    first = url_of(shown)
    for _time in range(2):
        shown = services.publish(shown, by=city.dispatcher, starts_on=day_of(None), place="南阳日报")
    answer = client.get(first)
    assert answer.headers["Location"] == url_of(shown)
    assert "南阳日报" in text_of(client.get(url_of(shown)))
    assert text_of(client.get("/public/")).count(shown.number) == 1


def test_a_notice_that_was_taken_down_says_so_and_takes_no_objection(city, client, shown):
    void(city, shown)
    page = client.get(url_of(shown))
    assert "本公示已提前终止" in text_of(page)
    assert not list(tags_of(page, "textarea"))
    assert send(client, shown).status_code == 409


def test_nor_does_one_that_is_over(client, city):
    item = walk(city, State.APPROVING)
    assert not list(tags_of(client.get(url_of(item)), "textarea"))
    assert send(client, item).status_code == 409


@pytest.mark.parametrize("query", ["", "?past=1"])
def test_the_pages_are_chinese_and_keep_the_content_security_policy(client, shown, query):
    for url in (f"/public/{query}", url_of(shown)):
        page = client.get(url)
        assert english(page) == []
        assert "'unsafe" not in page.headers["Content-Security-Policy"]
        for tag, attrs in tags_of(page):
            assert "style" not in attrs
            assert tag != "script"


def test_every_field_has_its_label(client, shown):
    tags = list(tags_of(client.get(url_of(shown))))
    labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
    fields = [attrs for tag, attrs in tags if tag in ("input", "textarea") and attrs.get("type") != "hidden"]
    assert {attrs["id"] for attrs in fields} <= labelled


def test_in_english_the_frame_is_english(client, shown):
    client.post("/language/", {"language": "en"})
    assert "Where to object" in text_of(client.get(url_of(shown)))


def test_the_way_there_is_on_the_sign_in_page_and_on_the_item(city, client, signed_in, shown):
    assert 'href="/public/"' in client.get("/sign-in/").content.decode()
    page = signed_in(city.auditor).get(f"/items/{shown.number}/")
    assert f'href="{url_of(shown)}"' in page.content.decode()


# -- objecting ---------------------------------------------------------------------------------------------------------


def test_somebody_objects_and_is_thanked(client, shown):
    answer = send(client, shown, name="张三", contact="13812341234")
    assert answer.headers["Location"] == url_of(shown)
    assert "感谢您的反馈" in text_of(client.get(url_of(shown)))
    kept = Objection.objects.get()
    assert (kept.text, kept.name, kept.contact) == ("仍有垃圾。", "张三", "13812341234")


def test_the_address_is_kept_as_a_keyed_hash_only(client, shown, settings):
    send(client, shown)
    first = Objection.objects.get().client_hash
    assert len(first) == 64
    assert "192.0.2.7" not in first
    settings.SECRET_KEY = "another-" * 8
    send(client, shown)
    assert Objection.objects.latest("pk").client_hash != first


def test_nothing_is_sent_without_words_and_nothing_is_lost(client, shown):
    page = send(client, shown, text=" ", name="张三")
    assert page.status_code == 422
    assert 'value="张三"' in page.content.decode()
    assert not Objection.objects.exists()


@pytest.mark.parametrize("given", [{"text": "长" * 2001}, {"name": "长" * 61}, {"contact": "1" * 101}])
def test_what_is_too_long_is_said_at_its_field(client, shown, given):
    assert send(client, shown, **given).status_code == 422
    assert not Objection.objects.exists()


def test_a_machine_that_fills_in_every_field_is_thanked_and_forgotten(client, shown):
    assert send(client, shown, website="http://spam.example").status_code == 302
    assert not Objection.objects.exists()


def test_without_the_token_of_the_form_nothing_is_taken(shown):
    assert send(Client(enforce_csrf_checks=True), shown).status_code == 403


def test_the_fourth_objection_of_a_day_is_answered_with_where_else_to_go(client, shown, city):
    for _number in range(3):
        send(client, shown)
    page = send(client, shown)
    assert page.status_code == 429
    assert city.office.name in text_of(page)
    assert english(page) == []
    assert Objection.objects.count() == 3
    assert send(client, shown, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_a_made_up_header_is_no_other_address(client, shown):
    for number in range(4):
        answer = client.post(
            f"{url_of(shown)}objection/", {"text": "否"}, headers={"X-Forwarded-For": f"198.51.100.{number}"}
        )
    assert answer.status_code == 429


def test_a_reloaded_answer_leads_back_to_the_notice(client, shown):
    assert client.get(f"{url_of(shown)}objection/").headers["Location"] == url_of(shown)


def test_an_objection_of_the_last_moment_finds_the_notice_over(client, shown):
    """The page was opened in time; the scan was faster."""
    url = url_of(shown)
    deadline_scan.scan(timezone.now() + timedelta(days=30))
    assert client.post(f"{url}objection/", {"text": "否"}).status_code == 409


# -- who reads who objected --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("dispatcher", True),
        ("supervisor", True),
        ("verifier", False),
        ("auditor", False),
        ("environment_clerk", False),
        ("environment_head", False),
    ],
)
def test_who_objected_is_shown_to_the_office_alone(city, client, signed_in, shown, name, sees):
    send(client, shown, text="我是 13711112222，仍有垃圾。", name="张三丰", contact="13899998888")
    text = text_of(signed_in(getattr(city, name)).get(f"/items/{shown.number}/"))
    assert "仍有垃圾" in text
    assert [secret in text for secret in ("张三丰", "13899998888", "13711112222")] == [sees] * 3


def test_the_history_says_that_it_was_the_public(city, client, signed_in, shown):
    send(client, shown)
    assert "社会公众" in text_of(signed_in(city.environment_clerk).get(f"/items/{shown.number}/"))

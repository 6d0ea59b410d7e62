"""Signing in and out, the language, and what every page has in common."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.pages.reading import tags_of, text_of
from tests.people import PASSWORD
from tests.walking import walk
from workflow.lifecycle import State

MENU = ["/", "/items/", "/items/new/", "/procedures/", "/sources/", "/sources/new/", "/profile/", "/profile/password/"]
PAGES = [
    *MENU,
    "/procedures/petition/",
    "/items/WT2026-0001/dossier/",
    "/items/WT2026-0001/",
    "/sources/1/",
    "/evidence/1/",
]


@pytest.mark.parametrize("url", PAGES)
def test_a_stranger_is_sent_to_the_sign_in_page_and_back(db, client, url):
    assert client.get(url).headers["Location"] == f"/sign-in/?next={url}"


@pytest.mark.parametrize("url", ["/items/WT2026-0001/actions/accept/", "/items/WT2026-0001/evidence/"])
def test_a_stranger_may_not_post_either(db, client, url):
    assert client.post(url).headers["Location"].startswith("/sign-in/")


def test_a_part_asked_for_after_the_session_ended_moves_the_whole_page(db, client):
    answer = client.get("/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/sign-in/"


def test_the_right_password_leads_to_the_inbox(city, client):
    answer = client.post("/sign-in/", {"username": "dispatcher", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_said_and_the_name_is_kept(city, client):
    page = client.post("/sign-in/", {"username": "dispatcher", "password": "不对"})
    assert page.status_code == 200
    assert "请输入一个正确的用户名和密码" in text_of(page)
    assert 'value="dispatcher"' in page.content.decode()


def test_after_five_wrong_passwords_the_sign_in_is_locked_for_a_while(city, client):
    for _attempt in range(5):
        page = client.post("/sign-in/", {"username": "dispatcher", "password": "不对"})
    assert page.status_code == 429
    assert "已锁定 15 分钟" in text_of(page)


def test_signing_out_ends_the_session(city, signed_in):
    browser = signed_in(city.dispatcher)
    browser.post("/sign-out/")
    assert browser.get("/").status_code == 302


def test_signing_out_by_a_link_from_elsewhere_does_nothing(city, signed_in):
    browser = signed_in(city.dispatcher)
    assert browser.get("/sign-out/").status_code == 405
    assert browser.get("/").status_code == 200


def test_a_form_from_another_site_is_refused_in_our_words(city):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.environment_clerk)
    item = walk(city, State.ASSIGNED)
    page = browser.post(f"/items/{item.number}/actions/accept/", {"version": item.version})
    assert page.status_code == 403
    assert "本次提交未被受理" in text_of(page)
    item.refresh_from_db()
    assert item.state == State.ASSIGNED


def test_pages_are_chinese_until_a_person_switches(city, signed_in):
    browser = signed_in(city.dispatcher)
    assert "待我办理" in text_of(browser.get("/"))
    assert browser.post("/language/", {"language": "en", "next": "/items/"}).headers["Location"] == "/items/"
    assert "My turn" in text_of(browser.get("/"))


def test_the_language_switch_leads_to_no_other_site(db, client):
    answer = client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_the_menu_offers_what_the_role_allows(city, signed_in):
    assert "登记问题" in text_of(signed_in(city.dispatcher).get("/"))
    assert "登记问题" not in text_of(signed_in(city.environment_clerk).get("/"))
    assert "人员与部门" in text_of(signed_in(city.system_admin).get("/"))
    assert "人员与部门" not in text_of(signed_in(city.dispatcher).get("/"))


def test_the_menu_says_where_one_is(city, signed_in):
    page = signed_in(city.dispatcher).get("/items/")
    assert [attrs["href"] for _, attrs in tags_of(page, "a") if "aria-current" in attrs] == ["/items/"]


@pytest.mark.parametrize("url", MENU)
def test_no_page_needs_what_the_content_security_policy_forbids(city, signed_in, url):
    page = signed_in(city.dispatcher).get(url)
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    for tag, attrs in tags_of(page):
        assert "style" not in attrs, (tag, attrs)
        assert not [name for name in attrs if re.match(r"on|hx-on", name)], (tag, attrs)
        assert tag != "script" or "src" in attrs


@pytest.mark.parametrize("url", MENU)
def test_every_field_has_a_label_and_every_id_is_there_once(city, signed_in, url):
    tags = list(tags_of(signed_in(city.dispatcher).get(url)))
    identities = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(identities) == len(set(identities))
    labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
    for tag, attrs in tags:
        if tag in ("input", "select", "textarea") and attrs.get("type") != "hidden":
            assert attrs.get("id") in labelled, attrs


def test_a_page_that_does_not_exist_says_so_in_chinese(city, signed_in):
    page = signed_in(city.dispatcher).get("/nowhere/")
    assert page.status_code == 404
    assert "页面不存在" in text_of(page)


def test_a_failure_of_ours_is_told_without_touching_the_database(client, django_db_blocker):
    client.raise_request_exception = False
    with django_db_blocker.block():
        page = client.get("/", headers={"Cookie": "sessionid=unreadable"})
    assert page.status_code == 500
    assert "系统出错" in text_of(page)


def test_a_person_changes_his_telephone_but_not_his_name(city, signed_in):
    browser = signed_in(city.dispatcher)
    given = {"email": "d@city.example", "phone": "0377", "language": "en", "name": "新名"}
    browser.post(reverse("accounts:profile"), given)
    city.dispatcher.refresh_from_db()
    assert (city.dispatcher.phone, city.dispatcher.name) == ("0377", "环委办调度员甲")


def test_a_weak_new_password_is_refused_with_the_reason(city, signed_in):
    given = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    page = signed_in(city.dispatcher).post(reverse("accounts:password"), given)
    assert page.status_code == 200
    assert "密码" in text_of(page)
    city.dispatcher.refresh_from_db()
    assert city.dispatcher.check_password(PASSWORD)

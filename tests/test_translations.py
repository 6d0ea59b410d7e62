"""Every visible string has its Chinese words, and no Chinese page speaks English."""

import re
from pathlib import Path

import polib
import pytest
from django.utils import timezone

from tests import walking
from tests.messages_in_source import ROOT, Message, messages_of
from tests.pages.reading import tags_of, text_of
from tests.people import City
from tests.walking import walk
from workflow import services
from workflow.lifecycle import State

APPS = ("accounts", "notifications", "workflow")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")


def catalogue_of(app: str) -> polib.POFile:
    return polib.pofile(str(ROOT / app / "locale/zh_Hans/LC_MESSAGES/django.po"))


def entries() -> dict[tuple[str, str], polib.POEntry]:
    """All catalogues as Django reads them: together."""
    return {(entry.msgid, entry.msgctxt or ""): entry for app in APPS for entry in catalogue_of(app)}


def words(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("app", [*APPS, "config"])
def test_every_string_of_the_source_has_chinese_words(app):
    known = entries()
    missing = {
        f"{place}: {message.text}"
        for message, place in messages_of(app).items()
        if not _is_translated(known.get((message.text, message.context)), message)
    }
    assert not missing


def _is_translated(entry: polib.POEntry | None, message: Message) -> bool:
    if entry is None or entry.fuzzy or bool(entry.msgid_plural) != bool(message.plural):
        return False
    return all(words(entry))


@pytest.mark.parametrize("app", APPS)
def test_translations_keep_every_placeholder(app):
    for entry in catalogue_of(app):
        for translation in words(entry):
            assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_a_string_says_the_same_in_every_catalogue():
    said: dict[tuple[str, str], list[str]] = {}
    for app in APPS:
        for entry in catalogue_of(app):
            assert said.setdefault((entry.msgid, entry.msgctxt or ""), words(entry)) == words(entry), entry.msgid


def test_the_source_is_searched_in_full():
    found = messages_of("workflow")
    assert Message("Void", "verb") in found
    assert Message("%(n)s day overdue", "", "%(n)s days overdue") in found
    assert Message("Skip to the content") in found


# -- pages -------------------------------------------------------------------------------------------------------------

# Names that are not translated: the product, the other language, formats, machine words on the login of machines.
ALLOWED = {"bihuan", "english", "pdf", "word", "excel", "txt", "md", "docx", "api", "jpg", "kb", "mb", "csv"}
LATIN = re.compile(r"[A-Za-z]{2,}")
CODES = re.compile(r"\b[A-Z]{2}\d{4}-\d{4}(?:-\d\d)?\b|[\w.]+@[\w.]+|https?://\S+|\b(?:petition|own-finding)\b")


def english_in(page) -> set[str]:
    """Latin words that a reader of Chinese would stumble over: in the text and in what is read aloud."""
    aloud = ("aria-label", "placeholder", "title", "alt")
    spoken = [attrs.get(name, "") for _, attrs in tags_of(page) for name in aloud]
    text = CODES.sub(" ", text_of(page) + " " + " ".join(spoken))
    return {word for word in LATIN.findall(text) if word.lower() not in ALLOWED}


@pytest.fixture
def lively(city: City) -> City:
    """An item in every state, with an objection, a part, a report and evidence."""
    for state in State:
        walk(city, state, now=timezone.now() if state == State.PUBLICIZING else None)
    objected = walk(city, State.PUBLICIZING, now=timezone.now())
    services.object_to(objected, by=city.dispatcher, text="仍有异味")
    whole = walk(city, State.RECTIFYING, now=timezone.now())
    walking.add_evidence(whole, city.environment_clerk)
    services.report(whole, by=city.environment_clerk, text="已清运一半", percent=50)
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    return city


MENU = [
    "/",
    "/items/",
    "/items/?q=找不到",
    "/procedures/",
    "/procedures/petition/",
    "/procedures/petition/edit/",
    "/calendar/",
    "/calendar/2026/",
    "/calendar/new/",
    "/sources/",
    "/items/new/",
    "/sources/new/",
    "/imports/",
]
ROLES = ["dispatcher", "verifier", "supervisor", "auditor", "system_admin", "environment_clerk", "tongbai_head"]
OWN = ["/notifications/", "/profile/", "/profile/password/", "/nowhere/"]


@pytest.mark.parametrize("who", ROLES)
def test_no_page_in_chinese_shows_english(lively, signed_in, who):
    browser = signed_in(getattr(lively, who))
    shown = [item.number for item in browser.get("/items/").context["page"]]
    for url in [*MENU, *OWN, *(f"/items/{number}/" for number in shown)]:
        words = english_in(browser.get(url)) - {who, *who.split("_")}
        assert not words, (url, words)


@pytest.mark.parametrize("url", ["/sign-in/", "/nowhere/"])
def test_nor_does_a_page_for_strangers(db, client, url):
    assert not english_in(client.get(url))


def test_refusals_are_chinese_too(lively, signed_in):
    item = walk(lively, State.ASSIGNED)
    browser = signed_in(lively.dispatcher)
    for action in ("accept", "decline", "assign", "decompose"):
        page = browser.post(f"/items/{item.number}/actions/{action}/", {"version": item.version, "reason": "理由"})
        assert not english_in(page), action


def test_in_english_the_frame_is_english(city, signed_in):
    browser = signed_in(city.dispatcher)
    browser.post("/language/", {"language": "en"})
    text = text_of(browser.get("/items/new/"))
    chinese = re.findall(r"[\u4e00-\u9fff]+", CODES.sub(" ", text))
    names = {"闭环", "中文", "环委办调度员甲", "市生态环境保护委员会办公室"}
    regions = set(Path(ROOT / "fixtures/regions.json").read_text(encoding="utf-8").split('"'))
    assert not {word for word in chinese if word not in names | regions}

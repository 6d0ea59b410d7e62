"""Reading a page as a person does: its text, its forms."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext


class _Reader(HTMLParser):
    """Collects text outside of scripts, and the values that forms carry."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


class _FormReader(HTMLParser):
    """What a browser would send of each form as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append({})
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.forms[-1]):
            self.forms[-1][self._select] = [value]
        elif tag == "textarea":
            self._area = name
            self.forms[-1][name] = [""]
        elif tag == "input" and name and self.forms:
            if given.get("type") not in ("checkbox", "radio"):
                self.forms[-1].setdefault(name, []).append(value)
            elif "checked" in given:
                self.forms[-1].setdefault(name, []).append(value or "on")

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area][0] += data.removeprefix("\n")


def filled(page: HttpResponse, field: str) -> dict[str, list[str]]:
    """What a browser would send of the form with this field, nothing touched."""
    reader = _FormReader()
    reader.feed(page.content.decode())
    return next(form for form in reader.forms if field in form)


def _read(page: HttpResponse | str) -> _Reader:
    reader = _Reader()
    reader.feed(page if isinstance(page, str) else page.content.decode())
    return reader


def text_of(page: HttpResponse | str) -> str:
    """Everything that is shown, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(_read(page).texts))


def tags_of(page: HttpResponse | str, name: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """The tags with their attributes, all or those of one name."""
    return (tag for tag in _read(page).tags if name in ("", tag[0]))


def value_of(page: HttpResponse, identity: str) -> str:
    """What the input with this id carries."""
    return next(attrs["value"] for _tag, attrs in tags_of(page) if attrs.get("id") == identity)


def part(page: HttpResponse, start: str, end: str = "</section>") -> str:
    """The source from a mark to the next end of a section."""
    source = page.content.decode()
    begin = source.index(start)
    return source[begin : source.index(end, begin)]


def queries(ask: Callable[[], object]) -> int:
    """How many queries something costs."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)

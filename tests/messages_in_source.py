"""Finds every string that the source marks for translation, without the gettext tools."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# Python name → where its arguments are: context, message, plural.
FUNCTIONS = {
    "_": (None, 0, None),
    "lazy": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}


class Message(NamedTuple):
    """A marked string; `context` and `plural` may be empty."""

    text: str
    context: str = ""
    plural: str = ""


def messages_of(app: str) -> dict[Message, str]:
    """Every marked string of an app, with the file in which it stands first."""
    found: dict[Message, str] = {}
    for path in sorted((ROOT / app).rglob("*")):
        if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
            for message in _in_file(path):
                found.setdefault(message, str(path.relative_to(ROOT)))
    return found


def _in_file(path: Path) -> Iterator[Message]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _in_python(source)
    elif "templates" in path.parts:
        yield from _in_python(_calls_in(source))


def _in_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (places := FUNCTIONS.get(_name(node.func))):
            texts = [_text(node, place) for place in places]
            if texts[1]:
                context, text, plural = texts
                yield Message(text, context, plural)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _text(call: ast.Call, place: int | None) -> str:
    if place is None or place >= len(call.args):
        return ""
    argument = call.args[place]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


_CALL = re.compile(r"""\b(?:n?p?gettext|_)\((?:\s*u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?|\s*[\w.]+\s*,?)+\)""")


def _calls_in(template: str) -> str:
    """The template as Django hands it to xgettext, reduced to its calls: one line of Python each."""
    return "\n".join(match.group(0) for match in _CALL.finditer(templatize(template)))

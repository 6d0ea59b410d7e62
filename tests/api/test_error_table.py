"""docs/api-errors.md: every code that the code has, with its status, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from rest_framework import exceptions

from workflow.api.errors import STATUS
from workflow.permissions import _ONLY, _WITHOUT_A_PERSON
from workflow.refusal import RefusalKind

ROOT = Path(settings.BASE_DIR)
TABLE = (ROOT / "docs/api-errors.md").read_text(encoding="utf-8")
ROOMS = ("workflow/services", "workflow/api", "accounts/clients")
DOORS = ("workflow/needs.py", "workflow/permissions.py", "workflow/file_types.py")
KINDS = {"invalid": 400, "conflict": 409, "forbidden": 403}
OF_THE_FRAMEWORK = (exceptions.ParseError, exceptions.NotAuthenticated, exceptions.PermissionDenied)
OF_ITS_REQUESTS = (exceptions.MethodNotAllowed, exceptions.NotAcceptable)


def told() -> set[tuple[int, str]]:
    return {(int(status), code) for status, code in re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", TABLE, re.M)}


def calls() -> Iterator[tuple[str, list[ast.expr]]]:
    """Name and arguments of each call in the code that may refuse."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")] + [ROOT / name for name in DOORS]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield getattr(node.func, "id", getattr(node.func, "attr", "")), node.args


def written() -> Iterator[tuple[int, str]]:
    """What stands in the code with its code spelt out."""
    for name, given in calls():
        text = [value.value if isinstance(value, ast.Constant) else None for value in given]
        match name, text:
            case (("invalid" | "conflict" | "forbidden"), [str(code), *_]):
                yield KINDS[name], code
            case "Refusal", [_, str(code), *_]:
                yield STATUS[RefusalKind[given[0].attr]], code
            case "Problem", [int(status), str(code), *_]:
                yield status, code
            case "SignatureRefused", [str(code), *_]:
                yield 401, code
            case "AuthenticationFailed", [_, str(code)]:
                yield 401, code


def known() -> set[tuple[int, str]]:
    parties = {(403, f"not-the-{party.value}") for party in _ONLY if party not in _WITHOUT_A_PERSON}
    framework = {
        (error.status_code, error.default_code.replace("_", "-")) for error in (*OF_THE_FRAMEWORK, *OF_ITS_REQUESTS)
    }
    return {*written(), *parties, *framework, (403, "insufficient-scope")}


def test_the_table_has_every_code_and_no_other() -> None:
    assert sorted(known() - told()) == []
    assert sorted(told() - known()) == []


def test_each_is_told_once_with_words() -> None:
    rows = re.findall(r"^\| (\d{3} \| `[a-z-]+`) \| (.*)$", TABLE, re.M)
    assert [code for code, words in rows if not re.search("[一-鿿]{3}", words)] == []
    assert len(rows) == len(told())

"""The five general standards of verification: each met or not, with a note."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.models.closing import Standard
from workflow.refusal import Refused, invalid

LONGEST_NOTE = 500  # characters


def read(given: dict[str, Any], *, is_pass: bool) -> dict[str, dict[str, Any]]:
    """The lines as they are stored, in the order of the standards. Raises Refused (field `checklist`).

    A line comes as true or false, or as {"met", "note"}. Who passes what does not meet a standard says why.
    """
    if given.keys() - set(Standard.values):
        raise _refused(_("Unknown standard: {names}."), sorted(map(str, given.keys() - set(Standard.values))))
    lines = {standard.value: _line(given[standard.value]) for standard in Standard if standard.value in given}
    too_long = [name for name, line in lines.items() if len(line["note"]) > LONGEST_NOTE]
    if too_long:
        raise _refused(_("This note is too long: {names}."), [Standard(name).label for name in too_long])
    if is_pass and (silent := unexplained(lines)):
        sentence = _("A standard that is not met needs a note to pass: {names}.")
        raise _refused(sentence, [Standard(name).label for name in silent])
    return lines


def unexplained(lines: dict[str, dict[str, Any]]) -> list[str]:
    """The standards that are not met without a word on it."""
    return [name for name, line in lines.items() if not line["met"] and not line["note"]]


def _line(given: Any) -> dict[str, Any]:
    line = given if isinstance(given, dict) else {"met": given}
    return {"met": bool(line.get("met")), "note": (line.get("note") or "").strip()}


def _refused(sentence: Any, names: list[Any]) -> Refused:
    listed = format_lazy("{}" + "；{}" * (len(names) - 1), *names)
    whole = format_lazy(sentence, names=listed)
    return Refused(invalid("checklist", whole, checklist=whole))

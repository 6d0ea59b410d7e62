"""A ladder as a JSON file, in the form of fixtures/ladder.json: everything that is wrong with it, named in one go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.models import Rung
from workflow.models.procedures import DayUnit, Measure
from workflow.refusal import Refused, invalid
from workflow.services.procedure_terms import RungTerms, wrong_rungs


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# Field → whether a value of it can be one; limits are those of every ladder, in procedure_terms.
_FIELDS: dict[str, Callable[[Any], bool]] = {
    "clock": lambda value: isinstance(value, str),
    "kind": lambda value: value in Rung.Kind.values,
    "offset_days": _is_whole,
    "unit": lambda value: value in DayUnit.values,
    "repeat_days": lambda value: value is None or _is_whole(value),
    "measure": lambda value: value in Measure.values,
    "reply_days": lambda value: value is None or _is_whole(value),
    "audience": lambda value: isinstance(value, list) and all(name in Rung.Audience.values for name in value),
}
_NEEDED = ("clock", "offset_days", "audience")


def read_ladder(text: str) -> list[RungTerms]:
    """The rungs that the text says. Raises Refused with a sentence for each place, as `rungs.0.clock`."""
    rows = _rows(text)
    wrong = {f"rungs.{place}.{name}": why for place, row in enumerate(rows) for name, why in _wrong_row(row).items()}
    if not wrong:
        terms = [_terms(row) for row in rows]
        wrong = wrong_rungs(terms)
    if wrong:
        sentence = format_lazy(_("The ladder cannot be used like this: {n} entries need a look."), n=len(wrong))
        raise Refused(invalid("ladder", sentence, **wrong))
    return terms


def _rows(text: str) -> list[Any]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise Refused(invalid("not-json", format_lazy(_("This is no JSON: {why}."), why=error))) from error
    except RecursionError as error:
        raise Refused(invalid("not-json", _("This is no JSON: it is nested too deeply."))) from error
    if not isinstance(rows, list):
        raise Refused(invalid("not-a-list", _("A ladder is a JSON list, a step of it an object.")))
    return rows


def _wrong_row(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        return {"step": _("A step of the ladder is an object.")}
    wrong: dict[str, Any] = {name: _("Nobody knows this field.") for name in row.keys() - _FIELDS.keys()}
    wrong |= {name: _("This field is required.") for name in _NEEDED if name not in row}
    wrong |= {
        name: _("This cannot stand here.") for name, fits in _FIELDS.items() if name in row and not fits(row[name])
    }
    if not wrong and row.get("kind", _terms(row).kind) != _terms(row).kind:
        wrong["kind"] = _("A reminder lies on the day or before, what is overdue after it.")
    return wrong


def _terms(row: dict[str, Any]) -> RungTerms:
    return RungTerms(**{name: value for name, value in row.items() if name != "kind"}).named()

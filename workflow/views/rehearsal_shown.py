"""A rehearsal as its page shows it: sums, rows of tables, what the chart draws; beside it the ladder in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from workflow.rehearsal import Rehearsal
from workflow.rehearsal.words import MEASURES, warnings


class Row(NamedTuple):
    """A day or a department: notices by measure, their sum; what is in force and what would become different."""

    name: Any
    counts: list[int]
    total: int
    in_force: int | None = None
    readers: int = 0
    messages: int = 0

    @property
    def difference(self) -> str:
        more = self.total - (self.in_force or 0)
        return f"{more:+d}".replace("-", "−") if more else "0"


def shown(result: Rehearsal, in_force: Rehearsal | None) -> dict[str, Any]:
    """Context of the page. `in_force`: the present ladder, where `result` is a changed one."""
    departments, days = _departments(result, in_force), _days(result, in_force)
    return {
        "measures": list(MEASURES.values()),
        "result": result,
        "warnings": warnings(result),
        "departments": departments,
        "days": [row for row in days if row.total or row.in_force],
        "total": _sum(departments, days),
        "busiest": max(days, key=lambda row: row.total),
        "chart": _chart(days, result, in_force),
    }


def _departments(result: Rehearsal, in_force: Rehearsal | None) -> list[Row]:
    names = result.departments | (in_force.departments if in_force else {})
    reached = {*result.reached(), *(in_force.reached() if in_force else ())}
    keys = [pk for pk in names if pk in reached]
    return list(_rows(keys, names.get, result.by_department(), in_force and in_force.by_department()))


def _days(result: Rehearsal, in_force: Rehearsal | None) -> list[Row]:
    days = {day.day: day for day in result.days()}
    rows = _rows(days, lambda day: day, result.by_day(), in_force and in_force.by_day())
    return [row._replace(readers=days[row.name].readers, messages=days[row.name].messages) for row in rows]


def _rows(
    keys: Iterable[Any], name: Callable[[Any], Any], counts: Counter[tuple[Any, str]], before: Counter | None
) -> Iterable[Row]:
    for key in keys:
        each = [counts[key, measure] for measure in MEASURES]
        in_force = None if before is None else sum(before[key, measure] for measure in MEASURES)
        yield Row(name(key), each, sum(each), in_force)


def _sum(departments: list[Row], days: list[Row]) -> Row:
    counts = [sum(row.counts[place] for row in departments) for place in range(len(MEASURES))]
    in_force = sum(row.in_force or 0 for row in departments)
    return Row(_("Total"), counts, sum(counts), in_force, messages=sum(day.messages for day in days))


def _chart(days: list[Row], result: Rehearsal, in_force: Rehearsal | None) -> dict[str, Any]:
    """For static/workflow/rehearsal.js: bars stacked by measure, the ladder in force as a line."""
    bars = [
        {"key": key, "name": str(label), "data": [row.counts[place] for row in days]}
        for place, (key, label) in enumerate(MEASURES.items())
    ]
    line = {"name": _("In force now"), "data": [row.in_force for row in days]} if in_force else None
    return {"days": [_short(row.name) for row in days], "bars": bars, "line": line}


def _short(day: date) -> str:
    return f"{day:%m-%d}"

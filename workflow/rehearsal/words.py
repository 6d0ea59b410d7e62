"""A rehearsal in words and rows, for command and page: labels, warnings, plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.models import Rung
from workflow.rehearsal.tally import STORM, Rehearsal

MEASURES = dict(Rung.Kind.choices)  # in the order of the ladder
LEVELS = dict(Rung.Audience.choices)


def warnings(result: Rehearsal) -> list[str]:
    """What somebody should see to before the ladder is switched on."""
    return [*_storms(result), *_vacancies(result)]


def _storms(result: Rehearsal) -> Iterator[str]:
    sentence = _("%(day)s: %(notices)s notices. More than %(limit)s at once are held until a person releases them.")
    for day in result.storms():
        yield sentence % {"day": date_format(day.day), "notices": day.notices, "limit": STORM}


def _vacancies(result: Rehearsal) -> Iterator[str]:
    for (department, level), number in sorted(result.vacant.items(), key=lambda row: -row[1]):
        sentence = ngettext(
            "%(department)s: nobody is “%(level)s” today; %(n)s notice reaches nobody there.",
            "%(department)s: nobody is “%(level)s” today; %(n)s notices reach nobody there.",
            number,
        )
        yield sentence % {"department": result.departments[department], "level": LEVELS[level], "n": number}


def as_rows(result: Rehearsal) -> dict[str, Any]:
    """Everything as plain values, for other programs: names of the code, ISO days."""
    names, by_department = result.departments, result.by_department()
    return {
        "period": {"from": result.period.first.isoformat(), "to": result.period.last.isoformat()},
        "clocks": result.clocks,
        "notices": result.notices,
        "envelopes": sum(day.envelopes for day in result.days()),
        "days": [day._asdict() | {"day": day.day.isoformat()} for day in result.days()],
        "departments": [
            {"department": names[pk]} | {measure: by_department[pk, measure] for measure in MEASURES}
            for pk in result.reached()
        ],
        "told": [
            told._asdict() | {"day": told.day.isoformat(), "department": names[told.department], "notices": number}
            for told, number in sorted(result.told.items())
        ],
        "vacant": [
            {"department": names[pk], "level": level, "notices": number}
            for (pk, level), number in sorted(result.vacant.items())
        ],
        "warnings": warnings(result),
    }

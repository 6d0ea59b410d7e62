"""A rehearsal in words and rows, for command and page: labels, warnings, plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.audiences import Seat
from workflow.models.procedures import Measure
from workflow.rehearsal.tally import Rehearsal

MEASURES = dict(Measure.choices)  # in the order of severity


def warnings(result: Rehearsal) -> list[str]:
    """What somebody should see to before the ladder is switched on."""
    return [*_storms(result), *_vacancies(result)]


def _storms(result: Rehearsal) -> Iterator[str]:
    sentence = _("%(day)s: notices to %(n)s people. More than %(limit)s at once are held until a person releases them.")
    for day in result.storms():
        yield sentence % {"day": date_format(day.day), "n": day.readers, "limit": settings.STORM_LIMIT}


def _vacancies(result: Rehearsal) -> Iterator[str]:
    if result.lost:
        yield ngettext(
            "%(n)s notice would reach nobody: every post up to the committee office is vacant.",
            "%(n)s notices would reach nobody: every post up to the committee office is vacant.",
            result.lost,
        ) % {"n": result.lost}
    for seat, number in result.vacant.most_common():
        sentence = ngettext(
            "%(department)s: nobody holds the post “%(role)s” today; %(n)s notice goes one level up.",
            "%(department)s: nobody holds the post “%(role)s” today; %(n)s notices go one level up.",
            number,
        )
        yield sentence % {"department": result.departments[seat.department_id], "role": _post(seat), "n": number}


def _post(seat: Seat) -> str:
    return str(seat.roles[0].label)


def as_rows(result: Rehearsal) -> dict[str, Any]:
    """Everything as plain values, for other programs: names of the code, ISO days."""
    names, by_department = result.departments, result.by_department()
    return {
        "period": {"from": result.period.first.isoformat(), "to": result.period.last.isoformat()},
        "clocks": result.clocks,
        "notices": result.notices,
        "messages": sum(day.messages for day in result.days()),
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
            {"department": names[seat.department_id], "role": seat.roles[0].value, "notices": number}
            for seat, number in sorted(result.vacant.items())
        ],
        "lost": result.lost,
        "warnings": warnings(result),
    }

"""`manage.py rehearse_ladder`: what a ladder would tell whom, day by day, on the present items. Sends nothing."""

import csv
import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from unicodedata import east_asian_width

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import Department, today
from workflow import database_clock, working_calendar
from workflow.models import Procedure
from workflow.refusal import Refused
from workflow.rehearsal import LadderChange, Period, Rehearsal, Scope, rehearse
from workflow.rehearsal.ladder_file import read_ladder
from workflow.rehearsal.words import MEASURES, as_rows, warnings

A_MONTH = timedelta(days=29)  # and the first day


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("%(text)s is no day; write 2026-01-31.") % {"text": text}) from error


class Command(BaseCommand):
    help = "Rehearse the ladders in force, or the one in a file, on the present items: notices per day and department."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--procedure", metavar="CODE", help="items that go by this procedure alone")
        parser.add_argument("--office", metavar="NAME", help="items of this committee office alone")
        parser.add_argument("--from", dest="first", type=_day, metavar="YYYY-MM-DD", help="first day; today")
        parser.add_argument("--to", dest="last", type=_day, metavar="YYYY-MM-DD", help="last day; 29 days later")
        parser.add_argument("--ladder", type=Path, metavar="FILE", help="JSON in the form of fixtures/ladder.json")
        parser.add_argument("--format", choices=["text", "json", "csv"], default="text")

    def handle(
        self,
        procedure: str | None,
        office: str | None,
        first: date | None,
        last: date | None,
        ladder: Path | None,
        format: str,
        **options: object,
    ) -> None:
        try:
            begin = first or today()
            period = Period.of(begin, last or begin + A_MONTH, today())
            change = LadderChange(_read(ladder)) if ladder else None
        except Refused as refused:
            raise CommandError("\n".join(_lines(refused))) from refused
        scope = Scope(_code(procedure), _office(office))
        now, calendar = database_clock.now(), working_calendar.load()
        result = rehearse(period, now=now, calendar=calendar, scope=scope, change=change)
        {"text": self._as_text, "json": self._as_json, "csv": self._as_csv}[format](result)

    def _as_json(self, result: Rehearsal) -> None:
        self.stdout.write(json.dumps(as_rows(result), ensure_ascii=False, indent=1))

    def _as_csv(self, result: Rehearsal) -> None:
        out = csv.writer(self.stdout)
        out.writerow(["day", "department", "measure", "level", "notices"])
        out.writerows(row.values() for row in as_rows(result)["told"])

    def _as_text(self, result: Rehearsal) -> None:
        self.stdout.write("\n".join(_text(result)))


def _code(code: str | None) -> str | None:
    if code is not None and not Procedure.objects.filter(code=code).exists():
        known = Procedure.objects.order_by("code").values_list("code", flat=True).distinct()
        raise CommandError(
            _("There is no procedure %(code)s; known: %(names)s.") % {"code": code, "names": ", ".join(known)}
        )
    return code


def _office(name: str | None) -> int | None:
    if name is None:
        return None
    offices = Department.objects.filter(kind=Department.Kind.OFFICE)
    if found := offices.filter(name=name).first():
        return found.pk
    known = "、".join(offices.values_list("name", flat=True))
    raise CommandError(_("There is no committee office %(name)s; known: %(names)s.") % {"name": name, "names": known})


def _read(file: Path) -> list:
    try:
        return read_ladder(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
    except UnicodeDecodeError as error:
        raise CommandError(_("%(file)s is no text in UTF-8.") % {"file": file}) from error


def _lines(refused: Refused) -> Iterator[str]:
    yield str(refused)
    if refused.refusal.code == "ladder":
        yield from (f"  {place}: {sentence}" for place, sentence in refused.refusal.errors.items())


# -- as a text ---------------------------------------------------------------------------------------------------------


def _text(result: Rehearsal) -> Iterator[str]:
    sums = {"first": result.period.first, "last": result.period.last, "clocks": result.clocks, "n": result.notices}
    yield _("%(first)s to %(last)s: %(clocks)s running time limits, %(n)s notices. Nothing was sent.") % sums
    yield _("It is assumed that nobody moves: no item is accepted, submitted, verified or closed in this time.")
    yield from warnings(result)
    yield from _per_day(result)
    yield from _per_department(result)


def _per_day(result: Rehearsal) -> Iterator[str]:
    counts = result.by_day()
    rows = [
        [day.notices, *(counts[day.day, measure] for measure in MEASURES), day.readers, day.messages, day.day]
        for day in result.days()
        if day.notices
    ]
    heads = [_("Notices"), *MEASURES.values(), _("People"), _("Messages after folding"), _("Day")]
    yield from _table(heads, rows)


def _per_department(result: Rehearsal) -> Iterator[str]:
    counts = result.by_department()
    each = {pk: [counts[pk, measure] for measure in MEASURES] for pk in result.reached()}
    rows = [[sum(numbers), *numbers, result.departments[pk]] for pk, numbers in each.items()]
    yield from _table([_("Notices"), *MEASURES.values(), _("Department")], rows)


def _table(heads: list[object], rows: list[list[object]]) -> Iterator[str]:
    """Numbers under their headings, the name at the end."""
    yield ""
    for row in [heads, *rows]:
        *numbers, name = map(str, row)
        cells = [
            " " * (_width(str(head)) - _width(number)) + number
            for head, number in zip(heads[:-1], numbers, strict=True)
        ]
        yield "  ".join([*cells, name])


def _width(text: str) -> int:
    """On a terminal, where Chinese characters are twice as wide."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)

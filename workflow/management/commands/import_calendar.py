"""`manage.py import_calendar FILE`: a year's arrangement of holidays, shown or put in force."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from workflow.importing.arrangements import Reading, UnfitArrangement, read_arrangement
from workflow.importing.reader import UnreadableDocument
from workflow.models import CalendarYear
from workflow.models.procedures import Clock
from workflow.refusal import Refused
from workflow.services.moves import all_moves, calendars_of
from workflow.services.recalculation import recalculate
from workflow.services.working_years import keep_reading, put_in_force


class Command(BaseCommand):
    help = "Read a year's arrangement of holidays and say what it moves; with --reason, put it in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the notice (.txt, .docx) or a table of days (.csv)")
        parser.add_argument("--by", required=True, help="user name of a dispatcher or supervisor who answers for it")
        parser.add_argument("--number", default="", help="number of the notice, if the text does not carry it")
        parser.add_argument(
            "--reason", default="", help="why; without it the reading waits to be confirmed in the page"
        )

    def handle(self, file: Path, by: str, number: str, reason: str, **options: object) -> None:
        person = User.objects.filter(username=by, is_active=True).first()
        if person is None:
            raise CommandError(_("There is no active person %(name)s.") % {"name": by})
        try:
            reading = read_arrangement(file.read_bytes(), file.name, document_number=number)
            row = self._keep(reading, person)
            if reason:
                row = put_in_force(row, by=person, reason=reason)
        except OSError as error:
            raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
        except UnfitArrangement as error:
            lines = [f"{row.line or '—'} [{row.code}] {row.message}" for row in error.mistakes]
            raise CommandError("\n".join(lines)) from error
        except (UnreadableDocument, Refused) as error:
            raise CommandError(str(error)) from error
        if reason:
            self.stdout.write(_("In force: %(year)s; items moved: %(n)s.") % {"year": row, "n": recalculate(row)})

    def _keep(self, reading: Reading, person: User) -> CalendarYear:
        names = ("year", "named", "origin", "title", "document_number")
        row = keep_reading(**{name: getattr(reading, name) for name in names}, by=person)
        counts = Counter(move.timer.clock for move in all_moves(calendars_of(row)) if move.moves_the_day)
        self.stdout.write(
            _("Read: %(year)s; armed deadlines that it moves: %(n)s.") % {"year": row, "n": counts.total()}
        )
        for clock, count in sorted(counts.items()):
            self.stdout.write(f"  {Clock(clock).label}: {count}")
        return row

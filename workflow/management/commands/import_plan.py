"""`manage.py import_plan FILE`: read a plan document; with --dry-run only show what was read (CONTRACT "Commands")."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import Department
from workflow.importing import loader
from workflow.importing.reader import UnreadableDocument
from workflow.models import Source
from workflow.refusal import Refused


class Command(BaseCommand):
    help = "Import an action plan (.txt, .md, .docx): source, sections and items, each waiting to be assigned."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what was read, store nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--source-title", default="", help="instead of the title found in the document")
        parser.add_argument("--office", default="", help="the committee office; needed only if there are several")

    def handle(self, file: Path, dry_run: bool, format: str, source_title: str, office: str, **options: object) -> None:
        try:
            content = file.read_bytes()
            keeper = _office(office)
            reading = loader.read(content, file.name, keeper)
        except OSError as error:
            raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
        except UnreadableDocument as error:
            raise CommandError(str(error)) from error
        reading["title"] = source_title or reading["title"]
        if not reading["tasks"]:
            raise CommandError("\n".join(_error_lines(reading)) or _("No task was found in this document."))
        if dry_run:
            self._show(reading, format)
        else:
            self._import(content, file.name, keeper, source_title, format)

    def _import(self, content: bytes, name: str, office: Department, title: str, format: str) -> None:
        try:
            plan_import = loader.receive(content, name, office=office, by=None, title=title)
            was_there = plan_import.source is not None
            source = loader.confirm(plan_import, by=None)
        except loader.PlanHasErrors as error:
            raise CommandError("\n".join(_error_lines({"errors": error.errors}))) from error
        except Refused as error:
            if error.refusal.code == "already-imported":
                self.stdout.write(str(error))
                return
            raise CommandError(str(error)) from error
        self._report(source, was_there, format)

    def _report(self, source: Source, was_there: bool, format: str) -> None:
        numbers = list(source.items.order_by("number").values_list("number", flat=True))
        if format == "json":
            row = {"source": source.pk, "title": source.title, "created": not was_there, "items": numbers}
            self.stdout.write(json.dumps(row, ensure_ascii=False))
        elif was_there:
            self.stdout.write(_("This document has been imported already: %(title)s.") % {"title": source})
        else:
            self.stdout.write(_("Imported: %(title)s, %(count)d tasks.") % {"title": source, "count": len(numbers)})

    def _show(self, reading: dict[str, Any], format: str) -> None:
        if format == "json":
            self.stdout.write(json.dumps(reading, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_as_text(reading)))


def _office(name: str) -> Department:
    offices = Department.objects.filter(kind=Department.Kind.OFFICE)
    found = list(offices.filter(name=name) if name else offices)
    if len(found) != 1:
        raise CommandError(
            _("Name the committee office with --office; known: %(names)s.")
            % {"names": "、".join(offices.values_list("name", flat=True))}
        )
    return found[0]


def _error_lines(reading: dict[str, Any]) -> list[str]:
    return [_("Line %(line)s: %(message)s") % error for error in reading["errors"]]


def _as_text(reading: dict[str, Any]) -> list[str]:
    lines = [f"{reading['title']}  {reading['document_number'] or ''}"]
    for task in reading["tasks"]:
        lines.append(f"\n{task['number']}. {task['title']}  [{task['section']}]")
        lines += [f"   {row['role']}: {row.get('name') or row['text']}" for row in task["responsibilities"]]
        lines += [f"   {row['due_on']} ({row['confidence']}) {row['text']}" for row in task["milestones"]]
        lines += [f"   ? {question}" for question in task["questions"]]
    return lines + _error_lines(reading)

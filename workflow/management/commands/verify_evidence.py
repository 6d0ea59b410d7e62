"""`manage.py verify_evidence`: is every stored file still what was uploaded?"""

from argparse import ArgumentParser
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from workflow.models import WorkItem
from workflow.services.evidence_on_disk import harmed_files, unknown_files


class Command(BaseCommand):
    help = "Hash every evidence file again; exit code 1 if one is altered or missing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--item", default="", metavar="NUMBER", help="the files of this item alone")

    def handle(self, item: str, **options: object) -> None:
        if item and not WorkItem.objects.filter(number=item).exists():
            raise CommandError(f"There is no item {item}.")
        found = Counter()
        for file, harm in harmed_files(item):
            found[harm] += 1
            if harm:
                self.stdout.write(f"{file.item.number}\t{file.name}\t{file.pk}\t{harm}")
        unknown = 0
        for path in () if item else unknown_files():
            unknown += 1
            self.stdout.write(f"-\t{path}\t-\tunknown")
        harmed = found["altered"] + found["missing"]
        self.stdout.write(
            f"{found.total()} files checked: {found['altered']} altered, {found['missing']} missing"
            + ("" if item else f"; {unknown} on disk that no record knows")
        )
        if harmed:
            raise SystemExit(1)

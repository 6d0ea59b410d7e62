"""`manage.py seed_demo --accounts FILE`: the demo's people and items, once, and only where DEMO is on."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from workflow.demo import play


class Command(BaseCommand):
    help = "Create the demo's people (passwords are generated and written to a private file) and items."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", type=Path, required=True)

    def handle(self, accounts: Path, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts exist in the demo only; set DEMO=true if this is one.")
        with transaction.atomic():
            play.seed_demo(accounts)

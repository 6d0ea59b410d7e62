"""`manage.py road`: the state diagram of an item (Mermaid), as README shows it."""

from django.core.management.base import BaseCommand

from workflow.lifecycle import as_mermaid


class Command(BaseCommand):
    help = "Print the state diagram of an item, generated from the transition table."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        self.stdout.write(as_mermaid())

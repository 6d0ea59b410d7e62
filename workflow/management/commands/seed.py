"""`manage.py seed`: regions, departments, procedures and the calendar of a fresh installation."""

from django.core.management.base import BaseCommand

from workflow import seeding


class Command(BaseCommand):
    help = "Store the seed city's regions and departments, the shipped procedures and the working calendar."

    def handle(self, **options: object) -> None:
        seeding.seed()

"""`manage.py compile_catalogue`: .po → .mo without the gettext tools, for machines that have Python only."""

from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile every translation catalogue of the project."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        for source in Path(settings.BASE_DIR).glob("*/locale/*/LC_MESSAGES/django.po"):
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))

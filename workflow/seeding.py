"""What a fresh installation needs: the seed city, procedures with their ladder, the calendar. Existing rows stay."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Department, Region
from workflow import working_calendar
from workflow.models import Procedure, Rung, Stage

FIXTURES = Path(settings.BASE_DIR) / "fixtures"


@transaction.atomic
def seed() -> None:
    """Store what is missing; running it again changes nothing, also not what an administrator has edited."""
    seed_regions()
    seed_departments()
    seed_procedures()
    working_calendar.seed()


def read(name: str) -> list[dict[str, Any]]:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def seed_regions() -> None:
    city: Region | None = None
    for row in read("regions"):
        region, _ = Region.objects.get_or_create(name=row["name"], defaults=row | {"parent": city})
        city = city or region


def seed_departments() -> None:
    regions = {region.name: region for region in Region.objects.all()}
    government: Department | None = None
    for position, row in enumerate(read("departments")):
        values = row | {"region": regions[row["region"]], "superior": government, "position": position}
        department, _ = Department.objects.get_or_create(name=row["name"], defaults=values)
        government = government or department


def seed_procedures() -> None:
    """Those that the installation never had; what an office has made of one of them stays."""
    for row in read("procedures"):
        stages = row.pop("stages")
        procedure, is_new = Procedure.objects.get_or_create(code=row["code"], office=None, revision=1, defaults=row)
        if is_new:
            Stage.objects.bulk_create(
                Stage(procedure=procedure, position=n, **stage) for n, stage in enumerate(stages, 1)
            )
            Rung.objects.bulk_create(Rung(procedure=procedure, **rung) for rung in read("ladder"))

"""The years stored so far came with the software: each gets its arrangement, and holidays the names of the notices."""

from collections import defaultdict

from django.db import migrations
from django.db.models.functions import Now

from workflow.working_calendar import NAMES, PACKAGE


def fill(apps, schema_editor):
    Day, Year = apps.get_model("workflow", "CalendarDay"), apps.get_model("workflow", "CalendarYear")
    for name, published in NAMES.items():
        Day.objects.filter(name=name).update(name=published)
    found = defaultdict(list)
    for day in Day.objects.order_by("day"):
        exceptional = day.is_working != (day.day.weekday() < 5)
        found[day.day.year] += [[day.day.isoformat(), day.is_working, day.name]] if exceptional or day.name else []
    for year, days in found.items():
        row = Year.objects.create(
            year=year,
            origin="package",
            document_number=PACKAGE,
            days=days,
            read_at=Now(),
            in_force_at=Now(),
            recalculated_at=Now(),
        )
        Day.objects.filter(day__year=year).update(arrangement=row)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0020_where_the_calendar_comes_from")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

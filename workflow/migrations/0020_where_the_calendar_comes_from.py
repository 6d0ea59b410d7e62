"""A year's arrangement is a row of revisions, and every day of the calendar says which one it is of."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

PERSON = {"null": True, "blank": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}
ORIGINS = [("package", "shipped with the software"), ("notice", "published notice"), ("table", "table of days")]


class Migration(migrations.Migration):
    dependencies = [
        ("workflow", "0017_papers_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("origin", models.CharField(choices=ORIGINS, max_length=8)),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("document_number", models.CharField(max_length=80, verbose_name="document number")),
                ("days", models.JSONField()),
                ("read_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
                ("read_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("confirmed_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                ("recalculated_at", models.DateTimeField(blank=True, null=True)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-year", "-revision"],
                "constraints": [
                    models.UniqueConstraint(fields=["year", "revision"], name="workflow_year_revision_once"),
                    models.UniqueConstraint(
                        fields=["year"],
                        condition=Q(in_force_at__isnull=False, superseded_at__isnull=True),
                        name="workflow_year_one_in_force",
                    ),
                    models.UniqueConstraint(
                        fields=["year"], condition=Q(in_force_at__isnull=True), name="workflow_year_one_to_confirm"
                    ),
                    models.CheckConstraint(
                        condition=Q(in_force_at__isnull=False)
                        | Q(recalculated_at__isnull=True, superseded_at__isnull=True, confirmed_by__isnull=True),
                        name="workflow_year_in_force_first",
                    ),
                    models.CheckConstraint(
                        condition=Q(in_force_at__isnull=True)
                        | Q(origin="package", confirmed_by__isnull=True)
                        | (~Q(origin="package") & Q(confirmed_by__isnull=False) & ~Q(reason="")),
                        name="workflow_year_in_force_with_its_reason",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "calendarday",
            "arrangement",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="every_day",
                to="workflow.calendaryear",
            ),
        ),
    ]

"""The hosts to which webhooks may be sent."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import notifications.models.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0013_deliveries_keep_their_lane"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="AllowedTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("host", models.CharField(max_length=253, verbose_name="host")),
                ("port", models.PositiveIntegerField(default=443, verbose_name="port")),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="networks",
                    ),
                ),
                ("allows_http", models.BooleanField(default=False, verbose_name="also without encryption (http)")),
                ("note", models.CharField(max_length=300, verbose_name="reason")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["host", "port", "id"],
            },
        ),
        migrations.AddField(
            model_name="allowedtarget",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="allowedtarget",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="allowedtarget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("host", "port"),
                name="notifications_target_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowedtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("host__regex", "^(\\*\\.)?[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$")),
                name="notifications_target_names_a_host",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowedtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("port__in", [80, 443]), models.Q(("port__gte", 1024), ("port__lte", 65535)), _connector="OR"
                    ),
                    models.Q(
                        (
                            "port__in",
                            [1433, 1521, 2049, 2375, 2376, 3306, 3389, 5432, 5672, 6379, 9092, 9200, 11211, 27017],
                        ),
                        _negated=True,
                    ),
                ),
                name="notifications_target_port_is_of_web",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowedtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("allows_http", False), models.Q(("networks", []), _negated=True), _connector="OR"),
                name="notifications_target_http_stays_inside",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowedtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="notifications_target_has_its_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="allowedtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="notifications_target_withdrawn_by_somebody",
            ),
        ),
    ]

"""Webhooks have an owner, the events they want, a place in the feed, a former secret, failures and an end."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import notifications.models.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0011_secrets_are_encrypted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="endpoint",
            options={
                "ordering": ["department", "id"],
                "verbose_name": "group robot",
                "verbose_name_plural": "group robots",
            },
        ),
        migrations.RemoveConstraint(
            model_name="endpoint",
            name="notifications_endpoint_once",
        ),
        migrations.AddField(
            model_name="endpoint",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="disabled_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="disabled_reason",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="event_types",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="failing_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="failures",
            field=models.PositiveIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="feed_position",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="former_secret",
            field=notifications.models.secrets.EncryptedField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="former_secret_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="owner",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="endpoints",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("channel", "webhook"), _negated=True),
                fields=("channel", "url"),
                name="notifications_endpoint_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("channel", "webhook"), ("is_active", True)),
                fields=("owner", "url"),
                name="notifications_endpoint_once_for_its_owner",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner__isnull", True), models.Q(("channel", "webhook"), _negated=True)),
                    models.Q(
                        ("channel", "webhook"),
                        models.Q(("owner__isnull", False), ("is_active", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="notifications_endpoint_owned_iff_a_webhook",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("former_secret", ""), ("former_secret_until__isnull", True)),
                    models.Q(models.Q(("former_secret", ""), _negated=True), ("former_secret_until__isnull", False)),
                    _connector="OR",
                ),
                name="notifications_endpoint_former_secret_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failing_since__isnull", True), ("failures", 0)),
                    models.Q(("failing_since__isnull", False), ("failures__gt", 0)),
                    _connector="OR",
                ),
                name="notifications_endpoint_failures_have_begun",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disabled_at__isnull", True), ("disabled_reason", "")),
                    models.Q(
                        ("channel", "webhook"),
                        ("disabled_at__isnull", False),
                        models.Q(("disabled_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notifications_endpoint_disabled_for_a_reason",
            ),
        ),
    ]

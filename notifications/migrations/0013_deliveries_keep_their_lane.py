"""Deliveries to a webhook do not overtake each other, are paused with it, and begin anew."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import notifications.models.secrets


class Migration(migrations.Migration):
    dependencies = [("notifications", "0012_webhooks_have_owners_and_places")]
    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="notifications_delivery_state_is_known",
        ),
        migrations.AddField(
            model_name="delivery",
            name="earlier_attempts",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="delivery",
            name="lane",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("suppressed", "Not sent"),
                    ("dead", "Given up"),
                    ("unknown", "Outcome unknown"),
                    ("held", "Held back"),
                    ("digested", "In a digest"),
                    ("paused", "Paused"),
                ],
                db_default="pending",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    models.Q(("lane", ""), _negated=True), ("state__in", ["pending", "sending", "paused"])
                ),
                fields=["endpoint", "lane", "id"],
                name="notifications_delivery_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("endpoint__isnull", False)),
                fields=["endpoint", "id"],
                name="notifications_delivery_log",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["pending", "sending", "sent", "suppressed", "dead", "unknown", "held", "digested", "paused"],
                    )
                ),
                name="notifications_delivery_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("earlier_attempts__lte", models.F("attempts"))),
                name="notifications_delivery_earlier_are_attempts",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("endpoint__isnull", True), ("state", "paused"), _negated=True),
                name="notifications_delivery_paused_with_its_endpoint",
            ),
        ),
    ]

"""Heartbeats of the queues; alarms know whether somebody was told; what is not settled is counted quickly."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("notifications", "0009_wishes_and_breakers")]
    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("queue", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("beaten_at", models.DateTimeField(db_default=Now())),
            ],
        ),
        migrations.AddConstraint(
            model_name="heartbeat",
            constraint=models.CheckConstraint(condition=~Q(queue=""), name="notifications_heartbeat_names_its_queue"),
        ),
        migrations.AddField(model_name="alarm", name="told_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["state", "channel"],
                condition=~Q(state__in=["sent", "suppressed", "digested"]),
                name="notifications_delivery_open",
            ),
        ),
    ]

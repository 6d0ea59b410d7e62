"""Three refusals of one event are its end, however many outages lay between; so they are counted by themselves."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("notifications", "0016_attempts_do_not_run_out")]
    operations = [
        migrations.AddField("delivery", "refusals", models.PositiveIntegerField(db_default=0)),
        migrations.AddConstraint(
            "delivery",
            models.CheckConstraint(
                condition=Q(refusals__lte=F("attempts")), name="notifications_delivery_refusals_are_attempts"
            ),
        ),
    ]

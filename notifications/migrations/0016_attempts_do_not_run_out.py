"""Whoever enables a webhook again and again has it tried more than 32,767 times; the count must not stop the outbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_allowed_targets_stay_on_record")]
    operations = [
        migrations.AlterField("delivery", "attempts", models.PositiveIntegerField(db_default=0)),
        migrations.AlterField("delivery", "earlier_attempts", models.PositiveIntegerField(db_default=0)),
        migrations.AlterField("delivery", "interruptions", models.PositiveIntegerField(db_default=0)),
        migrations.AlterField("deliveryattempt", "n", models.PositiveIntegerField()),
    ]

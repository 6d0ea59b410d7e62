"""What callers of the API have left of their quotas; nobody would miss it after a crash, so no disk is waited for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0026_clients_name_items_themselves")]
    operations = [
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                ("key", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("full_at", models.DateTimeField()),
                ("is_admitted", models.BooleanField()),
            ],
        ),
        migrations.RunSQL("ALTER TABLE workflow_ratebucket SET UNLOGGED", migrations.RunSQL.noop),
    ]

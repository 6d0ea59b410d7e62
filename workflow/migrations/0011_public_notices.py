"""A notice may take over from another; objections know how they came, and are counted by sender."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("workflow", "0010_supplements_have_their_day")]

    operations = [
        migrations.AddField(
            model_name="publicity",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="workflow.publicity",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="channel",
            field=models.CharField(
                blank=True,
                choices=[
                    ("page", "Public page"),
                    ("phone", "By telephone"),
                    ("letter", "By letter"),
                    ("visit", "In person"),
                    ("other", "Another way"),
                ],
                default="",
                max_length=6,
                verbose_name="received",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="publicity",
            index=models.Index(fields=["ends_on"], name="workflow_publicity_until"),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(
                condition=~Q(client_hash=""), fields=["client_hash", "at"], name="workflow_objection_sender"
            ),
        ),
    ]

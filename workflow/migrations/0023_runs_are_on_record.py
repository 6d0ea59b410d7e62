"""The latest run of each job that nobody watches; the items that the auditor goes through have their index."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("workflow", "0022_a_published_year_is_whole_and_stands")]
    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "job",
                    models.CharField(
                        choices=[("scan", "Deadline scan"), ("audit", "Audit of the clocks")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("ended_at", models.DateTimeField()),
                ("handled", models.PositiveIntegerField(default=0)),
                ("left", models.PositiveIntegerField(default=0)),
                ("cursor", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(condition=Q(job__in=["scan", "audit"]), name="workflow_run_job_is_known"),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=Q(state__in=["assigned", "rectifying", "verifying", "publicizing", "approving"])
                | Q(state="closed") & ~Q(turn_party="nobody"),
                fields=["id"],
                name="workflow_item_has_a_clock",
            ),
        ),
    ]

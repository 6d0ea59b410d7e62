"""Every step of the ladder says which measure it is; those that are there remind or warn."""

import django.contrib.postgres.fields
from django.db import migrations, models


# Rungs of procedures in use stand; here they only learn the name of what they are.
MEASURES = """
ALTER TABLE workflow_rung DISABLE TRIGGER procedure_in_use_stands;
UPDATE workflow_rung SET measure = 'warning' WHERE kind = 'overdue';
ALTER TABLE workflow_rung ENABLE ALWAYS TRIGGER procedure_in_use_stands;
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0013_petitions_are_found_again")]
    operations = [
        migrations.AddField(
            model_name="procedure",
            name="acknowledgement_pauses_days",
            field=models.PositiveSmallIntegerField(
                default=0, verbose_name="an acknowledged alert is repeated later by (calendar days)"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="nudges_per_day",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="nudges of an item a day"),
        ),
        migrations.AddField(
            model_name="rung",
            name="measure",
            field=models.CharField(
                choices=[
                    ("reminder", "Reminder"),
                    ("warning", "Warning"),
                    ("supervision_order", "Supervision order"),
                    ("bulletin", "Bulletin"),
                    ("interview", "Interview"),
                    ("referral", "Referral for accountability"),
                ],
                default="reminder",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="rung",
            name="reply_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="rung",
            name="audience",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("turn", "Those whose turn it is"),
                        ("head", "Head of the department"),
                        ("office", "Committee office"),
                        ("leader", "City leader"),
                    ],
                    max_length=8,
                ),
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="rung",
            name="clock",
            field=models.CharField(
                choices=[
                    ("accept", "acceptance"),
                    ("deadline", "rectification deadline"),
                    ("milestone", "milestone"),
                    ("report", "progress report"),
                    ("supplement", "supplement"),
                    ("extension", "decision on the extension"),
                    ("verification", "verification"),
                    ("publicity", "publicity"),
                    ("objection", "decision on the objection"),
                    ("approval", "close-out approval"),
                    ("filing", "filing"),
                    ("look_back", "look-back"),
                    ("reply", "answer to a paper"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="timer",
            name="clock",
            field=models.CharField(
                choices=[
                    ("accept", "acceptance"),
                    ("deadline", "rectification deadline"),
                    ("milestone", "milestone"),
                    ("report", "progress report"),
                    ("supplement", "supplement"),
                    ("extension", "decision on the extension"),
                    ("verification", "verification"),
                    ("publicity", "publicity"),
                    ("objection", "decision on the objection"),
                    ("approval", "close-out approval"),
                    ("filing", "filing"),
                    ("look_back", "look-back"),
                    ("reply", "answer to a paper"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunSQL(MEASURES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reminder"), ("measure", "reminder")),
                    models.Q(
                        ("kind", "overdue"),
                        (
                            "measure__in",
                            ["reminder", "warning", "supervision_order", "bulletin", "interview", "referral"],
                        ),
                        models.Q(("measure", "reminder"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="workflow_rung_measure_of_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("measure__in", ("supervision_order", "bulletin", "interview", "referral")), _negated=True
                    ),
                    ("clock__in", ("accept", "deadline", "milestone", "report", "supplement", "reply")),
                    _connector="OR",
                ),
                name="workflow_rung_orders_departments_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reply_days__isnull", True),
                    models.Q(
                        ("measure__in", ("supervision_order", "bulletin", "interview", "referral")),
                        ("reply_days__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="workflow_rung_reply_to_a_paper",
            ),
        ),
    ]

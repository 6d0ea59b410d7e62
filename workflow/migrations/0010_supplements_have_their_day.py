"""What is submitted now knows whether it came late; the days of supplements are found quickly."""

from django.db import migrations, models

# What closed items are refused to change is filled in here once, with the guard aside.
SUBMITTED = """
ALTER TABLE workflow_workitem DISABLE TRIGGER closed_is_frozen;
UPDATE workflow_workitem AS item SET submitted_late = true
    WHERE submitted_at IS NOT NULL AND (
        SELECT was_late FROM workflow_submission AS row
            WHERE row.item_id = item.id AND row.cycle = item.cycle ORDER BY row.id DESC LIMIT 1
    );
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE workflow_workitem ENABLE TRIGGER closed_is_frozen;
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0009_last_lines")]
    operations = [
        migrations.AddField("workitem", "submitted_late", models.BooleanField(default=False)),
        migrations.AddIndex(
            "workitem",
            models.Index(
                condition=models.Q(("supplement_by__isnull", False)),
                fields=["supplement_by"],
                name="workflow_item_supplement",
            ),
        ),
        migrations.RunSQL(SUBMITTED, migrations.RunSQL.noop),
    ]

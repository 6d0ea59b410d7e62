"""Petitions are found again by what they say; those of before get the row that a new one has."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations

PETITIONS = """
INSERT INTO workflow_petition (item_id, channel, batch, place, finding, investigation, completion, ordered_to_rectify,
                               penalised, fined, investigated, detained, interviewed, held_accountable)
SELECT item.id, 'other', '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0
FROM workflow_workitem AS item JOIN workflow_source AS source ON source.id = item.source_id
WHERE source.kind = 'petition' AND item.parent_id IS NULL
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0014_procedures_in_use_stand")]
    operations = [
        migrations.RunSQL(PETITIONS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="workitem",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("description"), name="gin_trgm_ops"
                ),
                name="workflow_item_description_trgm",
            ),
        ),
    ]

"""Last lines in PostgreSQL: events are append-only, and the original deadline stands once the item was accepted."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION workflow_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON workflow_event
    FOR EACH ROW EXECUTE FUNCTION workflow_event_is_append_only();
ALTER TABLE workflow_event ENABLE ALWAYS TRIGGER append_only;
"""
APPEND_ONLY_REVERSE = """
DROP TRIGGER append_only ON workflow_event;
DROP FUNCTION workflow_event_is_append_only();
"""
ORIGINAL_DEADLINE = """
CREATE FUNCTION workflow_original_deadline_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the original deadline of % never changes', OLD.number
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER original_deadline_stands BEFORE UPDATE OF original_due_on ON workflow_workitem
    FOR EACH ROW WHEN (OLD.accepted_at IS NOT NULL AND OLD.original_due_on IS DISTINCT FROM NEW.original_due_on)
    EXECUTE FUNCTION workflow_original_deadline_stands();
"""
ORIGINAL_DEADLINE_REVERSE = """
DROP TRIGGER original_deadline_stands ON workflow_workitem;
DROP FUNCTION workflow_original_deadline_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_items_and_their_road")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
        migrations.RunSQL(ORIGINAL_DEADLINE, ORIGINAL_DEADLINE_REVERSE),
    ]

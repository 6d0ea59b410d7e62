"""An allowed target is withdrawn and never deleted or changed: what was allowed when stays to be read."""

from django.db import migrations

ON_RECORD = """
CREATE FUNCTION notifications_target_is_only_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND to_jsonb(NEW) - '{withdrawn_at,withdrawn_by_id}'::text[] = to_jsonb(OLD) - '{withdrawn_at,withdrawn_by_id}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an allowed target is only withdrawn: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER only_withdrawn BEFORE UPDATE OR DELETE ON notifications_allowedtarget
    FOR EACH ROW EXECUTE FUNCTION notifications_target_is_only_withdrawn();
ALTER TABLE notifications_allowedtarget ENABLE ALWAYS TRIGGER only_withdrawn;
"""
ON_RECORD_REVERSE = """
DROP TRIGGER only_withdrawn ON notifications_allowedtarget;
DROP FUNCTION notifications_target_is_only_withdrawn();
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0014_allowed_targets")]
    operations = [migrations.RunSQL(ON_RECORD, ON_RECORD_REVERSE)]

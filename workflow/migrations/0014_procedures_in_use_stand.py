"""Last line in PostgreSQL: a procedure by which an item goes keeps its parameters, its stages and its ladder."""

from django.db import migrations

# The row is locked first, so that an item being registered at this moment is waited for and seen.
IN_USE = """
CREATE FUNCTION workflow_procedure_is_in_use(procedure bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM workflow_procedure WHERE id = procedure FOR UPDATE;
    RETURN EXISTS (SELECT FROM workflow_workitem WHERE procedure_id = procedure);
END $$;

CREATE FUNCTION workflow_procedure_in_use_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'is_current' IS DISTINCT FROM to_jsonb(NEW) - 'is_current'
        AND workflow_procedure_is_in_use(OLD.id) THEN
        RAISE EXCEPTION 'a procedure in use stands: % revision %', OLD.code, OLD.revision
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER procedure_in_use_stands BEFORE UPDATE ON workflow_procedure
    FOR EACH ROW EXECUTE FUNCTION workflow_procedure_in_use_stands();
ALTER TABLE workflow_procedure ENABLE ALWAYS TRIGGER procedure_in_use_stands;

CREATE FUNCTION workflow_row_of_procedure_in_use_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP <> 'INSERT' AND workflow_procedure_is_in_use(OLD.procedure_id))
        OR (TG_OP <> 'DELETE' AND workflow_procedure_is_in_use(NEW.procedure_id)) THEN
        RAISE EXCEPTION 'a procedure in use stands: its %', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER procedure_in_use_stands BEFORE INSERT OR UPDATE OR DELETE ON workflow_stage
    FOR EACH ROW EXECUTE FUNCTION workflow_row_of_procedure_in_use_stands();
ALTER TABLE workflow_stage ENABLE ALWAYS TRIGGER procedure_in_use_stands;
CREATE TRIGGER procedure_in_use_stands BEFORE INSERT OR UPDATE OR DELETE ON workflow_rung
    FOR EACH ROW EXECUTE FUNCTION workflow_row_of_procedure_in_use_stands();
ALTER TABLE workflow_rung ENABLE ALWAYS TRIGGER procedure_in_use_stands;
"""
REVERSE = """
DROP TRIGGER procedure_in_use_stands ON workflow_rung;
DROP TRIGGER procedure_in_use_stands ON workflow_stage;
DROP TRIGGER procedure_in_use_stands ON workflow_procedure;
DROP FUNCTION workflow_row_of_procedure_in_use_stands();
DROP FUNCTION workflow_procedure_in_use_stands();
DROP FUNCTION workflow_procedure_is_in_use(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0011_public_notices")]
    operations = [migrations.RunSQL(IN_USE, REVERSE)]

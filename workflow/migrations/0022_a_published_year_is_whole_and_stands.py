"""Last lines in PostgreSQL for the calendar: a year in force has all its days, and what was in force stands.

The last days to decide a request or an objection move with the calendar, so their rows may change in that as well.
"""

import django.db.models.deletion
from django.db import migrations, models

YEARS = """
CREATE FUNCTION workflow_year_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM workflow_calendaryear AS arrangement
        WHERE in_force_at IS NOT NULL AND superseded_at IS NULL
            AND (TG_TABLE_NAME = 'workflow_calendarday' OR arrangement.id = (to_jsonb(NEW) ->> 'id')::bigint)
            AND (SELECT count(*) FROM workflow_calendarday WHERE arrangement_id = arrangement.id
                 AND day BETWEEN make_date(year, 1, 1) AND make_date(year, 12, 31))
                <> make_date(year + 1, 1, 1) - make_date(year, 1, 1)
    ) THEN
        RAISE EXCEPTION 'a published year has all its days' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER whole_year AFTER INSERT OR UPDATE ON workflow_calendaryear
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION workflow_year_is_whole();
CREATE CONSTRAINT TRIGGER whole_year AFTER DELETE ON workflow_calendarday
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION workflow_year_is_whole();
CREATE TRIGGER in_force_stands BEFORE UPDATE ON workflow_calendaryear
    FOR EACH ROW WHEN (OLD.in_force_at IS NOT NULL)
    EXECUTE FUNCTION workflow_only_changes('recalculated_at', 'superseded_at');
CREATE TRIGGER in_force_is_kept BEFORE DELETE ON workflow_calendaryear
    FOR EACH ROW WHEN (OLD.in_force_at IS NOT NULL)
    EXECUTE FUNCTION workflow_refuse('an arrangement that was in force stays on record');
ALTER TABLE workflow_calendaryear ENABLE ALWAYS TRIGGER in_force_stands;
ALTER TABLE workflow_calendaryear ENABLE ALWAYS TRIGGER in_force_is_kept;
"""
YEARS_REVERSE = """
DROP TRIGGER in_force_is_kept ON workflow_calendaryear;
DROP TRIGGER in_force_stands ON workflow_calendaryear;
DROP TRIGGER whole_year ON workflow_calendarday;
DROP TRIGGER whole_year ON workflow_calendaryear;
DROP FUNCTION workflow_year_is_whole();
"""


# As in 0009, with the last day to decide.
OBJECTION = ("OLD.upheld IS NOT NULL", ("upheld", "opinion", "decided_by_id", "decided_at"))
EXTENSION = (
    "OLD.is_approved IS NOT NULL OR OLD.lapsed_at IS NOT NULL",
    (
        "is_approved",
        "granted_due_on",
        "opinion",
        "document_number",
        "scan_id",
        "decided_by_id",
        "decided_at",
        "lapsed_at",
    ),
)


def only_decided(table, decided, columns):
    return f"""
DROP TRIGGER only_decided ON workflow_{table};
CREATE TRIGGER only_decided BEFORE UPDATE ON workflow_{table}
    FOR EACH ROW WHEN (NOT ({decided})) EXECUTE FUNCTION workflow_only_changes({", ".join(f"'{name}'" for name in columns)});
ALTER TABLE workflow_{table} ENABLE ALWAYS TRIGGER only_decided;
"""


def ledgers(*more):
    rows = (("objection", OBJECTION), ("extension", EXTENSION))
    return "".join(only_decided(table, decided, (*columns, *more)) for table, (decided, columns) in rows)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0021_shipped_years_say_so")]
    operations = [
        migrations.AlterField(
            "calendarday",
            "arrangement",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="every_day", to="workflow.calendaryear"
            ),
        ),
        migrations.RunSQL(YEARS, YEARS_REVERSE),
        migrations.RunSQL(ledgers("decide_by"), ledgers()),
    ]

"""Last lines in PostgreSQL: a proposal is decided once, a signed paper only gets its answer, a dismissal has a reason."""

from django.db import migrations, models


LEDGERS = (
    ("proposal", "OLD.status <> 'open'", ("status", "reason", "decided_by_id", "decided_at")),
    (
        "paper",
        "OLD.answered_at IS NOT NULL",
        ("due_on", "department_id", "answer", "answered_for_id", "answered_by_id", "answered_at"),
    ),
)
NOTES = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON workflow_alertnote
    FOR EACH ROW EXECUTE FUNCTION workflow_refuse('these rows are append-only');
ALTER TABLE workflow_alertnote ENABLE ALWAYS TRIGGER append_only;
"""


def ledger(table, decided, columns):
    return f"""
CREATE TRIGGER never_deleted BEFORE DELETE ON workflow_{table}
    FOR EACH ROW EXECUTE FUNCTION workflow_refuse('these rows are never deleted');
CREATE TRIGGER decided_stands BEFORE UPDATE ON workflow_{table}
    FOR EACH ROW WHEN ({decided}) EXECUTE FUNCTION workflow_refuse('what was decided stands');
CREATE TRIGGER only_decided BEFORE UPDATE ON workflow_{table}
    FOR EACH ROW WHEN (NOT ({decided})) EXECUTE FUNCTION workflow_only_changes({", ".join(f"'{name}'" for name in columns)});
ALTER TABLE workflow_{table} ENABLE ALWAYS TRIGGER never_deleted;
ALTER TABLE workflow_{table} ENABLE ALWAYS TRIGGER decided_stands;
ALTER TABLE workflow_{table} ENABLE ALWAYS TRIGGER only_decided;
"""


RECORDS = NOTES + "".join(ledger(*row) for row in LEDGERS)
REVERSE = "DROP TRIGGER append_only ON workflow_alertnote;" + "".join(
    f"DROP TRIGGER {name} ON workflow_{table};"
    for table, _decided, _columns in LEDGERS
    for name in ("never_deleted", "decided_stands", "only_decided")
)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0016_papers")]
    operations = [
        migrations.RemoveConstraint(
            model_name="event",
            name="workflow_event_has_its_reason",
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note", ""), _negated=True),
                    models.Q(
                        (
                            "action__in",
                            [
                                "decline",
                                "return",
                                "reject",
                                "reopen",
                                "void",
                                "suspend",
                                "transfer",
                                "dismiss-proposal",
                            ],
                        ),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="workflow_event_has_its_reason",
            ),
        ),
        migrations.RunSQL(RECORDS, REVERSE),
    ]

"""Last lines in PostgreSQL for the rules that always hold, also for whoever writes past all Python.

What was recorded stays as it was recorded; a decision is entered once; an item moves only along the road, closes only
in order and stays closed as it was; nobody judges his own work; every change of state brings its event.
"""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION workflow_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION workflow_only_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - TG_ARGV <> to_jsonb(NEW) - TG_ARGV THEN
        RAISE EXCEPTION 'UPDATE on % refused: only % may change now', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
REFUSE_REVERSE = "DROP FUNCTION workflow_refuse() CASCADE; DROP FUNCTION workflow_only_changes() CASCADE;"

# Rows that say what somebody did or what was told: nothing about them changes.
APPEND_ONLY = (
    "submission",
    "submission_evidence",
    "verification",
    "closure",
    "filing",
    "evidence",
    "progressreport",
    "measurement",
    "rungfiring",
    "lookback_evidence",
)
# Rows that wait for a decision: table, what tells that it was taken, the columns that it writes.
LEDGERS = (
    ("objection", "OLD.upheld IS NOT NULL", ("upheld", "opinion", "decided_by_id", "decided_at")),
    (
        "extension",
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
    ),
    ("suspension", "OLD.ended_at IS NOT NULL", ("ended_on", "ended_at", "ended_by_id")),
    (
        "lookback",
        "OLD.finding <> '' OR OLD.dropped_at IS NOT NULL",
        ("finding", "opinion", "visited_on", "department_id", "by_id", "at", "dropped_at"),
    ),
    ("publicity", "OLD.ended_at IS NOT NULL", ("ended_at",)),
)


def append_only(table):
    return f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON workflow_{table}
    FOR EACH ROW EXECUTE FUNCTION workflow_refuse('these rows are append-only');
ALTER TABLE workflow_{table} ENABLE ALWAYS TRIGGER append_only;
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


RECORDS = "".join(map(append_only, APPEND_ONLY)) + "".join(ledger(*row) for row in LEDGERS)
RECORDS_REVERSE = "".join(f"DROP TRIGGER append_only ON workflow_{table};" for table in APPEND_ONLY) + "".join(
    f"DROP TRIGGER {name} ON workflow_{table};"
    for table, _decided, _columns in LEDGERS
    for name in ("never_deleted", "decided_stands", "only_decided")
)

# The pairs of lifecycle.TRANSITIONS; tests/workflow/test_last_lines_road.py compares the two.
ROAD = """
CREATE FUNCTION workflow_is_on_the_road(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (before, after) IN (
        ('draft', 'assigned'), ('draft', 'void'),
        ('assigned', 'rectifying'), ('assigned', 'draft'), ('assigned', 'suspended'), ('assigned', 'void'),
        ('rectifying', 'assigned'), ('rectifying', 'verifying'), ('rectifying', 'suspended'), ('rectifying', 'void'),
        ('verifying', 'publicizing'), ('verifying', 'approving'), ('verifying', 'rectifying'), ('verifying', 'void'),
        ('publicizing', 'rectifying'), ('publicizing', 'approving'), ('publicizing', 'void'),
        ('approving', 'publicizing'), ('approving', 'closed'), ('approving', 'rectifying'),
        ('approving', 'verifying'), ('approving', 'void'),
        ('closed', 'rectifying'),
        ('suspended', 'assigned'), ('suspended', 'rectifying'), ('suspended', 'void')
    )
$$;
CREATE TRIGGER begins_as_draft BEFORE INSERT ON workflow_workitem
    FOR EACH ROW WHEN (NEW.state <> 'draft' OR NEW.cycle <> 1)
    EXECUTE FUNCTION workflow_refuse('an item begins as a draft');
CREATE TRIGGER on_the_road BEFORE UPDATE ON workflow_workitem
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NOT workflow_is_on_the_road(OLD.state, NEW.state))
    EXECUTE FUNCTION workflow_refuse('no step of the road leads there');
CREATE TRIGGER opens_the_next_cycle BEFORE UPDATE ON workflow_workitem
    FOR EACH ROW WHEN (
        (OLD.cycle <> NEW.cycle OR OLD.state = 'closed' AND NEW.state <> 'closed')
        AND NOT (OLD.state = 'closed' AND NEW.state = 'rectifying' AND NEW.cycle = OLD.cycle + 1)
    )
    EXECUTE FUNCTION workflow_refuse('reopening, and nothing else, begins the next cycle');
CREATE TRIGGER closed_is_frozen BEFORE UPDATE ON workflow_workitem
    FOR EACH ROW WHEN (OLD.state = 'closed' AND NEW.state = 'closed')
    EXECUTE FUNCTION workflow_only_changes('version', 'updated_at', 'turn_party', 'turn_department_id');
CREATE TRIGGER judged_text_is_frozen BEFORE UPDATE ON workflow_workitem
    FOR EACH ROW WHEN (
        OLD.state IN ('verifying', 'publicizing', 'approving', 'closed')
        AND (OLD.title, OLD.description, OLD.measures, OLD.standard, OLD.target)
            IS DISTINCT FROM (NEW.title, NEW.description, NEW.measures, NEW.standard, NEW.target)
    )
    EXECUTE FUNCTION workflow_refuse('what was approved is what was seen');
CREATE TRIGGER accepted_stands BEFORE UPDATE ON workflow_workitem
    FOR EACH ROW WHEN (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS NULL)
    EXECUTE FUNCTION workflow_refuse('the original deadline stands since the item was accepted');
"""
ROAD_REVERSE = (
    "".join(
        f"DROP TRIGGER {name} ON workflow_workitem;"
        for name in (
            "begins_as_draft",
            "on_the_road",
            "opens_the_next_cycle",
            "closed_is_frozen",
            "judged_text_is_frozen",
            "accepted_stands",
        )
    )
    + "DROP FUNCTION workflow_is_on_the_road(text, text);"
)

# Nobody judges what he did himself (rule 2).
JUDGES = """
CREATE FUNCTION workflow_submission_chain(latest bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT id, supplements_id FROM workflow_submission WHERE id = latest
        UNION SELECT earlier.id, earlier.supplements_id
        FROM workflow_submission AS earlier JOIN chain ON earlier.id = chain.supplements_id
    ) SELECT id FROM chain
$$;
CREATE FUNCTION workflow_verifier_is_impartial() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE reason text := CASE
    WHEN EXISTS (SELECT FROM workflow_submission
                 WHERE item_id = NEW.item_id AND cycle = NEW.cycle AND by_id = NEW.by_id)
        THEN 'the verifier submitted in this cycle'
    WHEN EXISTS (SELECT FROM workflow_verification
                 WHERE by_id = NEW.by_id AND stage <> NEW.stage
                     AND submission_id IN (SELECT workflow_submission_chain(NEW.submission_id)))
        THEN 'the verifier verified another stage'
    WHEN EXISTS (SELECT FROM workflow_workitem AS item JOIN workflow_procedure AS rules ON rules.id = item.procedure_id
                 WHERE item.id = NEW.item_id AND rules.verifier_is_not_lead
                     AND (NEW.department_id IS NULL OR NEW.department_id = item.lead_id))
        THEN 'the lead department verifies no item of this kind'
END;
BEGIN
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'verification refused: %', reason USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER verifier_is_impartial BEFORE INSERT ON workflow_verification
    FOR EACH ROW EXECUTE FUNCTION workflow_verifier_is_impartial();
CREATE FUNCTION workflow_approver_is_impartial() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM workflow_submission
               WHERE item_id = NEW.item_id AND cycle = NEW.cycle AND by_id = NEW.by_id)
        OR EXISTS (SELECT FROM workflow_verification
                   WHERE item_id = NEW.item_id AND cycle = NEW.cycle AND by_id = NEW.by_id)
    THEN
        RAISE EXCEPTION 'closure refused: the approver submitted or verified in this cycle'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approver_is_impartial BEFORE INSERT ON workflow_closure
    FOR EACH ROW EXECUTE FUNCTION workflow_approver_is_impartial();
"""
JUDGES_REVERSE = """
DROP FUNCTION workflow_approver_is_impartial() CASCADE;
DROP FUNCTION workflow_verifier_is_impartial() CASCADE;
DROP FUNCTION workflow_submission_chain(bigint);
"""

# No close-out without … (rule 3). The database cannot read files, but it compares what was closed with what was passed.
CLOSING = """
CREATE FUNCTION workflow_closes_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rules workflow_procedure;
    closing workflow_closure;
    latest workflow_submission;
    last_pass workflow_verification;
    notice workflow_publicity;
    shown varchar[];
    reason text;
BEGIN
    SELECT * INTO rules FROM workflow_procedure WHERE id = NEW.procedure_id;
    SELECT * INTO closing FROM workflow_closure WHERE item_id = NEW.id AND cycle = NEW.cycle;
    SELECT * INTO latest FROM workflow_submission
        WHERE item_id = NEW.id AND cycle = NEW.cycle ORDER BY id DESC LIMIT 1;
    SELECT * INTO last_pass FROM workflow_verification
        WHERE item_id = NEW.id AND cycle = NEW.cycle AND conclusion = 'pass' ORDER BY id DESC LIMIT 1;
    SELECT * INTO notice FROM workflow_publicity
        WHERE item_id = NEW.id AND cycle = NEW.cycle ORDER BY id DESC LIMIT 1;
    shown := ARRAY(
        SELECT kind FROM workflow_evidence AS file WHERE item_id = NEW.id AND cycle = NEW.cycle
            AND NOT EXISTS (SELECT FROM workflow_evidence WHERE replaces_id = file.id)
    );
    reason := CASE
        WHEN closing.id IS NULL THEN 'there is no closure of this cycle'
        WHEN last_pass.id IS NULL OR EXISTS (
            SELECT FROM workflow_assignment AS seat WHERE seat.item_id = NEW.id AND seat.role = 'verify'
                AND NOT EXISTS (SELECT FROM workflow_verification AS pass
                    WHERE pass.item_id = NEW.id AND pass.stage = seat.stage AND pass.conclusion = 'pass'
                        AND pass.submission_id IN (SELECT workflow_submission_chain(latest.id)))
        ) THEN 'a stage of verification has not passed'
        WHEN closing.digest <> last_pass.digest THEN 'what is closed is not what was passed'
        WHEN EXISTS (SELECT FROM workflow_publicity WHERE item_id = NEW.id AND ended_at IS NULL)
            THEN 'a public notice is running'
        WHEN rules.publicity_days > 0 AND (
            notice.id IS NULL
            OR (notice.ended_at AT TIME ZONE 'Asia/Shanghai')::date <= notice.ends_on
            OR (NEW.closed_at AT TIME ZONE 'Asia/Shanghai')::date <= notice.ends_on
        ) THEN 'the publicity of this cycle is not over'
        WHEN EXISTS (SELECT FROM workflow_objection WHERE item_id = NEW.id AND upheld IS NULL)
            THEN 'an objection is open'
        WHEN EXISTS (SELECT FROM workflow_workitem AS part
                     WHERE part.parent_id = NEW.id AND part.state NOT IN ('closed', 'void'))
            THEN 'a part is open'
        WHEN shown = '{}' OR NOT rules.submit_evidence || rules.closing_evidence <@ shown
            THEN 'evidence is missing'
    END;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'closing % refused: %', NEW.number, reason USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER road_closes_in_order BEFORE UPDATE ON workflow_workitem
    FOR EACH ROW WHEN (OLD.state <> 'closed' AND NEW.state = 'closed')
    EXECUTE FUNCTION workflow_closes_in_order();
"""
CLOSING_REVERSE = "DROP FUNCTION workflow_closes_in_order() CASCADE;"

# Checked when the transaction ends: the event is written after the item.
HISTORY = """
CREATE FUNCTION workflow_state_has_its_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM workflow_event
                   WHERE item_id = NEW.id AND version = NEW.version AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'the state of % has no event', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registered_with_its_event AFTER INSERT ON workflow_workitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION workflow_state_has_its_event();
CREATE CONSTRAINT TRIGGER moved_with_its_event AFTER UPDATE ON workflow_workitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION workflow_state_has_its_event();
"""
HISTORY_REVERSE = "DROP FUNCTION workflow_state_has_its_event() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("workflow", "0008_the_mechanism_cannot_contradict_itself")]
    operations = [
        migrations.RunSQL(REFUSE, REFUSE_REVERSE),
        migrations.RunSQL(RECORDS, RECORDS_REVERSE),
        migrations.RunSQL(ROAD, ROAD_REVERSE),
        migrations.RunSQL(JUDGES, JUDGES_REVERSE),
        migrations.RunSQL(CLOSING, CLOSING_REVERSE),
        migrations.RunSQL(HISTORY, HISTORY_REVERSE),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                condition=models.Q(actor__isnull=False)
                | models.Q(action__in=["create", "end-publicity", "escalate", "remind", "public-objection"]),
                name="workflow_event_has_its_actor",
            ),
        ),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                condition=~models.Q(note="")
                | ~models.Q(action__in=["decline", "return", "reject", "reopen", "void", "suspend", "transfer"]),
                name="workflow_event_has_its_reason",
            ),
        ),
    ]

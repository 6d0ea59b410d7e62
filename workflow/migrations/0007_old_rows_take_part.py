"""Old rows take part in the whole mechanism: chains become stages, new clocks get their rungs, states their beginning."""

from django.db import migrations

STAGES = """
INSERT INTO workflow_stage (procedure_id, position, party, days)
SELECT id, position, party, verification_days FROM workflow_procedure, unnest(chain) WITH ORDINALITY AS one (party, position);
"""
SHIPPED = """
UPDATE workflow_procedure SET look_back_days = '{30,90,180}',
    look_back_share = CASE WHEN code IN ('petition', 'own-finding', 'campaign') THEN 20 ELSE 100 END;
UPDATE workflow_procedure SET extension_deciders = '{office,approver}'
    WHERE code NOT IN ('central-inspection', 'provincial-inspection');
UPDATE workflow_procedure SET extension_is_recorded = true, departments_may_transfer = false, report_every = 'month',
    files_to = '省督察整改工作领导小组办公室' WHERE code IN ('central-inspection', 'provincial-inspection');
UPDATE workflow_procedure SET report_every = 'month' WHERE code = 'plan-task';
UPDATE workflow_procedure SET report_every = 'week', report_day = 5 WHERE code = 'campaign';
"""
RUNGS = """
INSERT INTO workflow_rung (procedure_id, clock, kind, offset_days, unit, repeat_days, audience)
SELECT procedure.id, rung.* FROM workflow_procedure AS procedure, (VALUES
    ('report', 'reminder', -3, 'calendar', NULL::integer, '{turn}'::varchar[]),
    ('report', 'overdue', 1, 'calendar', 7, '{turn,head,office}'),
    ('supplement', 'reminder', -2, 'working', NULL, '{turn}'),
    ('supplement', 'overdue', 1, 'calendar', 7, '{turn,head,office}'),
    ('extension', 'reminder', -1, 'working', NULL, '{office}'),
    ('extension', 'overdue', 1, 'working', 7, '{office}'),
    ('objection', 'reminder', -2, 'working', NULL, '{office}'),
    ('objection', 'overdue', 1, 'working', 7, '{office}'),
    ('filing', 'reminder', -2, 'working', NULL, '{office}'),
    ('filing', 'overdue', 1, 'working', 7, '{office}'),
    ('look_back', 'reminder', -7, 'calendar', NULL, '{turn}'),
    ('look_back', 'reminder', 0, 'calendar', NULL, '{turn}'),
    ('look_back', 'overdue', 1, 'working', 7, '{turn,office}')
) AS rung (clock, kind, offset_days, unit, repeat_days, audience);
"""
ITEMS = """
UPDATE workflow_workitem SET entered_at = updated_at;
UPDATE workflow_workitem AS item SET accept_by = timer.due_on FROM workflow_timer AS timer
    WHERE timer.item_id = item.id AND timer.clock = 'accept' AND timer.ended_at IS NULL;
UPDATE workflow_assignment AS seat SET days = procedure.verification_days
    FROM workflow_workitem AS item JOIN workflow_procedure AS procedure ON procedure.id = item.procedure_id
    WHERE seat.role = 'verify' AND seat.item_id = item.id;
"""
JUDGEMENTS = """
UPDATE workflow_verification SET method = 'site' WHERE visited_on IS NOT NULL;
UPDATE workflow_verification SET checklist = (
    SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('met', value, 'note', '')), '{}') FROM jsonb_each(checklist)
);
UPDATE workflow_publicity AS notice SET days = procedure.publicity_days, unit = procedure.publicity_unit
    FROM workflow_workitem AS item JOIN workflow_procedure AS procedure ON procedure.id = item.procedure_id
    WHERE notice.item_id = item.id;
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0006_the_whole_mechanism")]
    operations = [
        migrations.RunSQL([STAGES, SHIPPED, RUNGS, ITEMS, JUDGEMENTS], migrations.RunSQL.noop),
    ]

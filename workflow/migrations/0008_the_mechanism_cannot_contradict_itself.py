"""Constraints of the whole mechanism, and the columns that it replaced are dropped."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('workflow', '0007_old_rows_take_part')]

    operations = [
        migrations.RemoveConstraint(
            model_name='procedure',
            name='workflow_procedure_has_a_stage',
        ),
        migrations.RemoveConstraint(
            model_name='workitem',
            name='workflow_item_state_known',
        ),
        migrations.RemoveField(
            model_name='procedure',
            name='chain',
        ),
        migrations.RemoveField(
            model_name='procedure',
            name='verification_days',
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', True), ('acknowledged_by__isnull', True)), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='workflow_assignment_acknowledged_together'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False)), _connector='OR'), name='workflow_evidence_place_in_pairs'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reached_on__isnull', True), ('report__isnull', True)), models.Q(('reached_on__isnull', False), ('report__isnull', False)), _connector='OR'), name='workflow_milestone_reached_together'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.UniqueConstraint(fields=('code', 'office', 'revision'), name='workflow_procedure_revision_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('code', 'office'), name='workflow_procedure_one_current', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('look_back_share__lte', 100)), name='workflow_procedure_share'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', 'site'), ('visited_on__isnull', False)), models.Q(('method', 'paper'), ('visited_on__isnull', True)), _connector='OR'), name='workflow_site_visit_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'assigned', 'rectifying', 'verifying', 'publicizing', 'approving', 'closed', 'suspended', 'void'])), name='workflow_item_state_known'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='workflow_item_not_merged_in_itself'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('is_approved__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('is_approved__isnull', False)), _connector='OR'), name='workflow_extension_decided_together'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('granted_due_on__gt', models.F('deadline_then')), ('is_approved', True)), models.Q(models.Q(('is_approved', True), _negated=True), ('granted_due_on__isnull', True)), models.Q(('granted_due_on__isnull', True), ('is_approved__isnull', True)), _connector='OR'), name='workflow_extension_grants_a_later_day'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('lapsed_at__isnull', True), ('is_approved__isnull', True), _connector='OR'), name='workflow_extension_lapsed_or_not'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('document_number', ''), _negated=True), _connector='OR'), name='workflow_extension_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(condition=models.Q(('is_approved__isnull', True), ('lapsed_at__isnull', True)), fields=('item',), name='workflow_one_open_extension'),
        ),
        migrations.AddConstraint(
            model_name='lookback',
            constraint=models.UniqueConstraint(fields=('item', 'cycle', 'number'), name='workflow_look_back_number_once'),
        ),
        migrations.AddConstraint(
            model_name='lookback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('at__isnull', True), ('by__isnull', True), ('finding', '')), models.Q(models.Q(('finding', ''), _negated=True), ('at__isnull', False), ('by__isnull', False), ('dropped_at__isnull', True)), _connector='OR'), name='workflow_look_back_done_together'),
        ),
        migrations.AddConstraint(
            model_name='measurement',
            constraint=models.UniqueConstraint(fields=('target', 'report'), name='workflow_measured_once_a_report'),
        ),
        migrations.AddConstraint(
            model_name='petition',
            constraint=models.CheckConstraint(condition=models.Q(('repeat_of__isnull', True), models.Q(('repeat_of', models.F('id')), _negated=True), _connector='OR'), name='workflow_petition_not_own_repeat'),
        ),
        migrations.AddConstraint(
            model_name='petition',
            constraint=models.CheckConstraint(condition=models.Q(('fined__gte', 0)), name='workflow_petition_fined'),
        ),
        migrations.AddConstraint(
            model_name='stage',
            constraint=models.UniqueConstraint(fields=('procedure', 'position'), name='workflow_stage_position_once'),
        ),
        migrations.AddConstraint(
            model_name='stage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('department__isnull', False), ('party', 'department')), models.Q(models.Q(('party', 'department'), _negated=True), ('department__isnull', True)), _connector='OR'), name='workflow_stage_names_its_department'),
        ),
        migrations.AddConstraint(
            model_name='subissue',
            constraint=models.UniqueConstraint(fields=('petition', 'position'), name='workflow_sub_issue_position_once'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('ended_on__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('ended_on__isnull', False)), _connector='OR'), name='workflow_suspension_ended_together'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='workflow_suspension_in_order'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('item',), name='workflow_one_running_suspension'),
        ),
        migrations.AlterField(
            model_name='workitem',
            name='entered_at',
            field=models.DateTimeField(),
        ),
    ]

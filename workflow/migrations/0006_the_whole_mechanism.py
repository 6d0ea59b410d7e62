"""The tables and columns of the whole mechanism; what they hold in old rows is filled in next."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_machine_clients'),
        ('workflow', '0005_one_import_per_document'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField()),
                ('deadline_then', models.DateField()),
                ('due_on', models.DateField(verbose_name='deadline asked for')),
                ('reason', models.TextField(verbose_name='reason')),
                ('asked_at', models.DateTimeField()),
                ('decider', models.CharField(choices=[('office', 'Committee office'), ('lead', 'Lead department'), ('holder', 'Lead department or committee office'), ('cooperating', 'Cooperating departments'), ('responsible', 'Departments responsible'), ('decider', 'Who decides the extension'), ('verifier', 'Verifying department'), ('approver', 'Supervisor'), ('inspector', 'Who looks back'), ('public', 'The public'), ('clock', 'The clock'), ('nobody', 'Nobody')], max_length=12)),
                ('decide_by', models.DateField(blank=True, null=True)),
                ('is_approved', models.BooleanField(blank=True, null=True)),
                ('granted_due_on', models.DateField(blank=True, null=True, verbose_name='deadline granted')),
                ('opinion', models.TextField(blank=True, verbose_name='opinion')),
                ('document_number', models.CharField(blank=True, max_length=80, verbose_name='document number')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('lapsed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['item', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filed_with', models.CharField(max_length=80, verbose_name='filed with')),
                ('filed_on', models.DateField(verbose_name='filed on')),
                ('document_number', models.CharField(max_length=80, verbose_name='document number')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LookBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField()),
                ('number', models.PositiveSmallIntegerField()),
                ('due_on', models.DateField()),
                ('finding', models.CharField(blank=True, choices=[('holds', 'It holds'), ('rebounded', 'Rebounded'), ('sham', 'Sham rectification'), ('perfunctory', 'Perfunctory rectification'), ('surface', 'Surface rectification')], max_length=12, verbose_name='finding')),
                ('opinion', models.TextField(blank=True, verbose_name='opinion')),
                ('visited_on', models.DateField(blank=True, null=True, verbose_name='site visit on')),
                ('at', models.DateTimeField(blank=True, null=True)),
                ('dropped_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['item', 'cycle', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Measurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                'ordering': ['-report__at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Petition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('team', 'Inspection team'), ('hotline', 'Telephone hotline'), ('letter', 'Letter or visit'), ('online', 'Website or app'), ('superior', 'Passed on from above'), ('other', 'Other')], default='other', max_length=10, verbose_name='channel')),
                ('batch', models.CharField(blank=True, max_length=40, verbose_name='batch')),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='received on')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('finding', models.CharField(blank=True, choices=[('true', 'Substantiated'), ('mostly', 'Mostly substantiated'), ('partly', 'Partly substantiated'), ('not', 'Not substantiated')], max_length=6, verbose_name='overall finding')),
                ('investigation', models.TextField(blank=True, verbose_name='what was found')),
                ('completion', models.CharField(blank=True, choices=[('done', 'Done'), ('staged', 'Done for this stage'), ('not_done', 'Not done')], max_length=8, verbose_name='completion')),
                ('ordered_to_rectify', models.PositiveIntegerField(default=0, verbose_name='ordered to rectify (enterprises)')),
                ('penalised', models.PositiveIntegerField(default=0, verbose_name='penalty cases (enterprises)')),
                ('fined', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=12, verbose_name='fines (10,000 yuan)')),
                ('investigated', models.PositiveIntegerField(default=0, verbose_name='criminal investigations (cases)')),
                ('detained', models.PositiveIntegerField(default=0, verbose_name='detained (persons)')),
                ('interviewed', models.PositiveIntegerField(default=0, verbose_name='interviewed (persons)')),
                ('held_accountable', models.PositiveIntegerField(default=0, verbose_name='held accountable (persons)')),
            ],
            options={
                'verbose_name': 'petition',
                'verbose_name_plural': 'petitions',
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('party', models.CharField(choices=[('supervise', 'Supervising department'), ('office', 'Committee office'), ('lead', 'Lead department'), ('department', 'This department')], max_length=12, verbose_name='verified by')),
                ('days', models.PositiveSmallIntegerField(default=10, verbose_name='days to verify (working)')),
            ],
            options={
                'ordering': ['procedure', 'position'],
            },
        ),
        migrations.CreateModel(
            name='SubIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('text', models.TextField(verbose_name='matter')),
                ('finding', models.CharField(blank=True, choices=[('true', 'Substantiated'), ('mostly', 'Mostly substantiated'), ('partly', 'Partly substantiated'), ('not', 'Not substantiated')], max_length=6, verbose_name='finding')),
                ('explanation', models.TextField(blank=True, verbose_name='what was found')),
            ],
            options={
                'ordering': ['petition', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField()),
                ('reason', models.TextField(verbose_name='reason')),
                ('state_before', models.CharField(choices=[('draft', 'To be assigned'), ('assigned', 'To be accepted'), ('rectifying', 'Rectifying'), ('verifying', 'To be verified'), ('publicizing', 'In publicity'), ('approving', 'To be closed out'), ('closed', 'Closed out'), ('suspended', 'Suspended'), ('void', 'Void')], max_length=12)),
                ('started_on', models.DateField()),
                ('started_at', models.DateTimeField()),
                ('accept_days_left', models.SmallIntegerField(blank=True, null=True)),
                ('supplement_days_left', models.SmallIntegerField(blank=True, null=True)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['item', 'id'],
            },
        ),
        migrations.AddField(
            model_name='assignment',
            name='acknowledged_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='assignment',
            name='acknowledged_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assignment',
            name='days',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='closure',
            name='digest',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='closure',
            name='signed_on',
            field=models.DateField(blank=True, null=True, verbose_name='signed on'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='latitude',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='evidence',
            name='longitude',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='evidence',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='workflow.evidence', verbose_name='new version of'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='shot_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='milestone',
            name='reached_on',
            field=models.DateField(blank=True, null=True, verbose_name='reached on'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='report',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='workflow.progressreport'),
        ),
        migrations.AddField(
            model_name='objection',
            name='client_hash',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='objection',
            name='contact',
            field=models.CharField(blank=True, max_length=100, verbose_name='telephone or e-mail'),
        ),
        migrations.AddField(
            model_name='objection',
            name='decide_by',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='objection',
            name='name',
            field=models.CharField(blank=True, max_length=60, verbose_name='name'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='approving_department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='closed out by'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='closing_evidence',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('before_photo', 'Photo before'), ('after_photo', 'Photo after'), ('document', 'Document'), ('monitoring_report', 'Monitoring report'), ('penalty_decision', 'Penalty decision'), ('meeting_record', 'Meeting record'), ('self_check_report', 'Self-check report'), ('publicity_screenshot', 'Publicity screenshot')], max_length=24), blank=True, default=list, size=None, verbose_name='evidence needed to close out'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='closure_prefix',
            field=models.CharField(default='销号', max_length=20, verbose_name='close-out papers are numbered as'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='created_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='procedure',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='procedure',
            name='decision_days',
            field=models.PositiveSmallIntegerField(default=5, verbose_name='days to decide an objection or a request (working)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='departments_may_transfer',
            field=models.BooleanField(default=True, verbose_name='the lead department may pass the item on'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='extension_ask_days',
            field=models.PositiveSmallIntegerField(default=5, verbose_name='asked before the deadline (working days)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='extension_deciders',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('office', 'Committee office'), ('approver', 'Supervisor')], max_length=12), blank=True, default=list, size=None, verbose_name='extensions are decided by, one after the other'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='extension_is_recorded',
            field=models.BooleanField(default=False, verbose_name='only the higher level extends; its approval is recorded'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='extension_max_days',
            field=models.PositiveSmallIntegerField(default=90, verbose_name='longest extension (calendar days)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='files_to',
            field=models.CharField(blank=True, max_length=80, verbose_name='filed with (empty: not filed)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='filing_days',
            field=models.PositiveSmallIntegerField(default=10, verbose_name='days to file (working)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='is_current',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='procedure',
            name='look_back_days',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='look-backs (calendar days after closing)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='look_back_share',
            field=models.PositiveSmallIntegerField(default=100, verbose_name='share of items looked back at (percent)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='objections_to',
            field=models.TextField(blank=True, verbose_name='where to object: office, address, telephone'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='office',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.department'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='reason',
            field=models.TextField(blank=True, verbose_name='reason for the change'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='report_day',
            field=models.PositiveSmallIntegerField(default=25, verbose_name='due on day (of the month, or 1 = Monday)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='report_every',
            field=models.CharField(blank=True, choices=[('', 'no regular reports'), ('week', 'every week'), ('month', 'every month')], default='', max_length=5, verbose_name='progress reports'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='revision',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='procedure',
            name='submit_evidence',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('before_photo', 'Photo before'), ('after_photo', 'Photo after'), ('document', 'Document'), ('monitoring_report', 'Monitoring report'), ('penalty_decision', 'Penalty decision'), ('meeting_record', 'Meeting record'), ('self_check_report', 'Self-check report'), ('publicity_screenshot', 'Publicity screenshot')], max_length=24), blank=True, default=list, size=None, verbose_name='evidence needed to submit'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='supplement_days',
            field=models.PositiveSmallIntegerField(default=5, verbose_name='days to supplement (working)'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='transfer_min_days',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='days left at least after passing on (working, 0: the deadline stays)'),
        ),
        migrations.AddField(
            model_name='progressreport',
            name='period_due_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='publicity',
            name='days',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='publicity',
            name='notice',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='publicity',
            name='place',
            field=models.CharField(blank=True, max_length=300, verbose_name='published at'),
        ),
        migrations.AddField(
            model_name='publicity',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='publicity',
            name='unit',
            field=models.CharField(choices=[('working', 'working days'), ('calendar', 'calendar days')], default='working', max_length=8),
        ),
        migrations.AddField(
            model_name='submission',
            name='supplements',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supplemented_by', to='workflow.submission'),
        ),
        migrations.AddField(
            model_name='target',
            name='milestone',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='workflow.milestone'),
        ),
        migrations.AddField(
            model_name='verification',
            name='department',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department'),
        ),
        migrations.AddField(
            model_name='verification',
            name='digest',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='verification',
            name='method',
            field=models.CharField(choices=[('paper', 'On paper'), ('site', 'On site')], default='paper', max_length=5, verbose_name='checked'),
        ),
        migrations.AddField(
            model_name='verification',
            name='team',
            field=models.CharField(blank=True, max_length=200, verbose_name='who was there'),
        ),
        migrations.AddField(
            model_name='workitem',
            name='accept_by',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='workitem',
            name='entered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='workitem',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='workflow.workitem', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='workitem',
            name='supplement_by',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='objection',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='procedure',
            name='code',
            field=models.SlugField(max_length=40, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='rung',
            name='clock',
            field=models.CharField(choices=[('accept', 'acceptance'), ('deadline', 'rectification deadline'), ('milestone', 'milestone'), ('report', 'progress report'), ('supplement', 'supplement'), ('extension', 'decision on the extension'), ('verification', 'verification'), ('publicity', 'publicity'), ('objection', 'decision on the objection'), ('approval', 'close-out approval'), ('filing', 'filing'), ('look_back', 'look-back')], max_length=12),
        ),
        migrations.AlterField(
            model_name='timer',
            name='clock',
            field=models.CharField(choices=[('accept', 'acceptance'), ('deadline', 'rectification deadline'), ('milestone', 'milestone'), ('report', 'progress report'), ('supplement', 'supplement'), ('extension', 'decision on the extension'), ('verification', 'verification'), ('publicity', 'publicity'), ('objection', 'decision on the objection'), ('approval', 'close-out approval'), ('filing', 'filing'), ('look_back', 'look-back')], max_length=12),
        ),
        migrations.AlterField(
            model_name='workitem',
            name='state',
            field=models.CharField(choices=[('draft', 'To be assigned'), ('assigned', 'To be accepted'), ('rectifying', 'Rectifying'), ('verifying', 'To be verified'), ('publicizing', 'In publicity'), ('approving', 'To be closed out'), ('closed', 'Closed out'), ('suspended', 'Suspended'), ('void', 'Void')], default='draft', max_length=12, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='workitem',
            name='turn_party',
            field=models.CharField(choices=[('office', 'Committee office'), ('lead', 'Lead department'), ('holder', 'Lead department or committee office'), ('cooperating', 'Cooperating departments'), ('responsible', 'Departments responsible'), ('decider', 'Who decides the extension'), ('verifier', 'Verifying department'), ('approver', 'Supervisor'), ('inspector', 'Who looks back'), ('public', 'The public'), ('clock', 'The clock'), ('nobody', 'Nobody')], default='office', max_length=12),
        ),
        migrations.AddField(
            model_name='extension',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='extension',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='extension',
            name='department',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.department'),
        ),
        migrations.AddField(
            model_name='extension',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='workflow.workitem'),
        ),
        migrations.AddField(
            model_name='extension',
            name='scan',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workflow.evidence'),
        ),
        migrations.AddField(
            model_name='filing',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='filing',
            name='closure',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='filing', to='workflow.closure'),
        ),
        migrations.AddField(
            model_name='lookback',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lookback',
            name='department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department'),
        ),
        migrations.AddField(
            model_name='lookback',
            name='evidence',
            field=models.ManyToManyField(related_name='look_backs', to='workflow.evidence'),
        ),
        migrations.AddField(
            model_name='lookback',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='look_backs', to='workflow.workitem'),
        ),
        migrations.AddField(
            model_name='measurement',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='workflow.progressreport'),
        ),
        migrations.AddField(
            model_name='measurement',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='workflow.target'),
        ),
        migrations.AddField(
            model_name='petition',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='petition', to='workflow.workitem'),
        ),
        migrations.AddField(
            model_name='petition',
            name='regions',
            field=models.ManyToManyField(related_name='+', to='accounts.region', verbose_name='regions'),
        ),
        migrations.AddField(
            model_name='petition',
            name='repeat_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='workflow.petition', verbose_name='repeats'),
        ),
        migrations.AddField(
            model_name='stage',
            name='department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='department'),
        ),
        migrations.AddField(
            model_name='stage',
            name='procedure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='workflow.procedure'),
        ),
        migrations.AddField(
            model_name='subissue',
            name='petition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sub_issues', to='workflow.petition'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='workflow.workitem'),
        ),
        migrations.AddIndex(
            model_name='lookback',
            index=models.Index(condition=models.Q(('dropped_at__isnull', True), ('finding', '')), fields=['item'], name='workflow_look_back_pending'),
        ),
        migrations.AddIndex(
            model_name='petition',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('place', name='gin_trgm_ops'), name='workflow_petition_place_trgm'),
        ),
    ]

"""A reference of a client names one item: created at the first PUT, changed by those after it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0025_events_are_a_feed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExternalReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=80)),
                ('sequence', models.BigIntegerField(null=True)),
                ('said', models.JSONField(default=dict)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='external_references', to='workflow.workitem')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'ref'), name='workflow_external_reference_once'), models.CheckConstraint(condition=models.Q(('ref', ''), _negated=True), name='workflow_external_reference_says_something'), models.CheckConstraint(condition=models.Q(('sequence__isnull', True), ('sequence__gte', 0), _connector='OR'), name='workflow_external_reference_sequence')],
            },
        ),
    ]

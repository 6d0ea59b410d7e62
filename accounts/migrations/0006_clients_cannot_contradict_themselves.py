"""Last lines in PostgreSQL: a client ends within a year, is revoked by somebody, and its record is append-only."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION accounts_clientevent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of a client is append-only: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_clientevent
    FOR EACH ROW EXECUTE FUNCTION accounts_clientevent_is_append_only();
ALTER TABLE accounts_clientevent ENABLE ALWAYS TRIGGER append_only;
"""
APPEND_ONLY_REVERSE = """
DROP TRIGGER append_only ON accounts_clientevent;
DROP FUNCTION accounts_clientevent_is_append_only();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_old_clients_take_part'),
    ]

    operations = [
        migrations.AlterField(
            model_name='machineclient',
            name='department',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='department'),
        ),
        migrations.AlterField(
            model_name='machineclient',
            name='expires_on',
            field=models.DateField(verbose_name='expires on'),
        ),
        migrations.AlterField(
            model_name='machineclient',
            name='expiry_set_on',
            field=models.DateField(),
        ),
        migrations.AddConstraint(
            model_name='machineclient',
            constraint=models.CheckConstraint(condition=models.Q(('expires_on__lte', django.db.models.expressions.CombinedExpression(models.F('expiry_set_on'), '+', models.Value(datetime.timedelta(days=366))))), name='accounts_client_ends_within_a_year'),
        ),
        migrations.AddConstraint(
            model_name='machineclient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='accounts_client_revoked_by_whom_and_when'),
        ),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
    ]

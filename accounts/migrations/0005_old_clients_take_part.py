"""Clients from before go on working: their department is that of their stand-in, their secret the one without end.

They end a year from now, like new ones; until then an administrator sees on their page who they are.
"""

from django.conf import settings
from django.db import migrations

TERMS = """
UPDATE accounts_machineclient AS client SET
    department_id = coalesce(
        (SELECT member.department_id FROM accounts_membership AS member WHERE member.user_id = application.user_id
         ORDER BY member.id LIMIT 1),
        (SELECT id FROM accounts_department ORDER BY (kind = 'office') DESC, position, id LIMIT 1)),
    expiry_set_on = (now() AT TIME ZONE 'Asia/Shanghai')::date,
    expires_on = (now() AT TIME ZONE 'Asia/Shanghai')::date + 365,
    created_at = application.created
FROM oauth2_provider_application AS application WHERE application.id = client.application_id;
"""
SECRETS = """
INSERT INTO accounts_clientsecret (client_id, kind, slot, stored, created_at)
SELECT client.id, 'secret', 1, application.client_secret, application.created
FROM accounts_machineclient AS client JOIN oauth2_provider_application AS application
    ON application.id = client.application_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_clients_as_a_city_needs_them"),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]
    operations = [
        migrations.RunSQL(TERMS, migrations.RunSQL.noop),
        migrations.RunSQL(SECRETS, "DELETE FROM accounts_clientsecret;"),
    ]

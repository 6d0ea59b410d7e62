"""Signing secrets are kept encrypted; webhooks that nobody owns end, and with them the notices that wait for them."""

from django.db import migrations, models

from accounts.encryption import encrypt
from notifications.models.secrets import EncryptedField


def encrypt_secrets(apps, schema_editor):
    endpoints = apps.get_model("notifications", "Endpoint").objects
    for pk, secret in endpoints.exclude(secret="").values_list("pk", "secret"):
        endpoints.filter(pk=pk).update(secret=encrypt(secret))


def end_webhooks(apps, schema_editor):
    apps.get_model("notifications", "Endpoint").objects.filter(channel="webhook").update(is_active=False)
    waiting = apps.get_model("notifications", "Delivery").objects.filter(channel="webhook", state="pending")
    waiting.update(state="suppressed", next_attempt_at=None, last_error="webhooks are told of events, not of notices")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0010_the_house_watches_itself")]
    operations = [
        migrations.AlterField("endpoint", "secret", models.TextField(blank=True, verbose_name="signing secret")),
        migrations.RunPython(encrypt_secrets, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(end_webhooks, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("endpoint", "secret", EncryptedField(blank=True, verbose_name="signing secret")),
    ]

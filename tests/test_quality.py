"""What a reviewer would check by hand: style, migrations, settings of production, nothing left half done."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

from tests.test_architecture import ROOT, files

PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "HTTPS": "true",
    "DEMO": "false",
    "ALLOWED_HOSTS": "bihuan.city.example",
    "PUBLIC_URL": "https://bihuan.city.example",
    "EMAIL_URL": "smtp://localhost:25",
}
SAMPLES = {
    "missing": "",
    "short": "k7Gd0q2Lx9",
    "one letter": "x" * 64,
    "Django's own": "django-insecure-" + secrets.token_urlsafe(48),
    "to be changed": "change-me-" + secrets.token_urlsafe(48),
    "to be changed, in capitals": "CHANGE-ME-" + secrets.token_urlsafe(48),
}


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in (os.environ | environment).items() if value}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def said(result: subprocess.CompletedProcess[str]) -> str:
    return result.stdout + result.stderr


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_style_is_kept(command):
    result = python("-m", "ruff", *command, ".")
    assert result.returncode == 0, said(result)


@pytest.mark.django_db
def test_models_and_migrations_agree():
    result = python("manage.py", "makemigrations", "--check", "--dry-run")
    assert result.returncode == 0, said(result)


def test_production_passes_djangos_check_for_deployment():
    result = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, said(result)


def test_the_check_for_deployment_would_notice_missing_encryption():
    result = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | {"HTTPS": "false"})
    assert "security.W" in said(result)


@pytest.mark.parametrize("kind", SAMPLES)
def test_production_does_not_start_with_a_secret_that_is_none(kind):
    result = python("-c", "import config.settings", **PRODUCTION | {"SECRET_KEY": SAMPLES[kind]})
    assert result.returncode != 0
    assert "SECRET_KEY" in said(result)


@pytest.mark.parametrize("name", ["ALLOWED_HOSTS", "PUBLIC_URL", "DATA_DIR", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without_being_told_where_it_is(name):
    result = python("-c", "import config.settings", **PRODUCTION | {name: ""})
    assert result.returncode != 0
    assert name in said(result)


def test_a_secret_is_not_shown_when_it_is_refused():
    refused = "change-me-" + secrets.token_urlsafe(48)
    result = python("-c", "import config.settings", **PRODUCTION | {"SECRET_KEY": refused})
    assert refused not in said(result)


def test_debug_pages_cannot_be_switched_on():
    result = python("-c", "import config.settings as s; print(s.DEBUG)", **PRODUCTION | {"DEBUG": "true"})
    assert result.stdout.strip() == "False"


def test_nothing_is_left_to_be_done_later():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "HA" + "CK:")
    texts = (".py", ".html", ".js", ".css", ".md", ".toml", ".txt", ".json", ".yml", "run")
    left = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in files("")
        if file.name.endswith(texts)
        for word in words
        if word in file.read_text(encoding="utf-8")
    ]
    assert left == []


def test_the_business_zone_is_shanghai_whatever_the_machine_says():
    code = "import django; django.setup(); from accounts.models import today; from django.utils import timezone as t;"
    code += "print(t.localtime().utcoffset(), today() == t.localdate())"
    result = python("-c", code, **PRODUCTION, TZ="America/New_York", DJANGO_SETTINGS_MODULE="config.settings")
    assert result.stdout.split() == ["8:00:00", "True"]


def test_celery_keeps_no_results_and_creates_no_queue_by_typing_error():
    assert settings.CELERY_RESULT_BACKEND is None
    assert settings.CELERY_TASK_CREATE_MISSING_QUEUES is False


def test_every_beat_entry_expires_before_the_next_one():
    late = [
        name for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if entry["options"]["expires"] > entry["schedule"]
    ]
    assert late == []

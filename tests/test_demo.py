"""The demo looks alive on whatever day it first starts, and its people exist nowhere else."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, User
from tests.walking import shanghai
from workflow import seeding
from workflow.demo import play
from workflow.lifecycle import State
from workflow.models import Event, WorkItem
from workflow.querysets import overdue

DAYS = [shanghai(2026, 10, 5, 22), shanghai(2027, 2, 7, 6)]  # inside a holiday; a Sunday of an unpublished year


@pytest.fixture
def empty_city(transactional_db: None) -> None:
    """Seeded, but without people; the demo brings its own."""
    seeding.seed()
    User.objects.all().delete()


@pytest.fixture(params=DAYS, ids=lambda day: f"{day:%Y-%m-%d}")
def demo(request, empty_city: None, tmp_path: Path, settings) -> datetime:
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # forty-five people
    assert play.seed_demo(tmp_path / "accounts.json", now=request.param)
    return request.param


def test_the_demo_has_items_in_every_state_and_a_past(demo: datetime, tmp_path: Path) -> None:
    issues = Counter(WorkItem.objects.filter(kind=WorkItem.Kind.ISSUE).values_list("state", flat=True))
    tasks = Counter(WorkItem.objects.filter(kind=WorkItem.Kind.TASK).values_list("state", flat=True))
    assert set(issues) == set(State.values)
    assert sum(tasks.values()) == 24
    assert tasks[State.CLOSED] > 12
    assert WorkItem.objects.filter(overdue(demo.date())).count() >= 3
    assert not Event.objects.filter(at__gt=demo).exists()

    written = json.loads((tmp_path / "accounts.json").read_text(encoding="utf-8"))
    assert (tmp_path / "accounts.json").stat().st_mode & 0o777 == 0o600
    assert {user["username"] for user in written["users"]} == set(
        User.objects.filter(is_machine=False).values_list("username", flat=True)
    )
    assert len({user["password"] for user in written["users"]}) == len(written["users"])
    assert {"client_id", "client_secret", "department", "scopes"} == set(written["api_clients"][0])
    assert set(Membership.objects.values_list("role", flat=True)) >= {"clerk", "verifier", "supervisor", "auditor"}

    before = Event.objects.count()
    assert not play.seed_demo(tmp_path / "again.json", now=demo)
    assert (Event.objects.count(), (tmp_path / "again.json").exists()) == (before, False)


def test_outside_the_demo_nobody_gets_an_account(db: None, settings, tmp_path: Path) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo", accounts=tmp_path / "accounts.json")
    assert not (tmp_path / "accounts.json").exists()

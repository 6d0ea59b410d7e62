"""A queue a kind of server, each with a worker of its own: a slow one delays nobody else."""

from pathlib import Path

import pytest
from django.conf import settings

from config.celery import app
from notifications import channels, kick, outbox
from notifications.outbox.rules import RULES
from tests.faults.ground import load

ROOT = Path(settings.BASE_DIR)
QUEUES = {queue.name for queue in settings.CELERY_TASK_QUEUES}


def served_by(commands: list[str]) -> list[str]:
    """What is said after -Q, a list for each worker."""
    return [command.partition("-Q ")[2].split()[0] for command in commands if " -Q " in command]


@pytest.mark.parametrize("channel", channels.TRANSPORTS)
def test_every_channel_has_a_rule_a_task_and_a_queue(channel):
    task, queue = kick.TASKS[channel]
    assert channel in RULES
    assert task.name in app.tasks
    assert queue in QUEUES


def test_beat_wakes_each_queue_without_a_kick():
    woken = {(entry["task"], entry["options"]["queue"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {(task.name, queue) for task, queue in kick.TASKS.values()} <= woken


def test_the_demo_serves_every_queue_with_a_worker_of_its_own():
    services = load(ROOT / "run").application({}, 8000)
    assert sorted(served_by([" ".join(map(str, service.command)) for service in services])) == sorted(QUEUES)


def test_the_readme_does_as_well():
    assert sorted(served_by((ROOT / "README.md").read_text().splitlines())) == sorted(QUEUES)


@pytest.mark.parametrize(
    ("task", "asked"),
    [
        ("deliver_mail", ["email"]),
        ("deliver_sms", ["sms"]),
        ("deliver_robots", ["wecom", "dingtalk", "feishu"]),
        ("deliver_webhooks", ["webhook"]),
    ],
)
def test_a_task_looks_at_its_own_channels_alone(monkeypatch, task, asked):
    seen = []
    monkeypatch.setattr(outbox, "deliver", lambda channel, **_: seen.append(channel))
    app.tasks[f"notifications.tasks.{task}"]()
    assert seen == asked

"""A worker that is killed is seen late on its queue, and on no other; the next one is heard."""

from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from notifications import heartbeats
from notifications.heartbeats import is_late, last_beats
from notifications.models import Heartbeat
from tests.faults.processes import Valkey, celery, kill, wait_until

A_MOMENT = timedelta(seconds=1)  # stands for the 90 seconds of production


def late_queues() -> set[str]:
    return {queue for queue, beaten_at in last_beats().items() if is_late(beaten_at, timezone.now())}


def test_a_killed_worker_is_seen_late_on_its_own_queue(transactional_db, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heartbeats, "LATE", A_MOMENT)
    with Valkey() as broker, celery("-Q", "kick", broker=broker.url):
        sender = Celery(broker=broker.url, set_as_current=False)

        def all_are_called() -> None:
            for queue in settings.CELERY_TASK_QUEUES:
                sender.send_task("notifications.tasks.beat", queue=queue.name, expires=2)

        def only_mail_is_late() -> bool:
            all_are_called()
            return late_queues() == {queue.name for queue in settings.CELERY_TASK_QUEUES} - {"kick"}

        others = ",".join(queue.name for queue in settings.CELERY_TASK_QUEUES if queue.name != "kick")
        with celery("-Q", others, broker=broker.url) as doomed:
            wait_until(lambda: all_are_called() or not late_queues(), "every queue is listened to")
            kill(doomed)
            wait_until(only_mail_is_late, "the killed worker's queue is late, the other is not")
        with celery("-Q", others, broker=broker.url):
            wait_until(lambda: all_are_called() or not late_queues(), "the next worker is heard")
    assert Heartbeat.objects.count() == len(settings.CELERY_TASK_QUEUES)


def test_beat_calls_every_queue_of_the_settings():
    calls = [entry["options"]["queue"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if "beat" in entry["task"]]
    assert sorted(calls) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)

"""Auditors at the same moment: each item is repaired once; what a person holds is left to the next run."""

from django.db import connection, transaction

from notifications.models import Alarm
from tests.concurrency.racing import race
from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Event, Timer, WorkItem
from workflow.services.auditing import audit


def lose_all_clocks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflow_timer")


def test_auditors_at_once_repair_each_item_once(committed_city):
    items = [walk(committed_city, State.RECTIFYING) for _ in range(6)]
    lose_all_clocks()
    reports = race([audit] * 4)
    audit()  # what one of them found locked by another
    assert [report for report in reports if isinstance(report, Exception)] == []
    assert Event.objects.filter(action="rearm").count() == len(items)
    assert Timer.objects.filter(ended_at=None).count() == len(items) == Timer.objects.count()
    assert Alarm.objects.filter(kind="idle-item").values("key").distinct().count() == len(items)


def test_an_item_that_somebody_works_on_is_left_and_found_by_the_next_run(committed_city):
    item = walk(committed_city, State.RECTIFYING)
    lose_all_clocks()
    with transaction.atomic():
        WorkItem.objects.select_for_update().get(pk=item.pk)
        (report,) = race([audit])
    assert (report.repaired, report.left) == ([], [item.number])
    assert audit().repaired == [item.number]

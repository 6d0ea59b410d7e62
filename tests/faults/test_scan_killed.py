"""kill -9 in the middle of a batch: the next scan tells everybody what is due, nobody hears anything twice.

A trigger lets the doomed process alone wait on an advisory lock that the test holds, at a certain row of its second
batch; so the kill comes when events are written, firings half written, messages not yet, and nothing committed.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import Celery
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from notifications.models import Delivery, Message
from tests.faults.processes import Valkey, celery, kill, started, wait_until
from tests.people import City
from tests.walking import TERM, walk
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import Event, RungFiring, Timer, WorkItem

ITEMS = 12
BATCH = 5
EARS = 2  # clerk and head of the lead
DOOMED = "doomed"
KEY = 20260101
TRIGGER = f"""
CREATE FUNCTION wait_for_the_killer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('application_name') = '{DOOMED}' AND NEW.timer_id = %s THEN
        PERFORM set_config('lock_timeout', '0', true);
        PERFORM pg_advisory_xact_lock({KEY});
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wait_for_the_killer BEFORE INSERT ON workflow_rungfiring
    FOR EACH ROW EXECUTE FUNCTION wait_for_the_killer();
"""
UNDO = "DROP TRIGGER wait_for_the_killer ON workflow_rungfiring; DROP FUNCTION wait_for_the_killer();"


def ask(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


@pytest.fixture
def late_items(committed_city: City) -> list[WorkItem]:
    """Handed out long ago, overdue for three days, and nobody has scanned since."""
    start = timezone.now() - TERM - timedelta(days=3)
    return [walk(committed_city, State.RECTIFYING, now=start) for _ in range(ITEMS)]


@pytest.fixture
def trap(late_items: list[WorkItem]) -> Iterator[None]:
    """The doomed scanner stops at the third row of its second batch."""
    victim = Timer.objects.filter(fire_at__isnull=False).order_by("fire_at", "id")[BATCH + 2]
    with connection.cursor() as cursor:
        cursor.execute(TRIGGER, [victim.pk])
    ask(f"SELECT 1 FROM pg_advisory_lock({KEY})")
    yield
    ask(f"SELECT count(pg_advisory_unlock({KEY}))")
    with connection.cursor() as cursor:
        cursor.execute(UNDO)


def doomed_connections(more: str = "") -> int:
    """Of this database; another test process may be killing in its own."""
    mine = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
    return ask(f"SELECT count(*) {mine} {more}", DOOMED)


def someone_is_trapped() -> bool:
    return doomed_connections("AND wait_event_type = 'Lock' AND wait_event = 'advisory'") == 1


def let_the_dead_go() -> None:
    """Only now PostgreSQL can notice that its client is gone; then it takes the batch back."""
    ask(f"SELECT count(pg_advisory_unlock({KEY}))")
    wait_until(lambda: doomed_connections() == 0, "the dead scanner's connection ends")


def everybody_was_told_once() -> bool:
    told = Message.objects.filter(kind="escalate").values("recipient", "url").annotate(n=Count("id"))
    events = Event.objects.filter(action="escalate")
    return (
        RungFiring.objects.filter(superseded=False).count() == ITEMS
        and events.count() == ITEMS == events.values("item").distinct().count()
        and told.count() == ITEMS * EARS == Message.objects.filter(kind="escalate").count()
        and Delivery.objects.filter(message__kind="escalate").count() == ITEMS * EARS
    )


def scan_in_a_process() -> object:
    command = ["-m", "tests.faults.scan_once", timezone.now().isoformat(), str(BATCH)]
    return started(*command, application=DOOMED, DJANGO_SETTINGS_MODULE="config.settings")


def test_a_scan_killed_within_a_batch_keeps_its_finished_batches_and_nothing_of_the_other(trap):
    with scan_in_a_process() as scanner:
        wait_until(someone_is_trapped, "the scan is in the middle of its second batch")
        kill(scanner)
    let_the_dead_go()
    assert Event.objects.filter(action="escalate").count() == BATCH
    assert Message.objects.filter(kind="escalate").count() == BATCH * EARS


def test_the_next_scan_misses_nothing_and_repeats_nothing(trap):
    with scan_in_a_process() as scanner:
        wait_until(someone_is_trapped, "the scan is in the middle of its second batch")
        kill(scanner)
    let_the_dead_go()
    assert scan() == ITEMS - BATCH
    assert everybody_was_told_once()


def test_while_the_dead_still_holds_its_batch_another_scan_does_the_rest(trap):
    with scan_in_a_process() as scanner:
        wait_until(someone_is_trapped, "the scan is in the middle of its second batch")
        assert scan() == ITEMS - 2 * BATCH
        kill(scanner)
    let_the_dead_go()
    assert scan() == BATCH
    assert everybody_was_told_once()


def test_a_worker_killed_within_a_scan_is_made_good_by_the_next_wake_up(trap):
    """Real Celery workers: the call of the first is lost with it, as its broker keeps it for a quarter of an hour."""
    with Valkey() as broker:
        wake = Celery(broker=broker.url, set_as_current=False).send_task
        with celery("-Q", "kick", broker=broker.url, application=DOOMED) as worker:
            wake("workflow.tasks.scan_deadlines", queue="kick")
            wait_until(someone_is_trapped, "the worker is in the middle of its batch")
            kill(worker)
        let_the_dead_go()
        assert not Event.objects.filter(action="escalate").exists()
        with celery("-Q", "kick", broker=broker.url):
            wake("workflow.tasks.scan_deadlines", queue="kick")
            wait_until(everybody_was_told_once, "the second worker tells everybody")
    assert scan() == 0
    assert everybody_was_told_once()

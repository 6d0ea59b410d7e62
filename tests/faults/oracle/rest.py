"""I8 and I12: files and rows belong together; when the house has come to rest nothing is left lying."""

from collections.abc import Iterator
from datetime import timedelta

from notifications.models import Delivery, DeliveryAttempt
from tests.faults.oracle.scene import Scene
from workflow import database_clock
from workflow.services.evidence_on_disk import harmed_files, unknown_files

A_MINUTE = timedelta(minutes=1)


def files_and_rows_agree(_scene: Scene) -> Iterator[str]:
    """I8: every row has its file with its hash, every file its row."""
    for file, harm in harmed_files():
        if harm:
            yield f"{file.item.number}: the file “{file.name}” is {harm.value}"
    for path in unknown_files():
        yield f"no row knows the file {path}"


def nothing_is_left_lying(scene: Scene) -> Iterator[str]:
    """I12: nothing waits that should have gone, nobody holds anything, the queues are empty."""
    now = database_clock.now()
    overdue = Delivery.objects.filter(state=Delivery.State.PENDING, next_attempt_at__lt=now - A_MINUTE)
    for delivery in overdue:
        yield f"delivery {delivery} should have gone out"
    for delivery in Delivery.objects.filter(state=Delivery.State.SENDING, claimed_at__lt=now - A_MINUTE):
        yield f"delivery {delivery} is still in somebody's hands"
    orphans = DeliveryAttempt.objects.filter(outcome=DeliveryAttempt.Outcome.STARTED)
    for attempt in orphans.exclude(delivery__state=Delivery.State.SENDING):
        yield f"attempt {attempt} was never settled"
    for queue, number in scene.queued.items():
        yield f"{number} calls wait in the queue {queue}"

"""Celery's wake-up calls. They carry no data: what is due is read from the database."""

from celery import current_task, shared_task

from notifications import heartbeats, outbox
from notifications.models import Channel


@shared_task(ignore_result=True)
def deliver_mail() -> None:
    """Send the mail that is due."""
    outbox.deliver(Channel.EMAIL)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Bring back deliveries whose worker vanished."""
    outbox.sweep()


@shared_task(ignore_result=True)
def beat() -> None:
    """Say that a worker listens to the queue by which this call came."""
    heartbeats.beat(current_task.request.delivery_info["routing_key"])

"""Celery's wake-up calls. They carry no data: what is due is read from the database. A queue a kind of server."""

from celery import current_task, shared_task

from notifications import heartbeats, outbox
from notifications.models import ROBOTS, Channel

SECONDS_A_ROBOT = 60.0  # one after the other within the hard limit of a task


@shared_task(ignore_result=True)
def deliver_mail() -> None:
    """Send the mail that is due."""
    outbox.deliver(Channel.EMAIL)


@shared_task(ignore_result=True)
def deliver_sms() -> None:
    """Send the text messages that are due."""
    outbox.deliver(Channel.SMS)


@shared_task(ignore_result=True)
def deliver_robots() -> None:
    """Send what is due to group robots."""
    for channel in ROBOTS:
        outbox.deliver(channel, seconds=SECONDS_A_ROBOT)


@shared_task(ignore_result=True)
def deliver_webhooks() -> None:
    """Send the webhooks that are due."""
    outbox.deliver(Channel.WEBHOOK)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Bring back deliveries whose worker vanished."""
    outbox.sweep()


@shared_task(ignore_result=True)
def beat() -> None:
    """Say that a worker listens to the queue by which this call came."""
    heartbeats.beat(current_task.request.delivery_info["routing_key"])

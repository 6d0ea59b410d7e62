"""Wakes the workers of channels after a commit; never makes the caller wait for a broker that does not answer."""

import logging
import time
from collections.abc import Iterable

from celery import current_app
from kombu.exceptions import OperationalError
from kombu.pools import producers

from notifications.models import ROBOTS, Channel
from notifications.tasks import deliver_mail, deliver_robots, deliver_sms, deliver_webhooks

logger = logging.getLogger(__name__)

PATIENCE = 0.2  # seconds a web request may lose to a broker that keeps silent
PAUSE = 5.0  # seconds without another try after a failed one; beat wakes the worker as often anyway
EXPIRES = 60  # seconds; calls must not pile up while no worker runs
ONE_TRY = {"max_retries": 0}  # not retry=False: kombu then falls back to its own policy and tries for six seconds

TASKS = {  # by channel the task that looks at it, and its queue
    Channel.EMAIL: (deliver_mail, "mail"),
    Channel.SMS: (deliver_sms, "sms"),
    **dict.fromkeys(ROBOTS, (deliver_robots, "robot")),
    Channel.WEBHOOK: (deliver_webhooks, "webhook"),
}

_pause_until = 0.0


def kick_outbox(channels: Iterable[str]) -> None:
    """Ask workers to look at these channels now. Without a broker the next tick of beat finds the rows as well."""
    global _pause_until
    if time.monotonic() < _pause_until:
        return
    connection = current_app.connection_for_write()
    # The settings' socket timeout must outlast a worker's blocking read, far too long for a web request.
    quick = connection.transport_options | {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    try:
        with producers[connection.clone(transport_options=quick)].acquire(block=True, timeout=PATIENCE) as producer:
            for task, queue in dict.fromkeys(TASKS[channel] for channel in channels):
                task.apply_async(queue=queue, expires=EXPIRES, producer=producer, retry=True, retry_policy=ONE_TRY)
    except (OperationalError, OSError) as error:
        _pause_until = time.monotonic() + PAUSE
        logger.warning("broker does not answer, what is to be sent waits for the next tick of beat: %s", error)

"""How much one reader gets: a robot's messages a minute, a person's text messages a day."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from notifications import hours
from notifications.models import ROBOTS, Channel, Delivery, Endpoint
from notifications.models.endpoints import ROBOT_RATE

# One token a message, ROBOT_RATE of them a minute; in the database, so that any number of workers obey it.
_TAKE_TOKEN = f"""
UPDATE {Endpoint._meta.db_table} SET refilled_at = statement_timestamp(), tokens = least(
    {ROBOT_RATE}, tokens + greatest(0, extract(epoch FROM statement_timestamp() - refilled_at)) * {ROBOT_RATE} / 60) - 1
WHERE id = %s AND refilled_at <= statement_timestamp()
    AND tokens + extract(epoch FROM statement_timestamp() - refilled_at) * {ROBOT_RATE} / 60 >= 1
"""


def must_wait(first: Delivery, waiting: list[Delivery], now: datetime) -> bool:
    """Is the reader's measure full? Then all that waits for him waits longer, and leaves as one digest."""
    if first.channel in ROBOTS and not _take_token(first.endpoint):
        _put_off(waiting, Now() + timedelta(seconds=60 / ROBOT_RATE))
        return True
    if first.channel == Channel.SMS and not first.interruptions and _texted_today(first, now) >= _per_day():
        _put_off(waiting, hours.next_digest(now))
        return True
    return False


def _take_token(endpoint: Endpoint) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TOKEN, [endpoint.pk])
        return cursor.rowcount == 1


def close(endpoint: Endpoint, seconds: float) -> None:
    """The other side wants to be left alone so long: no token until then."""
    Endpoint.objects.filter(pk=endpoint.pk).update(tokens=0, refilled_at=Now() + timedelta(seconds=seconds))


def _per_day() -> int:
    return settings.SMS_PER_PERSON_AND_DAY


def _texted_today(delivery: Delivery, now: datetime) -> int:
    return Delivery.objects.filter(
        recipient=delivery.recipient_id,
        channel=Channel.SMS,
        attempts__gt=0,
        claimed_at__gte=hours.day_began(now),
        state__in=[Delivery.State.SENT, Delivery.State.SENDING, Delivery.State.UNKNOWN],
    ).count()


def _put_off(waiting: list[Delivery], until: object) -> None:
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in waiting]).update(next_attempt_at=until, to_digest=True)

"""What is wrong with the house by the numbers: each alarm is raised while its cause lasts and cleared after it."""

from collections.abc import Callable
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from notifications.alarms import clear_alarm, clear_others, open_alarms, raise_alarm
from notifications.heartbeats import is_late
from workflow.models import RungFiring, Timer
from workflow.watching import House, look

OUTBOX_LATE = timedelta(minutes=15)

Alarms = dict[str, str]  # key → text


def check() -> None:
    """Look at everything once; raise what is new, clear what is over."""
    house = look()
    for kind, find in _KINDS.items():
        alarms = find(house)
        for key, text in alarms.items():
            raise_alarm(key, text)
        clear_others(kind, still=list(alarms))
    _clear_what_was_poisoned()


def _late_timers(house: House) -> Alarms:
    if not house.clocks_are_late:
        return {}
    since = date_format(localtime(house.clocks.due_since), "DATETIME_FORMAT")
    told = {"count": house.clocks.due, "since": since}
    return {"late-timers:scan": _("%(count)s clocks are due and have not fired, the oldest since %(since)s.") % told}


def _heartbeats(house: House) -> Alarms:
    late = [queue for queue, beaten in house.messages.heartbeats.items() if is_late(beaten, house.now)]
    return {f"heartbeat:{queue}": _("No worker listens to the queue “%(queue)s”.") % {"queue": queue} for queue in late}


def _outbox(house: House) -> Alarms:
    waiting = house.messages.outbox.due_since.items()
    late = [channel for channel, since in waiting if since and house.now - since > OUTBOX_LATE]
    sentence = _("Messages have been waiting on the channel “%(channel)s” for more than a quarter of an hour.")
    return {f"outbox:{channel}": sentence % {"channel": channel} for channel in late}


_KINDS: dict[str, Callable[[House], Alarms]] = {
    "late-timers": _late_timers,
    "heartbeat": _heartbeats,
    "outbox": _outbox,
}


def _clear_what_was_poisoned() -> None:
    """A clock that has ended, or has fired since it was found to fail."""
    for alarm in open_alarms().filter(kind="poisoned"):
        timer = alarm.key.partition(":")[2]
        has_fired = RungFiring.objects.filter(timer=timer, fired_at__gt=alarm.last_raised_at).exists()
        if has_fired or not Timer.objects.filter(pk=timer, ended_at=None).exists():
            clear_alarm(alarm.key)

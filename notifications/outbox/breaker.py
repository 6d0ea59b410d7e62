"""A breaker per channel: after five outages within a minute nobody tries it for a minute, so that attempts are not
burnt; then one try decides."""

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.alarms import clear_alarm, raise_alarm
from notifications.models import Channel, ChannelState, Delivery
from notifications.outbox.outcomes import Outcome

FAILURES = 5
SECONDS = 60  # the window in which they count, and how long it stays open
# Once open it stays half open until something gets through: the next outage opens it again.
_FAILED = f"""
INSERT INTO {ChannelState._meta.db_table} AS state (channel, failures) VALUES (%s, 1)
ON CONFLICT (channel) DO UPDATE SET
    failures = CASE WHEN state.open_until IS NULL AND state.window_from < statement_timestamp() - interval '{SECONDS} s'
        THEN 1 ELSE state.failures + 1 END,
    window_from = CASE WHEN state.window_from < statement_timestamp() - interval '{SECONDS} s'
        THEN statement_timestamp() ELSE state.window_from END
RETURNING failures
"""
_OPEN = f"UPDATE {ChannelState._meta.db_table} SET open_until = statement_timestamp() + interval '{SECONDS} s' "


def note(channel: str, outcome: Outcome) -> None:
    """Count an outage; whatever the other side answered shows that it is there."""
    if outcome.is_outage:
        _failed(channel, outcome.error)
    elif outcome.state == Delivery.State.SENT:
        _worked(channel)


def _failed(channel: str, error: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FAILED, [channel])
        (failures,) = cursor.fetchone()
        if failures >= FAILURES:
            cursor.execute(_OPEN + "WHERE channel = %s", [channel])
            with translation.override(settings.LANGUAGE_CODE):
                text = _("%(channel)s: the server does not answer; what is to be sent waits. %(error)s")
                raise_alarm(f"breaker:{channel}", text % {"channel": Channel(channel).label, "error": error})


def _worked(channel: str) -> None:
    if ChannelState.objects.filter(channel=channel).delete()[0]:
        clear_alarm(f"breaker:{channel}")

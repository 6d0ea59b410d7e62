"""The storm breaker: a pass that would send out of all proportion is held until an operator decides."""

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Coalesce, Now
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.alarms import clear_alarm, raise_alarm
from notifications.models import Channel, Delivery, HeldPass
from notifications.outbox.reasons import suppress

TIMES_USUAL = 5
State = Delivery.State
# The hours without any mail count too: what is usual is what happens in most hours.
_USUAL = f"""
SELECT coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY sent.n), 0) FROM (
    SELECT count(delivery.id) AS n
    FROM generate_series(1, 168) AS hour
    LEFT JOIN {Delivery._meta.db_table} AS delivery ON delivery.channel = %s AND delivery.state = 'sent'
        AND delivery.sent_at > now() - interval '7 days'
        AND extract(epoch FROM now() - delivery.sent_at)::int / 3600 = hour - 1
    GROUP BY hour
) AS sent
"""


def hold(channel: str) -> int:
    """Hold the passes that are too large, and what joins one that is held already; returns how many deliveries."""
    with transaction.atomic():
        held = {row.occasion: row for row in HeldPass.objects.filter(channel=channel, decision="")}
        large = {occasion: n for occasion, n in _envelopes(channel) if occasion in held or n > settings.STORM_LIMIT}
        if not large:
            return 0
        limit = max(settings.STORM_LIMIT, TIMES_USUAL * _usual_in_an_hour(channel))
        return sum(_hold(channel, occasion, n, limit) for occasion, n in large.items() if occasion in held or n > limit)


def _envelopes(channel: str) -> list[tuple[str, int]]:
    """By occasion how many readers wait for something that was never tried, nor released by a person."""
    fresh = _fresh(channel).exclude(message__occasion="")
    readers = Count(Coalesce("recipient", -1 * Coalesce("endpoint", 0)), distinct=True)
    return list(fresh.values_list("message__occasion").annotate(n=readers).order_by("message__occasion"))


def _fresh(channel: str):
    return Delivery.objects.filter(channel=channel, state=State.PENDING, attempts=0, held_pass=None)


def _usual_in_an_hour(channel: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, [channel])
        return cursor.fetchone()[0]


def _hold(channel: str, occasion: str, envelopes: int, limit: int) -> int:
    pass_, _is_new = HeldPass.objects.get_or_create(
        occasion=occasion, channel=channel, decision="", defaults={"envelopes": envelopes, "limit": limit}
    )
    with translation.override(settings.LANGUAGE_CODE):
        text = _("%(channel)s: notices to %(n)s readers on one occasion wait for a decision.")
        raise_alarm(f"held:{occasion}", text % {"channel": Channel(channel).label, "n": pass_.envelopes})
        reason = _("Held back: more than %(limit)s readers at once.") % {"limit": pass_.limit}
    joining = _fresh(channel).filter(message__occasion=occasion)
    return joining.update(state=State.HELD, held_pass=pass_, next_attempt_at=None, last_error=reason)


def release(held: HeldPass, by: User) -> int:
    """Let a pass go after all, with the next tick of beat; returns how many; 0: somebody has decided."""
    return _decide(held, by, HeldPass.Decision.RELEASED)


def discard(held: HeldPass, by: User) -> int:
    """The deliveries of a pass are not sent; on their pages people find the messages all the same."""
    return _decide(held, by, HeldPass.Decision.DISCARDED)


def _decide(held: HeldPass, by: User, decision: HeldPass.Decision) -> int:
    with transaction.atomic():
        mine = HeldPass.objects.filter(pk=held.pk, decision="")
        if not mine.update(decision=decision, decided_at=Now(), decided_by=by):
            return 0
        deliveries = Delivery.objects.filter(held_pass=held, state=State.HELD)
        if decision == HeldPass.Decision.RELEASED:
            moved = deliveries.update(state=State.PENDING, next_attempt_at=Now(), last_error="")
        else:
            moved = suppress(deliveries, _("An operator decided not to send: %s") % held.occasion)
        if not HeldPass.objects.filter(occasion=held.occasion, decision="").exists():
            clear_alarm(f"held:{held.occasion}", by=by)
        return moved

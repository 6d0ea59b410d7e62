"""Of webhooks alone: in a lane nobody overtakes, who fails is left alone for a while and disabled in the end.

Whatever must wait is put off at the claim, so that it is not looked at again and again; what went before it lets it go.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clients.callers import clients
from accounts.models import MachineClient
from notifications.alarms import raise_alarm
from notifications.models import IN_THE_LANE, Delivery, DeliveryState, Endpoint
from notifications.outbox.outcomes import Outcome

FIRST_REST, LONGEST_REST = 5.0, 300.0  # seconds; doubled with each failure in a row
DISABLED_AFTER = timedelta(hours=120)  # without any success
LEAST_FAILURES = 10  # in that time; two bad moments five days apart are no failure of five days
LOOK_AGAIN = timedelta(seconds=5)  # at a lane whose head is on its way
SCOPES = {"webhooks", "events:read"}  # what the client must have; it is told nothing that it might not read
NOT_LET_IN = gettext_lazy("The client has ended, or may not read events any more")


def may_go(delivery: Delivery, now: datetime) -> bool:
    """May it leave now? If not, it and what else waits for the same reason is put off."""
    endpoint, waiting = delivery.endpoint, _waiting(delivery)
    if not endpoint.is_active:
        return True  # to nobody: it is put aside, whatever became of its client
    is_let_in = may_be_told(endpoint)
    if endpoint.disabled_at is not None or not is_let_in:
        _pause(endpoint, waiting, is_let_in)
        return False
    if endpoint.refilled_at > now:
        waiting.filter(next_attempt_at__lt=endpoint.refilled_at).update(next_attempt_at=endpoint.refilled_at)
        return False
    return not (delivery.lane and _is_behind(delivery, waiting))


def may_be_told(endpoint: Endpoint) -> bool:
    """Is the client that set it up let in today, with the scopes that this takes?"""
    client = clients().filter(application__user=endpoint.owner_id).first()
    if client is None or client.state_at(client.asked_at) != MachineClient.State.IN_USE:
        return False
    return set(client.scopes) >= SCOPES


def _waiting(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=delivery.endpoint, state=DeliveryState.PENDING)


def _pause(endpoint: Endpoint, waiting: QuerySet[Delivery], is_let_in: bool) -> None:
    """Until it is enabled. Whoever has the endpoint locked may wait for one of these; we do not wait for him."""
    free = Endpoint.objects.select_for_update(skip_locked=True).filter(pk=endpoint.pk).first()
    if free is None:
        waiting.filter(next_attempt_at__lte=Now()).update(next_attempt_at=Now() + LOOK_AGAIN)
    elif free.disabled_at is not None or (not is_let_in and disable(free, NOT_LET_IN)):
        waiting.update(state=DeliveryState.PAUSED, next_attempt_at=None)


def _is_behind(delivery: Delivery, waiting: QuerySet[Delivery]) -> bool:
    lane = Delivery.objects.filter(endpoint=delivery.endpoint, lane=delivery.lane, state__in=IN_THE_LANE)
    ahead = lane.filter(pk__lt=delivery.pk).order_by("pk").first()
    if ahead is None:
        return False
    until = Now() + LOOK_AGAIN if ahead.next_attempt_at is None else Greatest(ahead.next_attempt_at, Now() + LOOK_AGAIN)
    waiting.filter(lane=delivery.lane, pk__gt=ahead.pk, next_attempt_at__lte=Now()).update(next_attempt_at=until)
    return True


def follow(delivery: Delivery, outcome: Outcome) -> None:
    """What the outcome of an attempt means for its endpoint and then for the next in its lane.

    In this order: whoever enables the endpoint has it locked before its deliveries.
    """
    _count(delivery, outcome)
    if delivery.lane and outcome.state not in IN_THE_LANE:
        _let_go(delivery)


def _count(delivery: Delivery, outcome: Outcome) -> None:
    endpoint = Endpoint.objects.filter(pk=delivery.endpoint_id)
    if outcome.state == DeliveryState.SENT:
        endpoint.filter(failures__gt=0).update(failures=0, failing_since=None)
        return
    endpoint.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", Now()))
    _judge(endpoint.annotate(now=Now()).get(), outcome)


def _let_go(delivery: Delivery) -> None:
    """The one behind it, unless that waits for a reason of its own."""
    behind = _waiting(delivery).filter(lane=delivery.lane, pk__gt=delivery.pk).order_by("pk")
    fresh = Delivery.objects.filter(pk__in=behind.values("pk")[:1], attempts=F("earlier_attempts"))
    fresh.update(next_attempt_at=Now())


def _judge(endpoint: Endpoint, outcome: Outcome) -> None:
    if outcome.is_gone or (
        endpoint.failures >= LEAST_FAILURES and endpoint.now - endpoint.failing_since >= DISABLED_AFTER
    ):
        disable(endpoint, outcome.error)
    elif outcome.retry_after or not outcome.is_refusal:
        guess = min(LONGEST_REST, FIRST_REST * 2 ** min(endpoint.failures - 1, 10))
        _leave_alone(endpoint, outcome.retry_after or guess)


def _leave_alone(endpoint: Endpoint, seconds: float) -> None:
    """The other side's own wish counts as it is, our guess up to a limit."""
    until = Now() + timedelta(seconds=seconds)
    Endpoint.objects.filter(pk=endpoint.pk).update(refilled_at=Greatest("refilled_at", until))


def disable(endpoint: Endpoint, reason: str | Promise) -> bool:
    """Send it nothing more until somebody enables it; its place in the feed and what waits stay. False: it was.

    Its department is told by `webhook_notices`, whoever operates the house by the alarm.
    """
    active = Endpoint.objects.filter(pk=endpoint.pk, is_active=True, disabled_at=None)
    with translation.override(settings.LANGUAGE_CODE):
        told = {"endpoint": endpoint, "reason": str(reason)[:500].replace("\x00", "") or "?"}
        if not active.update(disabled_at=Now(), disabled_reason=told["reason"]):
            return False
        raise_alarm(f"webhook:{endpoint.pk}", _("The webhook “%(endpoint)s” was disabled: %(reason)s") % told)
    return True

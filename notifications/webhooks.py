"""What is done to the webhooks of an API client: set up, changed, given another secret, enabled again, ended."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from accounts.models import Department, User
from notifications.alarms import clear_alarm
from notifications.kick import kick_outbox
from notifications.models import IN_THE_LANE, Channel, Delivery, DeliveryState, Endpoint
from notifications.outbox.reasons import suppress

OVERLAP = timedelta(hours=24)  # for which the former secret goes on to sign
SECRET_BYTES = 32


@transaction.atomic
def set_up(owner: User, department: Department, *, name: str, url: str, event_types: list[str], place: str) -> Endpoint:
    """A new webhook of the client behind `owner`, told what comes after `place` in the feed.

    Raises ValidationError for an address to which nothing may be sent, or that it has already.
    """
    endpoint = Endpoint(
        owner=owner,
        department=department,
        channel=Channel.WEBHOOK,
        name=name,
        url=url,
        event_types=event_types,
        secret=new_secret(),
        feed_position=place,
        created_by=owner,
    )
    endpoint.clean()
    with _address_once():
        endpoint.save()
    return locked(endpoint)


@contextmanager
def _address_once() -> Iterator[None]:
    """A client would be told everything twice. Raises ValidationError."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        raise ValidationError({"url": _("You have a webhook to this address already; change that one.")}) from error


def new_secret() -> str:
    """As Standard Webhooks write it."""
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def locked(endpoint: Endpoint) -> Endpoint:
    """As it is now, until the end of the transaction."""
    return Endpoint.objects.select_for_update(of=("self",)).select_related("owner").get(pk=endpoint.pk)


@transaction.atomic
def change(endpoint: Endpoint, **fields: object) -> Endpoint:
    """Its name, address or event types. What waits goes to the new address. Raises as `set_up` does."""
    endpoint = locked(endpoint)
    for name, value in fields.items():
        setattr(endpoint, name, value)
    if "url" in fields:
        endpoint.clean()
        endpoint.refilled_at = Now()  # whoever was to be left alone is somebody else now
        fields["refilled_at"] = None
    with _address_once():
        endpoint.save(update_fields=fields)
    return locked(endpoint)


@transaction.atomic
def rotate(endpoint: Endpoint, *, keeps_former: bool = True) -> Endpoint:
    """Another secret at once; the present one goes on beside it for OVERLAP, the one before it ends."""
    endpoint = locked(endpoint)
    endpoint.former_secret = endpoint.secret if keeps_former else ""
    endpoint.former_secret_until = Now() + OVERLAP if keeps_former else None
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "former_secret", "former_secret_until"])
    return locked(endpoint)


@transaction.atomic
def enable(endpoint: Endpoint) -> Endpoint:
    """Send to it at once: what it was paused with, or what waits for another attempt, by the whole list of delays anew.

    So a receiver that is back needs not sit out the delay. What failed while it was in use still counts as failures.
    """
    endpoint = locked(endpoint)
    rows = Endpoint.objects.filter(pk=endpoint.pk)
    if endpoint.disabled_at is None:
        rows.update(refilled_at=Now())
        state = DeliveryState.PENDING
    else:
        rows.update(disabled_at=None, disabled_reason="", failures=0, failing_since=None, refilled_at=Now())
        clear_alarm(f"webhook:{endpoint.pk}")
        state = DeliveryState.PAUSED
    waiting = Delivery.objects.filter(endpoint=endpoint, state=state)
    waiting.update(state=DeliveryState.PENDING, next_attempt_at=Now(), earlier_attempts=F("attempts"), interruptions=0)
    transaction.on_commit(partial(kick_outbox, [Channel.WEBHOOK]), robust=True)
    return locked(endpoint)


@transaction.atomic
def end(endpoint: Endpoint) -> None:
    """For good. What waits is not sent; what was sent stays in the log."""
    Endpoint.objects.filter(pk=locked(endpoint).pk).update(is_active=False)
    clear_alarm(f"webhook:{endpoint.pk}")
    suppress(_waiting(endpoint), _("The webhook was deleted"))


def _waiting(endpoint: Endpoint) -> QuerySet[Delivery]:
    """Not what a worker has in hand: that is over when it settles."""
    states = [state for state in IN_THE_LANE if state != DeliveryState.SENDING]
    return Delivery.objects.filter(endpoint=endpoint, state__in=states)

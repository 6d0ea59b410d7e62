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
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from accounts.models import Department, User
from notifications.alarms import clear_alarm
from notifications.kick import kick_outbox
from notifications.models import ANEW, IN_THE_LANE, Channel, Delivery, DeliveryState, Endpoint
from notifications.outbox.claiming import keep_from_workers
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
    """As it is now, until the end of the transaction; no worker begins to send to it meanwhile."""
    keep_from_workers(endpoint)
    return Endpoint.objects.select_for_update(of=("self",)).select_related("owner").get(pk=endpoint.pk)


def change(endpoint: Endpoint, **fields: object) -> Endpoint:
    """Its name, address or event types. What waits goes to another address at once. Raises as `set_up` does."""
    if "url" in fields:  # before anything is locked: a name server may take its time
        Endpoint(channel=Channel.WEBHOOK, url=fields["url"]).clean()
    with transaction.atomic():
        endpoint = locked(endpoint)
        is_elsewhere = fields.get("url", endpoint.url) != endpoint.url
        for name, value in fields.items():
            setattr(endpoint, name, value)
        with _address_once():
            endpoint.save(update_fields=fields)
        if is_elsewhere:  # whoever failed, or was to be left alone, was somebody else
            Endpoint.objects.filter(pk=endpoint.pk).update(failures=0, failing_since=None, refilled_at=Now())
            _send_anew(endpoint, DeliveryState.PENDING)
        return locked(endpoint)


@transaction.atomic
def rotate(endpoint: Endpoint, *, keeps_former: bool = True) -> Endpoint:
    """Another secret at once; the present one goes on beside it for OVERLAP, the one before it ends.

    One that nobody can read any more, because SECRET_KEY was lost, does not go on.
    """
    endpoint = locked(endpoint)
    endpoint.former_secret = endpoint.secret if keeps_former else ""
    endpoint.former_secret_until = Now() + OVERLAP if endpoint.former_secret else None
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
    rows.update(refilled_at=Now())
    if endpoint.disabled_at is not None:
        rows.update(disabled_at=None, disabled_reason="", failures=0, failing_since=None)
        clear_alarm(f"webhook:{endpoint.pk}")
    _send_anew(endpoint, DeliveryState.PENDING, DeliveryState.PAUSED)
    return locked(endpoint)


def _send_anew(endpoint: Endpoint, *states: DeliveryState) -> None:
    """What is in these states at once; what a worker has in hand begins anew should it fail."""
    own = Delivery.objects.filter(endpoint=endpoint)
    own.filter(state__in=states).update(state=DeliveryState.PENDING, next_attempt_at=Now(), **ANEW)
    in_hand = own.filter(state=DeliveryState.SENDING).select_for_update(skip_locked=True)  # not what is being settled
    own.filter(pk__in=list(in_hand.values_list("pk", flat=True))).update(**ANEW)
    transaction.on_commit(partial(kick_outbox, [Channel.WEBHOOK]), robust=True)


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

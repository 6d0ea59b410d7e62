"""Short ways to say what the tests say often."""

import itertools
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from notifications.models import Delivery, Endpoint
from notifications.services import Draft, notify

counter = itertools.count(1)


def draft(reader: User, **fields: object) -> Draft:
    """A draft to this reader with a key of its own; every field may be said otherwise."""
    number = next(counter)
    defaults = {
        "recipient_id": reader.pk,
        "kind": "assign",
        "subject": f"任务 {number}",
        "body": "请于 3 日内签收。",
        "url": "/items/7/",
        "dedup_key": f"draft:{number}:{reader.pk}",
    }
    return Draft(**{**defaults, **fields})


def tell(*readers: User, **fields: object) -> int:
    """Notify each reader once, in a transaction that commits."""
    with transaction.atomic():
        return notify([draft(reader, **fields) for reader in readers])


def tell_endpoint(*endpoints: Endpoint, **fields: object) -> int:
    """The same for robots and webhooks."""
    with transaction.atomic():
        return notify(
            [replace(draft(User(), **fields), recipient_id=None, endpoint_id=endpoint.pk) for endpoint in endpoints]
        )


def time_passes(hours: int = 48) -> None:
    """Whatever waits for its hour is due, every lease has run out."""
    past = Now() - timedelta(hours=hours)
    Delivery.objects.filter(state=Delivery.State.PENDING).update(next_attempt_at=past)
    Delivery.objects.filter(state=Delivery.State.SENDING).update(lease_until=past)
    Endpoint.objects.filter(channel="webhook").update(refilled_at=past)

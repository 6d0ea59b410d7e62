"""The message as it leaves the house: with the absolute link, and by mail a closing line in the reader's language."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.addresses import PUBLIC
from notifications.channels import Envelope
from notifications.models import Channel, Delivery, Endpoint, Message
from notifications.models.targets import reach_of
from notifications.outbox.reasons import address_of


def envelope_of(delivery: Delivery) -> Envelope:
    """With all that the transport of its channel has to know."""
    message = delivery.message
    url = f"{settings.PUBLIC_URL}{message.url}" if message.url else ""
    return Envelope(
        to=address_of(delivery),
        subject=message.subject,
        body=_mail_body(delivery, url) if delivery.channel == Channel.EMAIL else message.body,
        reference=reference_of(message),
        number=message.number,
        url=url,
        is_urgent=message.is_urgent,
        **(_of_endpoint(delivery.endpoint, delivery.claimed_at) if delivery.endpoint else {}),
    )


def reference_of(message: Message) -> str:
    """What the other side knows it by; it stays the same however often it is sent."""
    return hashlib.sha256(message.dedup_key.encode()).hexdigest()[:32]


def _of_endpoint(endpoint: Endpoint, now: datetime) -> dict[str, Any]:
    """How the call is signed, and how far it may go today."""
    is_both = endpoint.former_secret_until is not None and endpoint.former_secret_until > now
    return {
        "secret": endpoint.secret,
        "former_secret": endpoint.former_secret if is_both else "",
        "reach": reach_of(endpoint.url) if endpoint.channel == Channel.WEBHOOK else PUBLIC,
    }


def _mail_body(delivery: Delivery, url: str) -> str:
    with translation.override(delivery.recipient.language):
        closing = _("This mail was sent automatically; please do not reply.")
    return "\n\n".join(part for part in (delivery.message.body, url, closing) if part) + "\n"

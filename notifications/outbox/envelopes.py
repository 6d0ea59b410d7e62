"""The message as it leaves the house: with the absolute link, and by mail a closing line in the reader's language."""

import hashlib

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.channels import Envelope
from notifications.models import Channel, Delivery
from notifications.outbox.reasons import address_of


def envelope_of(delivery: Delivery) -> Envelope:
    """Its reference stays the same however often the message is sent."""
    message = delivery.message
    url = f"{settings.PUBLIC_URL}{message.url}" if message.url else ""
    return Envelope(
        to=address_of(delivery),
        subject=message.subject,
        body=_mail_body(delivery, url) if delivery.channel == Channel.EMAIL else message.body,
        reference=hashlib.sha256(message.dedup_key.encode()).hexdigest()[:32],
        number=message.number,
        url=url,
        secret=delivery.endpoint.secret if delivery.endpoint else "",
        is_urgent=message.is_urgent,
    )


def _mail_body(delivery: Delivery, url: str) -> str:
    with translation.override(delivery.recipient.language):
        closing = _("This mail was sent automatically; please do not reply.")
    return "\n\n".join(part for part in (delivery.message.body, url, closing) if part) + "\n"

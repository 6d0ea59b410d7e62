"""Why a delivery does not go out any more: asked again just before it would."""

from collections.abc import Callable

from django.conf import settings
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from notifications.models import Channel, Delivery, Message

ERROR_LENGTH = Delivery._meta.get_field("last_error").max_length
NOBODY = _("The reader is no longer active or has no address")


def sort_out(deliveries: list[Delivery]) -> list[Delivery]:
    """Suppress those that nobody may get any more, each with its reason; returns the others."""
    found = {delivery.pk: str(NOBODY) for delivery in deliveries if not address_of(delivery)}
    left = [delivery for delivery in deliveries if delivery.pk not in found]
    barred = ask_the_business([delivery.message for delivery in left])
    found |= {delivery.pk: barred[delivery.message_id] for delivery in left if delivery.message_id in barred}
    for pk, reason in found.items():
        suppress(Delivery.objects.filter(pk=pk), reason)
    return [delivery for delivery in deliveries if delivery.pk not in found]


def suppress(deliveries: object, reason: str) -> int:
    """Put deliveries of a queryset aside for good."""
    return deliveries.update(
        state=Delivery.State.SUPPRESSED,
        digest=None,
        next_attempt_at=None,
        last_error=reason[:ERROR_LENGTH].replace("\x00", ""),
    )


def address_of(delivery: Delivery) -> str:
    """Where it goes, as of now; empty when there is nobody."""
    if delivery.endpoint is not None:
        return delivery.endpoint.url if delivery.endpoint.is_active else ""
    if not delivery.recipient.is_active:
        return ""
    return delivery.recipient.phone if delivery.channel == Channel.SMS else delivery.recipient.email


def ask_the_business(messages: list[Message]) -> dict[int, str]:
    """By message the sentence why not; only of those that say what they are about."""
    asked = [message for message in messages if message.about or message.holds_while]
    if not asked or not settings.NOTIFICATIONS_REASONS_NOT_TO_SEND:
        return {}
    reasons: Callable[[list[Message]], dict[int, str]] = import_string(settings.NOTIFICATIONS_REASONS_NOT_TO_SEND)
    return reasons(asked)


def close_for_the_night(channel: str, until: object) -> int:
    """What is due in the quiet hours and not urgent waits for their end."""
    due = Delivery.objects.filter(channel=channel, state=Delivery.State.PENDING, next_attempt_at__lte=Now())
    return due.filter(message__is_urgent=False).update(next_attempt_at=until)

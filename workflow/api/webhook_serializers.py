"""What the API answers about webhooks: themselves, their secrets, what was sent to them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notifications.models import AttemptOutcome, Delivery, DeliveryState, Endpoint
from notifications.outbox.envelopes import reference_of
from workflow.pushing import TYPES_IN_WORDS, type_of

WEBHOOK_STATES = [("active", _("In use")), ("failing", _("Failing")), ("disabled", _("Disabled"))]
DELIVERY_STATES = [(state.value, state.label) for state in DeliveryState if state != DeliveryState.DIGESTED]


class WebhookSerializer(serializers.Serializer):
    """Where a client is told what happens. `failing`: nothing has arrived since `failing_since`. `disabled`: nothing
    is sent until it is enabled; what happens meanwhile waits. `position`: what stands before it in the feed is stored
    as deliveries. `former_secret_until`: so long the secret before signs too."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=TYPES_IN_WORDS))
    state = serializers.SerializerMethodField()
    failing_since = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.CharField()
    former_secret_until = serializers.DateTimeField(allow_null=True)
    position = serializers.CharField(source="feed_position")
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=WEBHOOK_STATES))
    def get_state(self, endpoint: Endpoint) -> str:
        if endpoint.disabled_at is not None:
            return "disabled"
        return "failing" if endpoint.failing_since else "active"


class NewWebhookSerializer(WebhookSerializer):
    """With its signing secret, which is told here and never again."""

    secret = serializers.CharField()


class WebhookSecretSerializer(serializers.Serializer):
    """The new secret, told here and never again; the one before signs too until `former_secret_until`."""

    id = serializers.IntegerField()
    former_secret_until = serializers.DateTimeField(allow_null=True)
    secret = serializers.CharField()


class AttemptSerializer(serializers.Serializer):
    """One call; `error` says why it failed, e.g. HTTP 500."""

    n = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(choices=AttemptOutcome.choices)
    error = serializers.CharField()


class WebhookDeliverySerializer(serializers.Serializer):
    """An event on its way to a webhook. `webhook_id` is the header webhook-id, the same over all attempts; `item` is
    empty for a test. `next_attempt_at` is null when it is over, paused or on its way."""

    id = serializers.IntegerField()
    webhook_id = serializers.SerializerMethodField()
    type = serializers.SerializerMethodField()
    item = serializers.CharField(source="message.number")
    state = serializers.ChoiceField(choices=DELIVERY_STATES)
    created_at = serializers.DateTimeField(source="message.created_at")
    sent_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(source="last_error")
    attempts = serializers.SerializerMethodField()

    def get_webhook_id(self, delivery: Delivery) -> str:
        return reference_of(delivery.message)

    def get_type(self, delivery: Delivery) -> str:
        return type_of(delivery.message.kind)

    @extend_schema_field(AttemptSerializer(many=True))
    def get_attempts(self, delivery: Delivery) -> list[dict[str, Any]]:
        tries = sorted(delivery.tries.all(), key=lambda attempt: attempt.n)
        return AttemptSerializer(tries, many=True).data


class ReplaySerializer(serializers.Serializer):
    """`count` deliveries go out again, each under its old webhook-id. `next`: there is more of the range; ask again
    with it as `after`."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)

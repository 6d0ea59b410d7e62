"""Webhooks, signed by the Standard Webhooks specification; its id stays the same however often one is sent."""

import json
from datetime import UTC, datetime

from standardwebhooks import Webhook

from notifications.channels import ChannelError, Envelope
from notifications.channels.calls import OverHttp, judge


class WebhookChannel(OverHttp):
    """At least once: the receiver knows a repetition by its webhook-id."""

    def send(self, envelope: Envelope) -> str:
        now, content = datetime.now(UTC), _content(envelope)
        headers = {
            "webhook-id": envelope.reference,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": _signer(envelope.secret).sign(envelope.reference, now, content),
        }
        judge(self._caller.post(envelope.to, content.encode(), headers))
        return envelope.reference


def _signer(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except Exception as error:  # whatever is wrong with it: not base64, too short, empty
        raise ChannelError(f"the signing secret is none: {error}", permanent=True) from error


def _content(envelope: Envelope) -> str:
    data = {"number": envelope.number, "subject": envelope.subject, "text": envelope.body, "url": envelope.url}
    return json.dumps({"type": "notice", "data": data | {"is_urgent": envelope.is_urgent}}, ensure_ascii=False)

"""Webhooks, signed by the Standard Webhooks specification; its id stays the same however often one is sent."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from notifications.channels import ChannelError, Envelope
from notifications.channels.calls import Answer, OverHttp

OF_THE_MESSAGE = (400, 413, 415, 422)  # the receiver cannot make anything of it
REFUSALS = 3  # then another answer is hardly to be had, and what waits behind it shall not wait for days
LEFT_ALONE_AT_MOST = 86_400.0  # seconds of Retry-After that are obeyed


class WebhookChannel(OverHttp):
    """At least once: the receiver knows a repetition by its webhook-id. The body is JSON already."""

    def send(self, envelope: Envelope) -> str:
        _judge(self._call(envelope, _headers(envelope, datetime.now(UTC))))
        return envelope.reference

    def _call(self, envelope: Envelope, headers: dict[str, str]) -> Answer:
        try:
            body = envelope.body.encode()
            return self._caller.post(envelope.to, body, headers, reach=envelope.reach, only_status=True)
        except ChannelError as error:
            error.permanent = False  # a name or the list of allowed targets may be put right while it is tried
            raise


def _headers(envelope: Envelope, now: datetime) -> dict[str, str]:
    """While two secrets are valid there are two signatures; the receiver takes either."""
    secrets = [envelope.secret, *filter(None, [envelope.former_secret])]
    signatures = [_signer(secret).sign(envelope.reference, now, envelope.body) for secret in secrets]
    return {
        "webhook-id": envelope.reference,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _signer(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except Exception as error:  # not base64, empty, not to be decrypted; another one puts it right
        raise ChannelError(_("It cannot be signed with this secret; give the webhook another one")) from error


def _judge(answer: Answer) -> None:
    """Raises ChannelError for whatever is no success; a redirect is none and not followed."""
    status = answer.status
    if 200 <= status < 300:
        return
    reason = f"HTTP {status}"
    if status == 410:
        raise ChannelError(reason, gone=True)
    if status in (429, 503) and answer.retry_after is not None:
        raise ChannelError(reason, retry_after=min(answer.retry_after, LEFT_ALONE_AT_MOST))
    raise ChannelError(reason, refusals=REFUSALS if status in OF_THE_MESSAGE else None)

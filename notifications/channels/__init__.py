"""The ways out of the house: one class a transport, with one method and one exception; none touches the database."""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from django.utils.module_loading import import_string

from notifications.addresses import PUBLIC, Reach

TRANSPORTS = {
    "email": "notifications.channels.email.EmailChannel",
    "sms": "notifications.channels.sms.SmsChannel",
    "wecom": "notifications.channels.wecom.WeComRobot",
    "dingtalk": "notifications.channels.dingtalk.DingTalkRobot",
    "feishu": "notifications.channels.feishu.FeishuRobot",
    "webhook": "notifications.channels.webhook.WebhookChannel",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a transport needs to know. `reference` stays the same however often the message is sent."""

    to: str  # address, telephone number or the endpoint's URL
    subject: str
    body: str
    reference: str
    number: str = ""  # of the item, kept however short the text
    url: str = ""  # absolute
    secret: str = ""  # the endpoint's signing secret
    former_secret: str = ""  # valid for some hours more
    reach: Reach = PUBLIC  # how far a call to `to` may go
    is_urgent: bool = False


class ChannelError(Exception):
    """The message was not handed over, or nobody can tell.

    permanent: trying again is useless.  ambiguous: it may have gone out all the same.
    outage: the transport itself is out of order, so the next message would fare no better.
    retry_after: seconds for which the other side wants to be left alone.  gone: the address is no more, for good.
    refusals: the other side can make nothing of this message; so many of these show that more are useless.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        outage: bool = False,
        retry_after: float | None = None,
        gone: bool = False,
        refusals: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.gone = gone
        self.refusals = refusals
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.outage = outage


class Transport(Protocol):
    """Used in a `with` block: one connection for all messages of a run, made at the first of them."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, envelope: Envelope) -> str:
        """Hand one message over; returns the id under which the other side knows it. Raises only ChannelError."""
        ...


def transport_for(channel: str) -> Transport:
    """A new transport for one run; KeyError for a channel that nobody has built."""
    return import_string(TRANSPORTS[channel])()

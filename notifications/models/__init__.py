"""Messages, their deliveries by channel, who wants them how, alarms, heartbeats, and the mailbox of the demo."""

from notifications.models.alarms import Alarm
from notifications.models.attempts import AttemptOutcome, DeliveryAttempt
from notifications.models.channel_states import ChannelState
from notifications.models.deliveries import ANEW, IN_THE_LANE, Delivery, DeliveryState
from notifications.models.endpoints import OF_ENDPOINTS, PERSONAL, ROBOTS, Channel, Endpoint
from notifications.models.heartbeats import Heartbeat
from notifications.models.mailbox import StoredMail
from notifications.models.messages import DIGEST, Message, NoticeClass
from notifications.models.passes import HeldPass, PassDecision
from notifications.models.preferences import Mode, Preference
from notifications.models.targets import AllowedTarget

__all__ = [
    "ANEW",
    "DIGEST",
    "IN_THE_LANE",
    "OF_ENDPOINTS",
    "PERSONAL",
    "ROBOTS",
    "Alarm",
    "AllowedTarget",
    "AttemptOutcome",
    "Channel",
    "ChannelState",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Endpoint",
    "Heartbeat",
    "HeldPass",
    "Message",
    "Mode",
    "NoticeClass",
    "PassDecision",
    "Preference",
    "StoredMail",
]

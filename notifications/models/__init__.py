"""Messages to people, their deliveries by channel, alarms, heartbeats, and the mailbox of the demo."""

from notifications.models.alarms import Alarm
from notifications.models.deliveries import Channel, Delivery, DeliveryState
from notifications.models.heartbeats import Heartbeat
from notifications.models.mailbox import StoredMail
from notifications.models.messages import Message, NoticeClass

__all__ = ["Alarm", "Channel", "Delivery", "DeliveryState", "Heartbeat", "Message", "NoticeClass", "StoredMail"]

"""Messages to people, their deliveries by channel, alarms, and the mailbox of the demo."""

from notifications.models.alarms import Alarm
from notifications.models.deliveries import Channel, Delivery, DeliveryState
from notifications.models.mailbox import StoredMail
from notifications.models.messages import Message, NoticeClass

__all__ = ["Alarm", "Channel", "Delivery", "DeliveryState", "Message", "NoticeClass", "StoredMail"]

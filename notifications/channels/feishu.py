"""Feishu (飞书) group robot, signed if it has a secret."""

import base64
import hashlib
import hmac
import time
from typing import Any, ClassVar

from notifications.channels import Envelope
from notifications.channels.robots import Robot, text_of


class FeishuRobot(Robot):
    """100 messages a minute, 5 a second. 19001: no such robot; 19021 … 19024: signature, address or word refused."""

    code: ClassVar[str] = "code"
    words: ClassVar[str] = "msg"
    limited: ClassVar[frozenset[int]] = frozenset({9499, 11232})
    permanent: ClassVar[frozenset[int]] = frozenset({19001, 19002, 19021, 19022, 19024})

    def packed(self, envelope: Envelope) -> dict[str, Any]:
        said: dict[str, Any] = {"msg_type": "text", "content": {"text": text_of(envelope)}}
        if envelope.secret:
            timestamp = str(int(time.time()))
            digest = hmac.digest(f"{timestamp}\n{envelope.secret}".encode(), b"", hashlib.sha256)
            said |= {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
        return said
